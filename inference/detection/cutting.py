"""Cuts marks out of the page network's maps: the ink of each, its bounding box, its kind and its line's height."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.maps import KIND_CELL_PX, OFFSET_CELL_PX, Floats, Maps, halved
from inference.detection.votes import MIN_WHOLE_SHARE, NO_MARK, owners
from inference.imaging.components import label

# Smallest share of ink in a pixel that belongs to a mark's soft rim.
MIN_RIM_SHARE = 0.1
# Smallest value of the map `writing` in the strongest tenth of a mark's pixels; shadows, grain and noise have less.
# After the network's first training, 99 of 100 digits of the shared pictures reached it, and 1 in 20 of what it took
# for marks in synthetic photos with shadows. Signs are exempt: they are small, and the network is less sure of them.
MIN_STRONGEST_WRITING, STRONGEST_SHARE = 0.7, 0.1
# Number of digit kinds, which come first; the signs follow, and last "other".
DIGIT_KINDS = 10
# Width of a mark's rim around its voting cells, in cells.
RIM_CELLS = 2
# Stands for the mark of a connected piece that several marks share.
SEVERAL_MARKS = -2


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One mark of a page.

    Attributes:
        box: left, top, right, bottom, in pixels of the resized picture; the last two exclusive.
        ink: uint8 [height, width] of that box: this mark's ink alone, anti-aliased, 0 = paper, 255 = covered.
        kind: float32 [K], the probability of each kind.
        height: height of the digits of its line, in pixels of the resized picture.
    """

    box: tuple[int, int, int, int]
    ink: NDArray[np.uint8]
    kind: Floats
    height: float


def marks(maps: Maps) -> list[Segment]:
    """Cut the marks out of a picture's maps."""
    soft = maps.writing >= MIN_RIM_SHARE
    pieces = label(soft)
    # The runs have the same order as the pixels of `nonzero`.
    rows, columns = np.nonzero(soft)
    piece = np.repeat(pieces.labels, pieces.stops - pieces.starts)
    share = halved(maps.writing)
    of_cell = np.full(share.shape, NO_MARK, np.intp)
    # All soft pixels of a cell touch, so they belong to one piece.
    of_cell[rows // OFFSET_CELL_PX, columns // OFFSET_CELL_PX] = piece
    owner, count = owners(maps, of_cell)
    if not count:
        return []
    whole = _whole(of_cell, owner, share, pieces.count)
    mark = whole[piece]
    several = mark == SEVERAL_MARKS
    if several.any():
        spread = _spread(owner)
        mark[several] = spread[rows[several] // OFFSET_CELL_PX, columns[several] // OFFSET_CELL_PX]
    kinds, heights = _opinions(maps, owner, of_cell, whole, share, count)
    return _cut(maps.writing, (rows, columns), mark, kinds, heights)


def _whole(of_cell: NDArray[np.intp], owner: NDArray[np.int32], share: Floats, count: int) -> NDArray[np.int32]:
    """Return the mark that each connected piece belongs to, int32 [N]; -1 for none, -2 if several marks share it."""
    voting = owner != NO_MARK
    width = int(owner.max()) + 1
    pairs, at = np.unique(of_cell[voting] * width + owner[voting], return_inverse=True)
    votes = np.bincount(at, share[voting], len(pairs))
    piece, mark = np.divmod(pairs, width)
    total = np.bincount(piece, votes, count)
    whole = np.where(total > 0, SEVERAL_MARKS, NO_MARK).astype(np.int32)
    sure = votes >= MIN_WHOLE_SHARE * total[piece]
    whole[piece[sure]] = mark[sure]
    return whole


def _spread(owner: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the mark of each cell, extended to the cells around that have none of their own."""
    height, width = owner.shape
    for _ in range(RIM_CELLS):
        padded = np.pad(owner, 1, constant_values=NO_MARK)
        empty = owner == NO_MARK
        owner = owner.copy()
        # Neighbours at a side come last, so that they overwrite those at a corner.
        for down, right in ((0, 0), (0, 2), (2, 0), (2, 2), (0, 1), (1, 0), (1, 2), (2, 1)):
            beside = padded[down : down + height, right : right + width]
            np.copyto(owner, beside, where=empty & (beside != NO_MARK))
    return owner


def _opinions(
    maps: Maps,
    owner: NDArray[np.int32],
    of_cell: NDArray[np.intp],
    whole: NDArray[np.int32],
    share: Floats,
    count: int,
) -> tuple[Floats, Floats]:
    """Return the kinds of marks, float32 [N, K], averaged over their cells by ink, and median heights, float32 [N]."""
    down, across = np.nonzero(owner != NO_MARK)
    mark = whole[of_cell[down, across]]
    mark = np.where(mark == SEVERAL_MARKS, owner[down, across], mark)
    order = np.argsort(mark, kind="stable")
    mark, down, across = mark[order], down[order], across[order]
    there, starts = np.unique(mark, return_index=True)
    step = KIND_CELL_PX // OFFSET_CELL_PX
    weight = share[down, across]
    weighted = weight[:, None] * maps.kind[down // step, across // step]
    kinds = np.zeros((count, maps.kind.shape[2]), np.float32)
    kinds[there] = np.add.reduceat(weighted, starts) / np.add.reduceat(weight, starts)[:, None]
    heights = np.zeros(count, np.float32)
    parts = np.split(maps.height[down // step, across // step], starts[1:])
    heights[there] = [np.median(part) for part in parts]
    return kinds, heights


def _cut(
    writing: Floats,
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]],
    mark: NDArray[np.int32],
    kinds: Floats,
    heights: Floats,
) -> list[Segment]:
    """Cut the marks out of the map of writing, given the mark of each soft pixel."""
    order = np.argsort(mark, kind="stable")
    order = order[np.searchsorted(mark[order], 0) :]
    rows, columns = pixels[0][order], pixels[1][order]
    ink = writing[rows, columns]
    numbers, starts = np.unique(mark[order], return_index=True)
    stops = np.append(starts[1:], len(order))
    found = []
    for number, start, stop in zip(numbers, starts, stops, strict=True):
        part = slice(start, stop)
        nth = int((1 - STRONGEST_SHARE) * (stop - start))
        strong = np.partition(ink[part], nth)[nth]
        sign = DIGIT_KINDS <= kinds[number].argmax() < kinds.shape[1] - 1
        if strong < MIN_STRONGEST_WRITING and not sign:
            continue
        top, left = int(rows[part].min()), int(columns[part].min())
        bottom, right = int(rows[part].max()) + 1, int(columns[part].max()) + 1
        cut = np.zeros((bottom - top, right - left), np.uint8)
        cut[rows[part] - top, columns[part] - left] = np.rint(255 * ink[part])
        found.append(Segment((left, top, right, bottom), cut, kinds[number], float(heights[number])))
    return found
