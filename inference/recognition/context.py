"""What stands around a mark: among digits it is most likely one; alone, or among letters, it must not pass for one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# So many digits, and more than there are marks that are neither digit nor sign, make a number of what stands there.
MIN_DIGITS = 2
# A digit alone is a part of a letter where it comes so near, as a share of the larger one's height, to a mark that is
# nothing and at least so long, as a share of the digit's height: a speck is less.
MAX_GAP_HEIGHTS, MIN_NEIGHBOUR_LENGTH = 0.05, 0.35


def cautious(opinions: list[Opinion], answered: NDArray[np.bool_], boxes: NDArray[np.float64]) -> list[Opinion]:
    """Refuse the doubtful digits of a picture that does not show mostly digits.

    Args:
        opinions: what each of N marks is taken for.
        answered: [N], whether each is a digit by the classifier alone.
        boxes: float64 [N, 4]: left, top, right, bottom.
    """
    digits = np.array([opinion.digit is not None for opinion in opinions], np.bool_)
    nothing = np.array([opinion.digit is None and opinion.sign is None for opinion in opinions], np.bool_)
    if not digits.any() or digits.sum() >= max(MIN_DIGITS, int(nothing.sum()) + 1):
        return opinions
    heights = boxes[:, 3] - boxes[:, 1]
    near = gaps(boxes) <= MAX_GAP_HEIGHTS * np.maximum(heights[:, None], heights[None])
    longest = np.maximum(heights, boxes[:, 2] - boxes[:, 0])
    beside = (near & nothing[None] & (longest[None] >= MIN_NEIGHBOUR_LENGTH * heights[:, None])).any(axis=1)
    doubtful = digits & (beside | ~answered)
    return [
        replace(opinion, digit=None, confidence=1 - opinion.confidence) if no else opinion
        for opinion, no in zip(opinions, doubtful, strict=True)
    ]
