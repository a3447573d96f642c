"""Digits drawn by a few lines of code, for tests that need known marks and no data."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Stroke = Sequence[tuple[float, float]]


def circle(x: float, y: float, across: float, down: float) -> Stroke:
    turns = np.linspace(0, 2 * np.pi, 40)
    return [(x + across * float(np.sin(t)), y - down * float(np.cos(t))) for t in turns]


# In a box of 1 by 1; parts of the 5, the 4 and the 7 do not touch.
STROKES: dict[str, list[Stroke]] = {
    "0": [circle(0.4, 0.5, 0.32, 0.48)],
    "1": [[(0.3, 0.02), (0.3, 0.98)]],
    "2": [[(0.1, 0.25), (0.2, 0.06), (0.4, 0.02), (0.6, 0.12), (0.62, 0.32), (0.4, 0.6), (0.08, 0.96), (0.7, 0.96)]],
    "3": [
        [(0.1, 0.12), (0.3, 0.02), (0.52, 0.1), (0.55, 0.3), (0.3, 0.46), (0.56, 0.58), (0.6, 0.8), (0.4, 0.96)],
    ],
    "4": [[(0.25, 0.02), (0.05, 0.62), (0.38, 0.62)], [(0.52, 0.3), (0.5, 0.98)]],
    "5": [
        [(0.14, 0.16), (0.12, 0.46), (0.36, 0.4), (0.58, 0.52), (0.6, 0.76), (0.4, 0.96), (0.08, 0.9)],
        [(0.24, 0.02), (0.62, 0.0)],
    ],
    "6": [[(0.5, 0.02), (0.22, 0.3), (0.1, 0.66), (0.24, 0.94), (0.5, 0.9), (0.58, 0.66), (0.4, 0.52), (0.14, 0.64)]],
    "7": [[(0.05, 0.05), (0.62, 0.05), (0.3, 0.97)]],
    "8": [circle(0.36, 0.26, 0.22, 0.24), circle(0.36, 0.74, 0.28, 0.24)],
    "9": [[*circle(0.34, 0.28, 0.24, 0.26)], [(0.58, 0.28), (0.56, 0.6), (0.46, 0.98)]],
}


def pen(text: str, tall: int = 120, brush: int = 12, gap: float = 0.25, margin: int = 30) -> NDArray[np.uint8]:
    """Draw digits side by side: uint8 [height, width], 0 = paper, 255 = ink, anti-aliased."""
    fine = 4
    strokes: list[list[tuple[float, float]]] = []
    at = float(margin)
    for sign in text:
        points = [point for stroke in STROKES[sign] for point in stroke]
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        strokes += [[(at + (x - left) * tall, margin + y * tall) for x, y in stroke] for stroke in STROKES[sign]]
        at += (right - left + gap) * tall + brush
    size = (round(at + margin), tall + 2 * margin)
    image = Image.new("L", (size[0] * fine, size[1] * fine))
    draw = ImageDraw.Draw(image)
    radius = brush * fine / 2
    for stroke in strokes:
        scaled = [(x * fine, y * fine) for x, y in stroke]
        draw.line(scaled, fill=255, width=brush * fine)
        for x, y in scaled:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.reduce(fine))


def photographed(
    drawing: NDArray[np.uint8], *, light: bool = False, grain: float = 3.0, depth: float = 0.6
) -> Image.Image:
    """Give a drawing, uint8 [height, width] with 255 = ink, paper with a slope of light, a soft shadow, grain, JPEG."""
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
