"""What a mark is, by two opinions: the classifier's, of its shape alone, and the page network's, of it in its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# The classifier, which knows no signs, is taken to give a sign that it is shown as much as this.
SIGN_LIKELIHOOD = 0.5
# A digit or a sign is said from this probability on, else the mark is refused.
MIN_PROBABILITY = 0.6
# These signs stand behind something, so that a stroke that begins a number is rather a 1 than a slash; chosen on the
# shared cheques.
SELDOM_FIRST, FIRST_LIKELIHOOD = ",:/", 0.05
# Of letters and other marks about so many are shaped as digits are: an o, an l, an s. However sure the classifier is of
# the shape, its place decides.
MIN_OTHER = 0.0075
# No opinion excludes anything.
MIN_OPINION = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a mark is taken for.

    Attributes:
        digit: 0 to 9, or None.
        sign: one of the kinds that are signs, or None; where both are None the mark is refused.
        confidence: the probability of what is said, or, where it is refused, that it is no digit.
        probabilities: float32 [11], of the digits, and of "not a digit", which signs are too; [10] where the classifier
            has no such class.
    """

    digit: int | None
    sign: str | None
    confidence: float
    probabilities: Floats


def combined(classified: Floats, kind: Floats, signs: Sequence[str], *, first: bool = False) -> Opinion:
    """Say what a mark is.

    The two opinions are multiplied, as those of experts who look at different things.

    Args:
        classified: float32 [11 or 10], the classifier's.
        kind: float32 [K], the page network's: the ten digits, the signs, and last what is neither.
        signs: the K - 11 signs.
        first: nothing stands before the mark.

    Source: Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", Neural Computation 14(8),
    2002, section 1.
    """
    other = max(classified[10], MIN_OTHER) if len(classified) == 11 else 0.0
    likely = [FIRST_LIKELIHOOD if first and sign in SELDOM_FIRST else SIGN_LIKELIHOOD for sign in signs]
    shape = np.concatenate([classified[:10], likely, [other]])
    both = np.maximum(shape, MIN_OPINION) * np.maximum(kind, MIN_OPINION)
    both /= both.sum()
    none = float(both[10:].sum())
    probabilities = np.append(both[:10], none).astype(np.float32)[: len(classified)]
    best = int(both.argmax())
    if best == len(both) - 1 or both[best] < MIN_PROBABILITY:
        return Opinion(None, None, none, probabilities)
    digit, sign = (best, None) if best < 10 else (None, signs[best - 10])
    return Opinion(digit, sign, float(both[best]), probabilities)


def alone(classified: Floats) -> Opinion:
    """Say what a mark that is surely a digit is, by the classifier alone, float32 [11 or 10]."""
    best = int(classified[:10].argmax())
    return Opinion(best, None, float(classified[best]), classified)
