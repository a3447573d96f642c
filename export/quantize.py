"""The same graph in 8-bit integers: a quarter of the bytes, and faster where the processor has the instructions."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.artifacts import Trained
from inference.recognition.classifier import Classifier

# Of the images that were kept to choose by, every so many calibrate: a few thousand of each kind are enough.
CALIBRATION_STEP, BATCH_IMAGES = 4, 100
# By how much a share may get worse: half a tenth of a point on the test images, two tenths on the others.
MAX_TEST_LOSS, MAX_VALIDATION_LOSS = 0.0005, 0.002


@dataclass(frozen=True, slots=True)
class Figures:
    """What one file does.

    Attributes:
        accuracy: of the best digit, on the test images.
        right_and_answered: the share of the digits kept to choose by that are read right and not refused.
        let_through: the share of the other marks kept to choose by that are answered as a digit; 0 without any.
    """

    accuracy: float
    right_and_answered: float
    let_through: float

    def __str__(self) -> str:
        return (
            f"test accuracy {self.accuracy:.2%}, right and answered {self.right_and_answered:.2%}, "
            f"other marks answered {self.let_through:.2%}"
        )

    def keep(self, other: "Figures") -> bool:
        """Say whether these are as good as those of the other file."""
        return (
            self.accuracy >= other.accuracy - MAX_TEST_LOSS
            and self.right_and_answered >= other.right_and_answered - MAX_VALIDATION_LOSS
            and self.let_through <= other.let_through + MAX_VALIDATION_LOSS
        )


def quantize(source: Path, target: Path, images: NDArray[np.uint8]) -> None:
    """Write `source` in 8-bit integers to `target`, calibrated on uint8 [N, 28, 28]."""
    chosen = images[::CALIBRATION_STEP]
    to_integers(
        source, target, ({"image": chosen[at : at + BATCH_IMAGES]} for at in range(0, len(chosen), BATCH_IMAGES))
    )


def to_integers(
    source: Path, target: Path, samples: Iterator[dict[str, NDArray[np.uint8]]], but: Sequence[str] = ()
) -> None:
    """Write `source` in 8-bit integers (QDQ, weights by channel) to `target`.

    The weights keep 7 bits: with 8, processors without VNNI instructions overflow.
    Source: onnxruntime's documentation, "Quantize ONNX Models", sections "Static Quantization" and "When and why do I
    need to try U8U8".

    Args:
        source: the file of float32.
        target: the file to write.
        samples: the inputs to calibrate on.
        but: the names of the nodes that stay float32.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Samples(CalibrationDataReader):
        def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
            return next(samples, None)

    # Its advice to simplify the graph first does not apply: ours is simple.
    logging.disable(logging.WARNING)
    try:
        quantize_static(
            source,
            target,
            Samples(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(but),
        )
    finally:
        logging.disable(logging.NOTSET)


def measure(path: Path, trained: Trained) -> Figures:
    """Measure a file on the test images and on what was kept to choose by."""
    classify = Classifier(path)
    said = classify(trained.images)[:, :10].argmax(axis=1)
    chances, labels = classify(trained.validation_images), trained.validation_labels
    spoke = classify.info.answers(chances)
    right = spoke & (chances[:, :10].argmax(axis=1) == labels)
    none = labels >= 10
    return Figures(
        accuracy=float((said == trained.labels).mean()),
        right_and_answered=float(right[~none].mean()),
        let_through=float(spoke[none].mean()) if none.any() else 0.0,
    )
