"""Reads clean drawings in one or two runs of the page network: ink tells how high digits are, and what is missed."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from inference.detection import cutting
from inference.detection.cutting import Segment
from inference.detection.maps import Network
from inference.detection.page import Sighting
from inference.detection.scale import fits_first_look, limited_factor, resized, sureness, usual_height
from inference.detection.tiles import tiled
from inference.errors import TooManyMarksError
from inference.imaging.components import Components

# Height in pixels at which touching digits separate best. In photos less is better: shadows and grain grow with them.
READ_HEIGHT_PX = 41.0
# Most runs of the network. The tallest component may be two digits or a frame: then the network's height sets a second.
MAX_RUNS = 2
# A drawing with unsure marks is read again at these multiples of its first scale factor; chosen on numbers of the
# shared pen digits.
REREAD_RATIOS = (1.2, 1.45, 0.85)
# Largest distance of the digits' height from READ_HEIGHT_PX, in octaves (powers of 2), that needs no further run.
MAX_HEIGHT_ERROR_OCTAVES = 0.4
# Lower limit for `sureness`. Below it digits may lie on their side, or be none: `detection.page.find` tries all turns.
MIN_SURENESS = 0.5
# Ink, of 255, that some pixel of a mark must have in a component's box; else the network missed the component.
MIN_COVERING_INK = 64


def read_at_once(network: Network, image: Image.Image, components: Components, most: int) -> list[Sighting] | None:
    """Find the marks of a clean drawing.

    Args:
        network: the page network.
        image: mode L.
        components: the connected components of the drawing's ink.
        most: the most marks that a picture may have.

    Returns:
        The marks; None if they are not sure, not near the best height or not complete, or if `find` takes less time.

    Raises:
        TooManyMarksError: the drawing has more.
    """
    if not components.count:
        return None
    height = float((components.boxes[:, 3] - components.boxes[:, 1]).max())
    for _ in range(MAX_RUNS):
        factor = limited_factor(READ_HEIGHT_PX / height, image.size)
        if not fits_first_look(factor, image.size):
            # `find` takes less time.
            return None
        maps = tiled(network, resized(image, factor))
        seen = usual_height(maps)
        if seen is None:
            return None
        if abs(np.log2(seen / READ_HEIGHT_PX)) <= MAX_HEIGHT_ERROR_OCTAVES:
            marks = cutting.marks(maps)
            if len(marks) > most:
                raise TooManyMarksError.of(len(marks), most)
            complete = sureness(maps) >= MIN_SURENESS and _covered(marks, components, factor)
            return [Sighting(mark, factor) for mark in marks] if complete else None
        height = seen / factor
    return None


def other_looks(network: Network, image: Image.Image, factor: float) -> Iterator[list[Sighting]]:
    """Find the marks of a clean drawing again, at other scale factors.

    Args:
        network: the page network.
        image: mode L.
        factor: the scale factor at which it was read first.

    Yields:
        The marks at each scale factor that does not make the drawing too large.
    """
    for scale in (factor * ratio for ratio in REREAD_RATIOS):
        if fits_first_look(scale, image.size):
            yield [Sighting(mark, scale) for mark in cutting.marks(tiled(network, resized(image, scale)))]


def _covered(marks: list[Segment], components: Components, factor: float) -> bool:
    """Say whether each component's box contains ink of some mark."""
    high, wide = (round(float(side) * factor) + 2 for side in components.boxes[:, [3, 2]].max(axis=0))
    cover = np.zeros((high, wide), np.uint8)
    for mark in marks:
        left, top, right, bottom = mark.box
        place = cover[top:bottom, left:right]
        np.maximum(place, mark.ink[: place.shape[0], : place.shape[1]], out=place)
    starts = np.floor(components.boxes[:, :2] * factor).astype(np.intp)
    stops = np.ceil(components.boxes[:, 2:] * factor).astype(np.intp)
    return all(
        cover[top:bottom, left:right].max(initial=0) >= MIN_COVERING_INK
        for (left, top), (right, bottom) in zip(starts, stops, strict=True)
    )
