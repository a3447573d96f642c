"""Judges marks by those around: among digits a mark is most likely one; alone or among letters, it may be refused."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.recognition.boxes import gaps
from inference.recognition.opinions import MIN_OPINION_PROBABILITY, Opinion

# With at least this many digits, and more digits than refused marks, a picture shows numbers, and all digits stay.
MIN_DIGITS = 2
# But the digits that a letter is cut into are "other" to the page network, taken together: the mean of its log-odds is
# above this. Chosen on the shared pen letters, and on numbers of pen digits that touch.
MAX_MEAN_OTHER_LOG_ODDS = -0.5
# Most marks that one letter is cut into.
MAX_CUT_MARKS = 3
# In other pictures a digit is part of a letter if a refused mark is near, or another digit if letters are cut. Largest
# gap in either case, as a share of the taller one's height.
MAX_GAP_HEIGHTS, MAX_CUT_GAP_HEIGHTS = 0.05, 0.4
# Smallest length of that other mark, as a share of the digit's height. A speck is shorter.
MIN_NEIGHBOUR_LENGTH_RATIO = 0.35


def refuse_doubtful(
    opinions: list[Opinion], answered: NDArray[np.bool_], boxes: NDArray[np.float64], other: NDArray[np.float64]
) -> list[Opinion]:
    """Refuse the doubtful digits of a picture that does not show numbers.

    Args:
        opinions: the opinion on each of N marks.
        answered: bool [N], whether the classifier alone accepts each as a digit.
        boxes: float64 [N, 4]: left, top, right, bottom.
        other: float64 [N], the page network's probability that each is neither a digit nor a sign.
    """
    digits = np.array([opinion.digit is not None for opinion in opinions], np.bool_)
    nothing = np.array([opinion.refused for opinion in opinions], np.bool_)
    if not digits.any():
        return opinions
    numbers = digits.sum() >= max(MIN_DIGITS, int(nothing.sum()) + 1)
    other = other[digits].clip(MIN_OPINION_PROBABILITY, 1 - MIN_OPINION_PROBABILITY)
    cut = np.log(other / (1 - other)).mean() > MAX_MEAN_OTHER_LOG_ODDS
    if numbers and not (cut and len(opinions) <= MAX_CUT_MARKS):
        return opinions
    heights = boxes[:, 3] - boxes[:, 1]
    longest = np.maximum(heights, boxes[:, 2] - boxes[:, 0])
    long = longest[None] >= MIN_NEIGHBOUR_LENGTH_RATIO * heights[:, None]
    apart = gaps(boxes) / np.maximum(heights[:, None], heights[None])
    part = (apart <= MAX_GAP_HEIGHTS) & nothing[None]
    if cut:
        part |= (apart <= MAX_CUT_GAP_HEIGHTS) & digits[None]
    doubtful = digits & (~answered | (part & long).any(axis=1))
    return [
        replace(opinion, digit=None, confidence=1 - opinion.confidence) if no else opinion
        for opinion, no in zip(opinions, doubtful, strict=True)
    ]
