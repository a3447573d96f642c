"""MNIST's own normalisation: what the network was trained on is what it must be shown."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 28
BOX = 20
MIN_SQUARE = 10


def normalise(ink: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn the ink of one mark into the 28x28 image that the model sees.

    Tight box around any ink; the short side grown to a square of at least 10 pixels; area-averaged to 20x20; scaled so
    that the darkest pixel is 255; placed so that the centre of mass falls on pixel index 14, by a whole-pixel shift.

    Args:
        ink: [height, width], 0 = paper; the ink in any positive unit, for it is scaled at the end.

    Returns:
        uint8 [28, 28], 0 = paper, 255 = ink; all zeros where there is no ink.

    Source: Yadav and Bottou, "Cold Case: The Lost MNIST Digits", NeurIPS 2019, section 2.2 (the QMNIST reconstruction).
    """
    cut = _tight(ink)
    out = np.zeros((SIDE, SIDE), np.uint8)
    if cut.size == 0:
        return out
    height, width = cut.shape
    square = max(height, width, MIN_SQUARE)
    averaged = _weights(height, square) @ cut.astype(np.float32) @ _weights(width, square).T
    small = averaged * (255.0 / averaged.max())

    mass = small.sum()
    centres = np.arange(BOX, dtype=np.float32) + 0.5
    top = int(15 - float(small.sum(axis=1) @ centres) / mass)
    left = int(15 - float(small.sum(axis=0) @ centres) / mass)
    pixels = np.rint(small).astype(np.uint8)
    y0, y1 = max(top, 0), min(top + BOX, SIDE)
    x0, x1 = max(left, 0), min(left + BOX, SIDE)
    out[y0:y1, x0:x1] = pixels[y0 - top : y1 - top, x0 - left : x1 - left]
    return out


def _tight(ink: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.uint8] | NDArray[np.float32]:
    # What was cut by its box is tight, which its sides alone tell.
    if ink.size and ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any():
        return ink
    rows = np.flatnonzero(ink.any(axis=1))
    if rows.size == 0:
        return ink[:0, :0]
    columns = np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@lru_cache(maxsize=512)
def _weights(length: int, square: int) -> NDArray[np.float32]:
    """Area-averaging weights [20, length]: `length` pixels, centred in `square`, onto 20 cells."""
    offset = (square - length) // 2
    edges = np.arange(BOX + 1) * (square / BOX)
    pixel = np.arange(length) + offset
    overlap = np.minimum(edges[1:, None], pixel + 1.0) - np.maximum(edges[:-1, None], pixel)
    weights: NDArray[np.float32] = (np.clip(overlap, 0.0, None) * (BOX / square)).astype(np.float32)
    return weights
