"""The printed lines of ruled and squared paper, taken out from under the writing."""

import numpy as np
from numpy.typing import NDArray

from inference.components import label

Ink = NDArray[np.uint8]

# A rule runs through at least this share of the picture, and is thinner than this share of it: a stroke so long is
# thicker, for a pen is no finer than a twenty-fifth of what it writes.
LONG = 0.4
THIN = 1 / 90
# Rules are followed through strips, this many to a picture; they cover this share of a strip's width.
STRIPS = 24
COVERED = 0.75
# A rule may be missing in so many strips in a row, where it is faint.
MISSING = 2


def erase(ink: Ink) -> Ink:
    """Return the ink without straight thin lines across or down the picture; strokes that cross them stay.

    The picture is cut into strips; where a row is inked through most of a strip, a piece of a rule may lie; pieces that
    continue each other from strip to strip, slanted or bent, are a rule. Of it are erased the runs that are no longer
    than it is thick, so that what crosses it keeps its ink.

    Args:
        ink: uint8 [height, width], 0 = paper.

    Source: Dutta, Pal, Fornes and Llados, "An efficient staff removal approach from printed musical documents", ICPR
    2010 (runs as thick as the line, judged by their neighbours).
    """
    gone = _on_rules(ink) | _on_rules(ink.T).T
    return np.where(gone, np.uint8(0), ink) if gone.any() else ink


def _on_rules(ink: Ink) -> NDArray[np.bool_]:
    """Return the pixels of lines that run from left to right."""
    mask = ink > 0
    height, width = mask.shape
    gone = np.zeros(mask.shape, np.bool_)
    strip = max(8, width // STRIPS)
    count = width // strip
    thick = max(4.0, THIN * max(mask.shape))
    if count < 4:
        return gone
    # A slanted rule steps from row to row within a strip.
    near = mask.copy()
    near[1:] |= mask[:-1]
    near[:-1] |= mask[1:]
    covered = near[:, : count * strip].reshape(height, count, strip).mean(axis=2) >= COVERED
    chains = [chain for chain in _chains(covered, thick + 2) if len(chain) >= LONG * width / strip]
    if not chains:
        return gone
    # Runs down the columns: those as short as a rule is thick, and on one.
    runs = label(np.ascontiguousarray(mask.T))
    lengths = runs.stops - runs.starts
    short = np.flatnonzero(lengths <= thick + 1)
    middles = (runs.starts[short] + runs.stops[short] - 1) / 2
    columns = runs.rows[short]
    on = np.zeros(len(short), np.bool_)
    for chain in chains:
        at = np.array(chain)
        centres = at[:, 0] * strip + strip / 2
        level = np.interp(columns, centres, at[:, 1])
        inside = (columns >= centres[0] - 2 * strip) & (columns <= centres[-1] + 2 * strip)
        on |= inside & (np.abs(middles - level) <= thick / 2 + 1)
    for run in short[on]:
        gone[runs.starts[run] : runs.stops[run], runs.rows[run]] = True
    return gone


def _chains(covered: NDArray[np.bool_], thick: float) -> list[list[tuple[int, float]]]:
    """Link the covered rows, bool [height, strips], from strip to strip: lists of (strip, row)."""
    open_chains: list[list[tuple[int, float]]] = []
    done: list[list[tuple[int, float]]] = []
    for at in range(covered.shape[1]):
        column = np.concatenate([[False], covered[:, at], [False]])
        edges = np.flatnonzero(column[1:] != column[:-1])
        starts, stops = edges[::2], edges[1::2]
        pieces = [float(row) for row in ((starts + stops - 1) / 2)[stops - starts <= thick]]
        still: list[list[tuple[int, float]]] = []
        for chain in open_chains:
            last, row = chain[-1]
            fitting = [piece for piece in pieces if abs(piece - row) <= 3.0 * (at - last)]
            if fitting:
                nearest = min(fitting, key=lambda piece: abs(piece - row))
                chain.append((at, nearest))
                pieces.remove(nearest)
            if at - chain[-1][0] <= MISSING:
                still.append(chain)
            else:
                done.append(chain)
        open_chains = still + [[(at, piece)] for piece in pieces]
    return done + open_chains
