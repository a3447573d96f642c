"""Readings made by hand, and a recognizer that gives them: for tests of what is shown, not of what is read."""

import numpy as np

from inference import Mark, Reading, Recognizer
from inference.results import SIGNS, Box
from tests.servers import MODEL


class Scripted(Recognizer):
    """Reads every picture as the same.

    Args:
        reading: what it says.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(MODEL)
        self._reading = reading

    def read(self, *_: object, **__: object) -> Reading:
        """Return the reading."""
        return self._reading


def mark(said: str, box: Box, confidence: float = 0.99) -> Mark:
    """Return a mark that stands as `said` in the text: a digit, a sign, or `?`."""
    digit = int(said) if said.isdigit() else None
    sign = said if said in SIGNS else None
    probabilities = np.zeros(11, np.float32)
    probabilities[10 if digit is None else digit] = confidence
    probabilities[1 if digit != 1 else 7] = 1 - confidence
    image = np.zeros((28, 28), np.uint8)
    image[10:18, 10:18] = 255
    return Mark(digit, confidence, probabilities, box, 0, image, sign=sign)


def row(text: str, *, turned: int = 0) -> Reading:
    """Return the reading of a picture of 600x200 pixels: marks from left to right, points and commas small."""
    marks = []
    for at, said in enumerate(text):
        x = 40 + 80 * at
        marks.append(mark(said, (x + 20, 130, 12, 12) if said in ".," else (x, 50, 50, 90)))
    return Reading(text, tuple(marks), (600, 200), turned)
