"""Reads a clean drawing of a few well separated digits by the classifier alone, without the page network."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.imaging.components import Components
from inference.recognition.boxes import gaps
from inference.recognition.normalise import SIDE, normalise

# Most components of a drawing that is read this way.
MAX_COMPONENTS = 12
# Smallest probability of a digit that each component must reach.
MIN_DIGIT_PROBABILITY = 0.95
# Smallest height of a component, as a share of the tallest one's: a dot, comma, minus or the bar of a 5 is lower.
MIN_HEIGHT_RATIO = 0.6
# Largest width of a 1 among other digits, as a share of its height: a slash is wider.
MAX_ONE_WIDTH_RATIO = 0.3


def read_isolated_digits(
    ink: NDArray[np.uint8],
    components: Components,
    classify: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.float32]] | None:
    """Read a drawing if each of its components is clearly one digit.

    Args:
        ink: uint8 [H, W], the ink of a clean drawing: 0 = paper, 255 = the full contrast.
        components: the connected components of the ink.
        classify: the classifier, from images uint8 [N, 28, 28] to probabilities float32 [N, C].

    Returns:
        The boxes, float64 [N, 4]: left, top, right, bottom in pixels; the images, uint8 [N, 28, 28]; the
        classifier's probabilities, float32 [N, C]. None if it is no such drawing.
    """
    if components.count > MAX_COMPONENTS:
        return None
    boxes = components.boxes.astype(np.float64)
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    if (heights < MIN_HEIGHT_RATIO * heights.max(initial=0)).any() or (gaps(boxes) < 0).any():
        return None
    # The boxes do not overlap, so each crop contains one component.
    cuts = [normalise(ink[top:bottom, left:right]) for left, top, right, bottom in components.boxes]
    images = np.array(cuts, np.uint8).reshape(-1, SIDE, SIDE)
    said = classify(images)
    unsure = said[:, :10].max(axis=1) < MIN_DIGIT_PROBABILITY
    slash = (said.argmax(axis=1) == 1) & (widths > MAX_ONE_WIDTH_RATIO * heights)
    return None if unsure.any() or (len(boxes) > 1 and slash.any()) else (boxes, images, said)
