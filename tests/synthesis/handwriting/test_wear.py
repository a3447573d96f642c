"""What wears a mark leaves most of it, and adds little."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from synthesis.handwriting import wear
from synthesis.handwriting.digits import DIGITS
from synthesis.handwriting.render import draw
from synthesis.handwriting.vary import lengthened, redrawn_by_same_hand, vary


def ink(digit: int, seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return draw(vary(DIGITS[digit](rng), rng), 0.08, rng)


@pytest.mark.parametrize("degrade", list(dict.fromkeys(wear.DEGRADATIONS)), ids=str)
def test_each_degradation_changes_a_mark_and_leaves_most_of_it(degrade: Callable[..., NDArray[np.uint8]]) -> None:
    kept, changed = [], 0
    for seed in range(40):
        mark = ink(seed % 10, seed)
        rng = np.random.default_rng(seed)
        seen = degrade(mark.copy(), rng)
        assert seen.dtype == np.uint8
        assert np.array_equal(seen, degrade(mark.copy(), np.random.default_rng(seed)))
        changed += not np.array_equal(seen, mark)
        # Coarse scans have pixels of another size.
        kept.append(seen.sum() / mark.sum() * (mark.shape[0] / seen.shape[0]) ** 2)
    assert changed >= 28
    assert 0.75 < np.median(kept) < 1.3
    assert min(kept) > 0.3


def test_most_marks_are_left_as_they_are() -> None:
    mark = ink(8, 1)
    same = sum(np.array_equal(wear.worn(mark, np.random.default_rng(seed)), mark) for seed in range(300))
    assert 235 <= same <= 275


def test_a_lengthened_tail_leaves_the_upper_half_as_it_is() -> None:
    line = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.5], [0.3, 1.0]])
    (longer,) = lengthened([line], 2.6, np.random.default_rng(0))
    np.testing.assert_allclose(longer[:3], line[:3])
    assert longer[3, 0] == line[3, 0]
    assert 1.05 < longer[3, 1] < 1.8
    assert line[3, 1] == 1.0, "the strokes given are left as they are"


def test_a_hand_that_writes_again_moves_no_point_far() -> None:
    rng = np.random.default_rng(0)
    line = np.stack([np.linspace(0, 1, 30), np.linspace(0, 1, 30) ** 2], axis=1)
    for _ in range(20):
        (other,) = redrawn_by_same_hand([line], rng)
        moved = np.abs((other - other.mean(axis=0)) - (line - line.mean(axis=0)))
        assert 0 < moved.max() < 0.35
