"""Sorts marks into lines of writing in reading order, and joins them to text."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Row = list[int]

# A gap wider than this many widths of a digit is a space.
SPACE_WIDTHS = 1.5
# Largest gap within a piece of a line, in heights of marks; across wider gaps only whole pieces are matched.
MAX_GAP_HEIGHTS = 2.0
# Marks stand on one line, and the lines of two columns meet, if their levels differ by less than this share of the
# height of marks.
MAX_LEVEL_HEIGHTS = 0.5
# Number of marks at the end of a line whose mean level decides which marks continue it.
END_MARKS = 3
# Smallest number of lines in each column of writing that is read column by column, if their lines do not meet.
MIN_COLUMN_LINES = 3
# A mark's right neighbour counts for the slope of lines if its middle lies at most this much higher or lower, in usual
# heights of marks.
MAX_DOWN_HEIGHTS = 0.5
# The difference of two marks' levels is measured in the usual height of marks, or less between small marks, but in no
# less than this share of the height of either.
MIN_OWN_HEIGHT_SHARE = 0.8
# Smallest usual width of a digit, in median heights of marks, because a 1 is narrow.
MIN_WIDTH_HEIGHTS = 0.6
# Smallest number of gaps in a line whose median tells whether all its digits stand far apart.
MIN_GAPS = 4


def lines(boxes: Floats, digits: NDArray[np.bool_] | None = None) -> list[Row]:
    """Sort marks into lines, top to bottom, and each line from left to right.

    From left to right, every mark continues the piece of a line that ends before it at its level. The slopes of the
    pieces tell how lines run across the picture; by perspective, they differ from top to bottom. Pieces along the same
    course are joined into lines. Columns whose lines do not meet are read one after the other.

    Args:
        boxes: float64 [N, 4]: left, top, right, bottom.
        digits: bool [N], which marks are digits, whose median height is the usual one: printed letters beside them are
            often smaller. By default, and if none is, all marks count.

    Returns:
        The lines, each a list of indices of marks.
    """
    if len(boxes) < 2:
        return [[at] for at in range(len(boxes))]
    heights = boxes[:, 3] - boxes[:, 1]
    tall = float(np.median(heights[digits] if digits is not None and digits.any() else heights))
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    pieces = _pieces(boxes, y - _usual_slope(x, y, tall) * x, tall)
    level = _level(x, y, pieces)
    columns = [_rows(boxes, level, column, tall) for column in _columns(boxes, pieces, tall)]
    if len(columns) > 1 and not _meet(boxes, level, columns, tall):
        return [row for column in columns for row in column]
    return _rows(boxes, level, pieces, tall)


def _usual_slope(x: Floats, y: Floats, tall: float) -> float:
    """Return the median slope from each mark to its right neighbour."""
    slopes = []
    for at in range(len(x)):
        across, down = x - x[at], y - y[at]
        near = np.flatnonzero((across > 0) & (np.abs(down) < MAX_DOWN_HEIGHTS * tall))
        if near.size:
            to = near[across[near].argmin()]
            slopes.append(float(down[to] / across[to]))
    return float(np.median(slopes)) if slopes else 0.0


def _pieces(boxes: Floats, level: Floats, tall: float) -> list[Row]:
    """Chain marks that stand close together at one level, from left to right."""
    heights = boxes[:, 3] - boxes[:, 1]
    pieces: list[Row] = []
    for at in np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable"):
        mark = int(at)
        best, nearest = None, np.inf
        for piece in pieces:
            last = piece[-1]
            away = abs(float(np.mean(level[piece[-END_MARKS:]])) - level[mark])
            own = MIN_OWN_HEIGHT_SHARE * max(heights[mark], heights[last])
            usual = max(min(tall, heights[last] + heights[mark]), own)
            if boxes[mark, 0] - boxes[last, 2] < MAX_GAP_HEIGHTS * tall and away < min(
                MAX_LEVEL_HEIGHTS * usual, nearest
            ):
                best, nearest = piece, away
        if best is None:
            pieces.append([mark])
        else:
            best.append(mark)
    return pieces


def _level(x: Floats, y: Floats, pieces: list[Row]) -> Floats:
    """Return each mark's level: the y at which the curve of its line crosses the middle of the writing.

    The slope of lines, dy/dx, is modelled as linear in y: a + b y. This nearly holds in a photo of a page. It is fitted
    to the pieces of lines, and long ones have more weight. The curves with that slope are exponentials.
    """
    middle = float(x.mean())
    long = [piece for piece in pieces if len(piece) >= END_MARKS]
    if not long:
        return y
    spread = np.array([float(np.square(x[piece] - x[piece].mean()).sum()) for piece in long])
    slopes = np.array([float(((x[piece] - x[piece].mean()) * y[piece]).sum()) for piece in long]) / spread
    heights = np.array([float(y[piece].mean()) for piece in long])
    centre = float(np.average(heights, weights=spread))
    a = float(np.average(slopes, weights=spread))
    b = 0.0
    if len(long) >= 2 * END_MARKS:
        down = heights - centre
        b = float((spread * down * (slopes - a)).sum() / (spread * np.square(down)).sum())
    across, down = x - middle, y - centre
    if abs(b) < 1e-9:
        return y - a * across
    return np.asarray((down + a / b) * np.exp(-b * across) - a / b + centre, np.float64)


def _columns(boxes: Floats, pieces: list[Row], tall: float) -> list[list[Row]]:
    """Split the pieces of lines into columns at gutters through all of the writing that have lines on either side."""
    left = np.array([min(boxes[at, 0] for at in piece) for piece in pieces])
    right = np.array([max(boxes[at, 2] for at in piece) for piece in pieces])
    columns: list[list[Row]] = []
    reached = -np.inf
    for at in np.argsort(left, kind="stable"):
        if left[at] - reached > MAX_GAP_HEIGHTS * tall or not columns:
            columns.append([])
        columns[-1].append(pieces[at])
        reached = max(reached, right[at])
    # Marks that all stand apart, as in a table, do not count as lines.
    fewest = min(sum(len(piece) > 1 for piece in column) for column in columns)
    return columns if len(columns) > 1 and fewest >= MIN_COLUMN_LINES else [pieces]


def _meet(boxes: Floats, level: Floats, columns: list[list[Row]], tall: float) -> bool:
    """Say whether, of each two neighbouring columns, most lines of the shorter one continue in the other."""
    for pair in pairwise(columns):
        fewer, more = sorted(pair, key=len)
        nearest = [min(_apart(boxes, level, row, other) for other in more) for row in fewer]
        if np.mean(np.array(nearest) < MAX_LEVEL_HEIGHTS * tall) < 0.5:
            return False
    return True


def _rows(boxes: Floats, level: Floats, pieces: list[Row], tall: float) -> list[Row]:
    """Join pieces of lines into lines, top to bottom."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: float(level[piece].mean())):
        away = [_apart(boxes, level, row, piece) for row in rows]
        nearest = min(away, default=np.inf)
        if nearest >= MAX_LEVEL_HEIGHTS * tall:
            rows.append([*piece])
        else:
            row = rows[away.index(nearest)]
            row += piece
            row.sort(key=lambda mark: boxes[mark, 0] + boxes[mark, 2])
    return sorted(rows, key=lambda row: float(level[row].mean()))


def _apart(boxes: Floats, level: Floats, row: Row, piece: Row) -> float:
    """Return how far the levels of two pieces of lines differ at the ends that face each other; inf if they overlap."""
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    before = [mark for mark in row if middle[mark] <= boxes[piece[0], 0]]
    after = [mark for mark in row if middle[mark] >= boxes[piece[-1], 2]]
    if len(before) + len(after) < len(row):
        return np.inf
    facing = ((before[::-1], piece), (after, piece[::-1]))
    return min(abs(_end(boxes, level, end) - _end(boxes, level, own)) for end, own in facing if end)


def _end(boxes: Floats, level: Floats, marks: Row) -> float:
    """Return the mean level of the first END_MARKS marks, without those that are far from the first."""
    left, top, _, bottom = boxes[marks[0]]
    near = [mark for mark in marks[:END_MARKS] if abs(boxes[mark, 0] - left) < MAX_GAP_HEIGHTS * (bottom - top)]
    return float(level[near].mean())


def text(rows: list[Row], boxes: Floats, said: list[str]) -> str:
    """Join the characters of all marks into lines, with a space where a gap is wider than about a digit and a half."""
    if len(said) < 2:
        return "".join(said)
    wide = boxes[:, 2] - boxes[:, 0]
    tall = boxes[:, 3] - boxes[:, 1]
    digit = max(float(np.median(wide)), MIN_WIDTH_HEIGHTS * float(np.median(tall)))
    written = []
    for row in rows:
        line = said[row[0]]
        gaps = [boxes[mark, 0] - boxes[before, 2] for before, mark in pairwise(row)]
        # Digits that all stand far apart are one number.
        usual = float(np.median(gaps)) if len(gaps) >= MIN_GAPS else 0.0
        for gap, mark in zip(gaps, row[1:], strict=True):
            line += (" " if gap > SPACE_WIDTHS * max(digit, usual) else "") + said[mark]
        written.append(line)
    return "\n".join(written)
