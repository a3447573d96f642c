"""Ink found whatever its colour, polarity, transparency and light."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.ink import extract
from tests.inference.pens import pen

DRAWING = pen("2405")


def overlap(found: NDArray[np.uint8], drawing: NDArray[np.uint8] = DRAWING) -> float:
    """Return intersection over union of the two inks."""
    one, other = found > 100, drawing > 127
    return float((one & other).sum() / (one | other).sum())


def coloured(pen_colour: tuple[int, ...], paper: tuple[int, ...], drawing: NDArray[np.uint8] = DRAWING) -> Image.Image:
    share = drawing[..., None] / 255
    return Image.fromarray(np.rint(np.array(paper) * (1 - share) + np.array(pen_colour) * share).astype(np.uint8))


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((0, 0, 0), (255, 255, 255)),
        ((255, 255, 255), (0, 0, 0)),
        ((20, 40, 200), (255, 255, 255)),
        ((210, 20, 30), (250, 248, 240)),
        ((250, 220, 0), (255, 255, 255)),
        ((250, 220, 0), (10, 60, 20)),
        ((120, 120, 120), (150, 150, 150)),
    ],
)
def test_a_clean_drawing_in_any_colours(ink: tuple[int, ...], paper: tuple[int, ...]) -> None:
    found = extract(coloured(ink, paper))
    assert found.clean
    # Its anti-aliasing is kept: nearly the same grey levels.
    assert np.abs(found.values.astype(int) - DRAWING).mean() < 1.5
    assert overlap(found.values) > 0.97
    assert found.components.count == 6


def test_black_on_white_is_left_exactly_as_it_is() -> None:
    found = extract(Image.fromarray(255 - DRAWING))
    expected = np.where(DRAWING > 8, DRAWING, 0)
    assert np.array_equal(found.values, expected)


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_ink_on_nothing(tone: int) -> None:
    found = extract(Image.fromarray(np.dstack([np.full((*DRAWING.shape, 3), tone, np.uint8), DRAWING])))
    assert overlap(found.values) > 0.97


def test_a_picture_with_clear_corners() -> None:
    picture = Image.fromarray(255 - DRAWING).convert("RGBA")
    alpha = np.full(DRAWING.shape, 255, np.uint8)
    alpha[:12, :12] = 0
    picture.putalpha(Image.fromarray(alpha))
    assert overlap(extract(picture).values) > 0.97


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_blank_sheet_has_no_ink(mode: str) -> None:
    for tone in (0, 128, 255):
        assert not extract(Image.new(mode, (50, 40), (tone,) * len(mode) if mode != "L" else tone)).values.any()


@pytest.mark.parametrize("sign", list("02345689"))
def test_cut_out_without_a_margin(sign: str) -> None:
    drawing = pen(sign)
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    tight = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for picture in (tight, 255 - tight):
        found = extract(Image.fromarray(picture))
        assert found.clean
        assert overlap(found.values, tight) > 0.95


def photographed(
    drawing: NDArray[np.uint8], *, light: bool = False, grain: float = 3.0, depth: float = 0.6
) -> Image.Image:
    """Give a drawing paper with a slope of light, a soft shadow across one half, grain, blur and JPEG."""
    rng = np.random.default_rng(0)
    height, width = drawing.shape
    shaded = np.where(np.arange(width) > 0.6 * width, 255, 0).astype(np.uint8)[None].repeat(height, 0)
    shade = np.asarray(Image.fromarray(shaded).filter(ImageFilter.GaussianBlur(8)), float)
    lit = np.linspace(230, 170, width)[None] * (1 - 0.5 * shade / 255)
    if light:
        lit = lit * 0.3
        picture = lit + (240 - lit) * depth * drawing / 255
    else:
        picture = lit * (1 - depth * drawing / 255)
    picture = picture + rng.normal(0, grain, drawing.shape)
    out = io.BytesIO()
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    image.save(out, "JPEG", quality=80)
    return Image.open(out)


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("depth", [0.35, 0.7])
def test_a_photo_with_a_shadow(light: bool, depth: float) -> None:
    found = extract(photographed(DRAWING, light=light, depth=depth))
    assert not found.clean
    assert overlap(found.values) > 0.8
    assert found.components.count <= 8


def test_a_photo_of_nothing() -> None:
    blank = photographed(np.zeros((300, 400), np.uint8))
    assert extract(blank).components.count <= 3


@pytest.mark.parametrize("squared", [False, True])
def test_ruled_and_squared_paper(squared: bool) -> None:
    large = np.asarray(Image.fromarray(pen("2405", tall=90, brush=9)).resize((900, 360)))
    paper = np.zeros(large.shape)
    paper[15::40, :] = paper[16::40, :] = 0.3
    if squared:
        paper[:, 9::40] = paper[:, 10::40] = 0.3
    ink = np.maximum(large, 255 * paper).astype(np.uint8)
    found = extract(photographed(ink, depth=0.75, grain=2))
    assert overlap(found.values, large) > 0.75
    boxes = found.components.boxes
    assert ((boxes[:, 2] - boxes[:, 0]) < 0.5 * large.shape[1]).all()


def test_noise_is_no_drawing() -> None:
    rng = np.random.default_rng(0)
    small = np.asarray(Image.fromarray(pen("3")).resize((28, 28), Image.Resampling.BOX))
    noisy = np.clip(small.astype(float) + rng.normal(0, 12, small.shape), 0, 255).astype(np.uint8)
    found = extract(Image.fromarray(noisy))
    assert found.components.count <= 2
