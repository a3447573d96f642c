"""Renders the pages of a PDF as pictures with pypdfium2, an optional dependency, in a process that has limits."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from PIL import Image

from inference.errors import BrokenImageError, ImageTooLargeError, UnsupportedImageError

START = b"%PDF"
NO_PYPDFIUM2_MESSAGE = (
    "PDF files are read where pypdfium2 is installed: `pip install pypdfium2`, or `pip install 'digits[pdf]'`. "
    "Or send each page as a picture."
)
PROGRAM = Path(__file__).with_name("render_pdf.py")
# Limits of rendering: seconds of processor time for all pages, and bytes of memory. Ten scanned pages take a few
# seconds. But in 5 KB a PDF can ask for a million lines, and in 10 MB for 10 GB.
MAX_SECONDS, MAX_BYTES = 20, 1_000_000_000


def pages(content: bytes, max_pages: int, max_side_px: int, max_pixels: int) -> Iterator[tuple[Image.Image, bool]]:
    """Render the pages of a PDF.

    Args:
        content: the file's bytes.
        max_pages: the most pages that are rendered.
        max_side_px: the most pixels of a rendered page's longer side.
        max_pixels: the most pixels of all pictures on a page together, because they are decoded whole.

    Yields:
        Each page, mode L, and whether more pages follow it that are not rendered.

    Raises:
        UnsupportedImageError: pypdfium2 is not installed.
        BrokenImageError: the file is no PDF, is damaged, is locked by a password, or has no page.
        ImageTooLargeError: the pictures on a page have more than `max_pixels` pixels, or rendering takes too long or
            too much memory.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise UnsupportedImageError(NO_PYPDFIUM2_MESSAGE)
    # -P: modules are not taken from this file's folder.
    limits = (max_pages, max_side_px, max_pixels, MAX_SECONDS, MAX_BYTES)
    command = [sys.executable, "-P", str(PROGRAM), *map(str, limits)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        try:
            if process.stdin and process.stdout:
                with suppress(BrokenPipeError), process.stdin as file:
                    file.write(content)
                while page := _next(process.stdout):
                    yield page
        finally:
            process.kill()


def _next(output: IO[bytes]) -> tuple[Image.Image, bool] | None:
    """Return the next page and whether more follow that are not rendered; None after the last."""
    # Nothing comes from a process that has reached a limit.
    about = json.loads(output.readline() or b"null")
    width, height = (about or {}).get("size", (0, 0))
    pixels = output.read(width * height)
    if about is None or len(pixels) < width * height:
        raise ImageTooLargeError(
            f"The PDF takes more than {MAX_SECONDS} seconds or {MAX_BYTES / 1e9:g} GB of memory to render. Send its "
            "pages as pictures."
        )
    if "error" in about:
        raise (ImageTooLargeError if about.get("too_large") else BrokenImageError)(about["error"])
    return (Image.frombytes("L", (width, height), pixels), about["more"]) if about else None
