"""Finds which side of a picture is up: it may lie on a side or be upside down."""

from collections.abc import Callable

from PIL import Image

from inference.detection.scale import Look, sureness

# Pillow's transpose for each turn in degrees clockwise; Pillow counts anticlockwise.
TRANSPOSES_BY_DEGREES = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# Smallest `sureness` of a picture that counts as upright. Below it the other three turns are tried; one is chosen if it
# reaches this sureness, and exceeds that of the picture as sent by MIN_TURN_GAIN.
UPRIGHT_SURENESS = 0.75
MIN_TURN_GAIN = 0.25
# Smallest number of marks that can decide a turn: nearly every letter looks like a digit from some side.
MIN_MARKS_FOR_TURN = 3

Box = tuple[float, float, float, float]


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """Turn a picture clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(TRANSPOSES_BY_DEGREES[degrees]) if degrees else image


def upright(
    looks: Callable[[Image.Image], list[Look]], look: Callable[[Image.Image, float], Look], image: Image.Image
) -> tuple[int, list[Look]]:
    """Return the turn that makes a picture upright, in degrees clockwise, and the looks at the turned picture.

    Args:
        looks: looks at a picture at several scales, and returns the best look first; none if nothing is written.
        look: looks at a picture at one scale.
        image: mode L.
    """
    first = looks(image)
    if not first or sureness(first[0].maps) >= UPRIGHT_SURENESS or first[0].marks < MIN_MARKS_FOR_TURN:
        return 0, first
    # Digits have the same size after a turn, so one scale factor suits all turns.
    sides = {degrees: look(turned(image, degrees), first[0].factor) for degrees in TRANSPOSES_BY_DEGREES}
    sure = {degrees: sureness(side.maps) for degrees, side in sides.items() if side.marks >= MIN_MARKS_FOR_TURN}
    best = max(sure, key=lambda degrees: sure[degrees], default=0)
    if not best or sure[best] < max(UPRIGHT_SURENESS, sureness(first[0].maps) + MIN_TURN_GAIN):
        return 0, first
    return best, looks(turned(image, best))


def as_sent(box: Box, degrees: int, size: tuple[int, int]) -> Box:
    """Return where a box of the turned picture lies in the picture as it was sent.

    Args:
        box: left, top, right, bottom, in pixels of the picture after it was turned clockwise.
        degrees: the turn, in degrees clockwise.
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
