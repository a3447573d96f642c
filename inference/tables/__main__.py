"""`python -m inference.tables PHOTO --rows R --columns C` prints a table as CSV."""

import argparse
import csv
import sys
from contextlib import suppress
from pathlib import Path

from inference import Recognizer, RecognizerError
from inference.command import ONLY_FIRST_MESSAGE, STDIN, csv_cell, ending_cleanly, standard_input
from inference.tables.grid import MAX_ROWS_OR_COLUMNS
from inference.tables.picture import draw_table
from inference.tables.table import read_table


@ending_cleanly
def main(arguments: list[str] | None = None, *, program: str = "python -m inference.tables") -> int:
    """Return 0; 1 if there is no such table or a file is not read or written; 2 if it cannot start; 130 at Ctrl-C."""
    parser = _parser(program)
    options = parser.parse_args(arguments)
    if not options.picture:
        parser.error("PHOTO is empty; is a variable of the shell not set?")
    # A path that cannot be looked at is reported when it is read or written.
    with suppress(OSError):
        if options.save and options.save.samefile("/dev/stdin" if options.picture == STDIN else options.picture):
            parser.error(f"--save {options.save} would overwrite the photo: give another file")
    try:
        recognizer = Recognizer(options.model)
    except RecognizerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        picture = standard_input() if options.picture == STDIN else Path(options.picture)
        table = read_table(recognizer, picture, options.rows, options.columns)
    except RecognizerError as error:
        print(f"{options.picture}: {error}", file=sys.stderr)
        return 1
    csv.writer(sys.stdout).writerows([csv_cell(cell.marked) for cell in row] for row in table.cells)
    sys.stdout.flush()
    if table.reading.pages > 1 or table.reading.more:
        print(f"{options.picture}: {ONLY_FIRST_MESSAGE}", file=sys.stderr)
    if doubtful := sum(cell.doubtful for row in table.cells for cell in row):
        print(f"{doubtful} doubtful cells are marked with ?", file=sys.stderr)
    try:
        if options.save:
            draw_table(table).save(options.save)
    except OSError as error:
        print(f"{options.save} cannot be written: {error.strerror or error}.", file=sys.stderr)
        return 1
    except (ValueError, KeyError):
        print(f"{options.save} cannot be written: give a name that ends in .png or .jpg.", file=sys.stderr)
        return 1
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Read a table with printed lines, such as a score sheet, that fills most of a photo, and print it "
        "as CSV. An empty cell stays empty; a doubtful one has a ?.",
        epilog="Exit status: 0; 1 if there is no such table or a file cannot be read or written; 2 if it could not "
        "start.",
    )
    parser.add_argument("picture", metavar="PHOTO", help="a picture, or - for standard input")
    parser.add_argument("--rows", type=_count, required=True, metavar="R", help="number of rows, including the head")
    parser.add_argument("--columns", type=_count, required=True, metavar="C", help="number of columns, likewise")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="write the picture to FILE, which is overwritten, with each cell's reading",
    )
    parser.add_argument("--model", type=Path, metavar="FILE", help="the classifier's file (default: the built-in one)")
    return parser


def _count(text: str) -> int:
    with suppress(ValueError):
        if 1 <= int(text) <= MAX_ROWS_OR_COLUMNS:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to {MAX_ROWS_OR_COLUMNS}")


if __name__ == "__main__":
    sys.exit(main())
