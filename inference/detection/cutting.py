"""Cuts marks out of the page network's maps: the ink of each, its bounding box, its kind and its line's height."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.maps import KIND_CELL_PX, OFFSET_CELL_PX, Floats, Maps, halved
from inference.detection.votes import MIN_WHOLE_SHARE, NO_MARK, Places, owners, shares
from inference.imaging.components import label

# The mark of each cell of 2x2 pixels, or of each pixel, by its number; NO_MARK where there is none.
Owners = NDArray[np.int32]

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
    cells = rows // OFFSET_CELL_PX, columns // OFFSET_CELL_PX
    of_cell[cells] = piece
    owner, count = owners(maps, of_cell)
    if not count:
        return []
    mark = _by_piece(of_cell, owner, share)
    kinds, heights = _opinions(maps, mark, owner != NO_MARK, share, count)
    return _cut(maps.writing, (rows, columns), mark[cells], kinds, heights)


def _by_piece(of_cell: Places, owner: Owners, share: Floats) -> Owners:
    """Return the mark of each cell: that of its connected piece, or, if several marks share the piece, its own."""
    voting = owner != NO_MARK
    piece, mark = of_cell[voting], owner[voting]
    sure = shares(piece, mark, share[voting]) >= MIN_WHOLE_SHARE
    # The last entry is for cells of no piece.
    whole = np.full(of_cell.max() + 2, NO_MARK, np.int32)
    whole[piece] = SEVERAL_MARKS
    whole[piece[sure]] = mark[sure]
    found: Owners = whole[of_cell]
    several = found == SEVERAL_MARKS
    return np.where(several, _spread(owner), found) if several.any() else found


def _spread(owner: Owners) -> Owners:
    """Return the mark of each cell, extended to the cells around that have none of their own."""
    height, width = owner.shape
    for _ in range(RIM_CELLS):
        padded = np.pad(owner, 1, constant_values=NO_MARK)
        empty = owner == NO_MARK
        # Neighbours at a side come last, so that they overwrite those at a corner.
        for down, right in ((0, 0), (0, 2), (2, 0), (2, 2), (0, 1), (1, 0), (1, 2), (2, 1)):
            beside = padded[down : down + height, right : right + width]
            owner = np.where(empty & (beside != NO_MARK), beside, owner)
    return owner


def _opinions(
    maps: Maps, of_cell: Owners, voting: NDArray[np.bool_], share: Floats, count: int
) -> tuple[Floats, Floats]:
    """Return the kinds of marks, float32 [N, K], averaged over voting cells by ink, and median heights, float32 [N]."""
    down, across = np.nonzero(voting)
    order = np.argsort(of_cell[voting], kind="stable")
    down, across = down[order], across[order]
    there, starts = np.unique(of_cell[down, across], return_index=True)
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
    pixels: tuple[Places, Places],
    mark: Owners,
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
