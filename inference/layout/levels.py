"""Puts small signs on the line of the digits that they belong to."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How far above or below a digit the middle of a sign that belongs to it may lie, as a share of the digit's height.
REACH_HEIGHTS = 0.3


def levelled(boxes: Floats, signs: NDArray[np.bool_]) -> Floats:
    """Return the boxes, each sign's with the top and bottom of the digit it belongs to, so that all stand on one line.

    A dot lies below the middle of its line, and is no measure of the line's height. It belongs to the horizontally
    nearest mark that it lies beside; if there is none, its box stays the same.

    Args:
        boxes: float64 [N, 4]: left, top, right, bottom.
        signs: bool [N], which marks are signs.
    """
    others = boxes[~signs]
    tall = others[:, 3] - others[:, 1]
    level = boxes.copy()
    for at in np.flatnonzero(signs):
        left, top, right, bottom = boxes[at]
        middle = (top + bottom) / 2
        beside = np.abs(middle - (others[:, 1] + others[:, 3]) / 2) <= (0.5 + REACH_HEIGHTS) * tall
        if beside.any():
            gaps = np.maximum(np.maximum(others[:, 0] - right, left - others[:, 2]), 0)
            level[at, [1, 3]] = others[np.where(beside, gaps, np.inf).argmin(), [1, 3]]
    return level
