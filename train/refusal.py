"""Chooses the thresholds for refusing a mark as "not a digit", and measures how well they work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from synthesis.handwriting import NOT_A_DIGIT
from train.calibrate import calibration_error

# Expected share of negatives in use; training shows far more, so that the network sees enough of them.
EXPECTED_NEGATIVES_SHARE = 0.01
# Target for the share of the drawn validation negatives that are answered as a digit, and largest share of the digits
# that may be refused to reach it; the second one wins.
TARGET_ANSWERED_NEGATIVES_SHARE, MAX_REFUSED_DIGITS_SHARE = 0.02, 0.01


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds that decide whether a mark is answered as a digit or refused.

    Attributes:
        digit: the smallest probability of the best digit at which it is answered.
        reject: the largest probability of "not a digit" at which a digit is answered.

    `reject` decides: a 1 that may be a 7 is still a digit, and its low confidence shows the doubt. Measured on drawn
    digits and letters, `reject` answers half a point more digits than `digit` at the same share of letters.
    """

    digit: float
    reject: float

    def answered(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return for each row of probabilities, float64 [N, 10 or 11], whether it is answered as a digit: bool [N]."""
        answered = probabilities[:, :NOT_A_DIGIT].max(axis=1) >= self.digit
        if probabilities.shape[1] > NOT_A_DIGIT:
            answered &= probabilities[:, NOT_A_DIGIT] <= self.reject
        return np.asarray(answered)


# For a network without the class "not a digit", which answers every mark.
NEVER_REFUSE = Thresholds(0.0, 1.0)


def choose(digits: NDArray[np.float64], negatives: NDArray[np.float64]) -> Thresholds:
    """Choose the thresholds on marks that were not trained on.

    Args:
        digits: probabilities of digits, float64 [N, 11].
        negatives: probabilities of negatives, float64 [M, 11].

    Returns:
        `reject`, to three decimals: at it `TARGET_ANSWERED_NEGATIVES_SHARE` of the negatives are answered; it is higher
        if more than `MAX_REFUSED_DIGITS_SHARE` of the digits would be refused. `digit` is low: only blots fall below.
    """
    lets_through = float(np.quantile(negatives[:, NOT_A_DIGIT], TARGET_ANSWERED_NEGATIVES_SHARE))
    refuses = float(np.quantile(digits[:, NOT_A_DIGIT], 1 - MAX_REFUSED_DIGITS_SHARE))
    reject = float(np.clip(max(lets_through, refuses), 0.001, 0.5))
    return Thresholds(digit=0.3, reject=round(reject, 3))


def measure(
    probabilities: NDArray[np.float64], labels: NDArray[np.integer], thresholds: Thresholds, names: list[str]
) -> dict[str, Any]:
    """Measure accuracy and refusals on a set of digits and negatives.

    Args:
        probabilities: float64 [N, 10 or 11].
        labels: integers [N]; 10 for a negative.
        thresholds: when a mark is refused.
        names: name of each mark, [N]; the share of negatives answered as digits is given for each name.
    """
    is_digit, best = labels < NOT_A_DIGIT, probabilities[:, :NOT_A_DIGIT]
    answered, right = thresholds.answered(probabilities), best.argmax(axis=1) == labels

    def rightness(among: NDArray[np.bool_]) -> dict[str, float]:
        return {"accuracy": float(right[among].mean()), "right_and_answered": float((right & answered)[among].mean())}

    result: dict[str, Any] = {"digits": int(is_digit.sum()), "others": int((~is_digit).sum())}
    if is_digit.any():
        result |= rightness(is_digit) | {
            "answered": float(answered[is_digit].mean()),
            "calibration_error": calibration_error(best[is_digit], labels[is_digit]),
            "per_digit": {
                str(digit): {"digits": int((labels == digit).sum())} | rightness(labels == digit)
                for digit in np.unique(labels[is_digit])
            },
        }
    if (~is_digit).any():
        others, kinds = answered[~is_digit], np.array(names)[~is_digit]
        result["others_answered"] = float(others.mean())
        result["others_answered_by_kind"] = {
            str(kind): {"marks": int((kinds == kind).sum()), "answered": float(others[kinds == kind].mean())}
            for kind in np.unique(kinds)
        }
    if is_digit.any() and (~is_digit).any():
        result["auroc"] = float(roc_auc_score(is_digit, best.max(axis=1)))
    return result
