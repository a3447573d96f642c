"""A picture's marks: its scale found, its writing read at it, and what is much larger or smaller at its own."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection import cutting
from inference.detection.cutting import Segment
from inference.detection.maps import USUAL_HEIGHT_PX, Network
from inference.detection.scale import distance, grown, look, looks, possible, resized, sizes
from inference.detection.tiles import GRID_PX, tiled
from inference.detection.turns import Box, turned, upright
from inference.errors import TooManyMarksError

# Sightings that differ by less than this in how far they are from the best height, in powers of 2, are seen alike.
SAME_FIT_OCTAVES = 0.5
# A mark that shares so much of its ink with another, which is seen nearer to the best height, is the same or a part.
MIN_SHARED_INK = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A mark as it was seen at one scale.

    Attributes:
        mark: in pixels of what was looked at.
        factor: the size of that, as a multiple of the picture's.
    """

    mark: Segment
    factor: float

    @property
    def box(self) -> Box:
        """Left, top, right, bottom, in pixels of the picture."""
        left, top, right, bottom = (side / self.factor for side in self.mark.box)
        return left, top, right, bottom

    @property
    def height(self) -> float:
        """The height of the digits of its line, in pixels of the picture."""
        return self.mark.height / self.factor

    @property
    def ink(self) -> float:
        """How much ink it has, in pixels of the picture that are all covered."""
        return float(self.mark.ink.sum()) / 255 / self.factor**2

    @property
    def fit(self) -> float:
        """How far from the best height its line is seen, in powers of 2."""
        return distance(max(self.mark.height, 1.0))


def find(
    network: Network, kinds: int, image: Image.Image, most: int, *, turn: bool = True
) -> tuple[int, list[Sighting]]:
    """Find the marks of a picture.

    Args:
        network: the page network.
        kinds: how many kinds it tells apart.
        image: mode L.
        most: the most marks that a picture may have.
        turn: look for the side that is up, too.

    Returns:
        By how many degrees the picture must be turned clockwise to be read, and its marks after that turn.

    Raises:
        TooManyMarksError: it has more.
    """
    if turn:
        degrees, seen = upright(partial(looks, network, kinds=kinds), partial(look, network, kinds=kinds), image)
        image = turned(image, degrees)
    else:
        degrees, seen = 0, looks(network, image, kinds=kinds)
    readings = []
    for height, cells in sizes(seen):
        factor = possible(USUAL_HEIGHT_PX / height, image.size)
        grey = resized(image, factor)
        grid = tuple(-(-side // GRID_PX) for side in grey.shape)
        maps = tiled(network, grey, kinds, grown(cells, grid, 1))
        marks = cutting.marks(maps)
        if len(marks) > most:
            raise TooManyMarksError.of(len(marks), most)
        readings.append([Sighting(mark, factor) for mark in marks])
    return degrees, nearest_to_scale(readings)


def nearest_to_scale(readings: list[list[Sighting]]) -> list[Sighting]:
    """Put readings of one picture together: of marks that share their ink, the one seen nearest to the best height."""
    if len(readings) < 2:
        return [sighting for reading in readings for sighting in reading]
    seen = [(sighting, at) for at, reading in enumerate(readings) for sighting in reading]
    # Of two that are seen about as well, the one with more ink is more of the mark.
    seen.sort(key=lambda each: (round(each[0].fit / SAME_FIT_OCTAVES), -each[0].ink))
    boxes = np.array([sighting.box for sighting, _ in seen], np.float64).reshape(-1, 4)
    reading = np.array([at for _, at in seen], np.intp)
    kept: list[int] = []
    for at, (sighting, _) in enumerate(seen):
        before = np.array(kept, np.intp)
        low, high = np.maximum(boxes[before, :2], boxes[at, :2]), np.minimum(boxes[before, 2:], boxes[at, 2:])
        meeting = before[(low < high).all(axis=1) & (reading[before] != reading[at])]
        if all(shared(sighting, seen[other][0]) < MIN_SHARED_INK for other in meeting):
            kept.append(at)
    return [seen[at][0] for at in kept]


def shared(one: Sighting, other: Sighting) -> float:
    """Return the share of the ink of one of two sightings, the one with less of it, that lies on the other's."""
    finer, coarser = (one, other) if one.factor >= other.factor else (other, one)
    ink = finer.mark.ink > 127
    rows, columns = np.nonzero(ink)
    left, top = finer.mark.box[:2]
    scale = coarser.factor / finer.factor
    down = _at(rows + top, scale, coarser.mark.box[1])
    across = _at(columns + left, scale, coarser.mark.box[0])
    height, width = coarser.mark.ink.shape
    inside = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    both = np.count_nonzero(coarser.mark.ink[down[inside], across[inside]] > 127)
    area = min(len(rows), np.count_nonzero(coarser.mark.ink > 127) / scale**2)
    return both / area if area else 0.0


def _at(pixels: NDArray[np.intp], scale: float, start: int) -> NDArray[np.intp]:
    return np.asarray(np.floor((pixels + 0.5) * scale) - start, np.intp)
