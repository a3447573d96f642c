"""`python -m inference FILE...` prints the text in each picture."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from inference import Reading, Recognizer, RecognizerError, __version__
from inference.annotate import annotate_pages
from inference.command import ONLY_FIRST_MESSAGE, STDIN, csv_cell, ending_cleanly, standard_input
from inference.imaging.files import FORMATS, SUFFIXES, read_pipe

MIN_FILES_FOR_PROGRESS = 5
# What stands for control characters in a file's name, which would break the lines and columns of the output.
ESCAPES = {code: repr(chr(code))[1:-1] for code in (*range(32), 127)}


@ending_cleanly
def main(
    arguments: list[str] | None = None,
    recognizer: Recognizer | None = None,
    *,
    program: str = "python -m inference",
    also: str = "",
) -> int:
    """Return 0; 1 if a file could not be read or written; 2 if the program could not start; 130 if interrupted.

    `program` names the command in its messages, and `also` is added to its help.
    """
    options = _parser(program, also).parse_args(arguments)
    try:
        recognizer = recognizer or Recognizer(options.model)
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
    except RecognizerError as error:
        return _fatal(str(error))
    except OSError as error:
        return _fatal(f"{options.save} cannot be made: {error.strerror}.")
    names, failed = _names(options.files)
    table = csv.writer(sys.stdout) if options.csv else None
    if table:
        table.writerow(["file", "text", "confidence", "error", "turned"])
    for name in _with_progress(names):
        result = _read(recognizer, name, options.save)
        failed |= isinstance(result, str)
        if problem := result if isinstance(result, str) else _left_out(result):
            print(f"{name}: {problem}", file=sys.stderr)
        if options.json:
            print(json.dumps({"file": name, **_entry(result)}))
        elif table:
            table.writerow(map(csv_cell, [name, *_row(result)]))
        elif isinstance(result, Reading):
            # All lines of writing but the first are indented, so that they stand under the first.
            print(f"{name.translate(ESCAPES)}\t{result.text.replace(chr(10), chr(10) + chr(9))}")
        sys.stdout.flush()
    return int(failed)


def _parser(program: str, also: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Read handwritten digits in pictures: prints each file's name, a tab, and what it says.",
        epilog=f"{also} Exit status: 0; 1 if a file could not be read or written; 2 if it could not start.".strip(),
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=f"a picture ({', '.join(FORMATS)}; PDF with pypdfium2), a folder of them, a pattern such as "
        "'scans/*.png', or - for standard input",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object a line, with every digit and sign")
    form.add_argument("--csv", action="store_true", help="print CSV: file, text, lowest confidence, error, turned")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="DIR",
        help="write copies of the pages to DIR, with boxes and readings; no file there is overwritten: beside a.png "
        "the copy is a-2.png",
    )
    parser.add_argument("--model", type=Path, metavar="FILE", help="the classifier's file (default: the built-in one)")
    parser.add_argument("--version", action="version", version=f"digits {__version__}")
    return parser


def _fatal(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 2


def _names(given: list[str]) -> tuple[list[str], bool]:
    """Expand folders and patterns; say whether one of them contained no picture, or cannot be opened."""
    names: list[str] = []
    failed = False
    for name in given:
        path, problem = Path(name), "no picture there."
        locked: list[OSError] = []
        try:
            if not name:
                # pathlib takes an empty name for the current folder.
                found, problem = [], "the name is empty; is a variable of the shell not set?"
            elif name == STDIN or path.is_file():
                found = [name]
            elif path.is_dir():
                # Unlike rglob, os.walk reports locked folders.
                inside = (Path(at, each) for at, _, files in os.walk(path, onerror=locked.append) for each in files)
                found = sorted(str(each) for each in inside if each.suffix.lower() in SUFFIXES and each.is_file())
            elif any(sign in name for sign in "*?["):
                matches = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
                found = sorted(str(each) for each in matches if each.is_file())
            else:
                # The file does not exist, which reading it reports.
                found = [name]
        except OSError:
            # The name is too long, or its folder is locked, which reading it reports too.
            found = [name]
        except ValueError:
            found, problem = [], "** stands for folders only, as in 'scans/**/*.png'; write * here."
        for error in locked:
            print(f"{error.filename}: The folder cannot be opened: {error.strerror}.", file=sys.stderr)
        failed |= not found or bool(locked)
        if not found and not locked:
            print(f"{name or repr(name)}: {problem}", file=sys.stderr)
        names += found
    return names, failed


def _with_progress(names: list[str]) -> Iterator[str]:
    """Yield the names, with a progress bar on standard error if there are many and it is a terminal."""
    console = Console(stderr=True)
    if len(names) < MIN_FILES_FOR_PROGRESS or not console.is_terminal:
        yield from names
        return
    with Progress(console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        yield from progress.track(names, description="Reading")


def _read(recognizer: Recognizer, name: str, save: Path | None) -> Reading | str:
    """Return the reading of a file, or a message about the error."""
    try:
        picture = standard_input() if name == STDIN else read_pipe(Path(name))
        reading = recognizer.read(picture)
        if save:
            for page in annotate_pages(picture, reading):
                page.save(_free(save, name))
    except RecognizerError as error:
        return str(error)
    except OSError as error:
        return f"The picture with the boxes cannot be written: {error.strerror or error}."
    return reading


def _left_out(reading: Reading) -> str:
    """Return a message about the part of a file that was not read, or nothing."""
    if not reading.more:
        return ""
    return (
        ONLY_FIRST_MESSAGE if reading.pages == 1 else f"the file has more pages; the first {reading.pages} were read."
    )


def _free(folder: Path, name: str) -> Path:
    """Return a path for the result's file where there is no file yet: the folder may hold the user's pictures."""
    stem = "stdin" if name == STDIN else Path(name).stem
    path, number = folder / f"{stem}.png", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.png", number + 1
    return path


def _entry(reading: Reading | str) -> dict[str, Any]:
    if isinstance(reading, str):
        return {"error": reading}
    digits = [
        {
            "digit": digit.digit,
            "confidence": round(digit.confidence, 6),
            "probabilities": [round(float(p), 6) for p in digit.probabilities],
            "box": digit.box,
            "line": digit.line,
            **({"sign": digit.sign} if digit.sign else {}),
            **({"page": digit.page} if digit.page else {}),
        }
        for digit in reading.digits
    ]
    seldom = {"turned": reading.turned} if reading.turned else {}
    seldom |= {"pages": reading.pages} if reading.pages > 1 else {}
    seldom |= {"more": True} if reading.more else {}
    return {"text": reading.text, "size": reading.size, **seldom, "digits": digits}


def _row(reading: Reading | str) -> list[str]:
    if isinstance(reading, str):
        return ["", "", reading, ""]
    lowest = min((f"{digit.confidence:.4f}" for digit in reading.digits), default="")
    return [reading.text, lowest, "", str(reading.turned)]


if __name__ == "__main__":
    sys.exit(main())
