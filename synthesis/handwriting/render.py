"""Draws strokes with a round brush, as on a canvas, and normalises the image for the classifier."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from inference.recognition.normalise import normalise
from synthesis.handwriting.wear import worn

# Brush widths as shares of the glyph's longer side: a canvas's brush of 2.5 to 7 % under large to small glyphs.
MIN_BRUSH_SHARE, MAX_BRUSH_SHARE = 0.025, 0.22


def render(lines: list[NDArray[np.float64]], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw polylines, each float64 [n, 2] in any unit, with a random pen, wear some of them, and normalise them.

    Returns:
        uint8 [28, 28], 0 = paper, 255 = ink.
    """
    return normalise(worn(draw(lines, brush(rng), rng), rng))


def brush(rng: np.random.Generator) -> float:
    """Return a random brush width as a share of the glyph's longer side."""
    return float(np.exp(rng.uniform(np.log(MIN_BRUSH_SHARE), np.log(MAX_BRUSH_SHARE))))


def draw(lines: list[NDArray[np.float64]], brush: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw polylines with a round brush, `brush` being its width as a share of the glyph's longer side.

    Drawn without anti-aliasing at 4 to 6 times the 20 pixels that the normaliser averages it to.
    """
    points = np.concatenate(lines)
    low = points.min(axis=0)
    # At least half a unit, or a dot would be enlarged to a line.
    span = max(float((points.max(axis=0) - low).max()), 0.5)
    length = 120 if brush < 0.06 else 88
    radius = max(brush * length / 2, 1.0)
    pressed = rng.random() < 0.4
    margin = radius * 1.5 + 2
    width, height = np.ceil((points.max(axis=0) - low) * (length / span) + 2 * margin).astype(int)
    image = Image.new("L", (int(width), int(height)))
    pen = ImageDraw.Draw(image)
    for line in lines:
        at = ((line - low) * (length / span) + margin).tolist()
        radii = _pressure(len(at), radius, rng) if pressed else [radius] * len(at)
        _stroke(pen, at, radii)
    softness = rng.random()
    if softness < 0.12:
        # A pencil, a scan, a photo out of focus.
        image = image.filter(ImageFilter.BoxBlur(softness * 25))
    return np.asarray(image)


def _stroke(pen: ImageDraw.ImageDraw, at: list[list[float]], radii: list[float]) -> None:
    for index, ((x, y), r) in enumerate(zip(at, radii, strict=True)):
        if index:
            x0, y0 = at[index - 1]
            pen.line((x0, y0, x, y), fill=255, width=max(1, round(r + radii[index - 1])))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=255)


def _pressure(count: int, radius: float, rng: np.random.Generator) -> list[float]:
    """Return radii [count] that rise and fall along the stroke and, with some hands, shrink at its ends."""
    t = np.linspace(0, 1, count)
    swing = rng.uniform(0.05, 0.4)
    factor = 1 + swing * np.sin(2 * np.pi * (t * rng.uniform(0.5, 2.0) + rng.random()))
    if rng.random() < 0.4:
        factor *= np.clip(np.minimum(t, 1 - t) * 6 + 0.45, 0, 1)
    radii: list[float] = np.maximum(radius * factor, 0.8).tolist()
    return radii
