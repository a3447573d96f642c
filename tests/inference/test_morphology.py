"""The closing against its definition."""

import numpy as np

from inference.morphology import closing


def test_against_the_definition() -> None:
    rng = np.random.default_rng(0)
    for window in (3, 5, 7, 12):
        grey = rng.integers(0, 256, (23, 31), np.uint8)
        half = window // 2
        padded = np.pad(grey, 2 * half, mode="edge")
        side = 2 * half + 1
        views = np.lib.stride_tricks.sliding_window_view
        dilated = views(padded, (side, side)).max(axis=(2, 3))
        assert np.array_equal(closing(grey, window), views(dilated, (side, side)).min(axis=(2, 3)))


def test_a_stroke_is_filled_and_a_shadow_stays() -> None:
    grey = np.full((60, 80), 200, np.uint8)
    grey[:, 50:] = 90
    grey[10:50, 20:24] = 30
    expected = np.full((60, 80), 200, np.uint8)
    expected[:, 50:] = 90
    assert np.array_equal(closing(grey, 9), expected)
