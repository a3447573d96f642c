"""Augments images with small random changes that keep a digit's label.

The changes are mild: stronger ones cost more on MNIST than a larger network gains.
"""

from typing import Any

import numpy as np
import tensorflow as tf

ROTATION_RADIANS = 0.08  # radians; standard deviation, as are all below but GRID_NODES; cut off at MAX_DEVIATIONS
SHEAR = 0.08
ZOOM = 0.05
SHIFT_PX = 0.6  # pixels
ELASTIC_PX = 0.6  # pixels, at the nodes of a coarse grid
GRID_NODES = 6
THICKNESS_PX = 0.15  # the share of a pixel by which the pen grows or shrinks
MAX_DEVIATIONS = 2.2


def change(images: Any, seed: Any, strength: float = 1.0) -> Any:
    """Make the pen thicker or thinner, then turn, slant, stretch, shift and bend each image a little.

    The bending is that of Simard et al., "Best Practices for Convolutional Neural Networks Applied to Visual Document
    Analysis", ICDAR 2003, section 2, with the smooth field interpolated from a coarse grid.

    Args:
        images: float32 [N, 28, 28, 1], 0 = paper, 255 = ink.
        seed: int32 [2]; the same seed makes the same changes.
        strength: factor on all changes, 1 for the full ones, 0 for none.
    """
    seeds = tf.random.split(seed, 3)
    return _warp(_press(images, seeds[0], strength), seeds[1], seeds[2], strength)


def _press(images: Any, seed: Any, strength: float) -> Any:
    """Mix each image with its dilation or its erosion."""
    amount = tf.clip_by_value(_normal((tf.shape(images)[0], 1, 1, 1), seed) * (THICKNESS_PX * strength), -0.35, 0.5)
    thicker = tf.nn.max_pool2d(images, 3, 1, "SAME")
    thinner = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    return images + tf.nn.relu(amount) * (thicker - images) + tf.nn.relu(-amount) * (thinner - images)


def _warp(images: Any, affine_seed: Any, elastic_seed: Any, strength: float) -> Any:
    count = tf.shape(images)[0]
    draw = _normal((count, 6), affine_seed) * strength
    angle, slant = draw[:, 0] * ROTATION_RADIANS, draw[:, 1] * SHEAR
    wide, tall = tf.exp(draw[:, 2] * ZOOM), tf.exp(draw[:, 3] * ZOOM)
    cos, sin = tf.cos(angle), tf.sin(angle)
    middle = np.float32(13.5)
    rows, columns = (axis - middle for axis in np.meshgrid(*2 * [np.arange(28, dtype=np.float32)], indexing="ij"))
    bend = tf.image.resize(
        _normal((count, GRID_NODES, GRID_NODES, 2), elastic_seed) * (ELASTIC_PX * strength), (28, 28), "bicubic"
    )
    # The source coordinates of each pixel of the result.
    x = _each(cos * wide) * columns + _each(slant - sin * tall) * rows + _each(draw[:, 4] * SHIFT_PX) + bend[..., 0]
    y = _each(sin * wide) * columns + _each(cos * tall) * rows + _each(draw[:, 5] * SHIFT_PX) + bend[..., 1]
    return _bilinear(images, x + middle, y + middle)


def _bilinear(images: Any, x: Any, y: Any) -> Any:
    """Return images [N, 28, 28, 1] sampled at x, y, both float32 [N, 28, 28], clipped to the image."""
    x, y = tf.clip_by_value(x, 0.0, 26.999), tf.clip_by_value(y, 0.0, 26.999)
    left, top = tf.floor(x), tf.floor(y)
    right, down = x - left, y - top
    pixels = tf.reshape(images, (-1, 784))
    corner = tf.reshape(tf.cast(top * 28 + left, tf.int32), (-1, 784))

    def at(offset: int) -> Any:
        return tf.reshape(tf.gather(pixels, corner + offset, batch_dims=1), (-1, 28, 28))

    above = at(0) * (1 - right) + at(1) * right
    below = at(28) * (1 - right) + at(29) * right
    return (above * (1 - down) + below * down)[..., None]


def _each(values: Any) -> Any:
    return values[:, None, None]


def _normal(shape: Any, seed: Any) -> Any:
    return tf.clip_by_value(tf.random.stateless_normal(shape, seed), -MAX_DEVIATIONS, MAX_DEVIATIONS)
