"""Where touching digits may be cut apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Ink = NDArray[np.uint8]

# Cuts are sought in a copy this high: finer than what the model sees, coarse enough to be fast.
HEIGHT = 40
# A digit is at least this wide, as a share of the height, and at most this.
NARROWEST = 0.12
WIDEST = 1.3
MOST_CUTS = 7
# Straying from the vertical costs this much ink a pixel, so that cuts through empty paper stay straight.
STRAY = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """The ways in which a mark may be cut.

    Attributes:
        ink: uint8 [h, w], the mark, made smaller where it was large.
        scale: pixels of the mark for one of `ink`.
        paths: intp [K, h]: the column at which each cut passes each row, from left to right; ink left of it is on one
            side. The first passes left of everything, the last right of everything.
        crossed: float [K]: how many pixels of full ink each cut goes through.
        stroke: the width of the strokes of `ink`, in its pixels.
        spans: the pairs (from, to) of cuts between which a digit may lie.
    """

    ink: Ink
    scale: float
    paths: NDArray[np.intp]
    crossed: NDArray[np.float64]
    stroke: float
    spans: tuple[tuple[int, int], ...]

    def piece(self, span: tuple[int, int], shared: int = 0) -> Ink:
        """Return what lies between two cuts, uint8, as large as `ink`.

        Args:
            span: the two cuts.
            shared: so many pixels beyond each cut are taken too, for digits that touch along a stroke both need it.
        """
        columns = np.arange(self.ink.shape[1])
        left, right = self.paths[span[0]][:, None] - shared, self.paths[span[1]][:, None] + shared
        return np.where((columns >= left) & (columns < right), self.ink, np.uint8(0))


def cuts(mark: Ink) -> Cuts | None:
    """Return the cheapest paths from top to bottom of a mark, or None where there is no place for two digits.

    Each path steps at most one column a row and crosses as little ink as it can. Paths are found for every column at
    once, and kept where no neighbour within a digit's width is cheaper.

    Source: Wang and Jean, "Segmentation of merged characters by neural networks and shortest path", Pattern
    Recognition 27(5), 1994.
    """
    height, width = mark.shape
    scale = max(height / HEIGHT, 1.0)
    small = Image.fromarray(mark)
    if scale > 1:
        small = small.resize((max(1, round(width / scale)), HEIGHT), Image.Resampling.BOX)
    ink = np.asarray(small)
    height, width = ink.shape
    narrowest = max(2, round(NARROWEST * max(height, width / 2)))
    if width < 2 * narrowest:
        return None
    paths, spent = _shortest(ink.astype(np.float64) / 255)
    kept = _valleys(spent, paths, narrowest)
    if not kept:
        return None
    edges = np.vstack([np.zeros(height, np.intp), paths[kept], np.full(height, width, np.intp)])
    crossed = np.concatenate([[0.0], spent[kept], [0.0]])
    last = len(edges) - 1
    spans = tuple(
        (one, other)
        for one in range(last)
        for other in range(one + 1, last + 1)
        if (one, other) != (0, last) and float((edges[other] - edges[one]).max()) <= WIDEST * height + 1
    )
    return Cuts(ink, mark.shape[0] / height, edges, crossed, _stroke(ink), spans)


def _stroke(ink: Ink) -> float:
    """Return the stroke width in pixels: twice the ink for each pixel of its outline."""
    full = ink > 127
    inner = full[1:-1, 1:-1] & full[:-2, 1:-1] & full[2:, 1:-1] & full[1:-1, :-2] & full[1:-1, 2:]
    area = int(np.count_nonzero(full))
    return max(1.0, 2 * area / max(area - int(np.count_nonzero(inner)), 1))


def _shortest(ink: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return for each column the cheapest path through its middle row, intp [w, h], and the ink on it, float [w]."""
    height, width = ink.shape
    middle = height // 2
    paths = np.empty((width, height), np.intp)
    start = np.arange(width)
    paths[:, middle] = start
    spent = ink[middle].copy()
    for rows in (range(height - 1, middle, -1), range(middle)):
        # Costs from the far edge towards the middle; then each path walks back along the cheapest steps.
        steps = np.zeros((len(rows) + 1, width), np.intp)
        total = np.zeros(width)
        for at, row in enumerate(rows):
            total = total + ink[row]
            around = np.full((3, width), np.inf)
            around[0, 1:] = total[:-1] + STRAY
            around[1] = total
            around[2, :-1] = total[1:] + STRAY
            best = around.argmin(axis=0)
            steps[at] = best - 1
            total = around.min(axis=0)
        spent += total
        column = start
        for at, row in zip(range(len(rows) - 1, -1, -1), reversed(rows), strict=True):
            column = column + steps[at][column]
            paths[:, row] = column
    return paths, spent


def _valleys(spent: NDArray[np.float64], paths: NDArray[np.intp], apart: int) -> list[int]:
    """Return the middle columns of the cheapest paths, at least `apart` from each other and from the sides."""
    width = len(spent)
    chosen: list[int] = []
    for at in np.argsort(spent + 1e-3 * np.abs(np.arange(width) - width / 2), kind="stable"):
        column = int(at)
        if not apart <= column <= width - apart or paths[column].min() <= 0 or paths[column].max() >= width:
            continue
        if all(abs(column - other) >= apart for other in chosen):
            chosen.append(column)
        if len(chosen) == MOST_CUTS:
            break
    return sorted(chosen)


def best(count: int, spans: tuple[tuple[int, int], ...], costs: list[float]) -> tuple[float, list[int]]:
    """Return the cheapest way from the first of `count` cuts to the last, and the spans it takes, as indices.

    Args:
        count: the number of cuts.
        spans: pairs (from, to) of cuts, from < to.
        costs: of each span.
    """
    total = [0.0] + [float("inf")] * (count - 1)
    came: list[int] = [-1] * count
    for at in sorted(range(len(spans)), key=lambda at: spans[at]):
        one, other = spans[at]
        if total[one] + costs[at] < total[other]:
            total[other] = total[one] + costs[at]
            came[other] = at
    taken: list[int] = []
    node = count - 1
    while node > 0 and came[node] >= 0:
        taken.append(came[node])
        node = spans[came[node]][0]
    return total[-1], taken[::-1]
