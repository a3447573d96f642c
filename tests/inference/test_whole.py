"""Clean drawings that may be one digit, which is judged by all of the drawing's ink."""

import numpy as np
import pytest
from PIL import Image

from inference import Recognizer
from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.drawings.whole import with_all_ink
from inference.imaging.components import label
from tests.inference.pens import pen

FACTOR = 0.5
Place = tuple[int, int, int, int]
MARK: Place = (20, 20, 60, 120)


def seen(box: Place, kind: int) -> Sighting:
    """Return a mark of full ink in a box of the drawing, as it is seen at half its size."""
    left, top, right, bottom = (round(side * FACTOR) for side in box)
    ink = np.full((bottom - top, right - left), 255, np.uint8)
    return Sighting(Segment((left, top, right, bottom), ink, np.eye(17, dtype=np.float32)[kind], 20), FACTOR)


def drawn(*boxes: Place) -> np.ndarray:
    ink = np.zeros((200, 300), np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink


def test_the_mark_gets_the_ink_that_the_network_missed() -> None:
    ink = drawn(MARK, (60, 20, 70, 120))
    whole = with_all_ink([seen(MARK, 4)], ink, label(ink > 0))
    assert whole is not None
    assert whole.box == (20, 20, 70, 120)
    assert np.array_equal(whole.mark.ink, ink[20:120, 20:70])
    assert whole.mark.kind.argmax() == 4


@pytest.mark.parametrize(("right", "one"), [(70, True), (76, False)])
def test_a_frame_or_a_line_is_no_part_of_a_digit(right: int, one: bool) -> None:
    # The mark is 40 pixels wide; three quarters of all ink's box are 37.5 or 42.
    ink = drawn(MARK, (60, 20, right, 120))
    assert (with_all_ink([seen(MARK, 4)], ink, label(ink > 0)) is not None) is one


@pytest.mark.parametrize(
    ("other", "one"),
    [
        ((70, 20, 100, 120), True),  # beside it: a half of an open 4, say
        ((70, 20, 111, 120), False),  # wider than .9 of the height: two digits
        ((20, 100, 60, 180), True),  # overlapping
        ((20, 120, 60, 180), False),  # below it: a column
    ],
)
def test_marks_that_may_be_parts_of_one_digit(other: Place, one: bool) -> None:
    ink = drawn(MARK, other)
    assert (with_all_ink([seen(MARK, 4), seen(other, 4)], ink, label(ink > 0)) is not None) is one


def test_an_open_4_is_one_digit_and_a_column_two() -> None:
    four = pen("4")
    assert [mark.digit for mark in Recognizer().read(255 - four).digits] == [4]
    column = np.concatenate([pen("1"), pen("1")])
    assert [mark.digit for mark in Recognizer().read(255 - column).digits] == [1, 1]


def test_what_the_classifier_sees_is_the_drawing_itself() -> None:
    drawing = pen("5")  # its bar is apart
    [mark] = Recognizer().read(255 - drawing).digits
    rows, columns = np.nonzero(drawing)
    assert mark.digit == 5
    left, top = int(columns.min()), int(rows.min())
    assert mark.box == (left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)


def test_the_exponent_of_a_power_is_not_lost() -> None:
    base, exponent = pen("3"), np.asarray(Image.fromarray(pen("3")).resize((40, 60)))
    drawing = np.pad(base, ((0, 0), (0, 60)))
    left = int(np.nonzero(base)[1].max()) + 8
    drawing[:60, left : left + 40] = exponent[:, : drawing.shape[1] - left]
    assert [mark.digit for mark in Recognizer().read(255 - drawing).digits] == [3, 3]
