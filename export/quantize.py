"""Quantises the graph to 8-bit integers: a quarter of the size, and faster on processors with the instructions."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.artifacts import TrainedClassifier
from inference.recognition.classifier import Classifier

# Calibration takes every 4th validation image (a few thousand of each kind are enough), in batches of this size.
CALIBRATION_STEP, BATCH_IMAGES = 4, 100
# Largest accepted loss, as a share: 0.05 percentage points on the test images, 0.2 on the validation images.
MAX_TEST_LOSS, MAX_VALIDATION_LOSS = 0.0005, 0.002


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one exported file.

    Attributes:
        accuracy: of the best digit, on the test images.
        right_and_answered: the share of the validation digits that are read right and not refused.
        let_through: the share of the validation negatives that are answered as a digit; 0 if there are none.
    """

    accuracy: float
    right_and_answered: float
    let_through: float

    def __str__(self) -> str:
        return (
            f"test accuracy {self.accuracy:.2%}, right and answered {self.right_and_answered:.2%}, "
            f"other marks answered {self.let_through:.2%}"
        )

    def is_as_good_as(self, other: "Figures") -> bool:
        """Say whether these figures are as good as the other file's, within the limits above."""
        return (
            self.accuracy >= other.accuracy - MAX_TEST_LOSS
            and self.right_and_answered >= other.right_and_answered - MAX_VALIDATION_LOSS
            and self.let_through <= other.let_through + MAX_VALIDATION_LOSS
        )


def quantize(source: Path, target: Path, images: NDArray[np.uint8]) -> None:
    """Quantise `source` to 8-bit integers and write it to `target`; the images, uint8 [N, 28, 28], calibrate it."""
    chosen = images[::CALIBRATION_STEP]
    to_integers(
        source, target, ({"image": chosen[at : at + BATCH_IMAGES]} for at in range(0, len(chosen), BATCH_IMAGES))
    )


def to_integers(
    source: Path, target: Path, samples: Iterator[dict[str, NDArray[np.uint8]]], excluded_nodes: Sequence[str] = ()
) -> None:
    """Quantise `source` to 8-bit integers (QDQ, weights per channel), calibrated on samples, and write it to `target`.

    The nodes of the names `excluded_nodes` stay float32.
    The weights keep 7 bits: with 8, processors without VNNI instructions overflow.
    Source: onnxruntime's documentation, "Quantize ONNX Models", sections "Static Quantization" and "When and why do I
    need to try U8U8".
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Samples(CalibrationDataReader):
        def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
            return next(samples, None)

    # Hide onnxruntime's advice to simplify the graph first: this graph is already simple.
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
            nodes_to_exclude=list(excluded_nodes),
        )
    finally:
        logging.disable(logging.NOTSET)


def measure(path: Path, trained: TrainedClassifier) -> Figures:
    """Measure a file on the test images and on the validation images."""
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
