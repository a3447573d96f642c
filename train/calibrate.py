"""Calibrates probabilities: one temperature for all logits, and a shift for a class that is rarer in use."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

# Number of bins of equal width for the confidence, in the calibration error and the reliability diagram.
BINS = 15


def temperature(logits: NDArray[np.float32], labels: NDArray[np.integer]) -> float:
    """Return the T at which softmax(logits / T) gives the labels the highest likelihood, to four decimals.

    Args:
        logits: float32 [N, classes], of images that were not trained on.
        labels: integers [N].

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
    """
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)), 4)


def prior_shift(trained: float, expected: float) -> float:
    """Return what to subtract from the logit of a class that was more frequent in training than it is in use.

    Args:
        trained: its share of the training samples, between 0 and 1.
        expected: its share in use, between 0 and 1.

    Source: Saerens, Latinne and Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori Probabilities",
    Neural Computation 14 (2002), equation 2.4.
    """
    return round(float(np.log(trained / (1 - trained)) - np.log(expected / (1 - expected))), 4)


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Return softmax(logits / temperature), float64 [N, classes]."""
    result: NDArray[np.float64] = softmax(logits.astype(np.float64) / temperature, axis=1)
    return result


def calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Return the expected calibration error, 0 to 1, over bins of equal width (Guo et al. 2017, equation 3)."""
    return float(
        sum(share * abs(accuracy - confidence) for _, share, accuracy, confidence in reliability(probabilities, labels))
    )


def reliability(
    probabilities: NDArray[np.float64], labels: NDArray[np.integer]
) -> list[tuple[float, float, float, float]]:
    """Return for each bin that is not empty: left edge, share of all predictions, accuracy, mean confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = []
    for number in np.unique(index):
        within = index == number
        share, accuracy, mean = within.mean(), right[within].mean(), confidence[within].mean()
        rows.append((float(number / BINS), float(share), float(accuracy), float(mean)))
    return rows
