"""Reads all ink of a clean drawing as one digit, if it may be one; the page network's ink is less exact."""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.imaging.components import Components
from inference.recognition.joining import has_exponent, union
from inference.recognition.normalise import normalise
from inference.recognition.opinions import Opinion, as_digit

# Smallest area of the marks' box, as a share of the box around all ink: a frame, line or speck is no part of a mark.
MIN_BOX_SHARE = 0.75
# Most marks that may be parts of one digit, such as an open 4, and the largest width of all, as a share of their
# height. They are one if the classifier gives the whole at least this probability. Chosen on the shared pen digits.
MAX_PARTS, MAX_WIDTH_HEIGHTS, MIN_WHOLE_PROBABILITY = 3, 0.9, 0.98


def read_as_one(
    marks: Sequence[Sighting],
    classified: NDArray[np.float32],
    opinions: Sequence[Opinion],
    ink: NDArray[np.uint8],
    components: Components,
    classify: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
) -> tuple[Sighting, NDArray[np.float32], Opinion] | None:
    """Read all of a drawing's ink as one mark.

    Args:
        marks: the drawing's marks, as the page network saw them.
        classified: float32 [N, C], the classifier's probabilities of each.
        opinions: the opinion on each.
        ink: uint8 [H, W], the ink of the drawing.
        components: the connected components of the ink.
        classify: the classifier, from images uint8 [1, 28, 28] to probabilities float32 [1, C].

    Returns:
        The mark, the classifier's probabilities, float32 [1, C], and the opinion on it; None if the marks are no parts
        of one digit, or if much of the ink is not theirs.
    """
    whole = with_all_ink(marks, ink, components)
    if whole is None or any(opinion.sign for opinion in opinions) or has_exponent(marks, classified):
        return None
    said = classify(normalise(whole.mark.ink)[None])
    if len(marks) > 1 and said[0, :10].max() < MIN_WHOLE_PROBABILITY:
        return None
    return whole, said, as_digit(said[0], whole.mark.kind)


def with_all_ink(marks: Sequence[Sighting], ink: NDArray[np.uint8], components: Components) -> Sighting | None:
    """Return all of a drawing's ink as one mark; None if its place or size shows that it is not one.

    The arguments are those of `read_as_one`.
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
