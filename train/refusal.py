"""When to say "this is no digit": the thresholds, and how well they work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from train.calibrate import calibration_error
from train.report import DIGITS

NOT_A_DIGIT = 10
# The share of marks in use that are no digit: far less than in training, so that the network sees enough of them.
EXPECTED_NEGATIVES_SHARE = 0.01
# The share of marks that are none, among those drawn to choose by, that may be answered as a digit, and the share of
# digits that may be refused for it.
MAX_ANSWERED_NEGATIVES_SHARE, MAX_REFUSED_DIGITS_SHARE = 0.02, 0.01


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a mark is refused.

    Attributes:
        digit: the smallest probability of a digit at which it is said.
        reject: the largest probability of "not a digit" at which a digit is said.

    The second one decides: a one that may be a seven is still a digit, and its low confidence says the rest. Measured
    on drawn digits and letters, it answers half a point more digits than the first at the same share of letters.
    """

    digit: float
    reject: float

    def answered(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for each row of probabilities, float64 [N, 10 or 11], whether a digit is said: bool [N]."""
        said = probabilities[:, :NOT_A_DIGIT].max(axis=1) >= self.digit
        if probabilities.shape[1] > NOT_A_DIGIT:
            said &= probabilities[:, NOT_A_DIGIT] <= self.reject
        return np.asarray(said)


# Of a network without the class: it says what it sees.
NEVER = Thresholds(0.0, 1.0)


def choose(digits: NDArray[np.float64], negatives: NDArray[np.float64]) -> Thresholds:
    """Choose the thresholds on marks that were not trained on.

    Args:
        digits: probabilities of digits, float64 [N, 11].
        negatives: probabilities of marks that are none, float64 [M, 11].

    Returns:
        A threshold for "not a digit", to three digits, at which `MAX_ANSWERED_NEGATIVES_SHARE` of the negatives are
        answered, but none so low that it refuses more than `MAX_REFUSED_DIGITS_SHARE` of the digits; and for the digit
        one that only blots fall under.
    """
    lets_through = float(np.quantile(negatives[:, NOT_A_DIGIT], MAX_ANSWERED_NEGATIVES_SHARE))
    refuses = float(np.quantile(digits[:, NOT_A_DIGIT], 1 - MAX_REFUSED_DIGITS_SHARE))
    reject = float(np.clip(max(lets_through, refuses), 0.001, 0.5))
    return Thresholds(digit=0.3, reject=round(reject, 3))


def measure(
    probabilities: NDArray[np.float64], labels: NDArray[np.integer], thresholds: Thresholds, names: list[str]
) -> dict[str, Any]:
    """Measure reading and refusing on marks of which some are digits.

    Args:
        probabilities: float64 [N, 10 or 11].
        labels: integers [N]; 10 where the mark is no digit.
        thresholds: when a mark is refused.
        names: what each mark is called, [N]; the report counts the refusals by it.
    """
    is_digit = labels < NOT_A_DIGIT
    digits, truth = probabilities[is_digit], labels[is_digit]
    said, score = probabilities[:, :NOT_A_DIGIT].argmax(axis=1), probabilities[:, :NOT_A_DIGIT].max(axis=1)
    spoke = thresholds.answered(probabilities)
    result: dict[str, Any] = {"digits": int(is_digit.sum()), "others": int((~is_digit).sum())}
    if len(digits):
        right = said[is_digit] == truth
        result |= {
            "accuracy": float(right.mean()),
            "right_and_answered": float((right & spoke[is_digit]).mean()),
            "answered": float(spoke[is_digit].mean()),
            "calibration_error": calibration_error(digits[:, :NOT_A_DIGIT], truth),
            "per_digit": {
                digit: {
                    "digits": int((truth == int(digit)).sum()),
                    "accuracy": float(right[truth == int(digit)].mean()),
                    "right_and_answered": float((right & spoke[is_digit])[truth == int(digit)].mean()),
                }
                for digit in DIGITS
                if (truth == int(digit)).any()
            },
        }
    if (~is_digit).any():
        result["others_answered"] = float(spoke[~is_digit].mean())
        kinds = np.array(names)[~is_digit]
        result["others_answered_by_kind"] = {
            str(kind): {
                "marks": int((kinds == kind).sum()),
                "answered": float(spoke[~is_digit][kinds == kind].mean()),
            }
            for kind in np.unique(kinds)
        }
    if len(digits) and (~is_digit).any():
        result["auroc"] = float(roc_auc_score(is_digit, score))
    return result
