"""What a hand writes: how high, how slanted, with tails, struck out."""

import numpy as np
import pytest

from synthesis.hands import MEAN_SLANT, Copybook, Hand, _slant
from synthesis.handwriting.strokes import path
from tests.samples import small_mnist

TALL = 40.0
RNG = np.random.default_rng


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


def test_copies_lean_as_the_hand_does() -> None:
    """Bars of every slant, as people's 1s are: a hand copies those that lean as it does."""
    y, x = np.mgrid[:28, :28]
    slants = np.linspace(-0.6, 0.6, 60)
    images = np.stack([255 * (np.abs(x - 14 + slant * (y - 14)) < 2) for slant in slants]).astype(np.uint8)
    bars = Copybook.of(images, np.ones(60, np.uint8))
    assert bars.slants == pytest.approx(slants, abs=0.05)

    def lean(slant: float) -> float:
        copies = [writer(bars, copied_share=1.0, slant=slant).digit("1", TALL, RNG(seed)) for seed in range(40)]
        return float(np.mean([_slant(copy) for copy in copies]))

    for slant in (-0.2, MEAN_SLANT, 0.4):
        assert lean(slant) == pytest.approx(slant - MEAN_SLANT, abs=0.07)


def test_a_slash_leans_more_than_the_ones_of_its_hand(copybook: Copybook) -> None:
    for slant in (-0.2, 0.1, 0.4):
        hand = writer(copybook, slant=slant)
        ones = [_slant(hand.strokes([path((0, 0), (0, 0.5), (0, 1))], TALL, RNG(seed))) for seed in range(40)]
        slashes = [_slant(hand.sign("/", TALL, RNG(seed))) for seed in range(40)]
        assert np.mean(np.array(slashes) > np.quantile(ones, 0.9)) > 0.9


def test_a_struck_digit_has_more_ink_and_sticks_out(copybook: Copybook) -> None:
    hand = writer(copybook)
    for label in "138":
        digits, struck = (
            [write(label, TALL, np.random.default_rng(seed)) for seed in range(12)]
            for write in (hand.digit, hand.struck)
        )
        assert all(two.sum() > 1.1 * one.sum() for one, two in zip(digits, struck, strict=True))
        assert sum(two.shape[1] > one.shape[1] for one, two in zip(digits, struck, strict=True)) > 9
