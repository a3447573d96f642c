"""Loads pen strokes and draws them as a browser canvas would."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Points = NDArray[np.float64]

# Strokes are drawn this many times larger and averaged down: Pillow draws without anti-aliasing, a browser with it.
OVERSAMPLE = 4
# Largest width of a placed mark, as a multiple of its height.
MAX_ASPECT = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One drawn sign: its label, its writer, and its strokes, each float64 [points, 2], y pointing down."""

    label: str
    writer: str
    strokes: tuple[Points, ...]


def load(path: Path) -> list[Drawing]:
    """Read gzipped JSON lines with `label`, `writer` and `strokes`."""
    with gzip.open(path, "rt") as lines:
        entries = [json.loads(line) for line in lines]
    return [
        Drawing(str(each["label"]), str(each["writer"]), tuple(np.array(stroke, float) for stroke in each["strokes"]))
        for each in entries
    ]


def place(mark: Drawing, box: tuple[float, float, float, float]) -> tuple[Points, ...]:
    """Scale the strokes into a box (left, top, width, height), centred and with their aspect ratio."""
    points = np.concatenate(mark.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1e-6)
    left, top, width, height = box
    scale = min(width / extent[0], height / extent[1])
    offset = np.array([left + width / 2, top + height / 2]) - (low + high) / 2 * scale
    return tuple(stroke * scale + offset for stroke in mark.strokes)


def width_of(mark: Drawing, height: float) -> float:
    """Return how wide a mark is when it is `height` pixels high, at least one pixel."""
    extent = np.maximum(np.ptp(np.concatenate(mark.strokes), axis=0), 1e-6)
    return max(height * min(float(extent[0] / extent[1]), MAX_ASPECT), 1.0)


def render(strokes: Sequence[Points], size: tuple[int, int], brush: float) -> NDArray[np.uint8]:
    """Draw strokes with round caps and joins: uint8 [height, width], 0 = paper, 255 = ink, anti-aliased.

    All is in pixels: the strokes, `size`, which is width and height, and `brush`, the diameter of the pen.
    """
    big = Image.new("L", (size[0] * OVERSAMPLE, size[1] * OVERSAMPLE))
    pen = ImageDraw.Draw(big)
    radius = brush * OVERSAMPLE / 2
    for stroke in strokes:
        points = [(float(x) * OVERSAMPLE, float(y) * OVERSAMPLE) for x, y in stroke]
        pen.line(points, fill=255, width=max(1, round(2 * radius)))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(big.reduce(OVERSAMPLE))
