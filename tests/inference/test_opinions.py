"""What a mark is, where the classifier and the page network agree and where they do not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.recognition.boxes import starts_line
from inference.recognition.opinions import combined
from synthesis.kinds import KINDS, SIGNS


def classified(digit: int, sure: float, columns: int = 11) -> NDArray[np.float32]:
    """The rest is shared by all others."""
    said = np.full(columns, (1 - sure) / (columns - 1), np.float32)
    said[digit] = sure
    return said


def kind(name: str, sure: float, second: str | None = None) -> NDArray[np.float32]:
    """The rest is that of a second kind, or is shared by all others."""
    at = KINDS.index(name)
    said = np.full(len(KINDS), (1 - sure) / (len(KINDS) - 1), np.float32)
    if second:
        said[:] = 0
        said[KINDS.index(second)] = 1 - sure
    said[at] = sure
    return said


def said(shape: NDArray[np.float32], place: NDArray[np.float32]) -> str:
    opinion = combined(shape, place, SIGNS)
    return opinion.sign or ("?" if opinion.digit is None else str(opinion.digit))


@pytest.mark.parametrize(
    ("shape", "place", "right"),
    [
        (classified(7, 0.99), kind("7", 0.95), "7"),
        # Either is unsure.
        (classified(1, 0.6), kind("7", 0.98, "1"), "7"),
        (classified(7, 0.98), kind("1", 0.6, "7"), "7"),
        # A slash is a sure 1 by its shape, a dot any digit.
        (classified(1, 0.99), kind("/", 0.95), "/"),
        (classified(1, 0.99), kind("1", 0.95), "1"),
        (classified(0, 0.9), kind(".", 0.97), "."),
        (classified(10, 0.99), kind("-", 0.95), "-"),
        # A letter among letters, and one that is like a digit.
        (classified(10, 0.95), kind("other", 0.9), "?"),
        (classified(1, 0.95), kind("other", 0.999), "?"),
        # An o is shaped as a 0 is: however sure of that, the place tells.
        (classified(0, 0.99999), kind("other", 0.998, "0"), "?"),
        (classified(0, 0.99999), kind("0", 0.2, "other"), "0"),
    ],
)
def test_what_a_mark_is_taken_for(shape: NDArray[np.float32], place: NDArray[np.float32], right: str) -> None:
    assert said(shape, place) == right


def test_a_stroke_that_begins_a_number_is_rather_a_one_than_a_slash() -> None:
    doubtful, sure = kind("/", 0.55, "1"), kind("/", 0.95)
    for place, first, right in ((doubtful, False, "?"), (doubtful, True, "1"), (sure, False, "/"), (sure, True, "/")):
        opinion = combined(classified(1, 0.98), place, SIGNS, first=first)
        assert (opinion.sign or ("?" if opinion.digit is None else str(opinion.digit))) == right, (right, first)


def test_which_marks_begin_a_number() -> None:
    # Two lines, and on the second a number that is far from the first one.
    boxes = [(10, 0, 20, 40), (30, 5, 50, 40), (12, 100, 30, 140), (32, 130, 36, 136), (300, 100, 320, 140)]
    # A dot some way off is not the first mark.
    boxes.append((350, 120, 354, 124))
    heights = np.full(6, 40.0)
    assert starts_line(np.array(boxes, float), heights).tolist() == [True, False, True, False, True, False]
    # One that leans over the next does not stand before it where its middle does not.
    assert starts_line(np.array([(0, 0, 60, 40), (20, 0, 35, 40)], float), heights[:2]).tolist() == [False, True]
    assert starts_line(np.zeros((0, 4)), np.zeros(0)).shape == (0,)


def test_probabilities_are_of_the_digits_and_of_none() -> None:
    opinion = combined(classified(7, 0.9), kind("7", 0.9), SIGNS)
    assert opinion.probabilities.shape == (11,)
    assert opinion.probabilities.sum() == pytest.approx(1)
    assert opinion.confidence == pytest.approx(float(opinion.probabilities[7]))
    refused = combined(classified(10, 0.95), kind("other", 0.9), SIGNS)
    assert refused.confidence == pytest.approx(float(refused.probabilities[10]))


def test_a_model_of_ten_classes() -> None:
    opinion = combined(classified(7, 0.9, columns=10), kind("7", 0.9), SIGNS)
    assert opinion.digit == 7
    assert opinion.probabilities.shape == (10,)


def test_what_is_unsure_is_refused() -> None:
    shape = np.zeros(11, np.float32)
    shape[[3, 5]] = 0.5
    assert said(shape, kind("3", 0.5, "5")) == "?"
    assert said(shape, kind("3", 0.7, "5")) == "3"
    assert said(classified(10, 0.9), kind(".", 0.5, ",")) == "?"
