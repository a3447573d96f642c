"""Parts of one digit joined, and neighbours left apart, on made-up sightings and opinions."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.recognition import joining
from inference.recognition.joining import union
from inference.recognition.opinions import Opinion

KINDS = 17


def sighting(box: tuple[int, int, int, int], kind: int, factor: float = 1.0) -> Sighting:
    ink = np.full((box[3] - box[1], box[2] - box[0]), 200, np.uint8)
    kinds = np.full(KINDS, 0.01, np.float32)
    kinds[kind] = 1 - 0.01 * (KINDS - 1)
    return Sighting(Segment(box, ink, kinds, 32.0), factor)


def opinion(digit: int | None, sign: str | None = None) -> Opinion:
    return Opinion(digit, sign, 0.9, np.zeros(11, np.float32))


class Shapes:
    """Says one digit, so surely, of all that it is shown, and keeps that."""

    def __init__(self, digit: int, sure: float) -> None:
        self._said = np.full(11, (1 - sure) / 10, np.float32)
        self._said[digit] = sure
        self.shown: list[tuple[int, int, int, int]] = []

    def __call__(self, wholes: Sequence[Sighting]) -> NDArray[np.float32]:
        self.shown += [whole.mark.box for whole in wholes]
        return np.stack([self._said] * len(wholes))


def joined(
    marks: list[Sighting], opinions: list[Opinion], whole: Shapes, alone: tuple[float, ...] = ()
) -> list[Sighting]:
    """Join marks; `alone` says how surely each has the shape of some digit by itself, 0.5 by default."""
    shapes = np.zeros((len(marks), 11), np.float32)
    shapes[:, 3] = alone or 0.5
    return joining.joined(marks, opinions, shapes, whole)


LEFT, RIGHT = (10, 10, 20, 42), (24, 10, 34, 42)


def test_the_halves_of_a_four_are_joined() -> None:
    marks = [sighting(LEFT, 4), sighting(RIGHT, 4), sighting((60, 10, 80, 42), 4)]
    found = joined(marks, [opinion(1), opinion(1), opinion(4)], Shapes(4, 0.95))
    assert sorted(each.mark.box for each in found) == [(10, 10, 34, 42), (60, 10, 80, 42)]


def test_equal_digits_one_below_the_other_stay_two() -> None:
    marks = [sighting((10, 10, 30, 42), 3), sighting((10, 50, 30, 82), 3)]
    assert len(joined(marks, [opinion(3), opinion(3)], Shapes(3, 0.95))) == 2
    pieces = [sighting((10, 10, 14, 24), 1), sighting((10, 28, 14, 42), 1)]
    assert len(joined(pieces, [opinion(1), opinion(1)], Shapes(1, 0.95))) == 1, "pieces are lower than digits"
    stem_and_flag = [sighting((10, 10, 24, 40), 1), sighting((10, 18, 30, 60), 1)]
    assert len(joined(stem_and_flag, [opinion(1), opinion(1)], Shapes(1, 0.95))) == 1, "they are beside each other"


def test_a_piece_that_is_nothing_is_joined_to_its_digit() -> None:
    found = joined([sighting(LEFT, 16), sighting(RIGHT, 6)], [opinion(None), opinion(6)], Shapes(6, 0.95))
    assert [each.mark.box for each in found] == [(10, 10, 34, 42)]


def test_the_stem_of_an_open_four_is_joined_though_it_looks_like_a_one() -> None:
    found = joined([sighting(LEFT, 4), sighting(RIGHT, 1)], [opinion(None), opinion(1)], Shapes(4, 0.99))
    assert [each.mark.box for each in found] == [(10, 10, 34, 42)]


def test_the_bar_of_a_five_is_joined_from_some_way_off() -> None:
    bar, bow = (14, 2, 26, 5), (10, 16, 28, 40)
    found = joined([sighting(bar, 5), sighting(bow, 5)], [opinion(None), opinion(5)], Shapes(5, 0.99))
    assert [each.mark.box for each in found] == [(10, 2, 28, 40)]


@pytest.mark.parametrize(
    ("kinds", "opinions", "whole"),
    [
        ((1, 1), (opinion(1), opinion(1)), (1, 0.99)),  # two ones, even where the classifier takes them for one
        ((7, 7), (opinion(7), opinion(None)), (7, 0.8)),  # the classifier is not sure
        ((1, 3), (opinion(1), opinion(3)), (8, 0.99)),  # two different digits
        ((16, 6), (opinion(None), opinion(6)), (8, 0.99)),  # together another digit
        ((10, 5), (opinion(None, "."), opinion(5)), (5, 0.99)),  # a sign is something
        ((6, 1), (opinion(None), opinion(1)), (4, 0.99)),  # seen as a part of another digit
        ((5, 10), (opinion(None), opinion(None, ".")), (5, 0.99)),  # a point beside a digit that is not read
        ((5, 10), (opinion(None), opinion(None)), (5, 0.99)),  # or what may be one
    ],
)
def test_others_stay_apart(kinds: tuple[int, int], opinions: tuple[Opinion, Opinion], whole: tuple[int, float]) -> None:
    marks = [sighting(box, kind) for box, kind in zip((LEFT, RIGHT), kinds, strict=True)]
    assert joined(marks, list(opinions), Shapes(*whole)) == marks


@pytest.mark.parametrize("said", [None, 5])
@pytest.mark.parametrize(
    ("left", "alone", "two"),
    [
        (30, 0.9, True),
        (30, 0.89, False),  # the shape of no digit
        (28, 0.9, False),  # no gap
    ],
)
def test_an_exponent_is_a_digit_of_its_own(said: int | None, left: int, alone: float, two: bool) -> None:
    marks = [sighting((10, 8, 28, 40), 5), sighting((left, 8, left + 8, 26), 5)]
    assert (len(joined(marks, [opinion(5), opinion(said)], Shapes(5, 0.99), (0.99, alone))) == 2) is two


def test_the_body_of_a_five_may_have_the_shape_of_a_digit_without_its_bar() -> None:
    marks = [sighting((10, 2, 28, 6), 5), sighting((10, 18, 28, 38), 5)]
    assert len(joined(marks, [opinion(None), opinion(5)], Shapes(5, 0.99), (0.2, 0.99))) == 1


def test_a_high_part_may_have_the_shape_of_a_digit() -> None:
    # As the stem of an open 4 has that of a 1.
    marks = [sighting((10, 8, 28, 40), 4), sighting((30, 8, 38, 33), 4)]
    assert len(joined(marks, [opinion(None), opinion(None)], Shapes(4, 0.99), (0.2, 0.99))) == 1


POINT, COLON = 10, 12


def test_the_two_points_of_a_colon_are_one_mark() -> None:
    upper, lower = (10, 10, 14, 14), (11, 26, 15, 30)
    for kinds, signs in (((COLON, POINT), ":."), ((POINT, COLON), ".:"), ((COLON, COLON), "::")):
        marks = [sighting(upper, kinds[0]), sighting(lower, kinds[1]), sighting((30, 8, 50, 40), 4)]
        found = joined(marks, [opinion(None, signs[0]), opinion(None, signs[1]), opinion(4)], Shapes(8, 0.99))
        assert [(each.mark.box, int(each.mark.kind.argmax())) for each in found] == [
            ((30, 8, 50, 40), 4),
            ((10, 10, 15, 30), COLON),
        ]


@pytest.mark.parametrize(
    ("lower", "signs"),
    [
        ((11, 26, 15, 30), ".."),  # the points of two lines
        ((20, 26, 24, 30), ":."),  # aside
        ((11, 40, 15, 44), ":."),  # of the next line
        ((11, 26, 15, 30), ":-"),
    ],
)
def test_other_signs_stay_apart(lower: tuple[int, int, int, int], signs: str) -> None:
    marks = [sighting((10, 10, 14, 14), COLON), sighting(lower, POINT)]
    assert len(joined(marks, [opinion(None, sign) for sign in signs], Shapes(8, 0.99))) == 2


def test_only_neighbours_are_tried() -> None:
    shapes = Shapes(4, 0.99)
    assert len(joined([sighting(LEFT, 4), sighting((60, 10, 70, 42), 4)], [opinion(1)] * 2, shapes)) == 2
    assert shapes.shown == []
    assert joined([], [], shapes) == []


def test_a_part_that_was_read_at_another_scale_is_joined_at_that_of_the_larger() -> None:
    # 12 to 16 pixels across at half the size are 24 to 32 at the whole.
    part = sighting((12, 5, 16, 9), 16, factor=0.5)
    whole = union(sighting(LEFT, 6), part)
    assert (whole.factor, whole.mark.box) == (1.0, (10, 10, 32, 42))
    assert whole.mark.ink[:8, 14:].min() == 200


def test_a_union_holds_the_ink_of_both() -> None:
    one, other = sighting((2, 3, 6, 9), 4), sighting((5, 1, 8, 5), 10)
    whole = union(one, other).mark
    assert whole.box == (2, 1, 8, 9)
    assert whole.ink.sum() == one.mark.ink.sum() + other.mark.ink.sum() - 2 * 200
    assert whole.kind.sum() == pytest.approx(1)
    assert whole.kind[4] > whole.kind[10]
