"""Makes unprepared pictures of one digit: framed, noisy, on a coloured background, cropped closely, compressed."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from evaluation.pages import Writer

Grey = NDArray[np.float64]


def stray(writer: Writer, rng: np.random.Generator) -> tuple[Image.Image | bytes, str]:
    """Return an unprepared picture of one digit, as strangers send them, and the digit."""
    side = int(rng.integers(120, 500))
    label, digit = writer(side * rng.uniform(0.35, 0.7), rng)
    sheet = np.zeros((side, round(side * rng.uniform(0.8, 1.4))))
    top, left = (
        int(rng.uniform(0.15, 0.85) * max(room - own, 1)) for room, own in zip(sheet.shape, digit.shape, strict=True)
    )
    sheet[top : top + digit.shape[0], left : left + digit.shape[1]] = (digit / 255)[
        : side - top, : sheet.shape[1] - left
    ]
    return KINDS[rng.integers(len(KINDS))](sheet, digit, rng), label


def _tones(ink: Grey, rng: np.random.Generator) -> Grey:
    """Return grey levels, 0 to 255: dark ink on light paper, or the other way round."""
    pen, paper = (
        (rng.uniform(0, 70), rng.uniform(190, 255))
        if rng.random() < 0.7
        else (rng.uniform(190, 255), rng.uniform(0, 60))
    )
    return paper + (pen - paper) * ink


def _grey(levels: Grey) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def _framed(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    image = _grey(_tones(sheet, rng))
    at = int(rng.uniform(0, 0.06) * min(image.size))
    tone = int(rng.integers(256))
    ImageDraw.Draw(image).rectangle(
        (at, at, image.width - 1 - at, image.height - 1 - at), outline=tone, width=int(rng.integers(1, 7))
    )
    return image


def _sensor_noise(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    return _grey(_tones(sheet, rng) + rng.normal(0, rng.uniform(3, 22), sheet.shape))


def _salt_and_pepper(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    levels = _tones(sheet, rng)
    levels[rng.random(sheet.shape) < rng.uniform(0.0005, 0.02)] = 0
    levels[rng.random(sheet.shape) < rng.uniform(0.0005, 0.02)] = 255
    return _grey(levels)


def _vignette(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    rows, columns = (np.linspace(-1, 1, length) for length in sheet.shape)
    light = 1 - rng.uniform(0.2, 0.6) * (rows[:, None] ** 2 + columns**2) / 2
    paper = rng.uniform(190, 255)
    return _grey(light * (paper - (paper - rng.uniform(10, 80)) * sheet))


def _coloured(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    paper = rng.uniform(140, 255, 3)
    pen = rng.uniform(0, 0.35, 3) * paper
    levels = paper + (pen - paper) * sheet[..., None]
    return Image.fromarray(np.rint(levels if rng.random() < 0.6 else 255 - levels).astype(np.uint8))


def _cut_close(_: Grey, digit: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    return _grey(_tones(np.pad(digit / 255, int(rng.integers(4))), rng))


def _small_and_compressed(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    image = _grey(_tones(sheet, rng))
    image.thumbnail((200, 200))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(rng.integers(25, 70)))
    return file.getvalue()


def _pixelated(sheet: Grey, _: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    image = _grey(_tones(sheet, rng))
    tiny = image.resize((28 * image.width // image.height, 28), Image.Resampling.BOX)
    return tiny.resize((tiny.width * 12, tiny.height * 12), Image.Resampling.NEAREST)


Kind = Callable[[Grey, NDArray[np.uint8], np.random.Generator], Image.Image | bytes]
KINDS: tuple[Kind, ...] = (
    _framed,
    _sensor_noise,
    _salt_and_pepper,
    _vignette,
    _coloured,
    _cut_close,
    _small_and_compressed,
    _pixelated,
)
