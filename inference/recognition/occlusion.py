"""Computes heat maps of the ink that decided: the confidence that is lost when a patch is hidden."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.recognition.normalise import SIDE

PATCH_PX = 5
STRIDE_PX = 2

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def occlusion(classify: Classify, images: NDArray[np.uint8], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return heat maps: hide a patch of 5x5 pixels at every second position, all positions of all images in one batch.

    Args:
        classify: the classifier, from images uint8 [N, 28, 28] to probabilities float32 [N, C].
        images: uint8 [N, 28, 28], 0 = paper.
        columns: intp [N], the index of the class that each image was read as.

    Returns:
        float32 [N, 28, 28]: the mean loss of that column's probability over the patches that cover a pixel; 0 where
        there is no ink.

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2.
    """
    count = len(images)
    places = _places()
    hidden = np.where(places[None], np.uint8(0), images[:, None])
    batch = np.concatenate([images, hidden.reshape(-1, SIDE, SIDE)])
    said = classify(batch)
    at = np.arange(count)
    before = said[:count][at, columns]
    after = said[count:].reshape(count, len(places), -1)[at, :, columns]
    cover = places.reshape(len(places), -1).astype(np.float32)
    heat = (before[:, None] - after) @ cover / cover.sum(axis=0)
    return np.where(images > 0, heat.reshape(count, SIDE, SIDE), 0).astype(np.float32)


def _places() -> NDArray[np.bool_]:
    """Return a mask for every position of the patch, bool [P, 28, 28]; together they cover every pixel."""
    starts = np.arange(1 - PATCH_PX, SIDE, STRIDE_PX)
    pixel = np.arange(SIDE)
    inside = (pixel >= starts[:, None]) & (pixel < starts[:, None] + PATCH_PX)
    return (inside[:, None, :, None] & inside[None, :, None, :]).reshape(-1, SIDE, SIDE)
