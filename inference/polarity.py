"""Whether a photo shows dark writing on light ground or light writing on dark."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

# It is seen on a copy whose longer side is this, cut into so many parts each way.
LONGEST = 400
PARTS = (3, 5, 10, 20)
# The grey levels between the mean and the median of a part count from here to there: less is the light's slope, and
# more the edge of a shadow or a table, with one to the other side.
LEAN = (1.0, 8.0)


def dark_on_light(image: Image.Image) -> NDArray[np.uint8]:
    """Return a picture as grey, uint8 [height, width], inverted where the writing is lighter than its ground.

    Args:
        image: mode L, RGB, or RGBA without transparency.
    """
    if image.mode == "RGBA":
        image = image.convert("RGB")
    if light_writing(image):
        image = ImageChops.invert(image)
    if image.mode == "L":
        return np.asarray(image)
    # A coloured pen swallows two of the three colours: the darkest of them shows it best, but is the noisiest.
    red, green, blue = image.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return np.asarray(Image.blend(darkest, image.convert("L"), 0.5))


def light_writing(image: Image.Image) -> bool:
    """Say whether the writing is lighter than its ground: it covers the smaller part of most places.

    There the mean lies on the writing's side of the median.
    """
    small = image.convert("L")
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    grey = np.asarray(small, np.float32)
    lean = 0.0
    for parts in PARTS:
        side = max(4, min(grey.shape) // parts)
        rows, columns = grey.shape[0] // side, grey.shape[1] // side
        if rows and columns:
            blocks = grey[: rows * side, : columns * side].reshape(rows, side, columns, side)
            flat = blocks.transpose(0, 2, 1, 3).reshape(rows * columns, -1)
            leans = flat.mean(axis=1) - np.median(flat, axis=1)
            leans = np.where(np.abs(leans) < LEAN[0], 0, np.clip(leans, -LEAN[1], LEAN[1]))
            lean += float(leans.mean())
    return lean > 0
