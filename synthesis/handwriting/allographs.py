"""Lists the functions that draw the digits 0 to 9, each in all its ways of writing (allographs)."""

from collections.abc import Callable

import numpy as np

from synthesis.handwriting.digits import four, one, three, two, zero
from synthesis.handwriting.digits_high import eight, five, nine, seven, six
from synthesis.handwriting.strokes import Glyph

DIGITS: tuple[Callable[[np.random.Generator], Glyph], ...] = (
    zero, one, two, three, four, five, six, seven, eight, nine,
)  # fmt: skip
