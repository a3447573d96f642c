"""The one class that others use: a picture in, a reading out."""

from dataclasses import replace
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.classifier import Classifier, ModelInfo
from inference.components import select
from inference.decode import MAX_PIXELS, Picture, decode
from inference.errors import TooManyMarksError
from inference.explain import occlusion
from inference.ink import extract
from inference.lines import lines, text
from inference.reading import Digit, Reading
from inference.segmentation import Mark, segment
from inference.sheet import Sheet
from inference.stray import among, writing
from inference.views import agreed, views

MAX_MARKS = 2_000
# Beside so many digits, and no fewer than the other marks, a mark is among digits.
AMONG = 2
# A mark whose probability of "not a digit" lies between these is looked at again.
UNSURE = (0.01, 0.5)
DEFAULT_MODEL = Path(__file__).resolve().parent.parent / "artifacts" / "model.onnx"


class Recognizer:
    """Reads handwritten digits.

    Args:
        path: the model file; by default the one that `make export` writes.
        max_pixels: the most pixels of a picture that are decoded.
        max_marks: the most separate marks of one picture that are read.

    Raises:
        ModelNotFoundError: there is no such file.
        InvalidModelError: it is not the ONNX file of a digit classifier.
    """

    def __init__(
        self, path: str | Path | None = None, *, max_pixels: int = MAX_PIXELS, max_marks: int = MAX_MARKS
    ) -> None:
        self._classifier = Classifier(Path(path) if path is not None else DEFAULT_MODEL)
        self._max_pixels = max_pixels
        self._max_marks = max_marks

    @property
    def info(self) -> ModelInfo:
        """What the model file says of itself."""
        return self._classifier.info

    def classify(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Classify normalised images, uint8 [N, 28, 28] (0 = paper, 255 = ink), into float32 [N, 11 or 10].

        Raises:
            ValueError: another dtype or shape.
        """
        return self._classifier(batch)

    def read(self, image: Picture, *, explain: bool = False) -> Reading:
        """Read a picture.

        Args:
            image: the bytes of an image file, a path, a Pillow image or an array.
            explain: give every digit its heat map; costs about 250 runs of the model for each.

        Raises:
            BrokenImageError: it is no picture, is damaged or cut off, or cannot be opened.
            UnsupportedImageError: a picture of a kind that is not read.
            ImageTooLargeError: more than `max_pixels` pixels.
            TooManyMarksError: more than `max_marks` separate marks.
        """
        decoded = decode(image, self._max_pixels)
        ink = extract(decoded.image)
        components = ink.components
        components = select(components, writing(components, ink.values.shape, ink.clean))
        if components.count > self._max_marks:
            raise TooManyMarksError(
                f"The picture shows {components.count} separate marks; at most {self._max_marks} are read. "
                "Send a part of it, or a clearer picture."
            )
        marks = self._seen_again(segment(Sheet(ink.values, components), self.classify, self._refused, ink.clean))
        boxes = np.array([mark.box for mark in marks], np.float64).reshape(-1, 4)
        refused = np.array([self._refused(mark.probabilities) for mark in marks], np.bool_)
        if not ink.clean:
            kept = among(boxes, ~refused)
            marks, boxes, refused = [marks[at] for at in kept], boxes[kept], refused[kept]
        refused = self._refused_among(marks, refused)
        rows = lines(boxes)
        scale = decoded.size[0] / ink.values.shape[1]
        digits = {
            at: _judge(marks[at], bool(refused[at]), row, scale) for row, members in enumerate(rows) for at in members
        }
        said = ["?" if digits[at].digit is None else str(digits[at].digit) for at in range(len(marks))]
        ordered = [digits[at] for members in rows for at in members]
        if explain:
            ordered = self._explained(ordered)
        return Reading(text(rows, boxes, said), tuple(ordered), decoded.size)

    def _seen_again(self, marks: list[Mark]) -> list[Mark]:
        """Let several views decide where one leaves it open whether a mark is a digit."""
        if len(self.info.classes) == 10:
            return marks
        low, high = UNSURE
        unsure = [at for at, mark in enumerate(marks) if low < mark.probabilities[10] < high]
        if not unsure:
            return marks
        seen = views(np.stack([marks[at].image for at in unsure]))
        said = agreed(self.classify(seen.reshape(-1, *seen.shape[2:])).reshape(*seen.shape[:2], -1))
        again = dict(zip(unsure, said, strict=True))
        return [replace(mark, probabilities=again.get(at, mark.probabilities)) for at, mark in enumerate(marks)]

    def _refused(self, probabilities: NDArray[np.float32]) -> bool:
        """Say whether the most likely digit is too unlikely, or "not a digit" too likely, to be said."""
        unsure = float(probabilities[:10].max()) < self.info.threshold
        return unsure or (len(probabilities) == 11 and float(probabilities[10]) > self.info.reject_threshold)

    def _refused_among(self, marks: list[Mark], refused: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Look again at the marks that would be refused alone, bool [N].

        Alone, a letter must not pass for a digit. Among digits a further mark is most likely a digit too: there it is
        refused only where it is more likely none, or where no digit stands out.
        """
        if np.count_nonzero(~refused) < max(AMONG, len(marks) / 2):
            return refused
        refused = refused.copy()
        for at in np.flatnonzero(refused):
            none, best = (float(part.max(initial=0.0)) for part in np.split(marks[at].probabilities, [10])[::-1])
            refused[at] = none > 0.5 or best < max(self.info.threshold, 0.5 * (1 - none))
        return refused

    def _explained(self, digits: list[Digit]) -> list[Digit]:
        if not digits:
            return digits
        images = np.stack([digit.input for digit in digits])
        columns = [int(digit.probabilities.argmax()) if digit.digit is None else digit.digit for digit in digits]
        heats = occlusion(self.classify, images, np.array(columns))
        return [replace(digit, heat=heat) for digit, heat in zip(digits, heats, strict=True)]


def _judge(mark: Mark, refused: bool, line: int, scale: float) -> Digit:
    probabilities = mark.probabilities
    best = int(probabilities[:10].argmax())
    confidence = float(probabilities[best])
    if refused:
        confidence = float(1 - probabilities[:10].sum()) if len(probabilities) == 11 else 1 - confidence
    left, top, right, bottom = (scale * side for side in mark.box)
    box = (floor(left), floor(top), ceil(right) - floor(left), ceil(bottom) - floor(top))
    return Digit(None if refused else best, confidence, probabilities, box, line, mark.image)
