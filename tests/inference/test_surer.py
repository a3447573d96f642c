"""Two readings of one drawing: the surer one counts where they differ, and nothing is lost or told twice."""

import numpy as np

from inference.detection.page import Sighting
from inference.drawings.surer import MIN_SURE_CONFIDENCE, choose_surer, sure
from inference.recognition.opinions import Opinion
from tests.inference.test_joining import sighting

LEFT, RIGHT, BOTH, FAR = (10, 10, 20, 42), (21, 10, 31, 42), (10, 10, 31, 42), (60, 10, 80, 42)


def digit(label: int, confidence: float) -> Opinion:
    return Opinion(label, None, confidence, np.zeros(11, np.float32))


REFUSED = Opinion(None, None, 0.99, np.zeros(11, np.float32))


def boxes(found: list[Sighting]) -> list[tuple[float, ...]]:
    return sorted(tuple(round(side) for side in each.box) for each in found)


def twice_as_large(box: tuple[int, int, int, int], kind: int) -> Sighting:
    left, top, right, bottom = box
    return sighting((2 * left, 2 * top, 2 * right, 2 * bottom), kind, factor=2.0)


def test_digits_that_came_apart_at_another_size_replace_what_was_refused() -> None:
    one = [sighting(BOTH, 16), sighting(FAR, 7)]
    other = [twice_as_large(LEFT, 1), twice_as_large(RIGHT, 1), twice_as_large(FAR, 7)]
    found = choose_surer(one, [REFUSED, digit(7, 0.95)], other, [digit(1, 0.8), digit(1, 0.7), digit(7, 0.99)])
    assert boxes(found) == sorted([LEFT, RIGHT, FAR])
    # What was read surely stays as it was seen first.
    assert {each.factor for each in found if each.box[0] > 50} == {1.0}


def test_the_other_way_round_they_are_one() -> None:
    one, other = [sighting(LEFT, 1), sighting(RIGHT, 1)], [twice_as_large(BOTH, 4)]
    assert boxes(choose_surer(one, [digit(1, 0.95), REFUSED], other, [digit(4, 0.9)])) == [BOTH]
    assert boxes(choose_surer(one, [digit(1, 0.95), REFUSED], other, [digit(4, 0.4)])) == sorted([LEFT, RIGHT])


def test_what_the_second_reading_does_not_see_stays_and_what_it_adds_is_left_out() -> None:
    one, other = [sighting(LEFT, 16)], [twice_as_large(FAR, 7)]
    assert choose_surer(one, [REFUSED], other, [digit(7, 0.99)]) == one
    assert choose_surer(one, [REFUSED], [], []) == one
    assert choose_surer([], [], other, [digit(7, 0.99)]) == []


def test_no_writing_vanishes() -> None:
    one, other = [sighting(BOTH, 16)], [twice_as_large((10, 10, 20, 30), 1)]
    assert choose_surer(one, [REFUSED], other, [digit(1, 0.99)]) == one


def test_a_sure_reading_is_not_given_up() -> None:
    one, other = [sighting(BOTH, 8)], [twice_as_large(BOTH, 3)]
    assert choose_surer(one, [digit(8, MIN_SURE_CONFIDENCE)], other, [digit(3, 0.99)]) == one
    assert choose_surer(one, [digit(8, MIN_SURE_CONFIDENCE - 0.01)], other, [digit(3, 0.99)]) == other


def test_signs_are_read_and_refused_marks_are_not() -> None:
    assert sure(Opinion(None, "-", 0.95, np.zeros(11, np.float32)))
    assert not sure(REFUSED)
