"""Which components may be one sign, and which are chosen."""

import numpy as np

from inference.joining import candidates, choose, cost, distance

BODY, BAR, NEXT = (0, 20, 60, 120), (25, 0, 65, 12), (90, 5, 140, 118)


def boxes(*each: tuple[int, int, int, int]) -> np.ndarray:
    return np.array(each, np.intp)


def test_the_bar_of_a_five_may_join_its_body_but_not_the_neighbour() -> None:
    found = candidates(boxes(BODY, BAR, NEXT))
    assert (0, 1) in found
    assert distance(boxes(BODY, BAR)) < 0 < distance(boxes(BODY, NEXT))


def test_far_apart_and_too_wide_are_no_candidates() -> None:
    assert candidates(boxes((0, 0, 50, 100), (200, 0, 250, 100))) == []
    assert candidates(boxes((0, 0, 90, 100), (95, 0, 185, 100))) == []


def test_a_texture_is_not_joined() -> None:
    grid = boxes(*[(12 * x, 12 * y, 12 * x + 10, 12 * y + 10) for x in range(30) for y in range(30)])
    # Bounded by their number, where the sets of four neighbours would be 76,000.
    assert len(candidates(grid)) < 3 * len(grid)


def test_the_largest_savings_win_and_everything_is_in_one_sign() -> None:
    groups = [(0, 1), (1, 2), (0, 1, 2)]
    assert choose(4, [1.0, 3.0, 1.0, 0.1], groups, [0.5, 3.9, 4.5]) == [(0, 1), (2,), (3,)]
    assert sorted(choose(3, [0.0] * 3, groups, [1.0] * 3)) == [(0,), (1,), (2,)]


def test_costs_grow_as_quality_falls_and_end_at_refusal() -> None:
    values = [cost(quality) for quality in (1.0, 0.9, 0.5, 0.1, 1e-9)]
    assert values == sorted(values)
    assert cost(0.0) == cost(1e-9)
    assert cost(0.0, size=0.1) < cost(0.0, size=0.4) < cost(0.0)


def test_parts_of_two_lines_are_not_one_sign() -> None:
    upper = [(60 * at, 0, 60 * at + 40, 60) for at in range(4)]
    lower = [(60 * at, 70, 60 * at + 40, 130) for at in range(4)]
    assert candidates(boxes(*upper, *lower)) == []
