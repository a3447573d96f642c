"""Lines of writing: which marks stand on one, and in which order they are read."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# A gap wider than this many digits' widths is a space.
SPACE = 1.5


def lines(boxes: NDArray[np.float64]) -> list[list[int]]:
    """Sort marks into lines, top to bottom, and each line from left to right.

    Every mark is linked to the nearest one on its right that stands at its height; the slant of the writing, the median
    slope of those links, is taken into account when links are drawn anew and when chains are put into one line.

    Args:
        boxes: float64 [N, 4]: left, top, right, bottom.

    Returns:
        Indices of the marks.
    """
    if len(boxes) < 2:
        return [[at] for at in range(len(boxes))]
    heights = boxes[:, 3] - boxes[:, 1]
    tall = float(np.median(heights))
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    y = (boxes[:, 1] + boxes[:, 3]) / 2
    slope = _slope(x, y, tall)
    level = y - slope * x
    order = np.argsort(level, kind="stable")
    rows: list[list[int]] = []
    for at in order:
        mark = int(at)
        row = next((row for row in reversed(rows) if _fits(mark, row, x, level, heights, tall)), None)
        if row is None:
            rows.append([mark])
        else:
            row.append(mark)
    for row in rows:
        row.sort(key=lambda mark: x[mark])
    rows.sort(key=lambda row: float(np.mean(level[row])))
    return rows


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], tall: float) -> float:
    """Return the median slope from each mark to its right neighbour."""
    slopes = []
    for at in range(len(x)):
        across, down = x - x[at], y - y[at]
        near = np.flatnonzero((across > 0.2 * tall) & (across < 4 * tall) & (np.abs(down) < 0.5 * tall))
        if near.size:
            to = near[across[near].argmin()]
            slopes.append(float(down[to] / across[to]))
    return float(np.median(slopes)) if len(slopes) >= 4 else 0.0


def _fits(
    mark: int,
    row: list[int],
    x: NDArray[np.float64],
    level: NDArray[np.float64],
    heights: NDArray[np.float64],
    tall: float,
) -> bool:
    nearest = min(row, key=lambda other: abs(x[other] - x[mark]))
    away = abs(level[nearest] - level[mark])
    return bool(
        away < 0.5 * max(min(tall, heights[nearest] + heights[mark]), heights[mark] * 0.8, heights[nearest] * 0.8)
    )


def text(rows: list[list[int]], boxes: NDArray[np.float64], said: list[str]) -> str:
    """Put the signs of all marks into lines, with a space where a gap is wider than about a digit and a half."""
    if len(said) < 2:
        return "".join(said)
    wide = boxes[:, 2] - boxes[:, 0]
    tall = boxes[:, 3] - boxes[:, 1]
    # A 1 is narrow: a digit is as wide as the median, but never less than half as wide as high.
    digit = max(float(np.median(wide)), 0.6 * float(np.median(tall)))
    written = []
    for row in rows:
        line = said[row[0]]
        gaps = [boxes[mark, 0] - boxes[before, 2] for before, mark in pairwise(row)]
        # Digits that are all set wide apart are one number.
        usual = float(np.median(gaps)) if len(gaps) >= 4 else 0.0
        for before, mark in pairwise(row):
            gap = boxes[mark, 0] - boxes[before, 2]
            line += (" " if gap > max(SPACE * digit, SPACE * usual) else "") + said[mark]
        written.append(line)
    return "\n".join(written)
