"""Test-time augmentation: classifies unsure marks again with thicker and thinner strokes and small rotations."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.recognition.normalise import SIDE

Images = NDArray[np.uint8]

# How far strokes go towards their dilation and their erosion, as shares; angle of the rotations, in radians.
THICKER_SHARE, THINNER_SHARE = 0.3, 0.25
TURN_RADIANS = 0.1
# A mark whose probability of "not a digit" lies between these is classified again.
UNSURE_PROBABILITIES = (0.01, 0.5)


def classify_with_views(classify: Callable[[Images], NDArray[np.float32]], images: Images) -> NDArray[np.float32]:
    """Return the probabilities of images, float32 [N, C]; several views decide where one is unsure what is a digit.

    Args:
        classify: the classifier, from images uint8 [N, 28, 28] to probabilities float32 [N, C].
        images: uint8 [N, 28, 28].
    """
    said = classify(images)
    low, high = UNSURE_PROBABILITIES
    unsure = np.flatnonzero((said[:, 10:] > low).any(axis=1) & (said[:, 10:] < high).all(axis=1))
    if unsure.size:
        seen = views(images[unsure])
        said[unsure] = agreed(classify(seen.reshape(-1, SIDE, SIDE)).reshape(*seen.shape[:2], -1))
    return said


def views(images: Images) -> Images:
    """Return five views of each normalised image: itself, thicker, thinner, turned left, turned right.

    Args:
        images: uint8 [N, 28, 28].

    Returns:
        uint8 [5, N, 28, 28].
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    around = np.stack([padded[:, down : down + SIDE, right : right + SIDE] for down in range(3) for right in range(3)])
    thicker = images + THICKER_SHARE * (around.max(axis=0) - images.astype(np.float32))
    thinner = images - THINNER_SHARE * (images.astype(np.float32) - around.min(axis=0))
    seen = [images, *(np.rint(each).astype(np.uint8) for each in (thicker, thinner))]
    return np.stack([*seen, _turned(images, TURN_RADIANS), _turned(images, -TURN_RADIANS)])


def agreed(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the normalised geometric mean of the probabilities of several views, float32 [V, N, C] to [N, C].

    Source: Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", Neural Computation 14(8),
    2002, section 1 (opinions multiplied and renormalised).
    """
    mean = np.exp(np.log(np.maximum(probabilities, 1e-7)).mean(axis=0))
    return np.asarray(mean / mean.sum(axis=1, keepdims=True), np.float32)


def _turned(images: Images, angle: float) -> Images:
    """Turn images about their middle by an angle in radians, interpolating linearly."""
    down, right = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    x = np.cos(angle) * right - np.sin(angle) * down + SIDE // 2
    y = np.sin(angle) * right + np.cos(angle) * down + SIDE // 2
    left, top = (np.clip(np.floor(each), 0, SIDE - 2).astype(np.intp) for each in (x, y))
    across, along = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
    upper = images[:, top, left] * (1 - across) + images[:, top, left + 1] * across
    lower = images[:, top + 1, left] * (1 - across) + images[:, top + 1, left + 1] * across
    return np.asarray(np.rint(upper * (1 - along) + lower * along), np.uint8)
