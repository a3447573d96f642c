"""Copies letters and digits of handwriting fonts, each drawn by one person, with another pen, slant and width."""

import string
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt

from synthesis.handwriting.letters import LOOKALIKES

Ink = NDArray[np.uint8]
Floats = NDArray[np.float64]
Rng = np.random.Generator
# Margin around each glyph, so that a thicker pen has room.
MARGIN_PX = 16
# A thinner pen removes at most this share of a stroke's width on each side, or strokes would break.
MAX_THINNING_SHARE = 0.3
# One font in this many is held out for validation.
VALIDATION_FONT_STEP = 16
# Letters that, alone, do not look like a digit; a y often looks like a 4 or a 9.
UNAMBIGUOUS_LETTERS = frozenset(string.ascii_letters) - LOOKALIKES - {"y"}


@dataclass(frozen=True, slots=True, eq=False)
class FontGlyph:
    """One letter or digit of one font.

    Attributes:
        name: the letter or digit.
        distances: float32 [h, w], each pixel's distance in pixels from the ink's border; negative outside the ink.
        width: the pen's width in pixels.
    """

    name: str
    distances: NDArray[np.float32]
    width: float


@dataclass(frozen=True, slots=True)
class Face:
    """One font of a file; see `Faces` for its form."""

    path: Path
    font: str

    def glyph(self, names: frozenset[str], rng: Rng) -> FontGlyph:
        """Return a random one of the letters and digits in `names` that the font has."""
        choice = sorted(names & _images(self.path)[self.font].keys())
        return _glyph(self.path, self.font, choice[rng.integers(len(choice))])


@dataclass(frozen=True, slots=True)
class Faces:
    """The fonts of a file that `python -m train.fonts` wrote.

    Attributes:
        path: the file, .npz: `x` uint8 [N, S, S] (0 = paper, 255 = ink), the glyphs; `y` [N], their characters;
            `font` [N], their fonts.
        validation: take the fonts held out for validation, instead of those to train on.

    Raises, at the first use of a method:
        OSError, KeyError, ValueError: the file cannot be read, or has another form.
    """

    path: Path
    validation: bool = False

    def face(self, rng: Rng) -> Face:
        """Return a random font."""
        fonts = _fonts(self.path, self.validation)
        return Face(self.path, fonts[rng.integers(len(fonts))])


def copied(glyph: FontGlyph, matrix: Floats, side: float, pen: float) -> Ink:
    """Draw a letter or digit with another pen.

    Args:
        glyph: the letter or digit.
        matrix: float64 [2, 2], rotates, slants and stretches (x, y), multiplied from the right.
        side: its longer side before that, in pixels.
        pen: the pen's width as a share of that side, as far as the glyph allows it.

    Returns:
        uint8 [h, w], 0 = paper, 255 = ink.
    """
    high, wide = glyph.distances.shape
    longer = max(high, wide) - 2 * MARGIN_PX
    scale = side / longer
    grows = float(np.clip((pen * longer - glyph.width) / 2, -MAX_THINNING_SHARE * glyph.width, MARGIN_PX - 1))
    matrix = matrix * scale
    corners = np.array([(0, 0), (wide, 0), (0, high), (wide, high)]) @ matrix
    low = corners.min(axis=0)
    size = np.maximum(np.ceil(corners.max(axis=0) - low), 1).astype(int)
    # Maps each pixel of the result to its source.
    back = np.linalg.inv(matrix)
    x, y = low @ back
    moved = Image.fromarray(glyph.distances).transform(
        (int(size[0]), int(size[1])),
        Image.Transform.AFFINE,
        (back[0, 0], back[1, 0], x, back[0, 1], back[1, 1], y),
        Image.Resampling.BILINEAR,
        fillcolor=-2.0 * MARGIN_PX,
    )
    return np.asarray(np.clip((np.asarray(moved) + grows) * scale + 0.5, 0, 1) * 255, np.uint8)


@lru_cache(maxsize=2)
def _images(path: Path) -> dict[str, dict[str, Ink]]:
    """Return, for each font, the image of each of its characters."""
    images: dict[str, dict[str, Ink]] = {}
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        for image, name, font in zip(file["x"], file["y"].tolist(), file["font"].tolist(), strict=True):
            images.setdefault(font, {})[name] = image
    return images


@lru_cache(maxsize=4)
def _fonts(path: Path, validation: bool) -> list[str]:
    every = sorted(_images(path))
    held_out = [font for at, font in enumerate(every) if at % VALIDATION_FONT_STEP == VALIDATION_FONT_STEP - 1]
    return (held_out or every) if validation else [font for font in every if font not in held_out]


@lru_cache(maxsize=10_000)
def _glyph(path: Path, font: str, name: str) -> FontGlyph:
    image = _images(path)[font][name]
    rows, columns = (np.flatnonzero(image.max(axis=axis) > 127) for axis in (1, 0))
    ink = np.pad(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], MARGIN_PX) > 127
    # The border runs between two pixels, half a pixel from the middle of each.
    distances = np.where(ink, distance_transform_edt(ink) - 0.5, 0.5 - distance_transform_edt(~ink)).astype(np.float32)
    # Across a stroke, the mean distance from its border is a quarter of its width.
    return FontGlyph(name, distances, 4 * float(distances[ink].mean()))
