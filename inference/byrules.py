"""The way from a picture to its marks without the page network: by rules for ink, lines, parts and touching digits."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.classifier import ModelInfo
from inference.components import select
from inference.errors import TooManyMarksError
from inference.ink import extract
from inference.normalise import SIDE
from inference.opinions import Opinion, alone
from inference.segmentation import Mark, segment
from inference.sheet import Sheet
from inference.stray import among, writing
from inference.views import UNSURE, agreed, views

# Beside so many digits, and no fewer than the other marks, a mark is among digits.
AMONG = 2

Classify = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def read(
    image: Image.Image, classify: Classify, info: ModelInfo, max_marks: int
) -> tuple[NDArray[np.float64], NDArray[np.uint8], list[Opinion]]:
    """Return the marks of a picture: boxes, float64 [N, 4] in its pixels, uint8 [N, 28, 28], and what each is.

    Raises:
        TooManyMarksError: more than `max_marks` separate marks.
    """

    def refuses(probabilities: NDArray[np.float32]) -> bool:
        """Say whether the most likely digit is too unlikely, or "not a digit" too likely, to be said."""
        unsure = float(probabilities[:10].max()) < info.threshold
        return unsure or (len(probabilities) == 11 and float(probabilities[10]) > info.reject_threshold)

    ink = extract(image)
    components = ink.components
    components = select(components, writing(components, ink.values.shape, ink.clean))
    if components.count > max_marks:
        raise TooManyMarksError.of(components.count, max_marks)
    marks = _seen_again(segment(Sheet(ink.values, components), classify, refuses, ink.clean), classify)
    boxes = np.array([mark.box for mark in marks], np.float64).reshape(-1, 4)
    refused = np.array([refuses(mark.probabilities) for mark in marks], np.bool_)
    if not ink.clean:
        kept = among(boxes, ~refused)
        marks, boxes, refused = [marks[at] for at in kept], boxes[kept], refused[kept]
    refused = _refused_among(marks, refused, info.threshold)
    scale = image.width / ink.values.shape[1]
    opinions = [alone(mark.probabilities, bool(no)) for mark, no in zip(marks, refused, strict=True)]
    images = np.array([mark.image for mark in marks], np.uint8).reshape(-1, SIDE, SIDE)
    return scale * boxes, images, opinions


def _seen_again(marks: list[Mark], classify: Classify) -> list[Mark]:
    """Let several views decide where one leaves it open whether a mark is a digit."""
    low, high = UNSURE
    unsure = [
        at for at, mark in enumerate(marks) if len(mark.probabilities) == 11 and low < mark.probabilities[10] < high
    ]
    if not unsure:
        return marks
    seen = views(np.stack([marks[at].image for at in unsure]))
    said = agreed(classify(seen.reshape(-1, *seen.shape[2:])).reshape(*seen.shape[:2], -1))
    again = dict(zip(unsure, said, strict=True))
    return [replace(mark, probabilities=again.get(at, mark.probabilities)) for at, mark in enumerate(marks)]


def _refused_among(marks: list[Mark], refused: NDArray[np.bool_], threshold: float) -> NDArray[np.bool_]:
    """Look again at the marks that would be refused alone, bool [N].

    Alone, a letter must not pass for a digit. Among digits a further mark is most likely a digit too: there it is
    refused only where it is more likely none, or where no digit stands out.
    """
    if np.count_nonzero(~refused) < max(AMONG, len(marks) / 2):
        return refused
    refused = refused.copy()
    for at in np.flatnonzero(refused):
        none, best = (float(part.max(initial=0.0)) for part in np.split(marks[at].probabilities, [10])[::-1])
        refused[at] = none > 0.5 or best < max(threshold, 0.5 * (1 - none))
    return refused
