"""Which look at a picture is the best, which sizes are read, and how far a picture is turned; by maps made by hand."""

import numpy as np
import pytest
from PIL import Image

from inference.detection.maps import Maps, blank
from inference.detection.scale import Look, limited_factor, looks, sizes, sureness, usual_height
from inference.detection.turns import upright
from tests.inference.detection.fakes import KINDS, OTHER, Eye, Written, exact, put, seven

SHAPE = (240, 320)


def written(*marks: tuple[float, int], sure: float = 1.0, kind: int = 7) -> Maps:
    """The maps of blocks, each of a height and at a left, seen so surely as what they are."""
    made = []
    for tall, left in marks:
        ink = np.zeros(SHAPE, np.float32)
        ink[100 : 100 + round(tall), left : left + round(0.6 * tall)] = 1
        made.append(Written(ink, kind, tall))
    maps = exact(made) if made else blank(*SHAPE, KINDS)
    maps.kind[maps.kind == 1] = sure
    return maps


def look(maps: Maps, marks: int = 3, factor: float = 1.0) -> Look:
    return Look(factor, maps, usual_height(maps), marks)


def test_the_surer_look_is_better_unless_it_is_far_from_the_best_height() -> None:
    assert look(written((32, 20), sure=0.8)).fit > look(written((32, 20), sure=0.7)).fit
    assert look(written((32, 20), sure=0.8)).fit > look(written((64, 20), sure=0.9)).fit
    assert look(written((32, 20), sure=0.7)).fit < look(written((64, 20), sure=0.9)).fit
    assert look(blank(*SHAPE, KINDS)).fit == -np.inf


def test_a_look_with_more_marks_may_be_a_little_less_sure() -> None:
    few, many = look(written((32, 20), sure=0.80), marks=3), look(written((32, 20), sure=0.78), marks=7)
    assert many.fit > few.fit
    assert look(written((32, 20), sure=0.72), marks=7).fit < few.fit


def test_a_sure_letter_counts_less_than_an_unsure_digit() -> None:
    letter, digit = written((32, 20), kind=OTHER), written((32, 20), sure=0.5)
    assert look(letter).fit < look(digit).fit
    assert sureness(letter) < 0.1
    assert sureness(letter, 0.3) == pytest.approx(0.3)


def test_small_and_large_marks_count_the_same_for_the_usual_height() -> None:
    assert usual_height(written((20, 20), (20, 60), (20, 100), (90, 160))) == pytest.approx(20)


def test_a_finer_look_is_taken_where_digits_are_tiny() -> None:
    picture = np.full((300, 1280), 255, np.uint8)
    for at in range(6):
        put(picture, seven(18), 100 + 150 * at, 100)
    eye = Eye(least=5)
    # Nine pixels high in the first look; then seen at 18, without a look.
    best = looks(eye, Image.fromarray(picture))[0]
    assert best.factor == 1.0
    assert best.height == pytest.approx(18, abs=1)


def test_how_far_a_picture_is_enlarged() -> None:
    assert limited_factor(9, (100, 100)) == 4
    assert limited_factor(3, (2000, 2000)) == 1
    assert limited_factor(0.5, (2000, 2000)) == 0.5


def heights(*seen: Look) -> list[float]:
    return [round(height) for height, _ in sizes(list(seen))]


def test_writing_of_other_sizes_is_read_by_itself_the_usual_first() -> None:
    assert heights(look(written((32, 20), (32, 60), (64, 120)))) == [32, 64]
    assert len(heights(look(written((32, 20), (40, 60))))) == 1


def test_what_is_much_smaller_or_larger_than_the_rest_is_left_out() -> None:
    small = [(12.0, 20 * at) for at in range(1, 7)]
    assert heights(look(written(*small, (90, 160)))) == [12, 90]
    assert heights(look(written(*small, (110, 160)))) == [12]


def test_a_later_look_adds_only_what_it_sees_near_the_best_height() -> None:
    first = look(written((32, 20)))
    assert heights(first, look(written((32, 20), (60, 160)), factor=0.5)) == [32, 120]
    assert heights(first, look(written((32, 20), (70, 160)), factor=0.5)) == [32]


def test_small_writing_that_a_coarse_look_merged_with_large_is_read_by_itself() -> None:
    coarse = look(written((32, 20)), factor=0.25)
    assert heights(coarse, look(written((30, 20)))) == [128, 30]
    assert heights(coarse, look(written((32, 20)), factor=0.3)) == [128]


@pytest.mark.parametrize(
    ("surest", "marks", "degrees"),
    [
        (0.84, 3, 0),  # not by so much surer
        (0.86, 3, 90),
        (1.0, 2, 0),  # too few marks to tell
    ],
)
def test_a_picture_is_turned_where_it_is_read_much_surer_then(surest: float, marks: int, degrees: int) -> None:
    image = Image.new("L", (40, 30))
    standing = look(written((32, 20), sure=surest), marks)

    def seen(picture: Image.Image, _: float = 1.0) -> Look:
        return standing if picture.size == (30, 40) else look(written((32, 20), sure=0.6))

    assert upright(lambda picture: [seen(picture)], seen, image)[0] == degrees


def test_a_picture_of_two_marks_is_not_turned() -> None:
    image = Image.new("L", (40, 30))
    sure = look(written((32, 20)), 5)
    assert upright(lambda _: [look(written((32, 20), sure=0.3), 2)], lambda *_: sure, image)[0] == 0
