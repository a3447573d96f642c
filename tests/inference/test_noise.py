import numpy as np
import pytest
from PIL import Image, ImageDraw

from inference import Recognizer
from inference.noise import calm, grain, impulses
from tests.inference.pens import pen


def canvas() -> Image.Image:
    return Image.fromarray(255 - pen("305"))


def test_grain_is_measured_beside_strokes_and_impulses() -> None:
    rng = np.random.default_rng(0)
    levels = np.asarray(canvas(), np.float32) * 0.5 + 60
    assert grain(levels) == 0
    assert 9 < grain(levels + rng.normal(0, 10, levels.shape).astype(np.float32)) < 11.5
    assert impulses(levels) == 0
    levels[rng.random(levels.shape) < 0.01] = 255
    assert 0.007 < impulses(levels) < 0.011
    assert grain(levels) == 0


def test_a_picture_without_noise_is_left_as_it_is() -> None:
    image = canvas()
    assert calm(image) is image


@pytest.mark.parametrize("share", [0.002, 0.02])
def test_digits_are_read_through_salt_and_pepper(share: float) -> None:
    rng = np.random.default_rng(1)
    levels = np.asarray(canvas()).copy()
    levels[rng.random(levels.shape) < share] = 0
    levels[rng.random(levels.shape) < share] = 255
    assert Recognizer().read(levels).text == "305"


@pytest.mark.parametrize(("inset", "tone"), [(0, 0), (6, 0), (6, 160)])
def test_digits_are_read_in_a_frame(inset: int, tone: int) -> None:
    image = canvas()
    ImageDraw.Draw(image).rectangle(
        (inset, inset, image.width - 1 - inset, image.height - 1 - inset), outline=tone, width=5
    )
    assert Recognizer().read(image).text == "305"


def test_a_large_zero_around_something_is_no_frame() -> None:
    image = Image.new("L", (240, 300), 255)
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 220, 280), outline=0, width=20)
    draw.ellipse((105, 135, 135, 165), fill=0)
    [digit] = Recognizer().read(image).digits
    assert digit.box[2] > 180
