"""Reading order and spaces."""

import numpy as np

from inference.layout.lines import lines, text


def page(rows: list[list[tuple[float, float]]], slope: float = 0.0, size: tuple[float, float] = (20, 30)) -> np.ndarray:
    """Boxes whose top left corners are given, row by row, on a page turned by a slope."""
    corners = [(x, y + slope * x) for row in rows for x, y in row]
    return np.array([(x, y, x + size[0], y + size[1]) for x, y in corners], float)


def test_rows_and_columns_in_any_order() -> None:
    rng = np.random.default_rng(0)
    for slope in (-0.08, -0.03, 0.0, 0.03, 0.08):
        grid = [[(28.0 * at + rng.normal(0, 1), 55.0 * row + rng.normal(0, 3)) for at in range(12)] for row in range(8)]
        boxes = page(grid, slope)
        mixed = rng.permutation(len(boxes))
        found = lines(boxes[mixed])
        expected = [[12 * row + at for at in range(12)] for row in range(8)]
        assert [[int(mixed[mark]) for mark in row] for row in found] == expected, slope


def test_uneven_heights_stay_on_their_line() -> None:
    boxes = np.array([(0, 10, 20, 40), (30, 0, 50, 45), (60, 18, 78, 40), (90, 12, 110, 60)], float)
    assert lines(boxes) == [[0, 1, 2, 3]]


def test_small_print_beside_digits_does_not_split_their_lines() -> None:
    names = page([[(8.0 * at, 60.0 * row) for at in range(12)] for row in range(3)], size=(6, 8))
    digits = page([[(150, 60 * row + 3), (220, 60 * row - 14), (290, 60 * row + 2)] for row in range(3)])
    boxes = np.concatenate([names, digits])
    found = lines(boxes, np.arange(len(boxes)) >= len(names))
    assert [[mark for mark in row if mark >= 36] for row in found] == [[36, 37, 38], [39, 40, 41], [42, 43, 44]]
    assert lines(boxes, np.zeros(len(boxes), np.bool_)) == lines(boxes)


def test_two_columns_are_one_line_with_a_space() -> None:
    boxes = page([[(0, 0), (28, 0), (200, 2), (228, 1)], [(0, 60), (28, 61), (200, 62), (228, 60)]])
    rows = lines(boxes)
    assert rows == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert text(rows, boxes, list("12345678")) == "12 34\n56 78"


def test_spaces() -> None:
    def said(gap: float) -> str:
        boxes = page([[(0, 0), (24, 0), (44 + gap, 0), (68 + gap, 0)]])
        return text(lines(boxes), boxes, list("1234"))

    assert said(10) == said(25) == "1234"
    assert said(40) == said(80) == "12 34"


def test_a_widely_set_number_is_one_number() -> None:
    boxes = page([[(62.0 * at, 0) for at in range(8)]])
    assert text(lines(boxes), boxes, list("12345678")) == "12345678"


def test_a_short_number_on_a_steep_line_is_one_line() -> None:
    for count in 2, 3, 4:
        for slope in -0.25, 0.25:
            assert lines(page([[(40.0 * at, 100) for at in range(count)]], slope)) == [list(range(count))], (
                count,
                slope,
            )


def test_nothing_and_one() -> None:
    assert lines(np.zeros((0, 4))) == []
    assert text([], np.zeros((0, 4)), []) == ""
    one = page([[(5, 5)]])
    assert text(lines(one), one, ["?"]) == "?"


def in_perspective(boxes: np.ndarray, tilt: float) -> np.ndarray:
    """Boxes seen from one side: lines above slope one way, lines below the other."""
    middle = boxes[:, [0, 1]].mean(axis=0)
    corners = []
    for x, y in ((boxes[:, 0], boxes[:, 1]), (boxes[:, 2], boxes[:, 3])):
        distance = 1 + tilt * (x - middle[0]) / 500
        corners += [(x - middle[0]) / distance + middle[0], (y - middle[1]) / distance + middle[1]]
    return np.stack(corners, axis=1)


def test_two_columns_in_perspective() -> None:
    rng = np.random.default_rng(0)
    starts = [28.0 * at + (320 if at >= 6 else 0) for at in range(12)]
    grid = [[(x, 48.0 * row + rng.normal(0, 1.5)) for x in starts] for row in range(20)]
    for tilt in (-0.15, 0.15):
        assert lines(in_perspective(page(grid), tilt)) == [[12 * row + at for at in range(12)] for row in range(20)]


def test_digits_that_all_stand_apart_are_rows_not_columns() -> None:
    rising = [[(130.0 * at, 90.0 * row + 12.0 * at) for at in range(4)] for row in range(3)]
    assert lines(page(rising)) == [[4 * row + at for at in range(4)] for row in range(3)]


def test_columns_whose_lines_do_not_meet_follow_each_other() -> None:
    left = [[(28.0 * at, 48.0 * row) for at in range(5)] for row in range(6)]
    right = [[(300 + 28.0 * at, 24 + 50.0 * row) for at in range(5)] for row in range(6)]
    boxes = page(left + right)
    assert lines(boxes) == [[5 * row + at for at in range(5)] for row in range(12)]
