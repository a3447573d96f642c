"""What lies around the writing in what people send: a pen, the lid of a scanner, printed squares."""

import io
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from inference import Recognizer
from tests.inference.pens import pen


@cache
def recognizer() -> Recognizer:
    return Recognizer()


def on_paper(ink: NDArray[np.uint8], size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    """Put ink on a sheet of grey paper, width and height in pixels, mode L."""
    paper = Image.new("L", size, 205)
    paper.paste(40, at, Image.fromarray(ink))
    return paper


def photographed(picture: Image.Image, *, blur: float = 1.0, grain: float = 2.0, quality: int = 85) -> Image.Image:
    rng = np.random.default_rng(0)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), float)
    noisy = np.clip(soft + rng.normal(0, grain, soft.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_a_pen_beside_many_digits_does_not_tell_their_height() -> None:
    page = Image.new("L", (900, 1200), 205)
    rows = ["3680", "2402", "9032", "8268", "3326"]
    for row, text in enumerate(rows):
        page.paste(40, (150, 100 + 200 * row), Image.fromarray(pen(text, tall=50, brush=5)))
    ImageDraw.Draw(page).line((700, 100, 730, 1100), fill=30, width=24)
    assert [line for line in recognizer().read(photographed(page)).text.split("\n") if len(line) > 1] == rows


def test_the_first_line_near_the_border_is_read_though_others_are_joined_by_a_line() -> None:
    page = Image.new("L", (1000, 1200), 205)
    for row, text in enumerate(["3680", "24052405", "9032"]):
        page.paste(40, (100, 250 * row - 24), Image.fromarray(pen(text, tall=32, brush=4)))
    ImageDraw.Draw(page).line((120, 287, 420, 287), fill=40, width=4)
    assert recognizer().read(photographed(page)).text.startswith("3680")


def test_strips_of_a_scanners_lid_are_no_ones() -> None:
    scan = np.asarray(on_paper(pen("2", tall=260, brush=24), (600, 1300), (180, 600))).copy()
    scan[:500, :9] = scan[:1200, -12:] = 0
    assert recognizer().read(scan).text == "2"


@pytest.mark.parametrize("degrees", [-5, 5])
def test_printed_squares_on_a_page_held_askew(degrees: int) -> None:
    page = Image.new("L", (1400, 1400), 205)
    draw = ImageDraw.Draw(page)
    for at in range(15, 1400, 160):
        draw.line((0, at, 1400, at), fill=120, width=5)
        draw.line((at, 0, at, 1400), fill=120, width=5)
    page.paste(40, (450, 400), Image.fromarray(pen("3", tall=480, brush=42)))
    askew = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=205).crop((130, 130, 1270, 1270))
    assert recognizer().read(photographed(askew)).text == "3"


@pytest.mark.parametrize("sign", list("0268"))
def test_a_thumbnail_has_no_rules(sign: str) -> None:
    small = Image.fromarray(255 - pen(sign, tall=300, brush=40, margin=60)).reduce(12)
    assert recognizer().read(photographed(small, blur=0.3, quality=70)).text == sign


@pytest.mark.parametrize("sign", list("2689"))
def test_a_stain_beside_a_digit_makes_no_letter_of_it(sign: str) -> None:
    photo = on_paper(pen(sign, tall=160, brush=14), (420, 420), (170, 110))
    ImageDraw.Draw(photo).polygon([(115, 280), (175, 220), (170, 300)], fill=60)
    assert recognizer().read(photographed(photo)).text == sign


def test_the_grain_of_a_dark_table_does_not_hide_a_soft_pencil() -> None:
    paper = Image.new("L", (480, 480), 205)
    paper.paste(150, (60, 90), Image.fromarray(pen("2", tall=240, brush=26)))
    photo = np.asarray(paper.filter(ImageFilter.GaussianBlur(8)), float).copy()
    photo[:, 440:] = np.random.default_rng(0).normal(40, 14, photo[:, 440:].shape)
    assert recognizer().read(photographed(Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)))).text == "2"
