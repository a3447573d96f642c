"""From a picture to its reading, with the model that is shipped."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inference import Recognizer, TooManyMarksError
from inference import recognizer as module
from inference.detection.page import Sighting, find
from tests.inference.pens import pen, photographed
from tests.samples import mnist_path

# What the rules before the page network read as it should be.
UNLEARNED = pytest.mark.xfail(strict=True, reason="the page network has not learned this yet")


@lru_cache(maxsize=1)
def recognizer() -> Recognizer:
    return Recognizer()


@pytest.mark.parametrize("text", ["7", "31", "70", "2356", "908"])
@pytest.mark.parametrize("brush", [5, 12])
def test_pen_numbers(text: str, brush: int) -> None:
    assert recognizer().read(255 - pen(text, brush=brush)).text == text


def test_the_bar_of_a_five_belongs_to_it() -> None:
    reading = recognizer().read(255 - pen("552"))
    assert reading.text == "552"
    left, top, width, height = reading.digits[0].box
    # From the corner of the bar to the foot of the body, to two pixels of what the network looks at.
    assert (left, top) == pytest.approx((24, 24), abs=3)
    assert (width, height) == pytest.approx((76, 128), abs=8)


def test_touching_digits_are_split_among_others() -> None:
    text = "7 28 2"
    parts = [pen(part, brush=9, gap=-0.08 if len(part) > 1 else 0.25) for part in text.split()]
    reading = recognizer().read(255 - np.hstack([part[:, 20:-20] for part in parts]))
    assert reading.text.replace(" ", "") == text.replace(" ", "")
    # Each has its own box, side by side.
    lefts = [digit.box[0] for digit in reading.digits]
    assert lefts == sorted(set(lefts))


def test_boxes_are_in_the_pixels_of_the_upright_picture() -> None:
    drawing = 255 - pen("3", tall=240, brush=20)
    small = recognizer().read(drawing).digits[0].box
    large = Image.fromarray(drawing).resize((drawing.shape[1] * 10, drawing.shape[0] * 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    large.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", exif=exif)
    reading = recognizer().read(out.getvalue())
    assert reading.text == "3"
    assert reading.size == large.size
    assert reading.digits[0].box == pytest.approx(tuple(10 * side for side in small), abs=30)


def test_two_lines_and_a_wide_gap() -> None:
    upper = np.pad(np.hstack([pen("23"), np.zeros((180, 150), np.uint8), pen("7")]), ((0, 0), (0, 200)))
    lower = np.pad(pen("302"), ((0, 0), (0, 900)))[:, : upper.shape[1]]
    reading = recognizer().read(255 - np.vstack([upper, lower]))
    assert reading.text == "23 7\n302"
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 1, 1, 1]


def test_a_photo_of_a_number() -> None:
    small = np.asarray(Image.fromarray(pen("2370")).resize((330, 110)))
    page = np.zeros((400, 600), np.uint8)
    page[130:240, 120:450] = small
    for light in (False, True):
        assert recognizer().read(photographed(page, light=light)).text == "2370"


def test_specks_and_dots_are_not_reported() -> None:
    drawing = pen("37").copy()
    drawing[20:26, 140:146] = 255
    drawing[150:158, 5:12] = 255
    assert recognizer().read(255 - drawing).text == "37"


@pytest.mark.parametrize("thick", [2, 8])
def test_a_frame_around_a_digit(thick: int) -> None:
    framed = np.pad(pen("3"), thick, constant_values=255)
    assert recognizer().read(255 - framed).text == "3"


def test_nothing_written() -> None:
    for picture in (
        np.full((30, 40), 255, np.uint8),
        np.zeros((1, 1), np.uint8),
        photographed(np.zeros((200, 300), np.uint8)),
    ):
        reading = recognizer().read(picture)
        assert (reading.text, reading.digits) == ("", ())


def test_too_many_marks() -> None:
    dots = np.full((400, 400), 255, np.uint8)
    for at in range(0, 400, 20):
        dots[at : at + 8, 4::20] = dots[at : at + 8, 5::20] = 0
    with pytest.raises(TooManyMarksError, match="at most 100"):
        Recognizer(max_marks=100).read(dots)


def test_what_a_digit_holds() -> None:
    reading = recognizer().read(255 - pen("8"))
    digit = reading.digits[0]
    assert digit.probabilities.shape == (len(recognizer().info.classes),)
    assert digit.confidence == pytest.approx(float(digit.probabilities[8]))
    assert np.array_equal(recognizer().classify(digit.input[None])[0], digit.probabilities)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(digit.input_png()))), digit.input)
    assert digit.heat is None
    assert digit.heat_png() is None


def test_a_printed_reading_has_no_arrays() -> None:
    reading = recognizer().read(255 - pen("8"), explain=True)
    [digit] = reading.digits
    mark = f"Mark(digit=8, confidence={digit.confidence}, box={digit.box}, line=0, sign=None, page=0)"
    assert str(reading) == f"Reading(text='8', digits=({mark},), size={reading.size}, turned=0, pages=1, more=False)"


def test_heat_maps() -> None:
    drawing = 255 - pen("47")
    plain, explained = recognizer().read(drawing), recognizer().read(drawing, explain=True)
    assert plain.text == explained.text
    for digit in explained.digits:
        assert digit.heat is not None
        assert digit.heat.shape == (28, 28)
        assert not digit.heat[digit.input == 0].any()
        # Hiding ink can cost no more than all of the confidence, and somewhere it costs something.
        assert 0 < digit.heat.max() <= 1
        overlay = Image.open(io.BytesIO(digit.heat_png() or b""))
        assert (overlay.mode, overlay.size) == ("RGBA", (28, 28))
        assert overlay.getchannel("A").getextrema() == (0, 255)


def test_more_marks_are_not_explained_than_can_be_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = 255 - pen("47")
    monkeypatch.setattr(module, "MAX_EXPLAINED_MARKS", 2)
    assert len(recognizer().read(drawing, explain=True).digits) == 2
    monkeypatch.setattr(module, "MAX_EXPLAINED_MARKS", 1)
    assert len(recognizer().read(drawing).digits) == 2
    with pytest.raises(TooManyMarksError, match="at most 1 marks; the picture shows 2"):
        recognizer().read(drawing, explain=True)


@pytest.mark.skipif(mnist_path() is None, reason="needs MNIST (MNIST_NPZ)")
def test_mnist_digits_anywhere_on_a_canvas_read_as_well_as_plain() -> None:
    from evaluation.canvases import redraw

    with np.load(str(mnist_path())) as file:
        images, labels = file["x_train"][-300:], file["y_train"][-300:]
    rng = np.random.default_rng(0)
    said = [recognizer().read(redraw(image, rng)).text for image in images]
    right = sum(one == str(two) for one, two in zip(said, labels, strict=True))
    assert right >= 0.98 * len(images)


def test_a_letter_of_two_strokes_is_refused() -> None:
    # An H whose right stem does not touch: the stem alone would be a 1.
    drawing = np.zeros((220, 200), np.uint8)
    drawing[30:190, 40:52] = drawing[104:116, 40:120] = drawing[30:190, 130:142] = 255
    assert set(recognizer().read(255 - drawing).text) == {"?"}


OPEN_FOUR = [[(140, 60), (90, 160), (180, 165)], [(215, 70), (205, 250)]]
FIVE_WITH_ITS_BAR_APART = [
    [(150, 120), (150, 175), (190, 150), (230, 180), (220, 230), (170, 255), (125, 235)],
    [(160, 70), (215, 62)],
]


@pytest.mark.parametrize(("strokes", "text"), [(OPEN_FOUR, "4"), (FIVE_WITH_ITS_BAR_APART, "5")])
def test_a_digit_whose_strokes_do_not_meet_is_one(strokes: list[list[tuple[float, float]]], text: str) -> None:
    drawing = Image.new("L", (320, 320), 255)
    for stroke in strokes:
        ImageDraw.Draw(drawing).line(stroke, fill=0, width=14, joint="curve")
    assert recognizer().read(drawing).text == text


def test_a_letter_of_two_strokes_is_one_mark() -> None:
    drawing = np.zeros((220, 200), np.uint8)
    drawing[30:190, 40:52] = drawing[104:116, 40:120] = drawing[30:190, 130:142] = 255
    [mark] = recognizer().read(255 - drawing).digits
    assert mark.box == (40, 30, 102, 160)


@pytest.mark.parametrize(("gap", "text"), [pytest.param(0.02, "?", marks=UNLEARNED), (0.2, "13")])
def test_strokes_that_nearly_touch_are_one_letter_and_those_apart_are_digits(gap: float, text: str) -> None:
    # As a B or an R whose stem does not touch.
    assert recognizer().read(255 - pen("13", gap=gap)).text == text


def test_pages_are_read_one_after_the_other() -> None:
    sheets = [Image.fromarray(255 - pen("24")), Image.new("L", (50, 50), "white"), Image.fromarray(255 - pen("7"))]
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    reading = recognizer().read(out.getvalue())
    assert (reading.text, reading.pages, reading.more) == ("24\n7", 3, False)
    assert [(mark.page, mark.line) for mark in reading.digits] == [(0, 0), (0, 0), (2, 1)]
    [whole, alone] = reading.digits[-1], recognizer().read(sheets[2]).digits[0]
    assert whole.box == alone.box
    with pytest.raises(TooManyMarksError, match="at most 2 "):
        Recognizer(max_marks=2).read(out.getvalue())


def test_a_turn_of_which_too_few_marks_are_left_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    # A w on its side is a 3, which the first look may take for several marks.
    asked = []

    def turned(*arguments: Any, turn: bool = True, **others: Any) -> tuple[int, list[Sighting]]:
        asked.append(turn)
        return (90 if turn else 0), find(*arguments, turn=False, **others)[1]

    monkeypatch.setattr("inference.recognizer.find", turned)
    monkeypatch.setattr("inference.recognizer.read_at_once", lambda *_: None)
    drawing = Image.fromarray(255 - pen("4"))
    assert recognizer().read(drawing).turned == 0
    assert asked == [True, False]
    assert recognizer().read(Image.fromarray(255 - pen("444"))).turned == 90
