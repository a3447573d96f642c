"""A clean drawing is read at once: its own ink tells how high digits are, and whether the page network missed any."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from inference.detection import cutting
from inference.detection.cutting import Segment
from inference.detection.maps import Network
from inference.detection.page import Sighting
from inference.detection.scale import FIRST_LOOK_PX, possible, resized, sureness, usual_height
from inference.detection.tiles import tiled
from inference.errors import TooManyMarksError
from inference.imaging.components import Components

# Digits that touch come apart best at this height: more than in photos, where shadows and grain grow with them.
READ_HEIGHT_PX = 41.0
# The tallest component may be two digits, or a frame: then the network's own height tells, and it looks once more.
LOOKS = 2
# Where marks are not read surely, the drawing is looked at again at these multiples of that size; chosen on numbers
# of the shared pen digits.
AGAIN_RATIOS = (1.2, 1.45, 0.85)
# So far from the best height, in powers of 2, digits are read without another look.
MAX_OCTAVES = 0.4
# Less sure digits may lie on their side, or be none: the usual way looks at them from all sides.
MIN_SURENESS = 0.5
# A drawing that is larger than the first look of the usual way is read in that.
MAX_LOOK_PIXELS = FIRST_LOOK_PX**2
# A component that nothing covers as far as this, of 255, was missed.
MIN_COVER = 64


def read_at_once(
    network: Network, kinds: int, image: Image.Image, components: Components, most: int
) -> list[Sighting] | None:
    """Find the marks of a clean drawing.

    Args:
        network: the page network.
        kinds: how many kinds it tells apart.
        image: mode L.
        components: of the drawing's ink.
        most: the most marks that a picture may have.

    Returns:
        The marks; None where they are not sure, not at the right height, or not all, or where the usual way takes less
        time.

    Raises:
        TooManyMarksError: it has more.
    """
    if not components.count:
        return None
    height = float((components.boxes[:, 3] - components.boxes[:, 1]).max())
    for _ in range(LOOKS):
        factor = possible(READ_HEIGHT_PX / height, image.size)
        if factor**2 * image.width * image.height > MAX_LOOK_PIXELS:
            return None
        maps = tiled(network, resized(image, factor), kinds)
        seen = usual_height(maps)
        if seen is None:
            return None
        if abs(np.log2(seen / READ_HEIGHT_PX)) <= MAX_OCTAVES:
            marks = cutting.marks(maps)
            if len(marks) > most:
                raise TooManyMarksError.of(len(marks), most)
            complete = sureness(maps) >= MIN_SURENESS and _covered(marks, components, factor)
            return [Sighting(mark, factor) for mark in marks] if complete else None
        height = seen / factor
    return None


def other_looks(network: Network, kinds: int, image: Image.Image, factor: float) -> Iterator[list[Sighting]]:
    """Find the marks of a clean drawing at other sizes than it was read at.

    Args:
        network: the page network.
        kinds: how many kinds it tells apart.
        image: mode L.
        factor: the size that it was read at, as a multiple of the drawing's.

    Yields:
        The marks at each size that is not too large.
    """
    for size in (factor * ratio for ratio in AGAIN_RATIOS):
        if size**2 * image.width * image.height <= MAX_LOOK_PIXELS:
            yield [Sighting(mark, size) for mark in cutting.marks(tiled(network, resized(image, size), kinds))]


def _covered(marks: list[Segment], components: Components, factor: float) -> bool:
    """Say whether each component has some mark's ink in its box."""
    high, wide = (round(float(side) * factor) + 2 for side in components.boxes[:, [3, 2]].max(axis=0))
    cover = np.zeros((high, wide), np.uint8)
    for mark in marks:
        left, top, right, bottom = mark.box
        place = cover[top:bottom, left:right]
        np.maximum(place, mark.ink[: place.shape[0], : place.shape[1]], out=place)
    starts = np.floor(components.boxes[:, :2] * factor).astype(np.intp)
    stops = np.ceil(components.boxes[:, 2:] * factor).astype(np.intp)
    return all(
        cover[top:bottom, left:right].max(initial=0) >= MIN_COVER
        for (left, top), (right, bottom) in zip(starts, stops, strict=True)
    )
