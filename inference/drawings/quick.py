"""The quick way: a clean drawing of a few digits well apart, which needs no page network."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.imaging.components import Components
from inference.recognition.boxes import gaps
from inference.recognition.normalise import SIDE, normalise

# More components than these are not read this way.
MAX_COMPONENTS = 12
# Every one of them is read as a digit at least so surely.
MIN_PROBABILITY = 0.95
# Digits are as high as the highest of them, but for this share: a dot, a comma, a minus, the bar of a 5 are less.
MIN_HEIGHT_RATIO = 0.6
# Between their boxes lies at least this share of the highest one's height.
MIN_GAP_HEIGHTS = 0.1
# A 1 among others stands no wider than this share of its height: a slash is.
MAX_ONE_WIDTH = 0.3


def read(
    ink: NDArray[np.uint8],
    components: Components,
    classify: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.float32]] | None:
    """Read a drawing whose components are digits, one each, without a doubt.

    Args:
        ink: uint8 [H, W], of a clean drawing: 0 = paper, 255 = the full contrast.
        components: of its ink.
        classify: uint8 [N, 28, 28] to float32 [N, C].

    Returns:
        The boxes, float64 [N, 4]: left, top, right, bottom in pixels; the images, uint8 [N, 28, 28]; what the
        classifier says of them. None where it is no such drawing.
    """
    if components.count > MAX_COMPONENTS or not _apart(components):
        return None
    images = np.empty((components.count, SIDE, SIDE), np.uint8)
    # Boxes that are apart hold one each.
    for at, (left, top, right, bottom) in enumerate(components.boxes):
        images[at] = normalise(ink[top:bottom, left:right])
    said = classify(images)
    boxes = components.boxes.astype(np.float64)
    if not _digits(boxes, said):
        return None
    return boxes, images, said


def _apart(components: Components) -> bool:
    """Say whether all components are about as high as each other and well apart."""
    if components.count < 2:
        return True
    boxes = components.boxes.astype(np.float64)
    heights = boxes[:, 3] - boxes[:, 1]
    tallest = float(heights.max())
    if heights.min() < MIN_HEIGHT_RATIO * tallest:
        return False
    apart = gaps(boxes)
    np.fill_diagonal(apart, np.inf)
    return bool(apart.min() >= MIN_GAP_HEIGHTS * tallest)


def _digits(boxes: NDArray[np.float64], said: NDArray[np.float32]) -> bool:
    """Say whether each component is surely a digit."""
    if (said[:, :10].max(axis=1) < MIN_PROBABILITY).any():
        return False
    slim = boxes[:, 2] - boxes[:, 0] <= MAX_ONE_WIDTH * (boxes[:, 3] - boxes[:, 1])
    return len(boxes) == 1 or bool((slim | (said.argmax(axis=1) != 1)).all())
