"""Degrades marks as happens between pen and classifier: coarse scans, gaps, lines, cuts, pieces of neighbours."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Ink = NDArray[np.uint8]
Rng = np.random.Generator

# Share of marks that are worn (degraded), and share of those that are worn twice.
WORN_SHARE, TWICE_SHARE = 0.15, 0.25
# Smallest share of its ink (see `_ink_per_square`) that a worn mark keeps, or nobody could tell what it was.
MIN_LEFT_SHARE = 0.5
# Smallest and largest resolution of a coarse scan, in pixels along a mark's longer side.
COARSE_SIDES_PX = (10, 32)


def worn(ink: Ink, rng: Rng) -> Ink:
    """Return a mark, uint8 [H, W] with 0 = paper, as it may reach the classifier: mostly unchanged."""
    if rng.random() >= WORN_SHARE:
        return ink
    left = ink
    for _ in range(2 if rng.random() < TWICE_SHARE else 1):
        left = DEGRADATIONS[rng.integers(len(DEGRADATIONS))](left, rng)
    return left if _ink_per_square(left) >= MIN_LEFT_SHARE * _ink_per_square(ink) else ink


def coarse(ink: Ink, rng: Rng) -> Ink:
    """Scan the mark at a low resolution, in grey or black and white, and enlarge half the scans again."""
    side = np.exp(rng.uniform(*np.log(COARSE_SIDES_PX)))
    factor = side / max(ink.shape)
    small = Image.fromarray(ink).resize(_size(ink, factor), Image.Resampling.BOX)
    if rng.random() < 0.6:
        edge = int(rng.uniform(0.2, 0.55) * max(int(np.asarray(small).max()), 1))
        small = small.point([255 * (value > edge) for value in range(256)])
    if rng.random() < 0.5:
        return np.asarray(small)
    way = Image.Resampling.NEAREST if rng.random() < 0.3 else Image.Resampling.BICUBIC
    return np.asarray(small.resize((ink.shape[1], ink.shape[0]), way))


def broken(ink: Ink, rng: Rng) -> Ink:
    """Leave gaps in the strokes, as a faint pen or a threshold does."""
    grain = max(2, round(max(ink.shape) * rng.uniform(0.04, 0.15)))
    shape = max(2, -(-ink.shape[1] // grain)), max(2, -(-ink.shape[0] // grain))
    noise = Image.fromarray(rng.standard_normal(shape[::-1], np.float32)).resize(
        (ink.shape[1], ink.shape[0]), Image.Resampling.BICUBIC
    )
    keeps = np.clip((np.asarray(noise) + rng.uniform(1.4, 2.4)) * 3, 0, 1)
    return np.asarray(ink * keeps, np.uint8)


def striped(ink: Ink, rng: Rng) -> Ink:
    """Let a printed line cross the mark: the line stays, or it is erased with the ink on it."""
    high, wide = ink.shape
    image = Image.fromarray(ink)
    thick = max(1, round(max(ink.shape) * rng.uniform(0.015, 0.05)))
    fill = 255 if rng.random() < 0.5 else 0
    flat = rng.random() < 0.7
    along, across = (wide, high) if flat else (high, wide)
    at, slope = rng.uniform(0.0, 1.0) * across, rng.normal(0, 0.02) * along
    start, stop = np.sort(rng.uniform(-0.1, 1.1, 2)) * along if fill else (0, along)
    ends = (start, at - slope, stop, at + slope) if flat else (at - slope, start, at + slope, stop)
    ImageDraw.Draw(image).line([float(end) for end in ends], fill=fill, width=thick)
    return np.asarray(image)


def cut(ink: Ink, rng: Rng) -> Ink:
    """Cut a little off one side."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) < 8 or len(columns) < 8:
        return ink
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    turned = np.rot90(tight, side := int(rng.integers(4)))
    kept = turned[round(rng.uniform(0.01, 0.09) * len(turned)) :]
    return np.ascontiguousarray(np.rot90(kept, -side))


def neighboured(ink: Ink, rng: Rng) -> Ink:
    """Add a piece of a neighbouring mark at the left or right side of the box."""
    high, wide = ink.shape
    room = round(rng.uniform(0.0, 0.15) * max(ink.shape))
    before = rng.random() < 0.5
    image = Image.fromarray(np.pad(ink, ((0, 0), (room, 0) if before else (0, room))))
    # About the width of the mark's own strokes: its ink divided by their length, which is two or three heights.
    thick = max(1, round(float(ink.sum()) / 255 / (2.5 * max(ink.shape))))
    middle = rng.uniform(0.1, 0.9) * high
    reach = rng.uniform(0.04, 0.22) * high
    inside = rng.uniform(0.0, 0.08) * max(ink.shape)
    x = inside if before else wide + room - inside
    points = [
        (float(x + rng.normal(0, 0.03) * high), float(np.clip(middle + share * reach, 0, high - 1)))
        for share in (-1.0, 0.0, 1.0)
    ]
    ImageDraw.Draw(image).line(points, fill=255, width=thick, joint="curve")
    return np.asarray(image)


def _ink_per_square(ink: Ink) -> float:
    """Return the sum of the ink, divided by the square of the image's longer side."""
    return float(np.sum(ink, dtype=np.float64)) / float(max(ink.shape) ** 2)


def _size(ink: Ink, factor: float) -> tuple[int, int]:
    return max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))


DEGRADATIONS = (coarse, coarse, broken, striped, cut, neighboured)
