"""The faults that the page network was made to mend, each with a small made picture and what it truly says."""

import io
import textwrap
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inference import Reading, Recognizer
from tests.inference.pens import pen, photographed

Ink = NDArray[np.uint8]


@lru_cache(maxsize=1)
def recognizer() -> Recognizer:
    return Recognizer()


def read(ink: Ink) -> Reading:
    return recognizer().read(255 - ink)


def on_sheet(width: int, height: int, *parts: tuple[Ink, int, int]) -> Image.Image:
    """Put inks on a sheet at left, top, in pixels: mode L, 255 = ink."""
    sheet = Image.new("L", (width, height))
    for ink, left, top in parts:
        sheet.paste(255, (left, top), Image.fromarray(ink))
    return sheet


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((0, 0, 0), (255, 255, 255)),
        ((255, 255, 255), (0, 0, 0)),
        ((20, 40, 200), (255, 255, 255)),
        ((210, 20, 30), (250, 248, 240)),
        ((250, 220, 0), (10, 60, 20)),
        ((120, 120, 120), (150, 150, 150)),
    ],
)
def test_any_colours(ink: tuple[int, ...], paper: tuple[int, ...]) -> None:
    share = pen("2405")[..., None] / 255
    picture = np.rint(np.array(paper) * (1 - share) + np.array(ink) * share).astype(np.uint8)
    assert recognizer().read(picture).text == "2405"


def test_a_small_zero_beside_high_digits_is_not_lost() -> None:
    small = pen("0", tall=50, brush=9, margin=0)
    sheet = on_sheet(560, 220, (pen("35", tall=120, brush=12, margin=0), 40, 40), (small, 250, 108), (small, 330, 108))
    assert read(np.asarray(sheet)).text == "3500"


def test_a_seven_and_a_nine_with_long_tails_are_no_ones() -> None:
    sheet = on_sheet(420, 330, (pen("36", tall=110, brush=11, margin=0), 200, 40))
    draw = ImageDraw.Draw(sheet)
    draw.line([(40, 45), (105, 48), (70, 150), (52, 245)], fill=255, width=11, joint="curve")
    assert read(np.asarray(sheet)).text == "736"


@pytest.mark.parametrize("text", ["20", "57", "003", "84"])
def test_digits_that_touch_are_parted(text: str) -> None:
    assert read(pen(f"{text}36", gap=-0.06)).text == f"{text}36"


@pytest.mark.parametrize(
    ("sign", "lines", "text"),
    [
        (".", [[(0, 0), (4, 4)]], "3.14"),
        ("/", [[(80, -125), (0, 35)]], "3/14"),
        ("-", [[(0, -50), (44, -50)]], "3-14"),
    ],
)
def test_separators_are_marks_of_their_own(sign: str, lines: list[list[tuple[int, int]]], text: str) -> None:
    sheet = on_sheet(
        620, 240, (pen("3", tall=110, brush=12, margin=8), 32, 42), (pen("14", tall=110, margin=8), 292, 42)
    )
    for line in lines:
        ImageDraw.Draw(sheet).line([(160 + x, 155 + y) for x, y in line], fill=255, width=12)
    reading = read(np.asarray(sheet))
    assert reading.text.replace(" ", "") in (text, text.replace(sign, "?"))
    assert [mark.digit for mark in reading.digits if mark.sign is None and not mark.refused] == [3, 1, 4]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_digits_that_touch_the_lines_of_a_table(kind: str) -> None:
    sheet = on_sheet(
        460, 250, (pen("36", tall=96, brush=9, margin=0), 40, 22), (pen("92", tall=96, brush=9, margin=0), 40, 128)
    )
    draw = ImageDraw.Draw(sheet)
    for y in (16, 121, 226):
        draw.line((10, y, 440, y), fill=255, width=3)
    for x in (10, 225, 440):
        draw.line((x, 16, x, 226), fill=255, width=3)
    file = io.BytesIO()
    Image.fromarray(255 - np.asarray(sheet)).save(file, kind)
    assert recognizer().read(file.getvalue()).text == "36\n92"


def test_empty_boxes_say_nothing() -> None:
    sheet = Image.new("L", (520, 160), 255)
    draw = ImageDraw.Draw(sheet)
    for at in range(5):
        draw.rectangle((30 + 95 * at, 40, 110 + 95 * at, 120), outline=0, width=3)
    sheet.paste(0, (147, 52), Image.fromarray(pen("8", tall=56, brush=6, margin=0)))
    assert recognizer().read(sheet).text == "8"


def test_a_struck_digit_is_shown_and_not_said() -> None:
    sheet = on_sheet(470, 220, (pen("384", tall=120, brush=11, margin=0, gap=0.6), 40, 45))
    draw = ImageDraw.Draw(sheet)
    for x, y in ((160, 40), (160, 170)):
        draw.line((x, y, x + 110, 210 - y), fill=255, width=11)
    assert read(np.asarray(sheet)).text.replace(" ", "") == "3?4"


def test_letters_give_no_digits() -> None:
    sheet = Image.new("L", (620, 120), 255)
    ImageDraw.Draw(sheet).text((30, 30), "Hamburgerfonts", fill=0, font=ImageFont.load_default(56))
    reading = recognizer().read(sheet)
    assert len(reading.digits) > 6
    assert sum(mark.digit is not None for mark in reading.digits) <= 2


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_picture_is_read_upright(turn: int) -> None:
    photo = photographed(pen("2473", tall=120, brush=11, margin=60), grain=2)
    # Pillow turns anticlockwise: what was turned so far is upright again after as much clockwise.
    reading = recognizer().read(photo.rotate(turn, expand=True))
    assert (reading.text, reading.turned) == ("2473", turn)
    [left, top, wide, high] = reading.digits[0].box
    assert 0 <= left < left + wide <= reading.size[0]
    assert 0 <= top < top + high <= reading.size[1]


@pytest.mark.parametrize("text", ["68", "69", "9", "1"])
def test_what_reads_both_ways_is_not_turned(text: str) -> None:
    reading = recognizer().read(photographed(pen(text, tall=120, brush=11, margin=60), grain=2))
    assert (reading.text, reading.turned) == (text, 0)


def test_a_table_is_read_row_by_row() -> None:
    sheet = Image.new("L", (420, 420))
    draw = ImageDraw.Draw(sheet)
    for at in range(4):
        draw.line((30 + 120 * at, 30, 30 + 120 * at, 390), fill=150, width=3)
        draw.line((30, 30 + 120 * at, 390, 30 + 120 * at), fill=150, width=3)
    for at, digit in enumerate("408235679"):
        sheet.paste(
            255, (62 + 120 * (at % 3), 54 + 120 * (at // 3)), Image.fromarray(pen(digit, tall=72, brush=8, margin=0))
        )
    assert read(np.asarray(sheet)).text.replace(" ", "") == "408\n235\n679"


def test_a_photo_of_nothing_says_nothing() -> None:
    assert recognizer().read(photographed(np.zeros((300, 400), np.uint8))).text == ""


@pytest.mark.parametrize("height", [16, 20, 22, 23, 27, 30, 44])
def test_a_page_of_print_gives_next_to_no_digits(height: int) -> None:
    sheet = Image.new("L", (1000, 560), 250)
    words = "Sphinx of black quartz, judge my vow. Six big devils from Japan quickly forgot how to waltz. " * 2
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(height)
    for number, line in enumerate(textwrap.wrap(words, 1700 // height)):
        draw.text((30, 20 + number * height * 1.5), line, fill=10, font=font)
    marks = recognizer().read(sheet).digits
    assert len(marks) > 100
    assert sum(mark.digit is not None for mark in marks) <= 0.05 * len(marks)
