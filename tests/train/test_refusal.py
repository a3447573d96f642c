import numpy as np
import pytest

from train.refusal import LET_THROUGH, NEVER, REFUSED, Thresholds, choose, measure


def rows(*chances: tuple[int, float]) -> np.ndarray:
    """One row for each (digit, its probability); the rest is "not a digit"."""
    table = np.zeros((len(chances), 11))
    for row, (digit, chance) in zip(table, chances, strict=True):
        row[digit], row[10] = chance, 1 - chance
    return table


def test_a_digit_is_said_unless_the_reject_class_or_doubt_forbids_it() -> None:
    thresholds = Thresholds(digit=0.3, reject=0.2)
    doubtful = np.full((1, 11), 0.1)
    doubtful[0, 10] = 0.0
    table = np.concatenate([rows((3, 0.9), (3, 0.8), (3, 0.7)), doubtful])
    assert thresholds.answered(table).tolist() == [True, True, False, False]
    assert NEVER.answered(table[:, :10]).all()


def test_the_thresholds_keep_their_shares() -> None:
    rng = np.random.default_rng(0)
    digits = rows(*((1, chance) for chance in 1 - rng.beta(0.3, 8, 5000)))
    negatives = rows(*((1, chance) for chance in rng.beta(0.3, 8, 5000)))
    thresholds = choose(digits, negatives)
    let = thresholds.answered(negatives).mean()
    refused = 1 - thresholds.answered(digits).mean()
    # Whichever of the two binds.
    assert let <= LET_THROUGH + 0.001 or refused <= REFUSED + 0.001
    assert 0 < thresholds.reject <= 0.5


def test_what_is_measured() -> None:
    table = rows((1, 0.9), (2, 0.9), (2, 0.4), (3, 0.95), (4, 0.1))
    found = measure(table, np.array([1, 2, 2, 10, 10]), Thresholds(0.3, 0.3), ["1", "2", "2", "F", "A"])
    assert (found["digits"], found["others"]) == (3, 2)
    assert found["accuracy"] == 1.0
    assert found["right_and_answered"] == pytest.approx(2 / 3)
    assert found["others_answered"] == 0.5
    assert found["others_answered_by_kind"]["F"] == {"marks": 1, "answered": 1.0}
    assert found["per_digit"]["2"] == {"digits": 2, "accuracy": 1.0, "right_and_answered": 0.5}
    assert found["auroc"] == pytest.approx(0.5)


def test_digits_alone_and_others_alone_are_measured_too() -> None:
    alone = measure(rows((1, 0.9)), np.array([1]), NEVER, [])
    assert alone["accuracy"] == 1
    assert "auroc" not in alone
    others = measure(rows((1, 0.9)), np.array([10]), NEVER, ["F"])
    assert others["others_answered"] == 1
    assert "accuracy" not in others
