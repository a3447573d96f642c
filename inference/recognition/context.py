"""Judges marks by those around: among digits a mark is most likely one; alone or among letters, it may be refused."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# With at least this many digits, and more digits than refused marks, a picture shows numbers, and all digits stay.
MIN_DIGITS = 2
# In other pictures a digit is part of a letter if a refused mark is near and long: largest gap, as a share of the
# taller one's height; smallest length of the refused mark, as a share of the digit's height. A speck is shorter.
MAX_GAP_HEIGHTS, MIN_NEIGHBOUR_LENGTH_RATIO = 0.05, 0.35


def refuse_doubtful(opinions: list[Opinion], answered: NDArray[np.bool_], boxes: NDArray[np.float64]) -> list[Opinion]:
    """Refuse the doubtful digits of a picture that does not show mostly digits.

    Args:
        opinions: the opinion on each of N marks.
        answered: bool [N], whether the classifier alone accepts each as a digit.
        boxes: float64 [N, 4]: left, top, right, bottom.
    """
    digits = np.array([opinion.digit is not None for opinion in opinions], np.bool_)
    nothing = np.array([opinion.digit is None and opinion.sign is None for opinion in opinions], np.bool_)
    if not digits.any() or digits.sum() >= max(MIN_DIGITS, int(nothing.sum()) + 1):
        return opinions
    heights = boxes[:, 3] - boxes[:, 1]
    near = gaps(boxes) <= MAX_GAP_HEIGHTS * np.maximum(heights[:, None], heights[None])
    longest = np.maximum(heights, boxes[:, 2] - boxes[:, 0])
    beside = (near & nothing[None] & (longest[None] >= MIN_NEIGHBOUR_LENGTH_RATIO * heights[:, None])).any(axis=1)
    doubtful = digits & (beside | ~answered)
    return [
        replace(opinion, digit=None, confidence=1 - opinion.confidence) if no else opinion
        for opinion, no in zip(opinions, doubtful, strict=True)
    ]
