"""Computes heat maps of the ink that decided: the confidence that is lost when a patch is hidden."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.recognition.normalise import SIDE

PATCH_PX = 5
STRIDE_PX = 2

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def occlusion(classify: Classify, image: NDArray[np.uint8], column: int) -> NDArray[np.float32]:
    """Return the heat map of an image: hide a patch of 5x5 pixels at every second position.

    Args:
        classify: the classifier, from images uint8 [N, 28, 28] to probabilities float32 [N, C].
        image: uint8 [28, 28], 0 = paper.
        column: the index of the class that the image was read as.

    Returns:
        float32 [28, 28]: the mean loss of that column's probability over the patches that cover a pixel; 0 where there
        is no ink.

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2.
    """
    places = _places()
    before, *after = classify(np.concatenate([image[None], np.where(places, np.uint8(0), image)]))[:, column]
    cover = places.reshape(len(places), -1).astype(np.float32)
    heat = (before - np.array(after)) @ cover / cover.sum(axis=0)
    return np.where(image > 0, heat.reshape(SIDE, SIDE), 0).astype(np.float32)


def _places() -> NDArray[np.bool_]:
    """Return a mask for every position of the patch, bool [P, 28, 28]; together they cover every pixel."""
    starts = np.arange(1 - PATCH_PX, SIDE, STRIDE_PX)
    pixel = np.arange(SIDE)
    inside = (pixel >= starts[:, None]) & (pixel < starts[:, None] + PATCH_PX)
    return (inside[:, None, :, None] & inside[None, :, None, :]).reshape(-1, SIDE, SIDE)
