"""Holds a page while it is written: its ink, and the mark that each pixel belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.kinds import KINDS

Alpha = NDArray[np.uint8]
# A pixel with less ink coverage than this, of 255, belongs to no mark.
MIN_COVER = 40
# A mark has an unknown kind if a smaller share of its ink than this lies within the sheet.
MIN_VISIBLE_SHARE = 0.6
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on a sheet.

    Attributes:
        box: left, top, right, bottom in pixels: bounding box of all its ink, even beyond the sheet's border.
        kind: class as index in `KINDS`; -1 where too little of the mark is on the sheet to tell.
        height: height in pixels of the digits on its line.
    """

    box: tuple[float, float, float, float]
    kind: int
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return x, y of the box's centre."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


class Sheet:
    """A sheet of paper, its height and width in pixels.

    Attributes:
        ink: uint8 [height, width], the share of each pixel that marks cover, 255 = all.
        owner: uint16 [height, width], the number, from 1, of the mark that each pixel belongs to; 0 = none.
        tone: float32 [height, width], how dark the ink is there, 0 = as paper, 1 = black.
        marks: all marks; number n is `marks[n - 1]`.
    """

    def __init__(self, height: int, width: int) -> None:
        self.ink = np.zeros((height, width), np.uint8)
        self.owner = np.zeros((height, width), np.uint16)
        self.tone = np.ones((height, width), np.float32)
        self.marks: list[Mark] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Return height, width."""
        return self.ink.shape[0], self.ink.shape[1]

    def put(self, alpha: Alpha, left: float, top: float, kind: str, height: float, tone: float = 1.0) -> None:
        """Write a mark.

        Args:
            alpha: uint8 [h, w], cropped to the mark's ink.
            left: x of its top left corner, in pixels.
            top: y of its top left corner, in pixels.
            kind: one of `KINDS`.
            height: height in pixels of the digits on its line.
            tone: how dark its ink is, 0 to 1.
        """
        x, y = round(left), round(top)
        high, wide = alpha.shape
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + wide, self.shape[1]), min(y + high, self.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        seen = alpha[y0 - y : y1 - y, x0 - x : x1 - x]
        total = int(alpha.sum(dtype=np.int64))
        if total == 0 or not seen.any():
            return
        visible = int(seen.sum(dtype=np.int64)) / total
        self.marks.append(
            Mark((x, y, x + wide, y + high), KINDS.index(kind) if visible >= MIN_VISIBLE_SHARE else UNKNOWN, height)
        )
        ink, owner = self.ink[y0:y1, x0:x1], self.owner[y0:y1, x0:x1]
        mine = seen > ink
        owner[mine & (seen >= MIN_COVER)] = len(self.marks)
        self.tone[y0:y1, x0:x1][mine] = tone
        ink[mine] = seen[mine]

    def crowded(self, left: float, top: float, wide: float, high: float) -> bool:
        """Return whether a box, in pixels, holds ink already."""
        rows = slice(max(round(top), 0), max(round(top + high), 0))
        columns = slice(max(round(left), 0), max(round(left + wide), 0))
        return bool(self.ink[rows, columns].any())
