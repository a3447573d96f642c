"""Defines the result of `Recognizer.read`: the marks of a picture, and their text."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Box = tuple[int, int, int, int]

# Signs that are read besides digits: the point and comma of a number, and the signs of dates, times and sums.
SIGNS = ".,:/-+"
# Stands in the text for a refused mark.
REFUSED = "?"

# RGB colours of heat maps: for the reading, and against it. Colour-blind people can tell them apart too.
FOR_COLOUR = np.array([230, 97, 1], np.uint8)
AGAINST_COLOUR = np.array([69, 94, 204], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One mark on the paper, and what was read in it.

    Attributes:
        digit: 0 to 9, or None where the mark is a sign, or is refused: no digit, or not sure enough.
        confidence: the probability of the digit or the sign, or, if the mark is refused, of "not a digit".
        probabilities: float32 [11] (the digits 0 to 9, then "not a digit"); [10] for a model without that class.
        box: x, y, width, height, in pixels of the picture as it is shown: upright by its EXIF, before `Reading.turned`.
        line: the line of writing that it stands on, from 0 at the top.
        input: uint8 [28, 28], the normalised image that the model saw, 0 = paper, 255 = ink.
        heat: float32 [28, 28], how much of the confidence is lost where the ink around a pixel is hidden: above 0 what
            spoke for the reading, below 0 what spoke against it. None unless it was asked for (`explain=True`).
        sign: one of `SIGNS` if the mark is a sign between digits or before them (then `digit` is None), else None.
        page: the page of the file that it stands on, from 0; the box is in pixels of that page.
    """

    digit: int | None
    confidence: float
    probabilities: NDArray[np.float32] = field(repr=False)
    box: Box
    line: int
    # The arrays would fill screens where a reading is printed.
    input: NDArray[np.uint8] = field(repr=False)
    heat: NDArray[np.float32] | None = field(default=None, repr=False)
    sign: str | None = None
    page: int = 0

    @property
    def refused(self) -> bool:
        """Whether the mark is neither a digit nor a sign, or not surely one."""
        return self.digit is None and self.sign is None

    @property
    def said(self) -> str:
        """The mark's one character in `Reading.text`."""
        if self.digit is not None:
            return str(self.digit)
        return self.sign or REFUSED

    def input_png(self) -> bytes:
        """Return `input` as a grey PNG of 28x28, black paper and white ink as in MNIST."""
        return _png(Image.fromarray(self.input))

    def heat_png(self) -> bytes | None:
        """Return `heat` as a PNG of 28x28 to lay over the input: transparent where nothing depends on the ink.

        Orange speaks for the reading, blue against it; the strongest place is opaque. None where there is no `heat`.
        """
        if self.heat is None:
            return None
        strongest = max(float(np.abs(self.heat).max()), 1e-6)
        colour = np.where((self.heat >= 0)[..., None], FOR_COLOUR, AGAINST_COLOUR)
        alpha = np.rint(np.abs(self.heat) * (255 / strongest)).astype(np.uint8)
        return _png(Image.fromarray(np.dstack([colour, alpha])))


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All marks of a picture in reading order, and their text.

    Attributes:
        text: the digits and signs in reading order, `?` for a refused mark, a new line for each line of writing, one
            space where a gap is wider than about a digit and a half; empty where nothing is written.
        digits: the marks, in the same order.
        size: width, height in pixels of the picture as it is shown, upright by its EXIF: what the boxes refer to; of
            the first page if there are several.
        turned: degrees clockwise (0, 90, 180, 270) by which the picture was turned to be read, while the boxes refer
            to the picture before that; of the first page if there are several.
        pages: how many pages of the file were read.
        more: whether the file has further pages or frames that were not read.
    """

    text: str
    digits: tuple[Mark, ...]
    size: tuple[int, int]
    turned: int = 0
    pages: int = 1
    more: bool = False


def merge_pages(pages: Sequence[Reading]) -> Reading:
    """Merge the readings of a file's pages, at least one, into one: page after page, with lines numbered throughout."""
    marks: list[Mark] = []
    for number, page in enumerate(pages):
        before = marks[-1].line + 1 if marks else 0
        marks += (replace(mark, page=number, line=mark.line + before) for mark in page.digits)
    text = "\n".join(page.text for page in pages if page.text)
    return Reading(text, tuple(marks), pages[0].size, pages[0].turned, len(pages), pages[-1].more)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
