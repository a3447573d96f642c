"""What a hand writes: how high, how slanted, with tails, struck out."""

import numpy as np
import pytest

from synthesis.hands import Copybook, Hand
from tests.samples import small_mnist

TALL = 40.0


@pytest.fixture(scope="module")
def copybook() -> Copybook:
    mnist = small_mnist()
    return Copybook.of(mnist["x_train"], mnist["y_train"])


def writer(copybook: Copybook, *, copied_share: float = 0.0, slant: float = 0.0, tail_chance: float = 0.0) -> Hand:
    return Hand(
        copybook, copied_share=copied_share, pen=0.08, slant=slant, width_factor=1.0, tail_chance=tail_chance, tone=1.0
    )


def heights(hand: Hand, label: str) -> list[int]:
    return [hand.digit(label, TALL, np.random.default_rng(seed)).shape[0] for seed in range(12)]


@pytest.mark.parametrize("copied_share", [0.0, 1.0])
def test_digits_are_as_high_as_asked_for(copybook: Copybook, copied_share: float) -> None:
    for label in "2358":
        assert np.mean(heights(writer(copybook, copied_share=copied_share), label)) == pytest.approx(TALL, rel=0.12)


def test_drawn_digits_fill_their_height_exactly(copybook: Copybook) -> None:
    for label in "2358":
        assert heights(writer(copybook), label) == pytest.approx([TALL] * 12, abs=2.5)


def test_sevens_and_nines_get_tails_and_other_digits_none(copybook: Copybook) -> None:
    plain, tailed = writer(copybook), writer(copybook, tail_chance=1.0)
    for label in "79":
        assert np.mean(heights(tailed, label)) > 1.15 * np.mean(heights(plain, label))
    assert heights(tailed, "3") == heights(plain, "3")


def test_strokes_lean_as_the_hand_does(copybook: Copybook) -> None:
    def lean(slant: float) -> float:
        leans = []
        for seed in range(12):
            ink = writer(copybook, slant=slant).digit("1", TALL, np.random.default_rng(seed)).astype(float)
            x = (ink * np.arange(ink.shape[1])).sum(axis=1) / np.maximum(ink.sum(axis=1), 1)
            leans.append(x[2] - x[-3])
        return float(np.mean(leans))

    assert lean(0.4) > lean(0.0) + 8


def test_a_struck_digit_has_more_ink_and_sticks_out(copybook: Copybook) -> None:
    hand = writer(copybook)
    for label in "138":
        digits, struck = (
            [write(label, TALL, np.random.default_rng(seed)) for seed in range(12)]
            for write in (hand.digit, hand.struck)
        )
        assert all(two.sum() > 1.1 * one.sum() for one, two in zip(digits, struck, strict=True))
        assert sum(two.shape[1] > one.shape[1] for one, two in zip(digits, struck, strict=True)) > 9
