"""Votes for the middles of marks: added up, blurred, climbed, and what becomes of those that miss."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection.maps import Maps, blank
from inference.detection.votes import NO_MARK, blurred, cast, climb, owners, shares
from tests.inference.detection.fakes import KINDS

FLOATS = np.float32


def test_a_vote_is_shared_among_the_four_cells_around_it() -> None:
    total = cast(np.array([2.25], FLOATS), np.array([3.5], FLOATS), np.array([2.0], FLOATS), (6, 5))
    expected = np.zeros((6, 5))
    expected[3:5, 2:4] = [[0.75, 0.25], [0.75, 0.25]]
    assert np.allclose(total, expected)


def test_no_vote_is_lost_at_the_border() -> None:
    x, y = np.array([0.0, 4.0, 3.5, 4.0], FLOATS), np.array([5.0, 0.0, 5.0, 5.0], FLOATS)
    total = cast(x, y, np.array([1.0, 2.0, 4.0, 8.0], FLOATS), (6, 5))
    assert total.sum() == 15
    assert (total[5, 0], total[0, 4], total[5, 3], total[5, 4]) == (1, 2, 2, 10)


def test_a_blur_is_as_wide_as_said_both_ways() -> None:
    values = np.zeros((41, 61), FLOATS)
    values[20, 30] = 1
    soft = blurred(values, 2.0)
    assert soft.shape == values.shape
    assert soft.sum() == pytest.approx(1, abs=1e-5)
    y, x = np.mgrid[:41, :61]
    for away in (y - 20, x - 30):
        assert float((soft * away).sum()) == pytest.approx(0, abs=1e-5)
        assert float((soft * away**2).sum()) == pytest.approx(4, rel=0.05)


def test_every_start_climbs_to_the_top_of_its_hill() -> None:
    y, x = np.mgrid[:20, :30]
    low, high = np.exp(-((y - 5) ** 2 + (x - 6) ** 2) / 20), 3 * np.exp(-((y - 13) ** 2 + (x - 22) ** 2) / 20)
    tops = {5 * 30 + 6, 13 * 30 + 22}
    found = climb((low + high).astype(FLOATS), np.arange(600)).reshape(20, 30)
    assert set(found.ravel().tolist()) == tops
    assert (found[:10, :10] == 5 * 30 + 6).all()
    assert (found[10:, 18:] == 13 * 30 + 22).all()


def test_a_plateau_has_one_top() -> None:
    assert len(set(climb(np.ones((7, 9), FLOATS), np.arange(63)).tolist())) == 1


def test_shares_of_a_whole_go_by_weight() -> None:
    found = shares(np.array([0, 0, 1, 0, 1]), np.array([3, 3, 4, 0, 0]), np.array([1, 2, 6, 1, 2], FLOATS))
    assert found.tolist() == [0.75, 0.75, 0.75, 0.25, 0.25]


def voting(*blocks: tuple[int, int, int, int, tuple[float, float]]) -> Maps:
    """Maps of 80x120 pixels: blocks of full ink, each left, top, right, bottom, and the middle it votes for (x, y)."""
    maps = blank(80, 120, KINDS)
    for left, top, right, bottom, (x, y) in blocks:
        maps.writing[top:bottom, left:right] = 1
        down, across = np.mgrid[top // 2 : bottom // 2, left // 2 : right // 2]
        maps.offset[down, across] = np.stack([x - 2 * across - 1, y - 2 * down - 1], axis=2)
    return maps


def owned(maps: Maps) -> tuple[NDArray[np.int32], int]:
    """Return the owners where all ink is of one piece."""
    return owners(maps, np.zeros(maps.offset.shape[:2], np.intp))


def test_each_cell_is_of_the_middle_that_it_votes_for() -> None:
    owner, count = owned(voting((10, 10, 30, 50, (20, 30)), (30, 10, 50, 50, (40, 30))))
    assert count == 2
    assert (owner[5:25, 5:15] == owner[15, 10]).all()
    assert (owner[5:25, 15:25] == owner[15, 20]).all()
    assert owner[15, 10] != owner[15, 20]
    # Nobody votes where nothing is written.
    assert (np.delete(owner, slice(5, 25), axis=0) == NO_MARK).all()


@pytest.mark.parametrize(("away", "kept"), [(12, True), (24, False)])
def test_a_few_votes_that_miss_make_no_mark_but_go_to_the_nearest_within_reach(away: int, kept: bool) -> None:
    # Two cells of a large piece vote for a place so many pixels right of its middle.
    owner, count = owned(voting((10, 10, 50, 50, (30, 30)), (46, 28, 50, 30, (30 + away, 30))))
    assert count == 1
    assert (owner[14, 23:25] == (0 if kept else NO_MARK)).all()
    assert (owner[5:14, 5:25] == 0).all()


def test_as_few_votes_are_a_mark_where_they_are_all_of_their_piece() -> None:
    maps = voting((10, 10, 50, 50, (30, 30)), (100, 28, 104, 30, (102, 29)))
    piece = np.zeros(maps.offset.shape[:2], np.intp)
    piece[:, 40:] = 1
    owner, count = owners(maps, piece)
    assert count == 2
    assert owner[14, 50] == owner[14, 51] != owner[14, 20]


def test_faint_cells_do_not_vote() -> None:
    maps = voting((10, 10, 30, 50, (20, 30)))
    maps.writing[10:20] *= FLOATS(0.45)
    maps.writing[20:30] *= FLOATS(0.55)
    owner, _ = owned(maps)
    assert (owner[5:10, 5:15] == NO_MARK).all()
    assert (owner[10:25, 5:15] == 0).all()


def test_votes_beyond_the_border_count_at_it() -> None:
    owner, count = owned(voting((0, 0, 10, 20, (-6, 10)), (110, 60, 120, 80, (126, 86))))
    assert count == 2
    assert (owner[:10, :5] == owner[0, 0]).all()
    assert (owner[30:, 55:] == owner[39, 59]).all()


def test_a_single_pixel_is_no_mark() -> None:
    maps = blank(80, 120, KINDS)
    maps.writing[30, 40] = 0.9
    owner, count = owned(maps)
    assert count == 0
    assert (owner == NO_MARK).all()
