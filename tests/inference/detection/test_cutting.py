"""From exact maps to marks."""

from time import process_time

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.detection.cutting import Segment, marks
from inference.detection.maps import Maps, blank
from tests.inference.detection.fakes import DOT, KINDS, Written, exact

SHAPE = (64, 96)


def strokes(*lines: list[tuple[float, float]], wide: float = 3, shape: tuple[int, int] = SHAPE) -> NDArray[np.float32]:
    """Draw lines: float32 [H, W], anti-aliased."""
    image = Image.new("L", (4 * shape[1], 4 * shape[0]))
    for line in lines:
        ImageDraw.Draw(image).line([(4 * x, 4 * y) for x, y in line], fill=255, width=round(4 * wide))
    return np.asarray(image.reduce(4), np.float32) / np.float32(255)


def by_place(maps: Maps) -> list[Segment]:
    return sorted(marks(maps), key=lambda mark: mark.box[0])


def around(ink: NDArray[np.float32]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(ink >= 0.1)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_a_mark_is_cut_out_with_its_soft_rim() -> None:
    ink = strokes([(20, 10), (30, 26), (20, 42)])
    (mark,) = marks(exact([Written(ink, 3, 32.0)]))
    left, top, right, bottom = mark.box
    assert mark.box == around(ink)
    soft = np.where(ink >= 0.1, np.rint(255 * ink), 0)
    assert np.array_equal(mark.ink, soft[top:bottom, left:right])
    assert mark.kind.argmax() == 3
    assert mark.kind[3] == pytest.approx(1)
    assert mark.kind.sum() == pytest.approx(1)
    assert mark.height == 32.0


def test_a_few_cells_that_miss_the_height_do_not_count() -> None:
    maps = exact([Written(strokes([(20, 10), (30, 26), (20, 42)]), 3, 32.0)])
    maps.height[4:6] = 500
    (mark,) = marks(maps)
    assert mark.height == 32.0


def test_what_the_network_is_nowhere_sure_of_is_no_mark_but_a_sign() -> None:
    ink = strokes([(20, 10), (30, 26), (20, 42)])
    for share, count in ((0.69, 0), (0.71, 1)):
        assert len(marks(exact([Written(share * ink, 3, 32.0)]))) == count
    assert len(marks(exact([Written(0.69 * ink, DOT, 32.0)]))) == 1
    # A tenth of it is enough.
    faint = 0.6 * ink
    faint[10:15] = ink[10:15]
    assert len(marks(exact([Written(faint, 3, 32.0)]))) == 1


def test_two_digits_that_touch_are_parted() -> None:
    one = strokes([(20, 10), (40, 26), (20, 42)])
    two = strokes([(60, 10), (40, 26), (60, 42)])
    found = by_place(exact([Written(one, 3, 32.0), Written(two, 6, 32.0)]))
    assert [int(mark.kind.argmax()) for mark in found] == [3, 6]
    # Each has its own ink, but for the cells where they meet.
    for mark, ink in zip(found, (one, two), strict=True):
        assert np.abs(np.array(mark.box) - around(ink)).max() <= 2
        assert abs(float(mark.ink.sum()) / 255 - float(ink.sum())) < 0.1 * ink.sum()
    # No soft rim is lost between them.
    both = np.minimum(one + two, 1)
    assert sum(float(mark.ink.sum()) / 255 for mark in found) == pytest.approx(
        float(both[both >= 0.1].sum()), rel=0.002
    )


def test_the_bar_of_a_five_belongs_to_it() -> None:
    ink = strokes([(20, 20), (20, 30), (36, 34), (34, 44), (18, 44)], [(24, 12), (40, 12)])
    (mark,) = marks(exact([Written(ink, 5, 32.0)]))
    assert mark.box == around(ink)


def test_a_long_tail_stays_with_its_seven() -> None:
    # The network is unsure of the tail's end: its votes fall short of the middle.
    ink = strokes([(20, 4), (40, 4), (28, 60)])
    maps = exact([Written(ink, 7, 32.0)])
    maps.offset[26:, :, 1] *= 0.4
    (mark,) = marks(maps)
    assert mark.box == around(ink)


def test_a_dot_is_kept_and_dust_is_not() -> None:
    digit = strokes([(20, 10), (20, 42)])
    dot = np.zeros(SHAPE, np.float32)
    dot[40:43, 30:33] = [[0.3, 0.7, 0.3], [0.7, 1.0, 0.7], [0.3, 0.7, 0.3]]
    dust = np.zeros(SHAPE, np.float32)
    dust[20:22, 60:62] = [[0.6, 0.3], [0.2, 0.1]]
    found = by_place(exact([Written(digit, 1, 32.0), Written(dot, DOT, 32.0), Written(dust, DOT, 32.0)]))
    assert [int(mark.kind.argmax()) for mark in found] == [1, DOT]
    assert found[1].box == around(dot)
    assert found[1].height == 32.0


def test_a_thin_pencil_is_seen_whole() -> None:
    ink = strokes([(20, 10), (30, 26), (20, 42)], wide=1)
    (mark,) = marks(exact([Written(ink, 3, 32.0)]))
    assert mark.box == around(ink)


def test_nothing_written_and_odd_sizes() -> None:
    assert marks(blank(33, 47, KINDS)) == []
    ink = strokes([(30, 4), (44.5, 30)], shape=(33, 47))
    (mark,) = marks(exact([Written(ink, 1, 32.0)]))
    assert mark.box == around(ink)


def test_the_time_grows_with_the_page_no_faster_than_linearly() -> None:
    """A page of 16 times the marks may take 16 times as long; comparing all pairs would take 256 times as long."""
    small, full = _page_of_sevens(5, 4), _page_of_sevens(20, 16)
    assert len(marks(full)) == 320
    assert _seconds(full) < 50 * _seconds(small)


def _page_of_sevens(columns: int, rows: int) -> Maps:
    high, wide = 80 * rows, 80 * columns
    rng = np.random.default_rng(0)
    ink = np.zeros((high, wide), np.float32)
    offset = rng.normal(0, 1.5, (high // 2, wide // 2, 2)).astype(np.float32)
    for y in range(20, high, 80):
        for x in range(30, wide, 80):
            ink[y : y + 32, x : x + 3] = ink[y : y + 3, x : x + 20] = 1
            down, across = np.mgrid[y // 2 : y // 2 + 17, x // 2 : x // 2 + 11]
            offset[down, across, 0] += x + 10 - 2 * across - 1
            offset[down, across, 1] += y + 16 - 2 * down - 1
    quarter = (high // 4, wide // 4)
    return Maps(ink, offset, np.full(quarter, 32, np.float32), np.full((*quarter, 17), 1 / 17, np.float32))


def _seconds(maps: Maps) -> float:
    """Return the processor's time to cut out all marks, which other processes do not change much."""
    took = []
    for _ in range(3):
        start = process_time()
        marks(maps)
        took.append(process_time() - start)
    return min(took)
