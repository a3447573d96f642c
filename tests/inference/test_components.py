"""The labeller against a flood fill, pixel by pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.imaging.components import label
from tests.inference.painting import paint


def flood(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Label 8-connected components in the order of their first pixels; -1 is none."""
    labels = np.full(mask.shape, -1)
    count = 0
    for start in np.argwhere(mask):
        if labels[tuple(start)] >= 0:
            continue
        todo = [tuple(start)]
        labels[todo[0]] = count
        while todo:
            y, x = todo.pop()
            window = (slice(max(y - 1, 0), y + 2), slice(max(x - 1, 0), x + 2))
            for dy, dx in np.argwhere(mask[window] & (labels[window] < 0)):
                found = (max(y - 1, 0) + dy, max(x - 1, 0) + dx)
                labels[found] = count
                todo.append(found)
        count += 1
    return labels, count


@pytest.mark.parametrize("density", [0.05, 0.2, 0.4, 0.55, 0.7, 0.95])
def test_random_masks(density: float) -> None:
    rng = np.random.default_rng(int(100 * density))
    for _ in range(40):
        mask = rng.random(rng.integers(1, 40, 2)) < density
        expected, count = flood(mask)
        found = label(mask)
        assert found.count == count
        assert np.array_equal(paint(found, np.arange(1, count + 1), mask.shape) - 1, expected)
        for at in range(count):
            y, x = np.nonzero(expected == at)
            assert found.boxes[at].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_a_spiral_and_a_comb_are_one() -> None:
    spiral = np.zeros((61, 61), np.bool_)
    y = x = 0
    step = 60
    for turn in range(28):
        dy, dx = ((0, 1), (1, 0), (0, -1), (-1, 0))[turn % 4]
        for _ in range(step):
            spiral[y, x] = True
            y, x = y + dy, x + dx
        step -= 2 * (turn % 2) + 2 * (turn == 0) * 0
    comb = np.zeros((50, 51), np.bool_)
    comb[:, ::2] = True
    comb[-1] = True
    assert label(comb).count == 1
    assert label(spiral).count == flood(spiral)[1]


def test_empty_and_full() -> None:
    assert label(np.zeros((5, 7), np.bool_)).count == 0
    full = label(np.ones((5, 7), np.bool_))
    assert full.boxes.tolist() == [[0, 0, 7, 5]]
