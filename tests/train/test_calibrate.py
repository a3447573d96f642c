import numpy as np
import pytest
from numpy.typing import NDArray

from train import calibrate


def overconfident(count: int, factor: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return logits that are `factor` times too large for their labels."""
    rng = np.random.default_rng(0)
    true_logits = rng.normal(0, 2, (count, 10))
    shares = np.exp(true_logits) / np.exp(true_logits).sum(axis=1, keepdims=True)
    labels = (shares.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    return (true_logits * factor).astype(np.float32), labels


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_wrong_scale(factor: float) -> None:
    logits, labels = overconfident(20_000, factor)
    assert calibrate.temperature(logits, labels) == pytest.approx(factor, rel=0.03)


def test_calibration_error_falls_when_calibrated() -> None:
    logits, labels = overconfident(20_000, 3.0)
    before = calibrate.calibration_error(calibrate.probabilities(logits, 1.0), labels)
    after = calibrate.calibration_error(calibrate.probabilities(logits, 3.0), labels)
    assert before > 0.1
    assert after < 0.02


def test_calibration_error_of_a_known_case() -> None:
    # Sure at 0.9 and right half the time: 0.4 off.
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1]])
    assert calibrate.calibration_error(probabilities, np.array([0, 1])) == pytest.approx(0.4)


def test_the_bins_hold_every_image_once() -> None:
    logits, labels = overconfident(1_000, 2.0)
    rows = calibrate.reliability(calibrate.probabilities(logits, 1.0), labels)
    assert sum(share for _, share, _, _ in rows) == pytest.approx(1.0)


def test_the_prior_is_put_right() -> None:
    """A Bayes-optimal reader for one prior, moved to another, is calibrated for that one."""
    rng = np.random.default_rng(1)
    trained, expected, count = 0.25, 0.05, 200_000
    none = rng.random(count) < expected
    seen = rng.normal(np.where(none, 1.5, 0.0), 1.0)
    # The logarithm of the odds of "none" for a reader that was trained where a quarter was none.
    odds = 1.5 * seen - 1.5**2 / 2 + np.log(trained / (1 - trained))
    logits = np.stack([np.zeros(count), odds], axis=1).astype(np.float32)
    before = calibrate.calibration_error(calibrate.probabilities(logits, 1.0), none.astype(int))
    logits[:, 1] -= calibrate.prior_shift(trained, expected)
    after = calibrate.calibration_error(calibrate.probabilities(logits, 1.0), none.astype(int))
    assert before > 0.03
    assert after < 0.005
