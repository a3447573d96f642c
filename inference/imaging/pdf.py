"""Renders the pages of a PDF as pictures with pypdfium2, an optional dependency, in a process that can be stopped."""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from PIL import Image

from inference.errors import BrokenImageError, ImageTooLargeError, UnsupportedImageError

START = b"%PDF"
NO_PYPDFIUM2_MESSAGE = (
    "PDF files are read where pypdfium2 is installed: `pip install pypdfium2`, or `pip install 'digits[pdf]'`. "
    "Or send each page as a picture."
)
PROGRAM = Path(__file__).with_name("render_pdf.py")
# Limits of rendering: seconds for all pages, with the start of the process, and bytes of memory. Ten scanned pages take
# a few seconds. But in 5 KB a PDF can ask for a million lines, and in 10 MB for 10 GB.
MAX_SECONDS, MAX_BYTES = 20.0, 1_000_000_000


class RenderedPage(NamedTuple):
    """A page, mode L; whether more follow that are not rendered; and the seconds that it took."""

    image: Image.Image
    more: bool
    seconds: float


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
    limits = (max_pages, max_side_px, max_pixels, MAX_BYTES)
    command = [sys.executable, "-P", str(PROGRAM), *map(str, limits)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        try:
            if process.stdin and process.stdout:
                with suppress(BrokenPipeError), process.stdin as file:
                    file.write(content)
                seconds = MAX_SECONDS
                while page := _next(process, process.stdout, seconds):
                    seconds -= page.seconds
                    yield page.image, page.more
        finally:
            process.kill()


def _next(process: "subprocess.Popen[bytes]", output: IO[bytes], seconds: float) -> RenderedPage | None:
    """Return the next page, if it comes within this time; None after the last."""
    start = time.monotonic()
    timer = threading.Timer(max(seconds, 0), process.kill)
    timer.start()
    try:
        # Nothing comes from a process that was killed or had no memory.
        about = json.loads(output.readline() or b"null")
        width, height = (about or {}).get("size", (0, 0))
        pixels = output.read(width * height)
    finally:
        timer.cancel()
    if about is None or len(pixels) < width * height:
        raise ImageTooLargeError(
            f"The PDF takes more than {MAX_SECONDS:g} seconds or {MAX_BYTES / 1e9:g} GB of memory to render. Send its "
            "pages as pictures."
        )
    if "error" in about:
        raise (ImageTooLargeError if about.get("too_large") else BrokenImageError)(about["error"])
    if not about:
        return None
    image = Image.frombytes("L", (width, height), pixels)
    return RenderedPage(image, about["more"], time.monotonic() - start)
