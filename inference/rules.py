"""The printed lines of ruled and squared paper, taken out from under the writing."""

import numpy as np
from numpy.typing import NDArray

from inference.components import label

Ink = NDArray[np.uint8]

# A rule runs through at least this share of the picture, and is thinner than this share of it: a stroke so long is
# thicker, for a pen is no finer than a twenty-fifth of what it writes.
LONG = 0.4
# Beside so many, so are shorter ones that the light or the writing has broken off.
MANY = 4
LONG_AMONG = 0.15
THIN = 1 / 90
# Blurred, it takes so many pixels, but in a small picture no more than a fiftieth of it: there a pen is as thin. In one
# smaller than this it is finer than a pixel.
THICK = 4.0
# By the camera and the light, a line is so many times thicker in one place than it is in most.
THICKER = 1.5
SMALLEST = 64
# Rules are followed through strips, this many to a picture; they cover this share of a strip's width.
STRIPS = 24
COVERED = 0.75
# No strip is wider than this many pixels: on a page held a little askew, by one in ten, a rule has left the row there.
WIDEST = 40
SLANT = 0.12
# A rule may be missing in so many strips of those to a picture in a row, where it is faint.
MISSING = 2


def erase(ink: Ink) -> Ink:
    """Return the ink without straight thin lines across or down the picture; strokes that cross them stay.

    The picture is cut into strips; where a row is inked through most of a strip, a piece of a rule may lie; pieces that
    continue each other from strip to strip, slanted or bent, are a rule. Of it are erased the runs that are no longer
    than it is thick, so that what crosses it keeps its ink. Where two rules cross, the second leaves nothing.

    Args:
        ink: uint8 [height, width], 0 = paper.

    Source: Dutta, Pal, Fornes and Llados, "An efficient staff removal approach from printed musical documents", ICPR
    2010 (runs as thick as the line, judged by their neighbours).
    """
    side = max(ink.shape)
    if side < SMALLEST:
        return ink
    thick = max(min(THICK, side / 50), THIN * side)
    for _ in range(2):
        gone = on_lines(ink > 0, thick)
        ink = (np.where(gone, np.uint8(0), ink) if gone.any() else ink).T
    return ink


def on_lines(mask: NDArray[np.bool_], thick: float, long: float = LONG) -> NDArray[np.bool_]:
    """Return the pixels of thin straight lines that run from left to right through much of a mask, bool of its shape.

    Args:
        mask: bool [height, width], the ink.
        thick: the most rows that a line takes.
        long: it runs through at least this share of the width.
    """
    height, width = mask.shape
    gone = np.zeros(mask.shape, np.bool_)
    strip = min(max(8, width // STRIPS), WIDEST)
    count = width // strip
    missing = max(MISSING, MISSING * width // (STRIPS * strip))
    if count < 4:
        return gone
    # A slanted rule steps from row to row within a strip.
    near = mask.copy()
    near[1:] |= mask[:-1]
    near[:-1] |= mask[1:]
    covered = near[:, : count * strip].reshape(height, count, strip).mean(axis=2) >= COVERED
    # Its middle shifts where it slants, and where a stroke runs along it.
    chains = _chains(covered, thick + 2, max(3.0, SLANT * strip, thick / 4), missing)
    whole = [chain for chain in chains if len(chain) >= long * count]
    if not whole:
        return gone
    chains = [chain for chain in chains if len(chain) >= LONG_AMONG * count] if len(whole) >= MANY else whole
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
        mine = inside & (np.abs(middles - level) <= thick / 2 + 1)
        # Where it is thicker than it usually is, a stroke runs into it.
        if mine.any():
            on |= mine & (lengths[short] <= THICKER * np.median(lengths[short][mine]) + 1)
    for run in short[on]:
        gone[runs.starts[run] : runs.stops[run], runs.rows[run]] = True
    return gone


def _chains(covered: NDArray[np.bool_], thick: float, step: float, missing: int) -> list[list[tuple[int, float]]]:
    """Link the covered rows, bool [height, strips], from strip to strip: lists of (strip, row).

    Args:
        covered: which rows are inked in which strips.
        thick: the most rows that a rule takes.
        step: how many rows it rises or falls at most from strip to strip.
        missing: how many strips it may be missing in.
    """
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
            fitting = [piece for piece in pieces if abs(piece - row) <= step * (at - last)]
            if fitting:
                nearest = min(fitting, key=lambda piece: abs(piece - row))
                chain.append((at, nearest))
                pieces.remove(nearest)
            if at - chain[-1][0] <= missing:
                still.append(chain)
            else:
                done.append(chain)
        open_chains = still + [[(at, piece)] for piece in pieces]
    return done + open_chains
