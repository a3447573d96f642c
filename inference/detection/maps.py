"""Defines the maps that the page network predicts for a picture, cell by cell."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Side of a cell in pixels: first of the map `offset`, then of the maps `height` and `kind`.
OFFSET_CELL_PX = 2
KIND_CELL_PX = 4
# Height of digits, in pixels, at which the page network reads them best.
BEST_HEIGHT_PX = 32.0


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """The predictions for a picture of H x W pixels.

    Attributes:
        writing: float32 [H, W], the share of each pixel that a mark's ink covers, 0 to 1.
        offset: float32 [ceil(H/2), ceil(W/2), 2], x and y in pixels from the middle of each cell of 2x2 pixels to the
            middle of the box around the mark that its ink belongs to.
        height: float32 [ceil(H/4), ceil(W/4)], for each cell of 4x4 pixels the height in pixels of the digits of the
            line of writing there; without meaning where nothing is written.
        kind: float32 [ceil(H/4), ceil(W/4), K], the probability of each kind for the mark there.
    """

    writing: Floats
    offset: Floats
    height: Floats
    kind: Floats


# A function from a grey picture of any size, uint8 [H, W], to its maps: a `PageNetwork`, or its stand-in in a test.
Network = Callable[[Grey], Maps]


def blank(height: int, width: int, kinds: int) -> Maps:
    """Return the maps of a picture of this size in pixels in which nothing is written."""
    half = (-(-height // OFFSET_CELL_PX), -(-width // OFFSET_CELL_PX))
    quarter = (-(-height // KIND_CELL_PX), -(-width // KIND_CELL_PX))
    return Maps(
        writing=np.zeros((height, width), np.float32),
        offset=np.zeros((*half, 2), np.float32),
        height=np.full(quarter, BEST_HEIGHT_PX, np.float32),
        kind=np.zeros((*quarter, kinds), np.float32),
    )


def halved(values: Floats) -> Floats:
    """Return the mean of each cell of 2x2 values, float32 [ceil(H/2), ceil(W/2)]; outside of the map all is 0."""
    return np.asarray(sum(_quarters(values)) / np.float32(4), np.float32)


def highest(values: Floats) -> Floats:
    """Return the maximum of each cell of 2x2 values, float32 [ceil(H/2), ceil(W/2)]."""
    return np.asarray(np.max(_quarters(values), axis=0), np.float32)


def _quarters(values: Floats) -> list[Floats]:
    """Return the four values of each cell of 2x2, as one map for each position in the cell."""
    padded = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2)))
    return [padded[down::2, right::2] for down in (0, 1) for right in (0, 1)]
