"""Doubtful digits: alone, in words, and among others."""

import numpy as np
import pytest

from inference.recognition.context import refuse_doubtful
from inference.recognition.opinions import Opinion

Place = tuple[float, float, float, float]
# What is said of a mark, its box, and the probability that it is no digit.
Said = tuple[str, Place, float]


def read(*marks: Said, other: float | None = None, answered: bool = True) -> str:
    """Return what is said of marks.

    Args:
        marks: what each is taken for, where it is, and how probably it is no digit.
        other: the page network's probability that each is no digit; by default the same.
        answered: whether the classifier alone accepts them as digits.
    """
    opinions = []
    for said, _, none in marks:
        probabilities = np.zeros(11, np.float32)
        probabilities[[int(said) if said.isdigit() else 0, 10]] = 1 - none, none
        sign = said if said in ".-" else None
        opinions.append(Opinion(int(said) if said.isdigit() else None, sign, max(none, 1 - none), probabilities))
    boxes = np.array([box for _, box, _ in marks], np.float64).reshape(-1, 4)
    seen = np.array([none if other is None else other for _, _, none in marks])
    found = refuse_doubtful(opinions, np.full(len(marks), answered), boxes, seen)
    return "".join(str(each.digit) if each.digit is not None else each.sign or "?" for each in found)


def at(left: float, height: float = 40, bottom: float = 50) -> Place:
    return left, bottom - height, left + 20, bottom


def word(said: str, left: float, none: float = 0.01, height: float = 40, bottom: float = 50) -> list[Said]:
    """Return the marks of a word, those refused surely no digits, the others with this probability of being none."""
    return [
        (each, at(left + 25 * place, height, bottom), 0.99 if each == "?" else none) for place, each in enumerate(said)
    ]


def test_a_mark_alone_is_judged_by_the_classifier() -> None:
    assert read(("7", at(0), 0.3)) == "7"
    assert read(("7", at(0), 0.001), answered=False) == "?"
    assert read(("7", at(0), 0.001), (".", at(25, 4), 0.9), answered=False) == "?.", "a sign makes no number"
    assert read() == ""


def test_what_is_refused_is_as_surely_none_as_it_was_not_surely_a_digit() -> None:
    zeros = np.zeros(11, np.float32)
    opinions = [Opinion(7, None, 0.8, zeros), Opinion(None, None, 0.7, zeros), Opinion(None, ".", 0.6, zeros)]
    refused, *others = refuse_doubtful(
        opinions, np.zeros(3, np.bool_), np.array([at(0), at(160), at(320)]), np.zeros(3)
    )
    assert refused.digit is None
    assert refused.confidence == pytest.approx(0.2)
    assert others == opinions[1:], "what is no digit stays as it is"


@pytest.mark.parametrize("text", ["5?0??", "?0?", "0???", "??1??"])
def test_digits_in_a_word_of_letters_are_letters(text: str) -> None:
    headings = [*word("????", 0), *word(text, 200), *word("???", 400)]
    numbers = [mark for left in (0, 200, 400) for mark in word("407", left, 0.001, 80, 500)]
    assert read(*headings, *numbers) == "?" * (len(text) + 7) + "407" * 3


@pytest.mark.parametrize("text", ["4?7", "40?", "20?1", "1?000", "12??", "?37"])
def test_a_number_keeps_its_digits_beside_what_is_refused(text: str) -> None:
    assert read(*word(text, 0, 0.001)) == text


def test_a_number_is_no_part_of_the_word_before_it() -> None:
    label = word("?0????", 0)
    assert read(*label, *word("93300", 170, 0.001)) == "??????93300", "a gap of more than half the height"
    assert read(*label, *word("93300", 150, 0.001, 90, 75)) == "??????93300", "more than twice as high"
    assert read(*label, *word("93300", 150, 0.001)) != "??????93300"


def test_digits_nearby_make_a_doubtful_digit_one() -> None:
    pair = word("1?", 0, 0.001)
    assert read(*pair) == "??"
    assert read(*pair, *word("33", 100, 0.001)) == "1?33"
    letters = [mark for row in range(3) for mark in word("????", 0, bottom=100 + 50 * row)]
    assert read(*pair, *letters, *word("33", 900, 0.001)) == "??" + "?" * 12 + "33", "not those far away"


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (at(40), "??"),
        (at(41), "7?"),  # more than half the height away
        ((0.0, 70.0, 20.0, 110.0), "??"),  # below
        ((0.0, 71.0, 20.0, 111.0), "7?"),
        ((22.0, 42.0, 24.0, 50.0), "??"),
        ((22.0, 43.0, 24.0, 50.0), "7?"),  # a speck
    ],
)
def test_a_sure_digit_beside_a_mark_that_is_nothing_is_a_part_of_a_letter(box: Place, said: str) -> None:
    assert read(("7", at(0), 0.001), ("?", box, 0.99)) == said


@pytest.mark.parametrize(("other", "said"), [(0.3, "17"), (0.8, "??")])
def test_the_page_network_sees_that_parts_are_a_letter(other: float, said: str) -> None:
    assert read(("1", at(0), 0.001), ("7", at(22), 0.05), other=other) == said


def test_more_marks_than_a_letter_has_parts_are_judged_by_both_networks_together() -> None:
    assert read(*word("7777", 0, 0.05), other=0.99) == "????"
    assert read(*word("77777", 0, 0.05), other=0.99) == "77777"
