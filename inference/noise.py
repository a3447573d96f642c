"""Noise that no pen and no paper made, filtered where there is much of it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Grey = NDArray[np.float32]

# It is measured on a piece of the middle of this side.
SAMPLE = 400
# In a smaller picture a stroke is hardly wider than the filters.
SMALLEST = 64
# A pixel this much brighter or darker than all around it is an impulse; of so great a share, they are noise.
IMPULSE = 40
IMPULSES = 0.0004
# Grain of a larger standard deviation, of 255, breaks thin strokes.
GRAIN = 10.0


def calm(image: Image.Image) -> Image.Image:
    """Return a picture without salt and pepper, and with coarse grain smoothed; most pictures as they are.

    Args:
        image: mode L, RGB, or RGBA without transparency.
    """
    if min(image.size) < SMALLEST:
        return image
    if image.mode == "RGBA":
        image = image.convert("RGB")
    if impulses(_sample(image)) > IMPULSES:
        image = image.filter(ImageFilter.MedianFilter(3))
    if grain(_sample(image)) > GRAIN:
        image = image.filter(ImageFilter.GaussianBlur(1))
    return image


def impulses(grey: Grey) -> float:
    """Return the share of pixels, float32 [height, width], that stand out from all of their eight neighbours."""
    height, width = grey.shape
    around = [
        grey[1 + down : height - 1 + down, 1 + right : width - 1 + right]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]
    inner = grey[1:-1, 1:-1]
    out = (inner > np.max(around, axis=0) + IMPULSE) | (inner < np.min(around, axis=0) - IMPULSE)
    return float(out.mean()) if out.size else 0.0


def grain(grey: Grey) -> float:
    """Return the standard deviation of the noise of a picture, float32 [height, width].

    By the median of the second differences both ways, which neither light nor strokes touch.

    Source: Immerkaer, "Fast Noise Variance Estimation", Computer Vision and Image Understanding 64(2), 1996; with a
    median for his mean.
    """
    second = np.diff(np.diff(grey, 2, axis=0), 2, axis=1)
    return float(np.median(np.abs(second))) / (0.6745 * 6) if second.size else 0.0


def _sample(image: Image.Image) -> Grey:
    left, top = (max(0, (side - SAMPLE) // 2) for side in image.size)
    right, bottom = min(image.width, left + SAMPLE), min(image.height, top + SAMPLE)
    return np.asarray(image.crop((left, top, right, bottom)).convert("L"), np.float32)
