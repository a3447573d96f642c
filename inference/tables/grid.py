"""Finds the printed grid of a table in a photo: its four corners, and where its lines run between them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.errors import NoTableError
from inference.imaging.components import label

Floats = NDArray[np.float64]

# Most rows or columns; with more, each would be less than five pixels high or wide.
MAX_ROWS_OR_COLUMNS = 99
# Longer side, in pixels, to which a picture is reduced first: lines are thin there, their surroundings not.
LONGEST_SIDE_PX = 1200
# A line is darker than the mean around it: radius of the mean as a share of the longer side; difference, of 255.
SURROUNDINGS_SHARE, MIN_CONTRAST = 0.02, 8
# Smallest share of the picture's area that a table takes.
MIN_TABLE_SHARE = 0.06
NO_TABLE_MESSAGE = "No table with printed lines was found. Cut the picture out close around the table."
# Side of the straightened table, and how far a line may deviate from straight in it, both in pixels.
STRAIGHT_SIDE_PX, MAX_WANDER_PX = 480, 2
# Rows have about the same height: cost of a row of twice the usual height, in lengths of a line.
UNEVEN_COST = 0.25
# Smallest height of a row, as a share of the usual one.
MIN_ROW_SHARE = 0.35
# Smallest share of its length over which a line is dark: where the columns have no lines between them, the digits that
# stand below each other are darker than the gaps, but not over as much of the height.
MIN_DARK_SHARE = 0.55
# Smallest contrast of a line to the rows of pixels midway between lines, as a share of the usual line's contrast. A
# line was missed if a row of pixels midway, or MIN_APART_SHARE of a row's height away from all lines, has at least
# MAX_LEFT_OUT_SHARE of that contrast. Chosen on the shared sudokus.
MIN_SEEN_SHARE = 0.35
MIN_APART_SHARE, MAX_LEFT_OUT_SHARE = 0.25, 0.8
# Corners of the straightened table, x and y.
SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The lines of a table.

    Attributes:
        corners: float64 [4, 2], x and y in pixels: upper left, upper right, lower right, lower left.
        rows: float64 [R + 1], y of the lines between rows in the straightened table, from 0 at the top to 1.
        columns: float64 [C + 1], x of the lines between columns, from 0 at the left to 1.
    """

    corners: Floats
    rows: Floats
    columns: Floats

    def cells(self, points: Floats) -> NDArray[np.intp]:
        """Return row and column of the cell that each point lies in, intp [N, 2]; -1 outside of the table.

        Args:
            points: float64 [N, 2], x and y in pixels.
        """
        straight = _mapped(perspective(self.corners, SQUARE), points)
        found = [
            np.searchsorted(lines, straight[:, axis], side="right") - 1
            for lines, axis in ((self.rows, 1), (self.columns, 0))
        ]
        at = np.stack(found, axis=1)
        inside = (at >= 0) & (at < np.array([len(self.rows) - 1, len(self.columns) - 1]))
        return np.where(inside.all(axis=1, keepdims=True), at, -1)

    def points(self, straight: Floats) -> Floats:
        """Return where points of the straightened table, float64 [N, 2] from 0 to 1, lie in the picture, in pixels."""
        return _mapped(perspective(SQUARE, self.corners), straight)


def find(picture: Image.Image, rows: int, columns: int) -> Grid:
    """Find the grid of the table that fills most of a picture.

    Args:
        picture: mode L, dark lines on light paper.
        rows: number of rows, including those of the head.
        columns: number of columns, including those of the head.

    Raises:
        NoTableError: there is no table, or none with that many rows and columns.
    """
    factor = min(1.0, LONGEST_SIDE_PX / max(picture.size))
    small = picture.resize((max(round(picture.width * factor), 1), max(round(picture.height * factor), 1)))
    around = small.filter(ImageFilter.BoxBlur(max(SURROUNDINGS_SHARE * max(small.size), 2)))
    dark: NDArray[np.bool_] = np.asarray(around, np.int16) > np.asarray(small, np.int16) + MIN_CONTRAST
    # The straightened table has fewer pixels: a line as thin as one pixel must not fall between them.
    thicker = Image.fromarray(dark.astype(np.uint8)).filter(ImageFilter.MaxFilter(3))
    size = (STRAIGHT_SIDE_PX, STRAIGHT_SIDE_PX)
    problem = NoTableError(NO_TABLE_MESSAGE)
    for corners in _corners(dark):
        # The corners are the middles of pixels, which lie at half pixels in Pillow's coordinates.
        way = perspective(SQUARE * STRAIGHT_SIDE_PX, corners + 0.5).ravel()[:8].tolist()
        straight = np.asarray(thicker.transform(size, Image.Transform.PERSPECTIVE, way), np.bool_)
        try:
            return Grid(corners / factor, _lines(straight, rows, "rows"), _lines(straight.T, columns, "columns"))
        except NoTableError as error:
            problem = error
    raise problem


def _corners(dark: NDArray[np.bool_]) -> Iterator[Floats]:
    """Yield the outermost points, in the four diagonal directions, of dark components that may be a table.

    The one with the largest bounding box comes first. It may be the edge of the paper.
    """
    components = label(dark)
    areas = (components.boxes[:, 2:] - components.boxes[:, :2]).prod(axis=1)
    for number in np.argsort(-areas, kind="stable"):
        if areas[number] < MIN_TABLE_SHARE * dark.size:
            return
        mine = components.labels == number
        rows = np.concatenate([components.rows[mine]] * 2).astype(np.float64)
        ends = np.concatenate([components.starts[mine], components.stops[mine] - 1]).astype(np.float64)
        points = np.stack([ends, rows], axis=1)
        corners = np.array([points[(points @ way).argmax()] for way in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
        sides = np.roll(corners, -1, axis=0) - corners
        ahead = np.roll(sides, -1, axis=0)
        # At each corner two sides span a parallelogram; if one is small, the four points are no corners of a table.
        spanned = sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0]
        if spanned.min() >= MIN_TABLE_SHARE * dark.size:
            yield corners


def _lines(straight: NDArray[np.bool_], count: int, what: str) -> Floats:
    """Return where `count` rows of a straightened table begin and end, float64 [count + 1] from 0 to 1.

    `what` names them in messages: for columns the table is transposed.

    Dynamic programming finds the darkest rows of pixels that divide it about evenly (Bellman, 1957, as for the breaking
    of lines in Knuth and Plass, "Breaking Paragraphs into Lines", 1981).
    """
    side = len(straight)
    wide = 2 * MAX_WANDER_PX + 1
    padded = np.pad(straight, ((MAX_WANDER_PX,), (0,)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, wide, axis=0).any(axis=2)
    # The share of each row of pixels that is dark: high where a line runs, and highest in its middle.
    shown = np.convolve(seen.mean(axis=1), np.full(wide, 1 / wide), "same")
    usual = side / count
    heights = np.arange(side)
    cost = UNEVEN_COST * np.abs(heights / usual - 1)
    cost[: round(MIN_ROW_SHARE * usual)] = np.inf
    best = np.full(side, -np.inf)
    best[0] = 0.0
    steps = []
    # Distances and prices of steps, [from, to]; only steps to a later row of pixels are possible.
    apart = heights[None] - heights[:, None]
    price = np.where(apart > 0, cost[np.abs(apart)], np.inf)
    for _ in range(count):
        reached = best[:, None] - price + shown[None]
        steps.append(reached.argmax(axis=0))
        best = reached.max(axis=0)
    at, places = side - 1, [side - 1]
    for step in reversed(steps):
        at = int(step[at])
        places.append(at)
    lines = np.array(places[::-1])
    if not np.isfinite(best[-1]):
        raise NoTableError(f"{count} {what} have no room in this table.")
    if count > 1 and not _fits(shown, lines, MIN_APART_SHARE * usual):
        raise NoTableError(
            f"The table in this picture does not seem to have {count} {what}. Count those of its head too, "
            "and cut the picture out close around the table."
        )
    return np.asarray(lines / (side - 1), np.float64)


def _fits(shown: Floats, lines: NDArray[np.intp], apart: float) -> bool:
    """Say whether all chosen lines stand out, and none was missed, given the dark share of each row of pixels."""
    inner, middles = shown[lines[1:-1]], (lines[1:] + lines[:-1]) // 2
    usual, ground = float(np.median(inner)), float(np.median(shown[middles]))
    far = np.abs(np.arange(len(shown))[:, None] - lines[None]).min(axis=1) > apart
    # Where one line was chosen twice, the middle is dark too.
    far[middles] = True
    left_out = shown[far].max() >= ground + MAX_LEFT_OUT_SHARE * (usual - ground)
    stands_out = inner.min() >= max(MIN_DARK_SHARE, ground + MIN_SEEN_SHARE * (usual - ground))
    return bool(stands_out and not left_out)


def perspective(source: Floats, target: Floats) -> Floats:
    """Return the projective map, float64 [3, 3], that takes four points to four others, both float64 [4, 2].

    Source: Heckbert, "Fundamentals of Texture Mapping and Image Warping", Berkeley, 1989, section 2.2.3.
    """
    equations, values = [], []
    for (u, v), (x, y) in zip(source, target, strict=True):
        equations += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        values += [x, y]
    return np.append(np.linalg.solve(np.array(equations, np.float64), np.array(values, np.float64)), 1.0).reshape(3, 3)


def _mapped(matrix: Floats, points: Floats) -> Floats:
    moved = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:], np.float64)
