"""Measures the classifier on images of digits: numbers for `metrics.json`, a table for the terminal."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from train.calibrate import calibration_error, reliability

DIGITS = [str(digit) for digit in range(10)]


def evaluate(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the metrics that `metrics.json` holds of one set of images of digits.

    The prediction is the most probable digit, even where `train.refusal` would refuse the mark.

    Args:
        probabilities: float64 [N, classes], calibrated.
        labels: uint8 [N].
    """
    predicted = probabilities[:, :10].argmax(axis=1)
    scores = metrics.precision_recall_fscore_support(labels, predicted, labels=range(10), zero_division=0.0)
    return {
        "images": len(labels),
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "loss": float(metrics.log_loss(labels, probabilities, labels=range(probabilities.shape[1]))),
        "calibration_error": calibration_error(probabilities[:, :10], labels),
        "per_class": {
            digit: {"precision": float(precision), "recall": float(recall), "f1": float(f1), "images": int(images)}
            for digit, precision, recall, f1, images in zip(DIGITS, *scores, strict=True)
        },
        "confusion_matrix": metrics.confusion_matrix(labels, predicted, labels=range(10)).tolist(),
        "reliability": [
            dict(zip(("from", "share", "accuracy", "confidence"), row, strict=True))
            for row in reliability(probabilities[:, :10], labels)
        ],
    }


def as_text(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> str:
    """Return scikit-learn's classification report as text."""
    predicted = probabilities[:, :10].argmax(axis=1)
    return str(
        metrics.classification_report(
            labels, predicted, labels=range(10), target_names=DIGITS, digits=4, zero_division=0.0
        )
    )
