"""Clean drawings that are judged as a whole, and those that must not be."""

import numpy as np
import pytest
from PIL import Image

from inference import Recognizer
from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.drawings.whole import as_one, may_be_one
from inference.imaging.components import label
from inference.recognition.opinions import Opinion
from tests.inference.pens import pen

FACTOR = 0.5
Place = tuple[int, int, int, int]


def seen(box: Place, kind: int = 0) -> Sighting:
    """Return a mark of full ink in a box of the drawing, as it is seen at half its size."""
    left, top, right, bottom = (round(side * FACTOR) for side in box)
    ink = np.full((bottom - top, right - left), 255, np.uint8)
    return Sighting(Segment((left, top, right, bottom), ink, np.eye(17, dtype=np.float32)[kind], 20), FACTOR)


def drawn(*boxes: Place) -> np.ndarray:
    ink = np.zeros((200, 300), np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink


def may(said: str, *boxes: Place, also: Place | None = None, shaped: float = 0.5) -> bool:
    """Say whether a drawing of these boxes, and of one that is no mark, may be one digit; `?` is a refused mark.

    `shaped` says how surely each box has the shape of some digit by itself.
    """
    opinions = [
        Opinion(int(each) if each.isdigit() else None, each if each in ".-" else None, 0.9, np.zeros(11, np.float32))
        for each in said
    ]
    shapes = np.full((len(boxes), 11), (1 - shaped) / 10, np.float32)
    shapes[:, 3] = shaped
    ink = drawn(*boxes, *([also] if also else []))
    return may_be_one(label(ink > 0), [seen(box) for box in boxes], opinions, shapes)


LEFT, RIGHT = (20, 20, 60, 120), (80, 20, 120, 120)


@pytest.mark.parametrize(("said", "one"), [("??", True), ("5?", True), ("51", False), ("-?", False), ("5.", False)])
def test_no_sign_and_no_second_digit_is_taken_for_a_part(said: str, one: bool) -> None:
    assert may(said, LEFT, RIGHT) is one


@pytest.mark.parametrize("said", ["5", "?"])
def test_a_mark_alone(said: str) -> None:
    assert may(said, LEFT)
    assert not may("-", LEFT)


def test_a_drawing_without_a_mark() -> None:
    assert not may_be_one(label(drawn(LEFT) > 0), [], [], np.zeros((0, 11), np.float32))


@pytest.mark.parametrize(("right", "one"), [(66, True), (80, True), (90, False)])
def test_marks_far_apart_are_several(right: int, one: bool) -> None:
    # A quarter of the height is 25 pixels.
    assert may("??", LEFT, (right, 20, right + 40, 120)) is one


@pytest.mark.parametrize(("bottom", "shaped", "one"), [(80, 0.9, False), (80, 0.8, True), (100, 0.9, True)])
def test_an_exponent_is_no_part_of_a_digit(bottom: int, shaped: float, one: bool) -> None:
    assert may("5?", LEFT, (70, 20, 100, bottom), shaped=shaped) is one


@pytest.mark.parametrize(("also", "one"), [((60, 20, 70, 120), True), ((60, 20, 76, 120), False)])
def test_a_frame_or_a_line_is_no_part_of_a_digit(also: Place, one: bool) -> None:
    # The mark is 40 pixels wide; three quarters of all ink's box are 37.5 or 42.
    assert may("5", LEFT, also=also) is one


def test_all_ink_becomes_one_mark_with_the_mean_of_the_kinds() -> None:
    ink = drawn(LEFT, (80, 40, 90, 120))
    whole = as_one(ink, label(ink > 0), [seen(LEFT, 4), seen((80, 40, 90, 120), 1)])
    assert whole.box == (20, 20, 90, 120)
    assert np.array_equal(whole.mark.ink, ink[20:120, 20:90])
    assert whole.mark.kind[[4, 1]] == pytest.approx([5 / 6, 1 / 6])  # 4,000 pixels of ink, and 800


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
