"""Alters real pictures as other phones, hands and programs would have: their digits are the same, their pixels not."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Rng = np.random.Generator
Colour = tuple[int, ...]


def altered(content: bytes, way: str, rng: Rng) -> Image.Image:
    """Return a picture file's upright picture, altered in one of `WAYS`, by a random amount; mode RGB."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    return WAYS[way](picture, rng)


def _resized(picture: Image.Image, rng: Rng) -> Image.Image:
    factor = float(np.exp2(rng.uniform(-1, 0.7)))
    size = [max(1, round(side * factor)) for side in picture.size]
    return picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)


def _turned(picture: Image.Image, rng: Rng) -> Image.Image:
    degrees = float(rng.uniform(2, 8) * rng.choice([-1, 1]))
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_usual_colour(picture))


def _tilted(picture: Image.Image, rng: Rng) -> Image.Image:
    """Take the picture again from one side: one of its corners moves out of it."""
    (wide, high), (x, y) = picture.size, rng.uniform(0.01, 0.06, 2)
    corners = (-x * wide, -y * high, 0, high, wide, high, wide, 0)
    return picture.transform(
        picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=_usual_colour(picture)
    )


def _framed(picture: Image.Image, rng: Rng) -> Image.Image:
    """Put more paper around the picture."""
    border = [round(side * rng.uniform(0.1, 0.3)) for side in picture.size]
    return ImageOps.expand(picture, (border[0], border[1]), _usual_colour(picture))


def _compressed(picture: Image.Image, rng: Rng) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(rng.integers(25, 60)))
    return Image.open(file).convert("RGB")


def _noisy(picture: Image.Image, rng: Rng) -> Image.Image:
    pixels = np.asarray(picture, np.float32)
    return _picture(pixels + rng.normal(0, rng.uniform(4, 12), pixels.shape))


def _blurred(picture: Image.Image, rng: Rng) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1) * max(1.0, min(picture.size) / 900)))


def _faded(picture: Image.Image, rng: Rng) -> Image.Image:
    return ImageEnhance.Contrast(picture).enhance(float(rng.uniform(0.5, 0.8)))


def _exposed(picture: Image.Image, rng: Rng) -> Image.Image:
    """Expose the picture for a shorter or a longer time: its grey levels get another gamma."""
    gamma = float(np.exp2(rng.uniform(-0.8, 0.8)))
    return picture.point([round(255 * (level / 255) ** gamma) for level in range(256)] * 3)


def _shaded(picture: Image.Image, rng: Rng) -> Image.Image:
    """Take light away towards one side."""
    light = np.linspace(1, rng.uniform(0.4, 0.7), picture.width)[:: int(rng.choice([-1, 1])), None]
    return _picture(np.asarray(picture, np.float32) * light)


def _inverted(picture: Image.Image, _: Rng) -> Image.Image:
    return ImageOps.invert(picture)


WAYS: dict[str, Callable[[Image.Image, Rng], Image.Image]] = {
    "resized": _resized,
    "turned": _turned,
    "tilted": _tilted,
    "framed": _framed,
    "compressed": _compressed,
    "noisy": _noisy,
    "blurred": _blurred,
    "faded": _faded,
    "exposed": _exposed,
    "shaded": _shaded,
    "inverted": _inverted,
}


def _usual_colour(picture: Image.Image) -> Colour:
    """Return the median colour, which is the paper's."""
    return tuple(int(level) for level in np.median(np.asarray(picture).reshape(-1, 3), axis=0))


def _picture(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.rint(np.clip(pixels, 0, 255)).astype(np.uint8))
