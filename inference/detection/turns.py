"""Pictures that lie on a side or stand on their head."""

from collections.abc import Callable

from PIL import Image

from inference.detection.scale import Look, sureness

# Degrees clockwise, and what turns a picture so far: Pillow counts the other way.
TURNS = {
    0: None,
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# Where digits are seen this surely, or more, the picture is upright; else it is looked at from the other sides, and
# read from one where they are seen so surely, and surer by so much.
UPRIGHT_SURENESS = 0.75
MIN_GAIN = 0.25
# Fewer marks than these tell no turn: nearly every letter is a digit from some side.
MIN_MARKS = 3

Box = tuple[float, float, float, float]


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """Turn a picture clockwise by 0, 90, 180 or 270 degrees."""
    method = TURNS[degrees]
    return image if method is None else image.transpose(method)


def upright(
    looks: Callable[[Image.Image], list[Look]], look: Callable[[Image.Image, float], Look], image: Image.Image
) -> tuple[int, list[Look]]:
    """Find how far a picture must be turned to be read: degrees clockwise, and what is seen then.

    Args:
        looks: looks at a picture at several scales, and returns the best first; nothing where nothing is written.
        look: looks at a picture at one scale.
        image: mode L.
    """
    first = looks(image)
    if not first or sureness(first[0].maps) >= UPRIGHT_SURENESS or first[0].marks < MIN_MARKS:
        return 0, first
    # What is seen best from one side is as large from the others.
    sides = {degrees: look(turned(image, degrees), first[0].factor) for degrees in TURNS if degrees}
    sure = {degrees: sureness(side.maps) for degrees, side in sides.items() if side.marks >= MIN_MARKS}
    best = max(sure, key=lambda degrees: sure[degrees], default=0)
    if not best or sure[best] < max(UPRIGHT_SURENESS, sureness(first[0].maps) + MIN_GAIN):
        return 0, first
    return best, looks(turned(image, best))


def as_sent(box: Box, degrees: int, size: tuple[int, int]) -> Box:
    """Return where a box of the turned picture lies in the picture as it was sent.

    Args:
        box: left, top, right, bottom, in pixels of the picture after it was turned clockwise.
        degrees: by which it was turned.
        size: width and height of the picture as it was sent, in pixels.
    """
    left, top, right, bottom = box
    width, height = size
    return {
        0: box,
        90: (top, height - right, bottom, height - left),
        180: (width - right, height - bottom, width - left, height - top),
        270: (width - bottom, left, width - top, right),
    }[degrees]
