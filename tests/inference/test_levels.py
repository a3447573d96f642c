"""Small signs on the lines of their digits."""

import numpy as np

from inference.layout.levels import levelled
from inference.layout.lines import lines, text


def written(*marks: tuple[str, float, float, float, float]) -> str:
    boxes = np.array([mark[1:] for mark in marks], float)
    level = levelled(boxes, np.array([not mark[0].isdigit() for mark in marks]))
    return text(lines(level), level, [mark[0] for mark in marks])


def test_dots_and_strokes_stand_on_the_line_of_their_digits() -> None:
    assert written(("3", 0, 0, 20, 30), (".", 26, 26, 30, 30), ("1", 36, 0, 40, 30), ("4", 46, 0, 66, 30)) == "3.14"
    assert written(("2", 40, 0, 60, 30), ("-", 0, 14, 12, 16), ("4", 18, 0, 36, 30)) == "-42"
    assert written(("6", 0, 0, 20, 30), ("/", 26, -4, 40, 36), ("1", 46, 0, 50, 30), ("0", 56, 0, 76, 30)) == "6/10"
    assert written(("1", 0, 0, 4, 30), (",", 8, 27, 12, 38), ("5", 16, 0, 36, 30)) == "1,5"


def test_a_line_of_many_dots_is_no_smaller() -> None:
    upper = [("1", 0.0, 0.0, 4.0, 30.0), (".", 8.0, 27.0, 11.0, 30.0), ("2", 15.0, 0.0, 35.0, 30.0)]
    upper += [(".", 39.0, 27.0, 42.0, 30.0), ("3", 46.0, 0.0, 66.0, 30.0), (".", 70.0, 27.0, 73.0, 30.0)]
    lower = [(sign, left, top + 45, right, bottom + 45) for sign, left, top, right, bottom in upper]
    assert written(*upper, *lower) == "1.2.3.\n1.2.3."


def test_signs_alone_keep_their_boxes() -> None:
    boxes = np.array([[0, 14, 12, 16], [20, 0, 24, 4]], float)
    assert np.array_equal(levelled(boxes, np.array([True, True])), boxes)
    assert levelled(np.zeros((0, 4)), np.zeros(0, np.bool_)).shape == (0, 4)
