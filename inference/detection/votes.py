"""Finds the mark that each cell of writing belongs to: each cell votes for the middle of its mark.

Source: Cheng et al., "Panoptic-DeepLab", CVPR 2020, arXiv 1911.10194, section 3 (pixels vote for the middle of their
object); Comaniciu and Meer, "Mean Shift", IEEE TPAMI 24(5), 2002 (votes climb to the nearest mode of their density).
"""

import numpy as np
from numpy.typing import NDArray

from inference.detection.maps import OFFSET_CELL_PX, Floats, Maps, halved, highest

Places = NDArray[np.intp]

# A cell votes if ink covers at least this share of one of its pixels.
MIN_VOTING_SHARE = 0.5
# Standard deviation of the votes for one middle, in cells; votes are blurred by it.
SIGMA_CELLS = 1.1
# Smallest density of votes at a middle, in cells of full ink per cell. Less than one and a half pixels of ink never
# reach it, which are dust; a small dot does. The second limit holds where a connected piece of ink votes for several
# middles: a density below it is a few cells that miss.
MIN_DENSITY, MIN_DENSITY_IN_SHARED_PIECE = 0.05, 0.25
# Smallest share of a connected piece's votes with which one mark gets the whole piece.
MIN_WHOLE_SHARE = 0.85
# A vote that climbs to no valid middle goes to the nearest one within this distance, in cells.
MAX_REACH_CELLS = 8.0
NO_MARK = -1


def owners(maps: Maps, piece: Places) -> tuple[NDArray[np.int32], int]:
    """Find the mark of each cell of 2x2 pixels.

    Args:
        maps: the network's maps.
        piece: intp [ceil(H/2), ceil(W/2)], the number of the connected piece of ink that each cell belongs to.

    Returns:
        The mark of each cell, int32 [ceil(H/2), ceil(W/2)], numbered from 0, or -1 where it votes for none; and how
        many marks there are.
    """
    share = halved(maps.writing)
    owner = np.full(share.shape, NO_MARK, np.int32)
    down, across = np.nonzero(highest(maps.writing) >= MIN_VOTING_SHARE)
    if not down.size:
        return owner, 0
    # The position of each vote in cells; the middle of the first cell is at 0.
    x = np.clip(across + maps.offset[down, across, 0] / OFFSET_CELL_PX, 0, share.shape[1] - 1)
    y = np.clip(down + maps.offset[down, across, 1] / OFFSET_CELL_PX, 0, share.shape[0] - 1)
    density = blurred(cast(x, y, share[down, across], share.shape), SIGMA_CELLS)
    votes = climb(density, np.rint(y).astype(np.intp) * share.shape[1] + np.rint(x).astype(np.intp))
    alone = shares(piece[down, across], votes, share[down, across]) >= MIN_WHOLE_SHARE
    good = density.ravel()[votes] >= np.where(alone, MIN_DENSITY, MIN_DENSITY_IN_SHARED_PIECE)
    middles, said = np.unique(votes[good], return_inverse=True)
    owner[down[good], across[good]] = said
    lost = np.flatnonzero(~good)
    owner[down[lost], across[lost]] = _nearest(x[lost], y[lost], *np.divmod(middles, share.shape[1])[::-1])
    return owner, len(middles)


def shares(whole: Places, part: Places, weight: Floats) -> Floats:
    """Return for each of N items the weight of its part as a share of the weight of its whole, float32 [N].

    Args:
        whole: intp [N], the number of the whole that each item belongs to, from 0.
        part: intp [N], the number of the part of it, from 0.
        weight: float32 [N], the weight of each item.
    """
    _, at = np.unique(whole * (int(part.max(initial=0)) + 1) + part, return_inverse=True)
    return np.asarray(np.bincount(at, weight)[at] / np.bincount(whole, weight)[whole], np.float32)


def cast(x: Floats, y: Floats, weight: Floats, shape: tuple[int, ...]) -> Floats:
    """Add up weighted votes on a grid, each split among the four cells around it: float32 of `shape`."""
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right, below = np.minimum(left + 1, shape[1] - 1), np.minimum(top + 1, shape[0] - 1)
    across, down = x - left, y - top
    total = np.zeros(shape[0] * shape[1])
    for row, column, part in (
        (top, left, (1 - down) * (1 - across)),
        (top, right, (1 - down) * across),
        (below, left, down * (1 - across)),
        (below, right, down * across),
    ):
        total += np.bincount(row * shape[1] + column, weight * part, len(total))
    return total.reshape(shape).astype(np.float32)


def blurred(values: Floats, sigma: float) -> Floats:
    """Return a map blurred by a Gaussian of this standard deviation in cells; outside of it all is 0."""
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    for _ in range(2):
        padded = np.pad(values, ((reach, reach), (0, 0)))
        summed = np.zeros(values.shape, np.float32)
        for at, part in enumerate(kernel):
            summed += part * padded[at : at + len(values)]
        values = summed.T
    return np.ascontiguousarray(values)


def climb(density: Floats, starts: Places) -> Places:
    """Climb from cells to the maxima of a density.

    Every cell points to the highest of itself and its eight neighbours, and pointers are followed to their ends.

    Args:
        density: float32 [H, W], above 0 in every start cell.
        starts: cells, as indices into the flat map.

    Returns:
        The maximum that each start climbs to, as such an index.
    """
    width = density.shape[1] + 2
    padded = np.pad(density, 1).ravel()
    cells = np.flatnonzero(padded > 0)
    # Ranks instead of values: no two are equal, so that nothing points in a circle or stays on a plateau.
    rank = np.zeros(padded.size, np.int32)
    rank[cells[np.argsort(padded[cells], kind="stable")]] = np.arange(1, len(cells) + 1)
    around = cells + np.add.outer((-width, 0, width), (-1, 0, 1)).reshape(-1, 1)
    position = np.zeros(padded.size, np.intp)
    position[cells] = np.arange(len(cells))
    parent = position[around[rank[around].argmax(axis=0), np.arange(len(cells))]]
    while not np.array_equal(grand := parent[parent], parent):
        parent = grand
    inner = (cells // width - 1) * density.shape[1] + cells % width - 1
    down, across = np.divmod(starts, density.shape[1])
    return np.asarray(inner[parent[position[(down + 1) * width + across + 1]]], np.intp)


def _nearest(x: Floats, y: Floats, columns: Places, rows: Places) -> NDArray[np.int32]:
    """Return the number of the nearest middle for each vote; -1 where none is within reach."""
    if not len(columns):
        return np.full(len(x), NO_MARK, np.int32)
    found = np.empty(len(x), np.int32)
    # In parts, so that memory is bounded however many votes are lost.
    for at in range(0, len(x), 1024):
        part = slice(at, at + 1024)
        away = np.hypot(x[part, None] - columns, y[part, None] - rows)
        found[part] = np.where(away.min(axis=1) <= MAX_REACH_CELLS, away.argmin(axis=1), NO_MARK)
    return found
