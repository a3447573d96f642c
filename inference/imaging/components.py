"""Labels the connected components of ink, stored as runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """The 8-connected components of a mask, each stored as its runs, the stretches of ink in one row.

    Attributes:
        count: the number of components, N.
        rows, starts, stops: intp [R], each run's row, its first column, and the column after its last.
        labels: intp [R], the component of each run, 0 to N - 1 in the order of their first runs.
        boxes: intp [N, 4]: left, top, right, bottom, the last two exclusive.
    """

    count: int
    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]
    labels: NDArray[np.intp]
    boxes: NDArray[np.intp]


def label(mask: NDArray[np.bool_]) -> Components:
    """Label the 8-connected components of a mask, bool [height, width].

    One pass finds the runs of ink. Runs that touch in neighbouring rows are joined by an edge of a graph. Hooking and
    pointer jumping on whole arrays find the graph's components in a few passes over the runs, whatever the shapes.

    Source: He, Chao and Suzuki, "A Run-Based Two-Scan Labeling Algorithm", IEEE TIP 17(5), 2008 (the runs); Shiloach
    and Vishkin, "An O(log n) Parallel Connectivity Algorithm", J. Algorithms 3, 1982 (the merging).
    """
    height, width = mask.shape
    # An empty column on either side ends every run within its row.
    padded = np.zeros((height, width + 2), np.bool_)
    padded[:, 1:-1] = mask
    flat = padded.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    first, after = changes[::2], changes[1::2]
    rows, starts = np.divmod(first, width + 2)
    stops = starts + (after - first)
    roots = connected(len(first), *_touching(first, after, width + 2))
    tops = np.flatnonzero(roots == np.arange(len(roots)))
    labels = np.searchsorted(tops, roots)
    count = len(tops)
    boxes = np.empty((count, 4), np.intp)
    if count:
        order = np.argsort(labels, kind="stable")
        at = np.searchsorted(labels[order], np.arange(count))
        boxes[:, 0] = np.minimum.reduceat(starts[order], at)
        boxes[:, 1] = rows[tops]
        boxes[:, 2] = np.maximum.reduceat(stops[order], at)
        boxes[:, 3] = np.maximum.reduceat(rows[order], at) + 1
    return Components(count, rows, starts, stops, labels, boxes)


def _touching(
    first: NDArray[np.intp], after: NDArray[np.intp], stride: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of runs that touch, corners included, in neighbouring rows."""
    # Runs are sorted and do not overlap, so the runs of the next row that one run touches are consecutive.
    low = np.searchsorted(after, first + stride, side="left")
    high = np.searchsorted(first, after + stride, side="right")
    counts = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(len(first)), counts)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts - low, counts)
    return upper, lower


def connected(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the smallest member of the connected component of each of `count` nodes, given the edges' ends, [M]."""
    parent = np.arange(count)
    while one.size:
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(grand := parent[parent], parent):
            parent = grand
        one, other = parent[one], parent[other]
        apart = one != other
        one, other = one[apart], other[apart]
    return parent
