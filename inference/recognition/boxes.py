"""Measures how bounding boxes lie to each other; each is left, top, right, bottom."""

import numpy as np
from numpy.typing import NDArray

# Largest gap between a mark and another that stands before it on its line, in heights of the line's digits.
MAX_BEFORE_HEIGHTS = 2.0


def gaps(boxes: NDArray[np.float64], others: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return how far boxes, float64 [N, 4], are from each other, or from others, float64 [M, 4].

    Returns:
        The larger of the gaps along x and y, [N, N] or [N, M]; below 0 where boxes overlap, inf of a box to itself.
    """
    to = boxes if others is None else others
    apart = np.maximum(boxes[:, None, :2] - to[None, :, 2:], to[None, :, :2] - boxes[:, None, 2:])
    apart = np.asarray(apart.max(axis=2), np.float64)
    if others is None:
        np.fill_diagonal(apart, np.inf)
    return apart


def starts_line(boxes: NDArray[np.float64], heights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which boxes have no other box before them on their line, bool [N].

    Args:
        boxes: float64 [N, 4].
        heights: float64 [N], the height of the digits on the line of each.
    """
    left, top, right, bottom = boxes.T
    middle = (left + right) / 2
    gap = left[:, None] - right[None]
    before = (middle[None] < middle[:, None]) & (gap < MAX_BEFORE_HEIGHTS * heights[:, None])
    beside = (top[None] < bottom[:, None]) & (bottom[None] > top[:, None])
    return np.asarray(~(before & beside).any(axis=1), np.bool_)
