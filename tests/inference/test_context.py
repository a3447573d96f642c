"""Doubtful digits, alone and among others."""

import numpy as np
import pytest

from inference.recognition.context import refuse_doubtful
from inference.recognition.opinions import Opinion

REJECT = 0.05
Place = tuple[float, float, float, float]


def read(*marks: tuple[str, Place, float]) -> str:
    """Return what is said of marks, each as it is taken for, its box, and its probability of "not a digit"."""
    opinions = [
        Opinion(int(said) if said.isdigit() else None, said if said in ".-" else None, 0.9, np.zeros(11, np.float32))
        for said, _, _ in marks
    ]
    answered = np.array([doubt <= REJECT for _, _, doubt in marks])
    found = refuse_doubtful(opinions, answered, np.array([box for _, box, _ in marks]))
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
    refused, *others = refuse_doubtful(opinions, np.zeros(3, np.bool_), np.array([at(0), at(60), at(120)]))
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
