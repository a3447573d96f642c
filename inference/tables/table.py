"""Reads a table: puts the marks of a reading into the cells of its grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection.turns import as_sent, turned
from inference.imaging.decode import Decoded, Picture, decode
from inference.imaging.files import read_pipe
from inference.imaging.grey import grey
from inference.layout.lines import lines, text
from inference.recognizer import Recognizer
from inference.results import REFUSED, Mark, Reading
from inference.tables.grid import Grid, find

# A mark with less confidence than this makes its cell doubtful.
MIN_SURE_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: the text in the cell, several lines joined by a space; empty if nothing is written.
        doubtful: whether a mark in it was refused, or has low confidence.
    """

    text: str
    doubtful: bool

    @property
    def marked(self) -> str:
        """The text, with a `?` appended if the cell is doubtful and the text has none."""
        return self.text + (REFUSED if self.doubtful and REFUSED not in self.text else "")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that was read.

    Attributes:
        cells: row by row.
        grid: its lines in `picture`.
        picture: the picture, turned upright.
        reading: the reading of the whole picture.
        inside: for the row and column of each cell that is not empty, the indices of its marks in `reading.digits`.
    """

    cells: tuple[tuple[Cell, ...], ...]
    grid: Grid
    picture: Image.Image
    reading: Reading
    inside: dict[tuple[int, int], list[int]]


def read_table(recognizer: Recognizer, picture: Picture, rows: int, columns: int) -> Table:
    """Read the table that fills most of a picture; marks outside of it are left out.

    Args:
        recognizer: the recognizer that reads the marks.
        picture: as for `Recognizer.read`; of several pages only the first counts.
        rows: number of rows, including those of the head.
        columns: number of columns, including those of the head.

    Raises:
        NoTableError: there is no printed table with that many rows and columns.
        ImageError: as `Recognizer.read`.
    """
    picture = read_pipe(picture)
    return in_cells(recognizer.read(picture), decode(picture, recognizer.max_pixels), rows, columns)


def in_cells(reading: Reading, page: Decoded, rows: int, columns: int) -> Table:
    """Put the marks of a reading into the cells of the table that its picture shows.

    Args:
        reading: the reading of the picture; of several pages only the first counts.
        page: the picture, decoded.
        rows: number of rows, including those of the head.
        columns: number of columns, including those of the head.

    Raises:
        NoTableError: there is no printed table with that many rows and columns.
    """
    # Rows are horizontal only in the upright picture; boxes refer to the picture as sent, and are turned too.
    image = turned(page.image, reading.turned)
    scale = page.image.width / page.size[0]
    marks = [mark for mark in reading.digits if mark.page == 0]
    boxes = np.empty((len(marks), 4))
    for at, mark in enumerate(marks):
        x, y, width, height = (side * scale for side in mark.box)
        boxes[at] = as_sent((x, y, x + width, y + height), -reading.turned % 360, image.size)
    grid = find(grey(image), rows, columns)
    inside: dict[tuple[int, int], list[int]] = {}
    for at, (row, column) in enumerate(grid.cells((boxes[:, :2] + boxes[:, 2:]) / 2).tolist()):
        if min(row, column) >= 0:
            inside.setdefault((row, column), []).append(at)
    cells = tuple(
        tuple(_cell(marks, boxes, inside.get((row, column), [])) for column in range(columns)) for row in range(rows)
    )
    return Table(cells, grid, image, reading, inside)


def _cell(all_marks: list[Mark], all_boxes: NDArray[np.float64], inside: list[int]) -> Cell:
    """Return the cell that contains some marks; the boxes are left, top, right, bottom, float64 [N, 4]."""
    if not inside:
        return Cell("", doubtful=False)
    marks, boxes = [all_marks[at] for at in inside], all_boxes[inside]
    said = text(lines(boxes), boxes, [mark.said for mark in marks]).replace("\n", " ")
    return Cell(said, any(mark.refused or mark.confidence < MIN_SURE_CONFIDENCE for mark in marks))
