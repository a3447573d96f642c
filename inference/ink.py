"""Which pixels are pen and which are paper."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.components import Components, label
from inference.drawing import drawn
from inference.grey import opaque
from inference.noise import calm
from inference.paper import flatten
from inference.polarity import dark_on_light
from inference.rules import erase
from inference.underline import freed

# A drawing with more specks than this, of at most so many pixels each, is a photo with a little grain.
SPECK = 6
MOST_SPECKS = 8
# Photos are read at this length of their longer side, in pixels: fine enough for 40 lines a page.
LONGEST = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """The ink of a picture.

    Attributes:
        values: uint8 [height, width], 0 = paper, 255 = ink; smaller than the picture where that was large.
        components: the connected components of all that is not 0.
        clean: whether it was drawn or scanned without shade or grain, so that its anti-aliasing was kept.
    """

    values: NDArray[np.uint8]
    components: Components
    clean: bool


def extract(image: Image.Image) -> Ink:
    """Find the ink, whatever its polarity, colour or transparency, and the light.

    A picture whose paper has one tone is taken as it is, with its anti-aliasing; any other is flattened first.

    Args:
        image: mode L, RGB or RGBA.
    """
    image = opaque(image)
    if ink := _clean(image):
        return ink
    scale = max(image.size) / LONGEST
    if scale > 1:
        size = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
        image = image.resize(size, Image.Resampling.BOX)
    calmed = calm(image)
    if calmed is not image and (ink := _clean(calmed)):
        return ink
    values = erase(flatten(dark_on_light(calmed)))
    return Ink(*freed(values, label(values > 0)), False)


def _clean(image: Image.Image) -> Ink | None:
    """Return the ink of a drawing, and None where the picture is none."""
    values = drawn(image)
    if values is None:
        return None
    components = label(values > 0)
    if np.count_nonzero(components.areas <= SPECK) > MOST_SPECKS:
        return None
    return Ink(*freed(values, components), True)
