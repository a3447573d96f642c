"""Scales, turns and readings of a whole picture, by a network that sees blocks of 10 to 110 pixels."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inference import TooManyMarksError
from inference.detection.cutting import Segment
from inference.detection.maps import Maps
from inference.detection.page import Sighting, find, nearest_to_scale, shared
from inference.detection.scale import grown, look, looks
from inference.detection.turns import as_sent, turned
from inference.imaging.components import label
from tests.inference.detection.fakes import KINDS, Eye, put, seven

MOST = 200


def sheet(*blocks: tuple[float, int, int], size: tuple[int, int] = (600, 400)) -> Image.Image:
    """A white picture with black sevens, each of a height, at a left and a top."""
    picture = np.full((size[1], size[0]), 255, np.uint8)
    for tall, left, top in blocks:
        put(picture, seven(tall), left, top)
    return Image.fromarray(picture)


def boxes(sightings: list[Sighting]) -> list[tuple[float, ...]]:
    return sorted(sighting.box for sighting in sightings)


@pytest.mark.parametrize("tall", [14, 32, 100, 300])
def test_the_scale_of_digits_of_any_size(tall: int) -> None:
    image = sheet((tall, 50, 40), (tall, 300, 60))
    look = looks(Eye(), image)[0]
    assert look.height is not None
    assert look.height / look.factor == pytest.approx(tall, rel=0.15)
    eye = Eye()
    degrees, found = find(eye, image, MOST)
    assert degrees == 0
    expected = [(50, 40, 50 + round(0.6 * tall), 40 + tall), (300, 60, 300 + round(0.6 * tall), 60 + tall)]
    for box, true in zip(boxes(found), expected, strict=True):
        assert box == pytest.approx(true, abs=max(2, 0.06 * tall))
    # Read at 32 pixels, but never more than four times enlarged.
    assert found[0].mark.height == pytest.approx(min(32, 4 * tall), rel=0.1)


class Shaded(Eye):
    """Takes grey blocks for writing too, as hard shadows look like it, but not where they are larger than 45 pixels."""

    def __call__(self, grey: NDArray[np.uint8]) -> Maps:
        found = label(grey < 200)
        grey = grey.copy()
        for left, top, right, bottom in found.boxes:
            block = grey[top:bottom, left:right]
            if block.min() > 30 and bottom - top > 45:
                block[:] = 255
        return super().__call__(grey)


def test_what_a_closer_look_does_not_see_is_no_mark() -> None:
    image = sheet((120, 100, 100))
    put(levels := np.array(image), seven(120), 350, 100)
    levels[:, 300:][levels[:, 300:] == 0] = 60
    eye = Shaded()
    assert look(eye, Image.fromarray(levels), 200 / 600).marks == 2
    [(left, *_)] = boxes(find(eye, Image.fromarray(levels), MOST)[1])
    assert left == pytest.approx(100, abs=3)
    # In a clean drawing nothing is a shadow.
    assert len(find(eye, Image.fromarray(levels), MOST, shadows=False)[1]) == 2


def test_a_small_picture_is_not_enlarged_to_look_closer() -> None:
    eye = Eye()
    find(eye, sheet((30, 50, 40), (30, 100, 40), size=(200, 100)), MOST)
    assert max(eye.seen) <= (214, 107)


def test_an_empty_sheet_has_no_marks() -> None:
    assert find(Eye(), sheet(), MOST) == (0, [])
    assert find(Eye(), Image.new("L", (1, 1)), MOST) == (0, [])


def test_writing_of_two_sizes_is_read_at_both() -> None:
    small = [(24, 20 + 40 * at, 340) for at in range(12)]
    large = [(96, 40 + 100 * at, 40) for at in range(3)]
    eye = Eye()
    _, found = find(eye, sheet(*small, *large), MOST)
    assert len(found) == 15
    # Each once, and each near the best height.
    assert all(24 <= sighting.mark.height <= 40 for sighting in found)
    tall = [round(box[3] - box[1]) for box in boxes(found)]
    assert sum(height > 80 for height in tall) == 3


def test_only_where_something_is_written_is_read_at_full_scale() -> None:
    eye = Eye()
    find(eye, sheet((30, 100, 100), (30, 130, 100), size=(1600, 1200)), MOST)
    # The first looks with the margins of their tiles, and a strip: far less than all at full scale.
    assert sum(width * height for width, height in eye.seen) < 0.3 * 1600 * 1200


def test_a_large_picture_is_read_in_pixels_that_are_bounded() -> None:
    eye = Eye()
    # At 640 pixels these digits are too small to be seen.
    image = sheet(*[(16, 40 + 170 * at, 60 + 260 * row) for at in range(11) for row in range(2)], size=(1900, 400))
    _, found = find(eye, image, MOST)
    assert len(found) == 22
    assert max(width * height for width, height in eye.seen) < 800 * 800


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_picture_is_found_and_its_boxes_fit_it(degrees: int) -> None:
    upright = sheet((40, 50, 40), (40, 300, 60), (40, 160, 180))
    # As it is sent, it has to be turned by so much to be upright.
    sent = turned(upright, -degrees % 360)
    said, found = find(Eye(), sent, MOST)
    assert said == degrees
    ink = np.asarray(sent) < 128
    for sighting in found:
        left, top, right, bottom = (round(side) for side in as_sent(sighting.box, said, sent.size))
        assert ink[top:bottom, left:right].sum() == pytest.approx(seven(40).sum(), rel=0.15)


def sighted(box: tuple[int, int, int, int], height: float, factor: float = 1.0, ink: int = 255) -> Sighting:
    """A block of ink as it was seen at a multiple of the picture's size, on a line of a height there."""
    block = np.full((box[3] - box[1], box[2] - box[0]), ink, np.uint8)
    return Sighting(Segment(box, block, np.full(KINDS, 1 / KINDS, np.float32), height), factor)


def test_the_same_mark_of_two_readings_is_the_one_that_is_nearer_to_the_best_height() -> None:
    good, small, large = (
        sighted((25, 20, 45, 52), 32.0, 0.5),
        sighted((6, 5, 11, 13), 8.0, 0.125),
        sighted((100, 80, 180, 208), 128.0, 2.0),
    )
    for readings in ([[good], [small]], [[small], [good]], [[large], [good]], [[small], [large], [good]]):
        assert nearest_to_scale(readings) == [good]


def test_of_two_that_are_seen_as_well_the_one_with_more_ink_is_the_mark() -> None:
    whole, part = sighted((20, 20, 40, 52), 32.0), sighted((20, 40, 40, 52), 32.0)
    assert nearest_to_scale([[part], [whole]]) == nearest_to_scale([[whole], [part]]) == [whole]


def test_a_little_nearer_to_the_best_height_is_no_better() -> None:
    whole, part = sighted((20, 20, 40, 52), 37.0), sighted((20, 40, 40, 52), 32.0)
    assert nearest_to_scale([[part], [whole]]) == [whole]
    assert nearest_to_scale([[part], [sighted((20, 20, 40, 52), 46.0)]]) == [part]


def test_marks_that_share_no_ink_are_both_kept_and_so_are_those_of_one_reading() -> None:
    left, right = sighted((20, 20, 40, 52), 32.0), sighted((36, 20, 56, 52), 64.0)
    assert set(nearest_to_scale([[left], [right]])) == {left, right}
    assert set(nearest_to_scale([[left], [sighted((20, 20, 40, 52), 64.0)]])) == {left}
    twice = sighted((21, 20, 41, 52), 32.0)
    assert set(nearest_to_scale([[left, twice], []])) == {left, twice}


def test_ink_is_shared_where_it_lies_on_the_others_whatever_the_scales() -> None:
    one = sighted((20, 20, 40, 60), 32.0)
    assert shared(one, sighted((40, 40, 80, 120), 64.0, 2.0)) == pytest.approx(1)
    assert shared(sighted((40, 40, 80, 120), 64.0, 2.0), one) == pytest.approx(1)
    # A quarter of the one lies on half of the other, which has less ink.
    assert shared(one, sighted((15, 20, 25, 60), 32.0)) == pytest.approx(0.5)
    assert shared(one, sighted((40, 20, 60, 60), 32.0)) == 0
    assert shared(one, sighted((20, 20, 40, 60), 32.0, ink=100)) == 0  # a soft rim is no ink


def test_what_a_sighting_is_in_pixels_of_the_picture() -> None:
    seen = sighted((40, 20, 80, 100), 64.0, 2.0, ink=51)
    assert seen.box == (20, 10, 40, 50)
    assert seen.height == 32
    assert seen.ink == pytest.approx(40 * 80 * 0.2 / 4)
    assert seen.octaves_off == pytest.approx(1)  # twice the best height


def test_cells_cover_what_they_lie_on_and_what_is_next_to_it() -> None:
    cells = np.zeros((10, 20), np.bool_)
    cells[2, 5] = True
    expected = np.zeros((10, 20), np.bool_)
    expected[1:4, 4:7] = True
    assert np.array_equal(grown(cells, (10, 20)), expected)
    # Twice as large.
    assert np.array_equal(grown(cells, (20, 40)), expected.repeat(2, axis=0).repeat(2, axis=1))
    assert not grown(np.zeros((3, 3), np.bool_), (7, 7)).any()


def test_too_many_marks() -> None:
    blocks = [(20, 20 + 40 * at, 20) for at in range(5)]
    with pytest.raises(TooManyMarksError, match="shows 5 separate marks; at most 4"):
        find(Eye(), sheet(*blocks), 4)


def test_dust_beside_large_writing_is_left_out() -> None:
    _, found = find(Eye(), sheet((300, 50, 40), (12, 500, 100), (12, 400, 350)), MOST)
    assert [sighting.height for sighting in found] == [pytest.approx(300, rel=0.05)]
