"""Defines strokes by control points, and draws the curves through them.

A stroke is float64 [n, 3]: x, y (pointing down, the glyph about one unit high), and 1 at a sharp corner, else 0.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]
Glyph = list[Stroke]
# Samples on each span between two control points: enough that the polygon cannot be told from the curve at 28 pixels.
SAMPLES_PER_SPAN = 6


def path(*points: Sequence[float]) -> Stroke:
    """Return a stroke through the given points (x, y) or, where the pen turns sharply, (x, y, 1)."""
    return np.array([(*point, 0.0) if len(point) == 2 else point for point in points], np.float64)


def arc(centre: tuple[float, float], radii: tuple[float, float], start: float, end: float, grow: float = 1.0) -> Stroke:
    """Return an elliptic arc; angles in degrees, 0 to the right and 90 downwards.

    Args:
        centre: of the ellipse.
        radii: of the ellipse.
        start: the first angle.
        end: the last angle; where it is smaller than the first, the arc runs anticlockwise.
        grow: the factor by which the radii have grown at the end; other than 1 gives a spiral.
    """
    count = max(3, round(abs(end - start) / 36) + 1)
    angles = np.radians(np.linspace(start, end, count))
    scale = np.linspace(1.0, grow, count)
    x = centre[0] + radii[0] * scale * np.cos(angles)
    y = centre[1] + radii[1] * scale * np.sin(angles)
    return np.stack([x, y, np.zeros(count)], axis=1)


def join(*parts: Stroke) -> Stroke:
    """Return one stroke that runs through all parts without lifting the pen."""
    return np.concatenate(parts)


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[Stroke, ...]:
    strokes = []
    for part in text.split("|"):
        points = []
        for word in part.split():
            x, y = word.rstrip("!").split(",")
            points.append((float(x), float(y), float(word.endswith("!"))))
        strokes.append(np.array(points))
    return tuple(strokes)


def parse(text: str) -> Glyph:
    """Return the strokes of a template such as `"0,1 .4,0! .8,1 | .1,.6 .7,.6"`.

    Points are `x,y`; `!` after one is a sharp corner; `|` lifts the pen.
    """
    return [stroke.copy() for stroke in _parse(text)]


@lru_cache(maxsize=1)
def _basis() -> NDArray[np.float64]:
    """Return weights [samples, 4] of a uniform Catmull-Rom spline's span (Catmull and Rom, 1974), without its end."""
    t = np.arange(SAMPLES_PER_SPAN) / SAMPLES_PER_SPAN
    return (
        np.stack([-(t**3) + 2 * t**2 - t, 3 * t**3 - 5 * t**2 + 2, -3 * t**3 + 4 * t**2 + t, t**3 - t**2], axis=1) / 2
    )


def curve(stroke: Stroke) -> NDArray[np.float64]:
    """Return the points [m, 2] of the smooth curve through a stroke's control points, broken at its corners."""
    points = stroke[:, :2]
    if len(points) < 3:
        return points
    breaks = [0, *(int(i) for i in np.flatnonzero(stroke[1:-1, 2]) + 1), len(points) - 1]
    pieces = []
    for first, last in pairwise(breaks):
        run = points[first : last + 1]
        if len(run) == 2:
            pieces.append(run[:1])
            continue
        padded = np.concatenate([2 * run[:1] - run[1:2], run, 2 * run[-1:] - run[-2:-1]])
        windows = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]])
        pieces.append(np.einsum("sk,knd->nsd", _basis(), windows).reshape(-1, 2))
    pieces.append(points[-1:])
    return np.concatenate(pieces)
