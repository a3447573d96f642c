"""Made pages: what they say of their own pixels must be true."""

import numpy as np
import pytest

from synthesis import camera, layouts
from synthesis.hands import Copybook, printed, random_hand
from synthesis.kinds import KINDS, OTHER, SIGNS
from synthesis.page import Page, make_page
from synthesis.page import _truth as truth
from synthesis.paper import Frame, Lines
from synthesis.sheet import MIN_COVER, UNKNOWN, Sheet
from synthesis.writing import Line, number
from tests.samples import small_mnist

SHAPE = (96, 128)
# The first and the last quarter of 64 pixels.
SIDES = (slice(0, 16), slice(48, 64))


@pytest.fixture(scope="module")
def copybook() -> Copybook:
    mnist = small_mnist()
    return Copybook.of(mnist["x_train"], mnist["y_train"])


@pytest.fixture(scope="module")
def pages(copybook: Copybook) -> list[Page]:
    return [make_page(copybook, 3, index, SHAPE) for index in range(60)]


def test_a_page_depends_on_its_arguments_alone(copybook: Copybook, pages: list[Page]) -> None:
    again = make_page(copybook, 3, 7, SHAPE)
    np.testing.assert_array_equal(again.picture, pages[7].picture)
    np.testing.assert_array_equal(again.offset, pages[7].offset)
    assert not np.array_equal(make_page(copybook, 4, 7, SHAPE).picture, again.picture)


def test_every_labelled_pixel_is_ink_of_its_mark(pages: list[Page]) -> None:
    for each in pages:
        sheet = each.sheet
        assert (each.writing[sheet.owner > 0] >= MIN_COVER).all()
        for at, mark in enumerate(sheet.marks, start=1):
            rows, columns = np.nonzero(sheet.owner == at)
            left, top, right, bottom = mark.box
            assert ((left <= columns) & (columns < right) & (top <= rows) & (rows < bottom)).all()


def test_offsets_lead_from_each_cell_to_the_middle_of_its_mark(pages: list[Page]) -> None:
    for each in pages:
        rows, columns = np.nonzero(np.isfinite(each.offset[..., 0]))
        ends = each.offset[rows, columns].astype(float) + np.stack([2 * columns + 1, 2 * rows + 1], axis=1)
        middles = np.array([mark.middle for mark in each.sheet.marks]).reshape(-1, 2)
        for row, column, end in zip(rows, columns, ends, strict=True):
            owners = {int(at) for at in each.sheet.owner[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()}
            assert any(np.abs(middles[at - 1] - end).max() < 0.2 for at in owners - {0})


def test_cells_tell_the_kind_and_the_height_of_their_mark(pages: list[Page]) -> None:
    seen = set()
    for each in pages:
        for row, column in zip(*np.nonzero(each.height > 0), strict=True):
            owners = np.unique(each.sheet.owner[4 * row : 4 * row + 4, 4 * column : 4 * column + 4])
            marks = [each.sheet.marks[at - 1] for at in owners if at]
            assert (int(each.kind[row, column]), float(each.height[row, column])) in {
                (mark.kind, float(np.float32(mark.height))) for mark in marks
            }
            seen.add(int(each.kind[row, column]))
        assert ((each.height > 0) | (each.kind == UNKNOWN)).all()
    assert len(seen) > 12


def test_a_cell_is_of_the_mark_that_covers_its_strongest_pixel() -> None:
    sheet = Sheet(8, 8)
    sheet.put(np.full((4, 3), 90, np.uint8), 0, 0, "1", 10.0)
    sheet.put(np.full((1, 1), 255, np.uint8), 3, 0, "2", 20.0)
    height, kind = truth(sheet)[1:]
    assert (height[0, 0], KINDS[kind[0, 0]]) == (20.0, "2")


def test_pictures_show_their_ink_and_as_many_as_said_are_light_on_dark(copybook: Copybook) -> None:
    seen, light, faint = 0, 0, 0
    for index in range(150):
        each = make_page(copybook, 3, index, (64, 64))
        ink, paper = each.picture[each.writing > 200], each.picture[each.writing == 0]
        if len(ink) > 30 and len(paper) > 30:
            seen += 1
            light += bool(np.median(ink) > np.median(paper) + 4)
            faint += abs(float(np.median(ink)) - float(np.median(paper))) <= 2
    assert faint < 0.05 * seen
    # A fifth of the drawings on a screen, an eighth of the photos, some behind shadows.
    assert 0.05 < light / seen < 0.25


def test_most_photos_are_lit_unevenly(copybook: Copybook) -> None:
    uneven, dark = 0, 0
    for index in range(60):
        blank = camera.add_light(np.ones((64, 64), np.float32), 24.0, np.random.default_rng(index))
        corners = [float(blank[rows, columns].mean()) for rows in SIDES for columns in SIDES]
        uneven += max(corners) > 1.1 * min(corners)
        dark += max(corners) > 1.8 * min(corners)
    assert uneven > 30
    assert dark > 10


def test_pages_are_photographed_in_such_light(copybook: Copybook) -> None:
    uneven = 0
    for index in range(60):
        each = make_page(copybook, 3, index, (64, 64))
        paper = np.where(each.writing == 0, each.picture.astype(float), np.nan)
        corners = [float(np.nanmedian(paper[rows, columns])) for rows in SIDES for columns in SIDES]
        uneven += max(corners) > 1.15 * min(corners)
    assert uneven > 15


def test_most_pictures_have_noise_and_all_stay_in_range() -> None:
    grey = np.full((64, 64), 0.5, np.float32)
    pictures = [camera.photograph(grey, 24.0, np.random.default_rng(index)) for index in range(60)]
    assert all(each.min() >= 0 and each.max() <= 1 for each in pictures)
    assert sum(float(each.std()) > 0.002 for each in pictures) > 20


def test_a_sheet_knows_its_tones_and_where_it_is_written_on() -> None:
    sheet = Sheet(32, 32)
    sheet.put(np.full((4, 4), 255, np.uint8), 10, 10, "8", 4.0, tone=0.5)
    assert (sheet.tone[10, 10], sheet.tone[20, 20]) == (0.5, 1.0)
    assert sheet.crowded(8.0, 8.0, 4.0, 4.0)
    assert not sheet.crowded(16.0, 8.0, 8.0, 8.0)


def test_zeros_are_as_low_as_their_writer_makes_them(copybook: Copybook) -> None:
    heights = []
    for zero_factor in (1.0, 0.5):
        sheet, frame, rng = Sheet(64, 200), Frame((64, 200), 0.0), np.random.default_rng(2)
        Line(sheet, frame, random_hand(copybook, rng), (60, 50), 32.0, rng, zero_factor=zero_factor).digit("0")
        _, top, _, bottom = sheet.marks[0].box
        heights.append(bottom - top)
    assert heights[1] == pytest.approx(heights[0] / 2, rel=0.15)


def test_printed_lines_are_no_writing() -> None:
    sheet, frame = Sheet(*SHAPE), Frame(SHAPE, 0.05)
    lines = Lines(SHAPE, frame)
    lines.grid(np.arange(0.0, 128, 20), np.arange(0.0, 96, 20), 2.0, 1.0)
    assert np.asarray(lines.tone()).max() > 0.9
    assert not sheet.ink.any()


@pytest.mark.parametrize("layout", [choice.layout for choice in layouts.LAYOUTS], ids=lambda each: str(each.__name__))
def test_each_layout_writes_within_its_sheet(layout: layouts.Layout, copybook: Copybook) -> None:
    written = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        sheet, frame = Sheet(*SHAPE), Frame(SHAPE, 0.02)
        layout(layouts.Desk(sheet, Lines(SHAPE, frame), frame, random_hand(copybook, rng), 24.0, rng))
        written += len(sheet.marks)
    assert (written > 0) == (layout is not layouts.empty)


def test_a_line_writes_each_sign_where_it_belongs(copybook: Copybook) -> None:
    rng = np.random.default_rng(1)
    sheet, frame = Sheet(64, 400), Frame((64, 400), 0.0)
    Line(sheet, frame, random_hand(copybook, rng), (10, 50), 32.0, rng).write("-12.5/7")
    assert [KINDS[mark.kind] for mark in sheet.marks] == list("-12.5/7")
    heights = {KINDS[mark.kind]: mark.box[3] - mark.box[1] for mark in sheet.marks}
    assert heights["."] < heights["5"] / 2
    levels = {KINDS[mark.kind]: (50 - mark.middle[1]) / 32.0 for mark in sheet.marks}
    assert levels["."] < 0.2 < levels["-"] < 0.7
    assert {mark.height for mark in sheet.marks} == {32.0}


def test_a_struck_digit_is_no_digit(copybook: Copybook) -> None:
    rng = np.random.default_rng(2)
    sheet, frame = Sheet(64, 200), Frame((64, 200), 0.0)
    Line(sheet, frame, random_hand(copybook, rng), (60, 50), 32.0, rng).digit("8", struck=True)
    assert [KINDS[mark.kind] for mark in sheet.marks] == [OTHER]


@pytest.mark.parametrize("font", ["", "DejaVuSans"])
def test_a_unit_is_no_digit(copybook: Copybook, font: str) -> None:
    rng = np.random.default_rng(2)
    sheet, frame = Sheet(64, 200), Frame((64, 200), 0.0)
    Line(sheet, frame, random_hand(copybook, rng), (20, 50), 32.0, rng, font=font).write("$5")
    assert [KINDS[mark.kind] for mark in sheet.marks] == [OTHER, "5"]


def test_rings_and_frames_surround_a_number_and_are_no_writing(copybook: Copybook) -> None:
    shape = (200, 300)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        sheet, frame = Sheet(*shape), Frame(shape, 0.0)
        lines, line = Lines(shape, frame), Line(sheet, frame, random_hand(copybook, rng), (100, 115), 32.0, rng)
        line.write("64")
        ink = sheet.ink.copy()
        line.ringed(lines, 100)
        assert np.array_equal(sheet.ink, ink)
        assert len(sheet.marks) == 2
        rows, columns = np.nonzero(lines.tone())
        # Some cut a digit's edge, as people's do.
        written = np.argwhere(ink > MIN_COVER)
        outside = (written < (rows.min(), columns.min())) | (written > (rows.max(), columns.max()))
        assert outside.any(axis=1).mean() < 0.1


def test_numbers_hold_digits_separators_and_units_only() -> None:
    rng = np.random.default_rng(3)
    texts = [number(rng) for _ in range(500)]
    assert set("".join(texts)) == {*"0123456789=$", *SIGNS}


def test_type_is_as_high_as_asked_for() -> None:
    for font in ("DejaVuSans", "cmr10"):
        assert printed("8", 40.0, font).shape[0] == 40


def test_what_lies_mostly_beyond_the_border_is_not_asked_for() -> None:
    sheet = Sheet(32, 32)
    sheet.put(np.full((20, 20), 255, np.uint8), -12, 5, "8", 20.0)
    sheet.put(np.full((20, 20), 255, np.uint8), 40, 5, "8", 20.0)
    assert [mark.kind for mark in sheet.marks] == [UNKNOWN]
    assert sheet.marks[0].middle == (-2.0, 15.0)
