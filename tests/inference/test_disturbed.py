"""Digits read through noise, in frames, on lines, on ruled paper and in shade; and what is not there is not read."""

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from inference import Recognizer
from tests.inference.pens import pen, photographed

TALL, MARGIN = 120, 30
# Along the lower and the upper ends of the digits.
UNDER, OVER = MARGIN + TALL + 2, MARGIN - 2


@lru_cache(maxsize=1)
def recognizer() -> Recognizer:
    return Recognizer()


def canvas() -> Image.Image:
    return Image.fromarray(255 - pen("305"))


@pytest.mark.parametrize("share", [0.002, 0.02])
def test_digits_are_read_through_salt_and_pepper(share: float) -> None:
    rng = np.random.default_rng(1)
    levels = np.asarray(canvas()).copy()
    levels[rng.random(levels.shape) < share] = 0
    levels[rng.random(levels.shape) < share] = 255
    assert recognizer().read(levels).text == "305"


@pytest.mark.parametrize(("inset", "tone"), [(0, 0), (6, 0), (6, 160)])
def test_digits_are_read_in_a_frame(inset: int, tone: int) -> None:
    image = canvas()
    ImageDraw.Draw(image).rectangle(
        (inset, inset, image.width - 1 - inset, image.height - 1 - inset), outline=tone, width=5
    )
    assert recognizer().read(image).text == "305"


def test_a_large_zero_around_something_is_no_frame() -> None:
    image = Image.new("L", (240, 300), 255)
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 220, 280), outline=0, width=20)
    draw.ellipse((105, 135, 135, 165), fill=0)
    [digit] = recognizer().read(image).digits
    assert digit.box[2] > 180


def lined(text: str, level: int, slant: int) -> NDArray[np.uint8]:
    drawing = Image.fromarray(pen(text, tall=TALL, margin=MARGIN))
    ImageDraw.Draw(drawing).line((6, level + slant, drawing.width - 6, level - slant), fill=255, width=9)
    return np.asarray(drawing)


@pytest.mark.parametrize("level", [UNDER, OVER])
@pytest.mark.parametrize("slant", [0, 6])
def test_digits_that_hang_on_a_line_are_read(level: int, slant: int) -> None:
    assert recognizer().read(255 - lined("36809", level, slant)).text == "36809"


def test_the_bars_of_digits_that_touch_are_no_line() -> None:
    assert recognizer().read(255 - pen("7575", gap=-0.12)).text == "7575"


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_ink_on_nothing(tone: int) -> None:
    drawing = pen("2405")
    picture = np.dstack([np.full((*drawing.shape, 3), tone, np.uint8), drawing])
    assert recognizer().read(picture).text == "2405"


@pytest.mark.parametrize("sign", list("02345689"))
def test_cut_out_without_a_margin(sign: str) -> None:
    drawing = pen(sign)
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    tight = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for picture in (tight, 255 - tight):
        assert recognizer().read(picture).text == sign


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("depth", [0.35, 0.7])
def test_a_photo_with_a_shadow(light: bool, depth: float) -> None:
    assert recognizer().read(photographed(pen("2405"), light=light, depth=depth)).text == "2405"


@pytest.mark.parametrize("corners", [((150, 60), (330, 359), (250, 359)), ((120, 150), (429, 100), (429, 200))])
def test_the_tip_of_a_hard_shadow_at_a_digit_is_no_mark(corners: list[tuple[int, int]]) -> None:
    ink = np.pad(pen("8", tall=160, brush=10), ((70, 70), (60, 200)))
    light = Image.new("L", ink.shape[::-1], 255)
    ImageDraw.Draw(light).polygon(corners, fill=115)
    light = light.filter(ImageFilter.GaussianBlur(3))
    grain = np.random.default_rng(0).normal(0, 2, ink.shape)
    paper = np.linspace(225, 170, ink.shape[1])
    scene = (paper - 0.7 * ink) * np.asarray(light, float) / 255 + grain
    assert recognizer().read(np.clip(scene, 0, 255).astype(np.uint8)).text == "8"


@pytest.mark.parametrize("squared", [False, True])
def test_ruled_and_squared_paper(squared: bool) -> None:
    large = np.asarray(Image.fromarray(pen("2405", tall=90, brush=9)).resize((900, 360)))
    paper = np.zeros(large.shape)
    paper[15::40, :] = paper[16::40, :] = 0.3
    if squared:
        paper[:, 9::40] = paper[:, 10::40] = 0.3
    ink = np.maximum(large, 255 * paper).astype(np.uint8)
    assert recognizer().read(photographed(ink, depth=0.75, grain=2)).text == "2405"


def test_noise_on_a_small_digit_is_no_mark() -> None:
    rng = np.random.default_rng(0)
    small = np.asarray(Image.fromarray(pen("3")).resize((28, 28), Image.Resampling.BOX))
    noisy = np.clip(small.astype(float) + rng.normal(0, 12, small.shape), 0, 255).astype(np.uint8)
    assert len(recognizer().read(noisy).digits) <= 2
