"""Provides `Recognizer`, the class that other packages use: it turns a picture into a reading."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection.network import PageInfo, PageNetwork
from inference.detection.page import Sighting, find
from inference.detection.turns import MIN_MARKS_FOR_TURN, as_sent
from inference.drawings.at_once import other_looks, read_at_once
from inference.drawings.ink import ink_of
from inference.drawings.quick import read_isolated_digits
from inference.drawings.surer import choose_surer, sure
from inference.drawings.whole import read_as_one
from inference.errors import TooManyMarksError
from inference.imaging.components import Components, label
from inference.imaging.decode import MAX_PIXELS, Decoded, Picture, decode_pages
from inference.imaging.grey import grey, opaque
from inference.layout.levels import levelled
from inference.layout.lines import lines, text
from inference.recognition.augmentation import classify_with_views
from inference.recognition.boxes import starts_line
from inference.recognition.classifier import Classifier, ModelInfo
from inference.recognition.context import refuse_doubtful
from inference.recognition.joining import joined
from inference.recognition.normalise import SIDE, normalise
from inference.recognition.occlusion import occlusion
from inference.recognition.opinions import Opinion, as_digit, combined
from inference.results import Mark, Reading, merge_pages

MAX_MARKS = 2_000
# Most marks of a picture that heat maps are made of; each takes as long as the classification of 250 marks.
MAX_EXPLAINED_MARKS = 100
# Fewest marks of an unsure drawing that is read again: a single mark is more likely a letter than touching digits.
MIN_MARKS_TO_REREAD = 2
# Files of the page network: in 8-bit integers, kept if the export found them faster and as good, and in float32.
PAGE_MODEL_FILES = ("page.int8.onnx", "page.onnx")

Boxes = NDArray[np.float64]
Images = NDArray[np.uint8]
# The ink of a clean drawing, uint8 [H, W], and its connected components.
Drawing = tuple[Images, Components]
# Marks, the classifier's probabilities of each, float32 [N, C], and the combined opinions of both networks.
Judged = tuple[list[Sighting], NDArray[np.float32], list[Opinion]]


def _default_model() -> Path:
    """Return the model file inside the installed package, or else that of the repository."""
    package = Path(__file__).resolve().parent
    installed = package / "artifacts" / "model.onnx"
    return installed if installed.is_file() else package.parent / "artifacts" / "model.onnx"


# The page network and MODEL_CARD.md lie beside it.
DEFAULT_MODEL = _default_model()


def page_beside(model: Path) -> Path:
    """Return the page network's file beside a model file: the one in 8-bit integers, if there is one."""
    small, whole = (model.with_name(name) for name in PAGE_MODEL_FILES)
    return small if small.is_file() else whole


class Recognizer:
    """Reads handwritten digits.

    Args:
        path: the model file; by default the one that `make export` writes.
        page_path: the page network's file; by default page.int8.onnx beside the model file, else page.onnx.
        max_pixels: the most pixels of a picture that are decoded.
        max_marks: the most separate marks of one picture that are read.

    Raises:
        ModelNotFoundError: one of the two files is not there.
        InvalidModelError: one is not the ONNX file of a digit classifier, or the other not that of a page network.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        page_path: str | Path | None = None,
        max_pixels: int = MAX_PIXELS,
        max_marks: int = MAX_MARKS,
    ) -> None:
        model = Path(path) if path is not None else DEFAULT_MODEL
        # First, because beside what is no file, such as the current folder, there is nothing.
        self._classifier = Classifier(model)
        self._network = PageNetwork(Path(page_path) if page_path is not None else page_beside(model))
        self.max_pixels = max_pixels
        self._max_marks = max_marks

    @property
    def info(self) -> ModelInfo:
        """The metadata of the classifier's file."""
        return self._classifier.info

    @property
    def page_info(self) -> PageInfo:
        """The metadata of the page network's file."""
        return self._network.info

    def classify(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Classify normalised images, uint8 [N, 28, 28] (0 = paper, 255 = ink), into float32 [N, 11 or 10].

        Raises:
            ValueError: the batch has another dtype or shape.
        """
        return self._classifier(batch)

    def read(self, image: Picture, *, explain: bool = False) -> Reading:
        """Read a picture, or each page of a file that has several.

        Args:
            image: the bytes of an image file, a path, a Pillow image or an array.
            explain: whether to give every mark its heat map, of at most `MAX_EXPLAINED_MARKS`.

        Raises:
            BrokenImageError: the file is not a picture, is damaged or cut off, or cannot be opened.
            UnsupportedImageError: this kind of picture is not read.
            ImageTooLargeError: the picture has more than `max_pixels` pixels.
            TooManyMarksError: the picture has more than `max_marks` separate marks, or too many to explain.
        """
        pages: list[Reading] = []
        for page in decode_pages(image, self.max_pixels):
            pages.append(self._read(page))
            if (marks := sum(len(each.digits) for each in pages)) > self._max_marks:
                raise TooManyMarksError.of(marks, self._max_marks)
        reading = pages[0] if len(pages) == 1 else merge_pages(pages)
        return self._explained(reading) if explain else reading

    def _read(self, decoded: Decoded) -> Reading:
        """Read one page."""
        picture, degrees = decoded.image, 0
        ink = ink_of(opaque(picture))
        drawing = None if ink is None else (ink, label(ink > 0))
        if drawing and (isolated := read_isolated_digits(*drawing, self._classify_surely)):
            boxes, images, said = isolated
            opinions = [as_digit(each) for each in said]
        else:
            degrees, boxes, images, opinions = self._page(grey(picture), drawing)
        if len(boxes) > self._max_marks:
            raise TooManyMarksError.of(len(boxes), self._max_marks)
        level = levelled(boxes, np.array([opinion.sign is not None for opinion in opinions], np.bool_))
        rows = lines(level, np.array([opinion.digit is not None for opinion in opinions], np.bool_))
        scale = decoded.size[0] / picture.width
        sent = [tuple(scale * side for side in as_sent(tuple(box), degrees, picture.size)) for box in boxes]
        marks = {
            at: _mark(opinions[at], images[at], sent[at], row) for row, members in enumerate(rows) for at in members
        }
        characters = [marks[at].said for at in range(len(marks))]
        ordered = [marks[at] for members in rows for at in members]
        return Reading(text(rows, level, characters), tuple(ordered), decoded.size, degrees, more=decoded.more)

    def _page(self, picture: Image.Image, drawing: Drawing | None) -> tuple[int, Boxes, Images, list[Opinion]]:
        """Return the turn in degrees, and box (in pixels of the turned picture), image and opinion of each mark.

        Args:
            picture: mode L.
            drawing: its ink and the components of that, if it is a clean drawing.
        """
        seen = read_at_once(self._network, picture, drawing[1], self._max_marks) if drawing else None
        if seen is not None:
            degrees, (sightings, classified, opinions) = 0, self._reread_until_sure(picture, seen)
        else:
            for turn in (True, False):
                degrees, seen = find(self._network, picture, self._max_marks, turn=turn, shadows=drawing is None)
                sightings, classified, opinions = self._joined(seen)
                if not degrees or len(sightings) >= MIN_MARKS_FOR_TURN:
                    break
        if drawing and not degrees:
            one = read_as_one(sightings, classified, opinions, *drawing, self._classify_surely)
            if one is not None:
                sightings, classified, opinions = [one[0]], one[1], [one[2]]
        boxes = np.array([sighting.box for sighting in sightings], np.float64).reshape(-1, 4)
        other = np.array([sighting.mark.kind[-1] for sighting in sightings], np.float64)
        opinions = refuse_doubtful(opinions, self.info.answers(classified), boxes, other)
        return degrees, boxes, _normalised(sightings), opinions

    def _reread_until_sure(self, drawing: Image.Image, seen: list[Sighting]) -> Judged:
        """Join the marks of a drawing; if there are several, read it at other scales too until all are sure."""
        sightings, classified, opinions = self._joined(seen)
        if len(sightings) < MIN_MARKS_TO_REREAD or all(map(sure, opinions)):
            return sightings, classified, opinions
        for other in other_looks(self._network, drawing, seen[0].factor):
            others, _, said = self._joined(other)
            sightings = choose_surer(sightings, opinions, others, said)
            classified, opinions = self._opinions(sightings)
            if all(map(sure, opinions)):
                break
        return sightings, classified, opinions

    def _joined(self, sightings: list[Sighting]) -> Judged:
        """Join the parts of digits, and return the resulting marks with the opinions on them."""
        classified, opinions = self._opinions(sightings)
        whole = joined(sightings, opinions, classified, lambda wholes: self.classify(_normalised(wholes)))
        return (whole, *(self._opinions(whole) if len(whole) < len(sightings) else (classified, opinions)))

    def _opinions(self, sightings: Sequence[Sighting]) -> tuple[NDArray[np.float32], list[Opinion]]:
        """Return the classifier's probabilities of marks, float32 [N, C], and the combined opinions of both."""
        signs = self._network.info.kinds[10:-1]
        classified = self._classify_surely(_normalised(sightings))
        boxes = np.array([sighting.box for sighting in sightings], np.float64).reshape(-1, 4)
        first = starts_line(boxes, np.array([sighting.height for sighting in sightings]))
        return classified, [
            combined(probabilities, sighting.mark.kind, signs, first=bool(starts))
            for probabilities, sighting, starts in zip(classified, sightings, first, strict=True)
        ]

    def _classify_surely(self, images: Images) -> NDArray[np.float32]:
        """Classify normalised images as `classify` does, the doubtful ones by several views."""
        return classify_with_views(self.classify, images)

    def _explained(self, reading: Reading) -> Reading:
        """Return a reading with the heat map of each mark."""
        if len(reading.digits) > MAX_EXPLAINED_MARKS:
            raise TooManyMarksError(
                f"Heat maps are made of at most {MAX_EXPLAINED_MARKS} marks; the picture shows {len(reading.digits)}. "
                "Send a part of it."
            )
        explained = []
        # One after the other, because the images of one mark already fill a batch.
        for mark in reading.digits:
            column = int(mark.probabilities.argmax()) if mark.digit is None else mark.digit
            explained.append(replace(mark, heat=occlusion(self.classify, mark.input, column)))
        return replace(reading, digits=tuple(explained))


def _mark(opinion: Opinion, image: NDArray[np.uint8], box: tuple[float, ...], line: int) -> Mark:
    left, top, right, bottom = box
    whole = (floor(left), floor(top), ceil(right) - floor(left), ceil(bottom) - floor(top))
    return Mark(opinion.digit, opinion.confidence, opinion.probabilities, whole, line, image, sign=opinion.sign)


def _normalised(sightings: Sequence[Sighting]) -> Images:
    """Return the normalised image of each sighting for the classifier, uint8 [N, 28, 28]."""
    return np.array([normalise(sighting.mark.ink) for sighting in sightings], np.uint8).reshape(-1, SIDE, SIDE)
