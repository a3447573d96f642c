"""Clean drawings, whose own ink tells at which height they are read, and whether a mark was missed."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inference import TooManyMarksError
from inference.detection.maps import Maps
from inference.drawings.at_once import READ_HEIGHT_PX, REREAD_RATIOS, other_looks, read_at_once
from inference.imaging.components import Components, label
from tests.inference.detection.fakes import Eye
from tests.inference.detection.test_page import MOST, boxes, sheet


def ink(image: Image.Image) -> Components:
    return label(np.asarray(image) < 255)


@pytest.mark.parametrize("tall", [60, 150, 300])
def test_one_look_at_the_best_height(tall: int) -> None:
    image, eye = sheet((tall, 50, 40), (tall, 300, 60)), Eye()
    found = read_at_once(eye, image, ink(image), MOST)
    assert found is not None
    expected = [(50, 40, 50 + round(0.6 * tall), 40 + tall), (300, 60, 300 + round(0.6 * tall), 60 + tall)]
    for box, true in zip(boxes(found), expected, strict=True):
        assert box == pytest.approx(true, abs=max(2, 0.06 * tall))
    factor = READ_HEIGHT_PX / tall
    assert eye.seen == [(round(600 * factor), round(400 * factor))]


def test_other_looks_see_the_same_marks_larger_and_smaller() -> None:
    image, eye = sheet((60, 50, 40), (60, 300, 60)), Eye()
    first = read_at_once(eye, image, ink(image), MOST)
    assert first is not None
    others = list(other_looks(eye, image, first[0].factor))
    assert [each[0].factor / first[0].factor for each in others] == pytest.approx(REREAD_RATIOS)
    for other in others:
        for box, true in zip(boxes(other), boxes(first), strict=True):
            assert box == pytest.approx(true, abs=4)


def test_where_the_tallest_is_no_digit_the_writing_tells() -> None:
    # A thing more than twice as high as the digits, which is a mark too.
    image, eye = sheet((200, 20, 40), *((80, 200 + 90 * at, 150) for at in range(4))), Eye()
    found = read_at_once(eye, image, ink(image), MOST)
    assert found is not None
    assert found[0].factor == pytest.approx(READ_HEIGHT_PX / 80, rel=0.1)
    assert (len(eye.seen), len(found)) == (2, 5)


def test_what_is_missed_is_left_to_the_usual_way() -> None:
    # The second mark is 8 pixels high where the first has the best height: this network does not see it.
    image = sheet((200, 50, 40), (200 * 8 / READ_HEIGHT_PX, 300, 60))
    assert read_at_once(Eye(), image, ink(image), MOST) is None


def test_what_is_surely_no_digit_is_left_to_the_usual_way() -> None:
    image = sheet((100, 50, 40), (100, 300, 60))
    # On its head a 7 is none.
    assert read_at_once(Eye(), image.rotate(180), ink(image.rotate(180)), MOST) is None


def test_nothing() -> None:
    empty = sheet()
    assert read_at_once(Eye(), empty, ink(empty), MOST) is None

    def blind(grey: NDArray[np.uint8]) -> Maps:
        return Eye()(np.full_like(grey, 255))

    image = sheet((100, 50, 40), (100, 300, 60))
    assert read_at_once(blind, image, ink(image), MOST) is None


def test_too_many_marks_are_refused_and_a_large_sheet_is_left_to_the_usual_way() -> None:
    image, eye = sheet((100, 50, 40), (100, 300, 60)), Eye()
    with pytest.raises(TooManyMarksError):
        read_at_once(eye, image, ink(image), 1)
    many = sheet(*((24, 30 * at, 40 * row) for at in range(50) for row in range(40)), size=(1500, 1600))
    assert read_at_once(eye, many, ink(many), MOST) is None
    assert len(eye.seen) == 1, "it was not looked at"
