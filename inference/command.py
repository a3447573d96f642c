"""What the commands that read pictures share: standard input, and an end without a traceback."""

import io
import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from inference.errors import BrokenImageError

STDIN = "-"
ONLY_FIRST_MESSAGE = "the file has more pages or frames; only the first was read."
Arguments = ParamSpec("Arguments")
# The start of a text that a spreadsheet takes for a formula, which it would run; a number such as -42 is none.
FORMULA = re.compile(r"^(?=[=@\t\r\n]|[+-](?![\d.,?]*$))", re.ASCII)


def csv_cell(text: str) -> str:
    """Return a cell of CSV, with an apostrophe before what a spreadsheet would take for a formula.

    Source: OWASP, "CSV Injection". The page does the same, in `result.js`.
    """
    return FORMULA.sub("'", text)


def standard_input() -> bytes:
    """Return what is on standard input.

    Raises:
        BrokenImageError: it is closed, or cannot be read.
    """
    if sys.stdin is None:
        raise BrokenImageError("Standard input is closed. Give a file's name, or a picture on standard input.")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise BrokenImageError(f"Standard input cannot be read: {error.strerror or error}.") from error


def ending_cleanly(main: Callable[Arguments, int]) -> Callable[Arguments, int]:
    """Return a command's main function that ends with 1 if its output cannot be written, and with 130 at Ctrl-C."""

    @wraps(main)
    def clean(*arguments: Arguments.args, **options: Arguments.kwargs) -> int:
        if sys.stderr is None:  # it is closed: `print` would mix the messages into the output
            sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # until the end
        if sys.stdout is None:
            print("error: standard output is closed.", file=sys.stderr)
            return 1
        # A file's name may hold what the terminal's encoding does not.
        if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            try:
                return main(*arguments, **options)
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            return 130
        except OSError as error:
            # Who closes the pipe, as `head` does, has read enough.
            if not isinstance(error, BrokenPipeError):
                print(f"error: the output cannot be written: {error.strerror or error}.", file=sys.stderr)
            # What is still to be written goes nowhere, or Python would print an error at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1

    return clean
