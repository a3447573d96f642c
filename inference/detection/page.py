"""Finds the marks of a picture: finds the scale of its writing, and reads much larger or smaller writing at its own."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection import cutting
from inference.detection.cutting import Segment
from inference.detection.maps import BEST_HEIGHT_PX, Maps, Network
from inference.detection.scale import fits_first_look, grown, limited_factor, look, looks, octaves_off, resized, sizes
from inference.detection.tiles import GRID_PX, tiled
from inference.detection.turns import Box, turned, upright
from inference.errors import TooManyMarksError

# Sightings count as equally good if their `octaves_off` rounds to the same multiple of this.
EQUALLY_GOOD_OCTAVES = 0.5
# Sightings that share at least this much of their ink show one mark or its part; the one nearer the best height stays.
MIN_SHARED_INK = 0.5

# A hard shadow looks like ink at the height that is read best, but not in a look that is this many times closer, where
# its edge is seen to be soft. Chosen on synthetic photos (`make evaluate ARGS="--seed 11"`) and on the shared photos:
# at 1.4 more shadows remain, at 2 a thin digit is lost.
CLOSER_RATIO = 1.7


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A mark as it was seen at one scale.

    Attributes:
        mark: the mark, in pixels of the resized picture.
        factor: the scale factor from the picture to the resized one.
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
        """The amount of its ink, in fully covered pixels of the picture."""
        return float(self.mark.ink.sum()) / 255 / self.factor**2

    @property
    def octaves_off(self) -> float:
        """The distance of its line's height, as it was seen, from the best one, in octaves (powers of 2)."""
        return octaves_off(max(self.mark.height, 1.0))


def find(
    network: Network, image: Image.Image, most: int, *, turn: bool = True, shadows: bool = True
) -> tuple[int, list[Sighting]]:
    """Find the marks of a picture.

    Args:
        network: the page network.
        image: mode L.
        most: the most marks that a picture may have.
        turn: whether to find out too which side is up.
        shadows: whether there may be some, so that a closer look confirms what is writing.

    Returns:
        The turn that makes the picture upright, in degrees clockwise, and its marks after that turn.

    Raises:
        TooManyMarksError: the picture has more.
    """
    if turn:
        degrees, seen = upright(partial(looks, network), partial(look, network), image)
        image = turned(image, degrees)
    else:
        degrees, seen = 0, looks(network, image)
    readings = []
    for height, cells in sizes(seen):
        factor = limited_factor(BEST_HEIGHT_PX / height, image.size)
        maps = _maps(network, image, factor, cells)
        closer = factor * CLOSER_RATIO
        # An enlarged picture shows nothing new, and on a page of many lines hardly any shadow is as small as a digit.
        if shadows and closer <= 1 and fits_first_look(closer, image.size):
            maps = _confirmed(maps, _maps(network, image, closer, cells))
        marks = cutting.marks(maps)
        if len(marks) > most:
            raise TooManyMarksError.of(len(marks), most)
        readings.append([Sighting(mark, factor) for mark in marks])
    return degrees, nearest_to_scale(readings)


def _maps(network: Network, image: Image.Image, factor: float, cells: NDArray[np.bool_]) -> Maps:
    """Return the maps of a picture at a scale factor, computed on and near the given cells of a map that covers it."""
    grey = resized(image, factor)
    grid = tuple(-(-side // GRID_PX) for side in grey.shape)
    return tiled(network, grey, grown(cells, grid))


def _confirmed(maps: Maps, closer: Maps) -> Maps:
    """Return the maps of a picture with only the writing that a closer look sees too, there or one pixel beside."""
    size = maps.writing.shape[::-1]
    seen = np.pad(np.asarray(Image.fromarray(closer.writing).resize(size, Image.Resampling.BOX)), 1)
    # Without the pixels beside, small points would lose their rim.
    near = np.lib.stride_tricks.sliding_window_view(seen, (3, 3)).max(axis=(2, 3))
    return replace(maps, writing=np.minimum(maps.writing, near))


def nearest_to_scale(readings: list[list[Sighting]]) -> list[Sighting]:
    """Merge readings of one picture: of marks that share their ink, keep the one seen nearest to the best height."""
    if len(readings) < 2:
        return [sighting for reading in readings for sighting in reading]
    seen = [(sighting, at) for at, reading in enumerate(readings) for sighting in reading]
    # Of two sightings that are equally good, the one with more ink shows more of the mark.
    seen.sort(key=lambda each: (round(each[0].octaves_off / EQUALLY_GOOD_OCTAVES), -each[0].ink))
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
    """Return the ink that two sightings share, as a share of the ink of the one that has less."""
    finer, coarser = (one, other) if one.factor >= other.factor else (other, one)
    scale = coarser.factor / finer.factor
    covered = coarser.mark.ink > 127
    # Row and column of each pixel of the finer mark's ink, first in its picture, then in the coarser mark's box.
    places = np.argwhere(finer.mark.ink > 127) + finer.mark.box[1::-1]
    places = np.floor((places + 0.5) * scale).astype(np.intp) - coarser.mark.box[1::-1]
    down, across = places[((places >= 0) & (places < covered.shape)).all(axis=1)].T
    area = min(len(places), np.count_nonzero(covered) / scale**2)
    return np.count_nonzero(covered[down, across]) / area if area else 0.0
