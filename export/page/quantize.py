"""Quantises the page network to 8-bit integers; the result is kept if it is clearly faster and as good."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from timeit import timeit

import numpy as np
import onnx
from numpy.typing import NDArray

from export.page.artifacts import Pages
from export.page.verify import Runtime, runtime
from export.quantize import to_integers

# The int8 file must take less than this share of the float32 file's time, on the machine that exports.
MAX_TIME_RATIO = 0.8
# Largest accepted loss of a share, and largest mean distance, in pixels, between both files' offsets where ink is.
MAX_LOSS, MAX_MOVED_PX = 0.005, 0.5
MIN_INK = 128
# Height and width, in pixels, of the picture on which the time is measured, and how often it is measured.
TIMED_SIZE_PX, TIMED_ROUNDS = (384, 512), 5


@dataclass(frozen=True, slots=True)
class PageFigures:
    """The figures of one file on pages that were used neither for training nor for calibration.

    Attributes:
        writing: intersection over union of the pixels that are more than half ink.
        kind: the share of the cells with writing whose most probable kind is right.
        milliseconds: for a picture of the size `TIMED_SIZE_PX`, in one thread.
    """

    writing: float
    kind: float
    milliseconds: float

    def __str__(self) -> str:
        return f"writing {self.writing:.4f}, kind {self.kind:.2%}, {self.milliseconds:.0f} ms"


@dataclass(frozen=True, slots=True)
class Trial:
    """The figures of both files on the same pages, and the mean distance, in pixels, of their offsets where ink is."""

    float32: PageFigures
    int8: PageFigures
    moved: float

    @property
    def keep(self) -> bool:
        """Say whether the int8 file is faster and as good, within the limits above."""
        return (
            self.int8.milliseconds < MAX_TIME_RATIO * self.float32.milliseconds
            and self.int8.writing >= self.float32.writing - MAX_LOSS
            and self.int8.kind >= self.float32.kind - MAX_LOSS
            and self.moved <= MAX_MOVED_PX
        )


def quantize(source: Path, target: Path, pictures: NDArray[np.uint8]) -> None:
    """Quantise `source` to 8-bit integers and write it to `target`; the pictures, uint8 [n, H, W], calibrate it.

    The last convolutions stay float32: eight bits are too few for offsets of hundreds of pixels.
    """
    nodes = onnx.load(source).graph.node
    split = {node.input[0] for node in nodes if node.op_type == "Split"}
    first = min(number for number, node in enumerate(nodes) if node.output[0] in split)
    heads = [node.name for number, node in enumerate(nodes) if number >= first]
    to_integers(source, target, ({"picture": picture[np.newaxis]} for picture in pictures), excluded_nodes=heads)


def measure(float32: Path, int8: Path, pages: Pages) -> Trial:
    """Run both files on the pages, and time them."""
    runtimes = runtime(float32), runtime(int8)
    times = _milliseconds(runtimes)
    answers = [[run(picture) for picture in pages.pictures] for run in runtimes]
    full, small = (_figures(each, pages, time) for each, time in zip(answers, times, strict=True))
    # The offsets have one cell for 2 x 2 pixels; the top left pixel decides whether it counts as ink.
    ink = pages.writing[:, ::2, ::2] >= MIN_INK
    moves = np.stack([one["offset"] - other["offset"] for one, other in zip(*answers, strict=True)])[ink]
    return Trial(full, small, float(np.hypot(*moves.T).mean()) if ink.any() else 0.0)


def _milliseconds(runtimes: tuple[Runtime, Runtime]) -> list[float]:
    """Return the shortest time of each; they take turns, so that other load on the machine slows both."""
    runs = [partial(run, np.zeros(TIMED_SIZE_PX, np.uint8)) for run in runtimes]
    rounds = [[1000 * timeit(run, number=1) for run in runs] for _ in range(TIMED_ROUNDS)]
    return [min(each) for each in zip(*rounds, strict=True)]


def _figures(answers: list[dict[str, NDArray[np.float32]]], pages: Pages, milliseconds: float) -> PageFigures:
    said, true = np.stack([each["writing"] for each in answers]) > 0.5, pages.writing >= MIN_INK
    kinds, written = np.stack([each["kind"].argmax(axis=-1) for each in answers]), pages.kind >= 0
    return PageFigures(
        writing=float((said & true).sum() / max((said | true).sum(), 1)),
        kind=float((kinds == pages.kind)[written].mean()) if written.any() else 1.0,
        milliseconds=milliseconds,
    )
