"""Draws a table into its picture, to check it by eye."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference.annotate import READ_COLOUR, REFUSED_COLOUR
from inference.tables.table import Table

# Height of the text in a corner of its cell, as a share of the cell's height.
TEXT_SHARE = 0.32


def draw_table(table: Table) -> Image.Image:
    """Return the table's picture with its lines and the text of each cell, mode RGB; doubtful cells are orange."""
    image = table.picture.convert("RGB")
    pen = ImageDraw.Draw(image)
    rows, columns = table.grid.rows, table.grid.columns
    thick = max(1, round(max(image.size) / 700))
    for row, cells in enumerate(table.cells):
        for column, cell in enumerate(cells):
            (top, bottom), (left, right) = rows[row : row + 2], columns[column : column + 2]
            corners = table.grid.points(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
            tone = REFUSED_COLOUR if cell.doubtful else READ_COLOUR
            pen.polygon([(float(x), float(y)) for x, y in corners], outline=tone, width=thick)
            x, y = (float(side) + 2 * thick for side in corners[0])
            size = max(TEXT_SHARE * float(np.hypot(*(corners[3] - corners[0]))), 9.0)
            font = ImageFont.load_default(size)
            pen.text((x, y), cell.marked, fill=tone, font=font, stroke_width=thick, stroke_fill="white")
    return image
