"""Decides what a mark is, by two opinions: the classifier sees its shape alone, the page network also its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Smallest probability of a digit or a sign by both networks; below it the mark is refused.
MIN_ANSWER_PROBABILITY = 0.6
# Signs that seldom stand first, and their likelihood there: a stroke that begins a number is more likely a 1 than a
# slash. Chosen on the shared cheques.
SELDOM_FIRST, FIRST_LIKELIHOOD = ",:/", 0.05
# Lower limit for the classifier's probability of "not a digit". Letters, units and other marks may look exactly like
# digits (o, l, s), so that only the page network can tell: on synthetic pages the classifier is sure of each digit for
# .4 to 5 % of the marks that are none, on average for about this share.
MIN_OTHER_PROBABILITY = 0.025
# Lower limit for all probabilities, so that neither network excludes anything.
MIN_OPINION_PROBABILITY = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a mark is taken for.

    Attributes:
        digit: 0 to 9, or None.
        sign: one of the kinds that are signs, or None; where both are None the mark is refused.
        confidence: the probability of the digit or sign, or, where the mark is refused, of "not a digit".
        probabilities: float32 [11], of the digits and of "not a digit", which includes signs; [10] if the classifier
            has no such class.
    """

    digit: int | None
    sign: str | None
    confidence: float
    probabilities: Floats

    @property
    def refused(self) -> bool:
        """Whether the mark is neither a digit nor a sign."""
        return self.digit is None and self.sign is None


def combined(classified: Floats, kind: Floats, signs: Sequence[str], *, first: bool = False) -> Opinion:
    """Decide what a mark is.

    The probabilities of both networks are multiplied, as those of experts that see different things.

    Args:
        classified: float32 [11 or 10], the classifier's probabilities.
        kind: float32 [K], the page network's probabilities: the ten digits, the signs, and last "other".
        signs: the K - 11 signs.
        first: whether nothing stands before the mark.

    Source: Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", Neural Computation 14(8),
    2002, section 1.
    """
    other = max(classified[10], MIN_OTHER_PROBABILITY) if len(classified) == 11 else 0.0
    # The classifier has no classes for signs, and says nothing against them.
    likely = [FIRST_LIKELIHOOD if first and sign in SELDOM_FIRST else 1.0 for sign in signs]
    shape = np.concatenate([classified[:10], likely, [other]])
    both = np.maximum(shape, MIN_OPINION_PROBABILITY) * np.maximum(kind, MIN_OPINION_PROBABILITY)
    both /= both.sum()
    none = float(both[10:].sum())
    probabilities = np.append(both[:10], none).astype(np.float32)[: len(classified)]
    best = int(both.argmax())
    if best == len(both) - 1 or both[best] < MIN_ANSWER_PROBABILITY:
        return Opinion(None, None, none, probabilities)
    digit, sign = (best, None) if best < 10 else (None, signs[best - 10])
    return Opinion(digit, sign, float(both[best]), probabilities)


def as_digit(classified: Floats, kind: Floats | None = None) -> Opinion:
    """Decide which digit a mark is that must be one.

    Args:
        classified: float32 [11 or 10], the classifier's probabilities; that of "not a digit" is kept.
        kind: float32 [K], the page network's probabilities, if it has seen the mark: those of digits count too.
    """
    digits = classified[:10]
    if kind is not None:
        digits = np.maximum(digits, MIN_OPINION_PROBABILITY) * np.maximum(kind[:10], MIN_OPINION_PROBABILITY)
        digits = digits * (1 - classified[10:].sum()) / digits.sum()
    best = int(digits.argmax())
    probabilities = np.concatenate([digits, classified[10:]]).astype(np.float32)
    return Opinion(best, None, float(probabilities[best]), probabilities)
