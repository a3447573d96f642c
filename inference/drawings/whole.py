"""Gives a clean drawing that may be one digit all of the drawing's ink, which is more exact than the page network's."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.imaging.components import Components
from inference.recognition.joining import union

# Smallest area of the marks' box, as a share of the box around all ink: a frame, line or speck is no part of a mark.
MIN_BOX_SHARE = 0.75
# Most marks that may be parts of one digit, such as an open 4, and the largest width of all, as a share of their
# height. They are one if the classifier gives the whole at least this probability. Chosen on the shared pen digits.
MAX_PARTS, MAX_WIDTH_HEIGHTS, MIN_WHOLE_PROBABILITY = 3, 0.9, 0.98


def with_all_ink(marks: Sequence[Sighting], ink: NDArray[np.uint8], components: Components) -> Sighting | None:
    """Return all of a drawing's ink as one mark; None if it cannot be one, or if much of the ink is not the marks'.

    Args:
        marks: the drawing's marks, as the page network saw them.
        ink: uint8 [H, W], the ink of the drawing.
        components: the connected components of the ink.
    """
    if not 1 <= len(marks) <= MAX_PARTS:
        return None
    left, top = components.boxes[:, :2].min(axis=0).tolist()
    right, bottom = components.boxes[:, 2:].max(axis=0).tolist()
    together = reduce(union, marks)
    x0, y0, x1, y1 = together.box
    if (x1 - x0) * (y1 - y0) < MIN_BOX_SHARE * (right - left) * (bottom - top):
        return None
    # Marks below each other are a column of digits.
    heights = sum(bottom - top for _, top, _, bottom in (mark.box for mark in marks))
    if len(marks) > 1 and (x1 - x0 > MAX_WIDTH_HEIGHTS * (y1 - y0) or heights <= y1 - y0):
        return None
    whole = Segment((left, top, right, bottom), ink[top:bottom, left:right], together.mark.kind, bottom - top)
    return Sighting(whole, 1.0)
