"""The page network in 8-bit integers, kept where it is faster by a clear margin and as good."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from timeit import timeit

import numpy as np
import onnx
from numpy.typing import NDArray

from export.page.artifacts import Pages
from export.page.runtime import Outputs, Runtime
from export.quantize import to_integers

# It must take less than this share of the time of float32, on the machine that exports.
MAX_TIME_RATIO = 0.8
# By how much a share may get worse, and how far the vote of a pixel of writing may move on average.
MAX_LOSS, MAX_MOVED_PX = 0.005, 0.5
MIN_INK = 128
# The time is taken on a picture of this height and width, in pixels, so often.
TIMED_SIZE_PX, TIMED_ROUNDS = (384, 512), 5


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What one file does on pages that neither the training nor the calibration has seen.

    Attributes:
        writing: intersection over union of what is more than half ink.
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
    """Both files on the same pages, and how far the integers move the votes of writing on average, in pixels."""

    float32: PageFigures
    int8: PageFigures
    moved: float

    @property
    def keep(self) -> bool:
        """Say whether the integers are faster and as good."""
        return (
            self.int8.milliseconds < MAX_TIME_RATIO * self.float32.milliseconds
            and self.int8.writing >= self.float32.writing - MAX_LOSS
            and self.int8.kind >= self.float32.kind - MAX_LOSS
            and self.moved <= MAX_MOVED_PX
        )


def quantize(source: Path, target: Path, pictures: NDArray[np.uint8]) -> None:
    """Write `source` in 8-bit integers to `target`, calibrated on uint8 [n, H, W]; the last convolutions stay float32.

    Eight bits are too few for offsets of hundreds of pixels.
    """
    nodes = onnx.load(source).graph.node
    split = {node.input[0] for node in nodes if node.op_type == "Split"}
    first = min(number for number, node in enumerate(nodes) if node.output[0] in split)
    heads = [node.name for number, node in enumerate(nodes) if number >= first]
    to_integers(source, target, ({"picture": picture[np.newaxis]} for picture in pictures), but=heads)


def measure(float32: Path, int8: Path, pages: Pages) -> Trial:
    """Run both files on the pages, and time them."""
    runtimes = Runtime(float32), Runtime(int8)
    times = _milliseconds(runtimes)
    answers = [[runtime.run(picture) for picture in pages.pictures] for runtime in runtimes]
    full, small = (_figures(each, pages, time) for each, time in zip(answers, times, strict=True))
    # A cell of offsets has two by two pixels.
    ink = pages.writing[:, ::2, ::2] >= MIN_INK
    moves = np.stack([one["offset"] - other["offset"] for one, other in zip(*answers, strict=True)])[ink]
    return Trial(full, small, float(np.hypot(*moves.T).mean()) if ink.any() else 0.0)


def _milliseconds(runtimes: tuple[Runtime, Runtime]) -> list[float]:
    """Return the shortest time of each; they take turns, so that what else the machine does slows both."""
    picture = np.zeros(TIMED_SIZE_PX, np.uint8)
    runs = [partial(runtime.run, picture) for runtime in runtimes]
    rounds = [[1000 * timeit(run, number=1) for run in runs] for _ in range(TIMED_ROUNDS)]
    return [min(each) for each in zip(*rounds, strict=True)]


def _figures(answers: list[Outputs], pages: Pages, milliseconds: float) -> PageFigures:
    said, true = np.stack([each["writing"] for each in answers]) > 0.5, pages.writing >= MIN_INK
    kinds, written = np.stack([each["kind"].argmax(axis=-1) for each in answers]), pages.kind >= 0
    return PageFigures(
        writing=float((said & true).sum() / max((said | true).sum(), 1)),
        kind=float((kinds == pages.kind)[written].mean()) if written.any() else 1.0,
        milliseconds=milliseconds,
    )
