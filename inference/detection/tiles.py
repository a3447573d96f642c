"""Runs the page network on large pictures in bounded memory and time: in tiles, and only where something is written."""

import numpy as np
from numpy.typing import NDArray

from inference.detection.maps import KIND_CELL_PX, OFFSET_CELL_PX, Grey, Maps, Network, blank

# Tiles begin at multiples of this, in pixels; the cells of all maps, and of the network inside, divide it.
GRID_PX = 16
# Largest side of a tile with its margins: with 448, onnxruntime takes about 30 MB; with 640, as fast, 60.
TILE_PX = 448
# Margin that the network sees around each tile as context; its predictions there are discarded.
MARGIN_PX = 48


def tiled(network: Network, grey: Grey, wanted: NDArray[np.bool_] | None = None) -> Maps:
    """Return the maps of a picture, computed in overlapping tiles.

    Args:
        network: the page network, which runs on each tile.
        grey: uint8 [H, W].
        wanted: bool [ceil(H/16), ceil(W/16)], which cells of 16x16 pixels are computed; by default all. Others may
            be left blank to save time.
    """
    height, width = grey.shape
    if wanted is None:
        wanted = np.ones((-(-height // GRID_PX), -(-width // GRID_PX)), np.bool_)
    if wanted.all() and max(height, width) <= TILE_PX:
        return network(grey)
    maps = None
    core = (TILE_PX - 2 * MARGIN_PX) // GRID_PX
    for top in range(0, wanted.shape[0], core):
        for left in range(0, wanted.shape[1], core):
            rows, columns = np.nonzero(wanted[top : top + core, left : left + core])
            if rows.size:
                down = (GRID_PX * (top + int(rows.min())), min(height, GRID_PX * (top + int(rows.max()) + 1)))
                across = (GRID_PX * (left + int(columns.min())), min(width, GRID_PX * (left + int(columns.max()) + 1)))
                corner = (max(0, down[0] - MARGIN_PX), max(0, across[0] - MARGIN_PX))
                seen = network(grey[corner[0] : down[1] + MARGIN_PX, corner[1] : across[1] + MARGIN_PX])
                # Only what the network returns tells how many kinds there are.
                maps = maps or blank(height, width, seen.kind.shape[2])
                _copy(seen, maps, corner, down, across)
    return maps or blank(height, width, kinds=0)  # no cell was wanted


def _copy(seen: Maps, maps: Maps, corner: tuple[int, int], down: tuple[int, int], across: tuple[int, int]) -> None:
    """Copy what was seen from the pixel `corner` on into the maps between two rows and two columns, in pixels."""
    for whole, part, cell in (
        (maps.writing, seen.writing, 1),
        (maps.offset, seen.offset, OFFSET_CELL_PX),
        (maps.height, seen.height, KIND_CELL_PX),
        (maps.kind, seen.kind, KIND_CELL_PX),
    ):
        to = tuple(slice(start // cell, -(-stop // cell)) for start, stop in (down, across))
        of = tuple(
            slice((start - first) // cell, -(-(stop - first) // cell))
            for (start, stop), first in zip((down, across), corner, strict=True)
        )
        whole[to] = part[of]
