"""Doubtful digits, alone and among others."""

import numpy as np
import pytest

from inference.recognition.context import refuse_doubtful
from inference.recognition.opinions import Opinion

REJECT = 0.05
Place = tuple[float, float, float, float]


def read(*marks: tuple[str, Place, float], other: float = 0.0) -> str:
    """Return what is said of marks.

    Args:
        marks: what each is taken for, its box, and the classifier's probability of "not a digit".
        other: the page network's probability, for each, that it is neither a digit nor a sign.
    """
    opinions = [
        Opinion(int(said) if said.isdigit() else None, said if said in ".-" else None, 0.9, np.zeros(11, np.float32))
        for said, _, _ in marks
    ]
    answered = np.array([doubt <= REJECT for _, _, doubt in marks])
    found = refuse_doubtful(opinions, answered, np.array([box for _, box, _ in marks]), np.full(len(marks), other))
    return "".join(str(each.digit) if each.digit is not None else each.sign or "?" for each in found)


def at(left: float, height: float = 40) -> Place:
    return left, 50 - height, left + 20, 50


def test_a_digit_alone_is_said_only_where_it_is_no_doubt_one() -> None:
    assert read(("7", at(0), 0.049)) == "7"
    assert read(("7", at(0), 0.051)) == "?"
    assert read(("7", at(0), 0.5), (".", at(60, 4), 0.9)) == "?.", "a sign makes no number"


def test_what_is_refused_is_as_surely_none_as_it_was_not_surely_a_digit() -> None:
    none = np.zeros(11, np.float32)
    opinions = [Opinion(7, None, 0.8, none), Opinion(None, None, 0.7, none), Opinion(None, ".", 0.6, none)]
    refused, *others = refuse_doubtful(opinions, np.zeros(3, np.bool_), np.array([at(0), at(60), at(120)]), np.zeros(3))
    assert refused.digit is None
    assert refused.confidence == pytest.approx(0.2)
    assert others == opinions[1:], "what is no digit stays as it is"


def test_two_digits_or_more_are_a_number_unless_as_much_is_nothing() -> None:
    doubtful = [("7", at(60 * place), 0.5) for place in range(3)]
    nothing = [("?", at(300 + 60 * place), 0.9) for place in range(3)]
    assert read(*doubtful[:2]) == "77"
    assert read(*doubtful[:2], *nothing[:1]) == "77?"
    assert read(*doubtful[:2], *nothing[:2]) == "????"
    assert read(*doubtful, *nothing[:2]) == "777??"
    assert read(*doubtful, *nothing) == "??????"


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (at(22), "??"),  # touches
        (at(23), "7?"),  # more than a twentieth of the height away
        ((22.0, 37.0, 35.0, 50.0), "7?"),  # a speck
        ((22.0, 37.0, 36.0, 50.0), "??"),  # just too long for one
        ((22.0, 36.0, 24.0, 50.0), "??"),
        (at(24, 80), "??"),  # of twice the height, twice as far
        ((0.0, 52.0, 20.0, 92.0), "??"),  # below
        ((0.0, 53.0, 20.0, 93.0), "7?"),
    ],
)
def test_a_sure_digit_beside_a_mark_that_is_nothing_is_a_part_of_a_letter(box: Place, said: str) -> None:
    assert read(("7", at(0), 0.0), ("?", box, 0.9)) == said


@pytest.mark.parametrize(("other", "said"), [(0.37, "17"), (0.38, "??")])
def test_the_parts_of_a_letter_that_is_cut_are_refused_together(other: float, said: str) -> None:
    assert read(("1", at(0), 0.0), ("7", at(22), 0.0), other=other) == said


def test_the_opinions_of_the_parts_count_by_their_mean() -> None:
    digits = [Opinion(1, None, 0.9, np.zeros(11, np.float32))] * 2
    boxes = np.array([at(0), at(22)])
    for others, refused in ([0.9, 0.03], False), ([0.9, 0.05], True), ([0.0, 1.0], True):
        found = refuse_doubtful(digits, np.ones(2, np.bool_), boxes, np.array(others))
        assert [each.digit is None for each in found] == [refused] * 2, others


def test_four_digits_are_no_letter() -> None:
    marks = [("7", at(25 * place), 0.0) for place in range(4)]
    assert read(*marks[:3], other=0.9) == "???"
    assert read(*marks, other=0.9) == "7777"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (35, "??"),
        (37, "77"),  # more than four tenths of the height away
    ],
)
def test_marks_apart_are_no_parts_of_one_letter(left: float, said: str) -> None:
    assert read(("7", at(0), 0.0), ("7", at(left), 0.0), other=0.9) == said
