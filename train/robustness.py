"""Measures how the accuracy falls with the strength of image corruptions."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Image = NDArray[np.float64]
Corruption = Callable[[Image, float, np.random.Generator], Image]
# Every fourth image is enough: the standard error of an accuracy of 99 % is then 0.2 points.
IMAGE_STEP = 4


def accuracy_curves(
    predict: Callable[[NDArray[np.uint8]], NDArray[np.float64]],
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
) -> dict[str, dict[str, list[float]]]:
    """Measure the accuracy under each corruption at each strength.

    Args:
        predict: maps uint8 [N, 28, 28] to probabilities float64 [N, classes].
        images: uint8 [N, 28, 28].
        labels: integers [N].

    Returns:
        For each corruption `strength` and `accuracy`, lists of the same length.
    """
    images, labels = images[::IMAGE_STEP], labels[::IMAGE_STEP]
    found = {}
    for number, (name, (corrupt, strengths)) in enumerate(CORRUPTIONS.items()):
        accuracy = []
        for strength in strengths:
            rng = np.random.default_rng(number)
            changed = np.stack([corrupt(image.astype(np.float64), strength, rng) for image in images])
            predicted = predict(np.rint(np.clip(changed, 0, 255)).astype(np.uint8))[:, :10].argmax(axis=1)
            accuracy.append(float((predicted == labels).mean()))
        found[name] = {"strength": list(strengths), "accuracy": accuracy}
    return found


def _noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return image + rng.normal(0, strength, image.shape)


def _blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return np.asarray(ndimage.gaussian_filter(image, strength))


def _contrast(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return image * strength


def _rotation(image: Image, strength: float, rng: np.random.Generator) -> Image:
    side = rng.choice([-1, 1])
    return np.asarray(ndimage.rotate(image, side * strength, reshape=False, order=1))


def _scale(image: Image, strength: float, rng: np.random.Generator) -> Image:
    matrix = np.eye(2) / strength
    middle = np.full(2, 13.5)
    return np.asarray(ndimage.affine_transform(image, matrix, middle - matrix @ middle, order=1))


def _shift(image: Image, strength: float, rng: np.random.Generator) -> Image:
    angle = rng.uniform(0, 2 * np.pi)
    return np.asarray(ndimage.shift(image, (strength * np.sin(angle), strength * np.cos(angle)), order=1))


def _thickness(image: Image, strength: float, rng: np.random.Generator) -> Image:
    change = ndimage.grey_dilation if strength > 0 else ndimage.grey_erosion
    share = abs(strength)
    return np.asarray((1 - share) * image + share * change(image, size=(3, 3)))


def _occlusion(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Wipe out a square of `strength` pixels a side, somewhere on the digit."""
    side = int(strength)
    covered = image.copy()
    top, left = rng.integers(4, 25 - side, 2)
    covered[top : top + side, left : left + side] = 0
    return covered


# Each with the unit that the figure shows. Its first strength changes nothing (for thickness, its third).
CORRUPTIONS: dict[str, tuple[Corruption, tuple[float, ...]]] = {
    "noise (grey levels)": (_noise, (0, 20, 40, 60, 80, 100)),
    "blur (pixels)": (_blur, (0, 0.5, 1.0, 1.5, 2.0, 2.5)),
    "contrast (factor)": (_contrast, (1.0, 0.8, 0.6, 0.4, 0.2, 0.1)),
    "rotation (degrees)": (_rotation, (0, 10, 20, 30, 40, 50)),
    "scale (factor)": (_scale, (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)),
    "shift (pixels)": (_shift, (0, 1, 2, 3, 4, 5)),
    "thickness (share of a pixel)": (_thickness, (-0.8, -0.4, 0, 0.4, 0.8, 1.0)),
    "occlusion (pixels a side)": (_occlusion, (0, 3, 5, 7, 9, 11)),
}
