"""What stands in each cell of a table."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from inference.detection.turns import turned
from inference.imaging.decode import MAX_PIXELS, Picture, decode
from inference.imaging.grey import grey
from inference.layout.lines import lines, text
from inference.recognizer import Recognizer
from inference.results import REFUSED, Mark
from inference.tables.grid import Grid, find

# A mark that is less sure than this makes its cell doubtful.
MIN_SURE_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: what is written there, several lines joined by a space; empty where nothing is.
        doubtful: whether a mark in it was refused, or is not sure.
    """

    text: str
    doubtful: bool

    @property
    def marked(self) -> str:
        """The text, with a `?` behind it where it is doubtful and has none."""
        return self.text + (REFUSED if self.doubtful and REFUSED not in self.text else "")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that was read.

    Attributes:
        cells: row by row.
        grid: its lines in `picture`.
        picture: as it was read, upright.
    """

    cells: tuple[tuple[Cell, ...], ...]
    grid: Grid
    picture: Image.Image


def read_table(
    recognizer: Recognizer, picture: Picture, rows: int, columns: int, max_pixels: int = MAX_PIXELS
) -> Table:
    """Read the table that fills most of a picture; what stands outside of it is left out.

    Args:
        recognizer: what reads.
        picture: as for `Recognizer.read`; of several pages the first.
        rows: how many the table has, the head's among them.
        columns: likewise.
        max_pixels: as for the `Recognizer`.

    Raises:
        NoTableError: there is no printed table with so many.
        ImageError: as `Recognizer.read`.
    """
    image = decode(picture, max_pixels).image
    reading = recognizer.read(image)
    if reading.turned:
        # Rows must be rows: the picture is read as it is meant to be seen.
        image = turned(image, reading.turned)
        reading = recognizer.read(image)
    grid = find(grey(image), rows, columns)
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in (mark.box for mark in reading.digits)]
    places = grid.cells(np.array(middles, np.float64).reshape(-1, 2))
    cells = tuple(
        tuple(
            _cell(mark for mark, place in zip(reading.digits, places, strict=True) if tuple(place) == (row, column))
            for column in range(columns)
        )
        for row in range(rows)
    )
    return Table(cells, grid, image)


def _cell(marks: Iterable[Mark]) -> Cell:
    inside = list(marks)
    if not inside:
        return Cell("", doubtful=False)
    boxes = np.array([(x, y, x + width, y + height) for x, y, width, height in (mark.box for mark in inside)], float)
    said = text(lines(boxes), boxes, [mark.said for mark in inside]).replace("\n", " ")
    return Cell(said, any(mark.refused or mark.confidence < MIN_SURE_CONFIDENCE for mark in inside))
