"""Draws handwriting by code: digits in the many ways people write them, and marks that are not digits.

>>> from synthesis.handwriting import generate
>>> images, labels = generate(1000, seed=1, kind="digits")
"""

from synthesis.handwriting.dataset import NOT_A_DIGIT, generate

__all__ = ["NOT_A_DIGIT", "generate"]
