"""The figures of real pictures, on made-up readings and labels, and what the shared folder holds."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation import alter, measure, pictures, report
from evaluation.score import RIGHT_FIRST, Agreement, align, digits, marks
from evaluation.sets import Dataset, Sample
from inference import Reading, Recognizer, UnsupportedImageError
from inference.imaging.decode import Picture
from tests.inference.tables.test_tables import filled
from tests.samples import SHARED

RNG = np.random.default_rng(0)


class Saying(Recognizer):
    """Says one text after the other, whatever the pictures; None is a picture of a kind that is not read."""

    def __init__(self, *texts: str | None) -> None:
        self._texts = iter(texts)

    def read(self, image: Picture, *, explain: bool = False) -> Reading:
        text = next(self._texts)
        if text is None:
            raise UnsupportedImageError("not read")
        return Reading(text, (), (8, 8))


def figures(kind: str, *pairs: tuple[str, str | None], accept: tuple[str, ...] = ()) -> measure.Result:
    """Return what is measured where the first of each pair is written and the second is read."""
    picture = Image.new("L", (8, 8))
    samples = [Sample(picture, truth, f"{at}.png", accept) for at, (truth, _) in enumerate(pairs)]
    dataset = Dataset("made up", "for the tests", kind, lambda count, rng: iter(samples))
    return measure.read(Saying(*(said for _, said in pairs)), dataset, samples)


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        ("123", "123", Agreement(3, 0, 0)),
        ("123", "13", Agreement(2, 1, 0)),
        ("123", "1?3", Agreement(2, 0, 0)),
        ("123", "193", Agreement(2, 0, 0)),
        ("123", "1?23", Agreement(3, 0, 0)),
        ("123", "17923", Agreement(3, 0, 2)),
        ("12", "", Agreement(0, 2, 0)),
        ("", "7?", Agreement(0, 0, 1)),
        ("1234", "2340", Agreement(3, 1, 1)),
        # A gap in rows that repeat their digits.
        ("0123456789" * 8, "0123456789" * 3 + "0123?6789" + "0123456789" * 4, Agreement(78, 1, 0)),
    ],
)
def test_the_right_digits_come_first(truth: str, said: str, expected: Agreement) -> None:
    assert align(truth, said, RIGHT_FIRST) == expected


def test_fewest_edits_give_up_a_right_digit_and_right_first_does_not() -> None:
    assert align("1234", "41", 1) == Agreement(0, 2, 0)
    assert align("1234", "41", RIGHT_FIRST) == Agreement(1, 3, 1)


def test_digits_and_marks() -> None:
    assert digits("-4?2 3.14\n6/10") == "42314610"
    assert marks("-4?2 3.14\n10:30") == "4?23141030"


def test_real_pictures_are_counted_digit_by_digit_without_signs() -> None:
    result = figures("real", ("12\n34", "1/2\n?4"), ("8?3", "8+3"), ("5678", "567 99"))
    assert result.figures["digits right"] == 8 / 10
    assert result.figures["extra digits"] == 1 / 10
    assert result.figures["lost marks"] == 0
    assert result.wrong == ["0.png", "2.png"]
    # A sign is no digit and no "?": what stood there is lost.
    assert figures("real", ("123", "1-3")).figures["lost marks"] == 1 / 3


def test_amounts_are_exact_or_not() -> None:
    result = figures("amounts", ("15700", "157.00"), ("446", "4?46"), ("839", "889"), ("100", "10"))
    assert result.figures["amounts exact"] == 2 / 4
    assert result.figures["digits right"] == 12 / 14
    assert result.figures["lost marks"] == 1 / 14
    assert result.wrong == ["2.png", "3.png"]


def test_digits_too_many_are_a_count() -> None:
    result = figures("refuse", ("?", "??"), ("", "1?-7"), ("12", "132"), ("12", "13"))
    assert result.figures["digits too many"] == 3
    assert result.wrong == ["1.png", "2.png"]


def test_cases_accept_several_texts_and_nothing_that_is_not_read() -> None:
    pairs = (("12,5", "12 ,5"), ("12,5", "12?5"), ("12,5", "125"), ("12,5", None))
    result = figures("cases", *pairs, accept=("12?5", "12.5"))
    assert result.figures["accepted"] == 2 / 4
    assert result.wrong == ["2.png", "3.png"]


def test_a_sign_where_none_is_written_is_an_error_in_a_number() -> None:
    result = figures("digits", ("123", "1.23"), ("123", "12 3"))
    assert result.figures["right and answered"] == 1 / 2
    assert result.figures["right count"] == 1 / 2
    assert figures("pages", ("123", "1.23")).figures["digits right"] == 1


def test_names_and_counts_are_reported_and_a_file_that_is_no_picture_has_its_reason(tmp_path: Path) -> None:
    wrong = [(Sample(b"no picture", "1\n2", "a.png"), Reading("", (), (1, 1)))]
    result = measure.Result("made up", "", 3, {"digits too many": 2, "milliseconds": 0.5}, wrong, ["a.png"])
    recognizer = Recognizer()
    report.save([result], recognizer, 0, tmp_path)
    saved = json.loads((tmp_path / "evaluation.json").read_text())["sets"]["made up"]
    assert saved["digits too many"] == 2
    assert saved["wrong"] == ["a.png"]
    sheet = np.asarray(Image.open(tmp_path / "errors-made-up.png").convert("L"))
    assert sheet.shape == (657, 1800)
    # Three lines of caption, and no picture below them.
    assert all((sheet[top : top + 17] < 255).any() for top in (2, 19, 36))
    assert (sheet[report.CAPTION_HEIGHT_PX :] == 255).all()
    (column,) = (each for each in report.table([result], recognizer.info).columns if each.header == "figures")
    assert list(column.cells) == ["digits too many 2"]


def _as_sent(folder: Path) -> list[Dataset]:
    return [each for each in pictures.available(folder) if not each.name.startswith("altered")]


def test_pictures_are_sorted_by_what_their_labels_say(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    entries = {
        "a.jpg": {"kind": "page", "source": "someone", "lines": ["12", "3"]},
        "b.jpg": {"kind": "line", "source": pictures.CHEQUES, "lines": ["45"]},
        "bb.jpg": {"kind": "form", "source": "someone", "lines": ["6 1"]},
        "c.jpg": {"kind": "form", "source": "someone", "lines": ["6"]},
        "d.jpg": {"kind": "refuse", "source": "someone", "lines": ["?"]},
        "e.jpg": {"kind": "form", "source": "someone", "lines": ["12", "34"]},
    }
    for name in entries:
        (tmp_path / "pictures" / name).write_bytes(name.encode())
    (tmp_path / "pictures" / "labels.json").write_text(json.dumps(entries))
    sets = _as_sent(tmp_path)
    found = {each.name: [sample.name for sample in each.samples(9, RNG)] for each in sets}
    assert found == {
        "real photos": ["a.jpg"],
        "forms": ["bb.jpg", "c.jpg", "e.jpg"],
        "tables": ["c.jpg", "e.jpg"],
        "cheques": ["b.jpg"],
        "refuse": ["d.jpg"],
        "real pictures": list(entries),
    }
    first = {each.name: list(each.samples(1, RNG)) for each in sets}
    assert [(each.picture, each.truth) for each in first["real photos"]] == [(b"a.jpg", "12\n3")]
    # A form that is no sudoku does not count.
    assert [sample.name for sample in first["tables"]] == ["c.jpg"]


def test_each_picture_is_altered_in_every_way(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    picture = RNG.integers(40, 220, (90, 60, 3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "pictures" / "a.png")
    (tmp_path / "pictures" / "labels.json").write_text(
        json.dumps({"a.png": {"kind": "page", "source": "someone", "lines": ["12", "3"]}})
    )
    (photos,) = (each for each in pictures.available(tmp_path) if each.name == "altered photos")
    made, again, other = (list(photos.samples(100, np.random.default_rng(seed))) for seed in (0, 0, 1))
    assert [(each.name, each.truth) for each in made] == [(f"a.png {way}", "12\n3") for way in alter.WAYS]
    seen, same, changed = ([np.asarray(each.picture) for each in some] for some in (made, again, other))
    assert all(np.array_equal(one, two) for one, two in zip(seen, same, strict=True))
    for way, one, two in zip(alter.WAYS, seen, changed, strict=True):
        assert not np.array_equal(one, picture), way
        # All amounts are random; an inversion has none.
        assert np.array_equal(one, two) == (way == "inverted"), way
        # No digit goes over the border.
        assert way in ("resized", "tilted") or (one.shape[0] >= 90 and one.shape[1] >= 60), way


def test_a_turned_photo_is_altered_upright(tmp_path: Path) -> None:
    picture, exif = Image.new("RGB", (40, 20), "white"), Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    made = alter.altered((tmp_path / "a.jpg").read_bytes(), "inverted", RNG)
    assert made.size == (20, 40)
    assert made.getpixel((9, 9)) == (0, 0, 0)


@pytest.mark.skipif(not (SHARED / "pictures").is_dir(), reason="needs the shared pictures")
def test_the_shared_pictures() -> None:
    sets = {each.name: list(each.samples(1000, RNG)) for each in _as_sent(SHARED)}
    counts = {name: len(samples) for name, samples in sets.items()}
    kinds = {"real photos": 43, "forms": 12, "tables": 12, "cheques": 60, "refuse": 7}
    assert counts == kinds | {"real pictures": 122, "cases": 20}
    assert all(digits(sample.truth) == "" for sample in sets["refuse"])
    assert all(len(digits(sample.truth)) == 81 for sample in sets["forms"])


def test_cells_of_a_table_are_counted() -> None:
    blank = Image.new("L", (300, 300), 255)
    # Two of its cells hold numbers of several digits; a picture without a table has no cell right.
    samples = [Sample(filled(), "1 7\n 3 \n4  "), Sample(blank, "1 7\n 3 \n4  ")]
    dataset = Dataset("made up", "for the tests", "cells", lambda count, rng: iter(samples))
    result = measure.cells(Recognizer(), dataset, samples)
    assert result.count == 2
    assert result.figures["cells right"] == 7 / 18
    assert result.figures["cells doubtful"] == 0
