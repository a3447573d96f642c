"""Lines drawn under or over a number and grown together with its digits, taken off them."""

import numpy as np
from numpy.typing import NDArray

from inference.components import Components, label
from inference.rules import on_lines
from inference.stray import height

Ink = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# All are shares of the writing's height. What hangs together and is wider than this may be underlined.
WIDE = 2.0
# A line is no thicker than this, and runs under this share of what it holds together: the bars of two sevens do not.
THICK = 0.25
LONG = 0.85
# What is left without it is at least this share of the line's ink.
REST = 0.5
# Less than this share of the rest on one side of a line is a tail that crosses it.
TAIL = 0.15
# It begins before what it holds together and ends after it, by this much; the joined bases of twos, which would leave
# sevens, and the joined bars of fours do not.
OVERHANG = 0.1
# Two lines further apart are a frame's sides.
APART = 0.6
# One through the middle of what it touches, which reaches so far on either side, strikes it out.
THROUGH = (0.3, 0.7)


def freed(ink: Ink, components: Components) -> tuple[Ink, Components]:
    """Return ink and its components without the lines that join digits from below or above.

    Args:
        ink: uint8 [height, width], 0 = paper.
        components: of that ink.
    """
    if not components.count:
        return ink, components
    tall = height(components.boxes.astype(np.float64))
    wide = components.boxes[:, 2] - components.boxes[:, 0] > WIDE * tall
    clean = ink
    for left, top, right, bottom in components.boxes[wide]:
        mask = ink[top:bottom, left:right] > 0
        line = on_lines(mask, THICK * tall, LONG)
        rest = mask & ~line
        # What is hardly more than a line stays: its shape alone tells what it is.
        if not np.count_nonzero(rest) > REST * np.count_nonzero(line) > 0:
            continue
        if _reaches_out(rest, line, tall) and _alone(line, tall) and not _struck(rest, line, tall):
            clean = clean.copy() if clean is ink else clean
            clean[top:bottom, left:right][line] = 0
    return (ink, components) if clean is ink else (clean, label(clean > 0))


def _reaches_out(rest: Mask, line: Mask, tall: float) -> bool:
    """Say whether a line, bool [height, width], sticks out of the rest on both sides."""
    inner, outer = (np.flatnonzero(mask.any(axis=0))[[0, -1]] for mask in (rest, line))
    return bool(min(inner[0] - outer[0], outer[1] - inner[1]) >= OVERHANG * tall)


def _alone(line: Mask, tall: float) -> bool:
    """Say whether there is one line, or two close together, bool [height, width], and not a frame's two sides."""
    columns = line[:, line.any(axis=0)]
    apart = len(columns) - 1 - columns[::-1].argmax(axis=0) - columns.argmax(axis=0)
    return float(np.median(apart)) < APART * tall


def _struck(rest: Mask, line: Mask, tall: float) -> bool:
    """Say whether a line, bool [height, width], goes through the middle of the rest, as high as the writing."""
    inked = line.sum(axis=0)
    found = np.flatnonzero(inked)
    down = np.arange(len(line)) @ line
    level = np.interp(np.arange(line.shape[1]), found, down[found] / inked[found])
    rows, columns = np.nonzero(rest)
    below = rows - level[columns]
    reached = [
        float(np.quantile(side, 0.9)) if side.size > TAIL * rows.size else 0.0
        for side in (below[below > 0], -below[below < 0])
    ]
    return THROUGH[0] * tall < min(reached) and max(reached) < THROUGH[1] * tall
