"""The data sets that are made: what they show is what they say."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evaluation import sets, signs, strays
from evaluation.score import plain
from evaluation.sets import Sample, available
from inference.imaging.components import label
from inference.recognition.normalise import normalise
from tests.inference.pens import STROKES, pen

LABELS = np.arange(10, dtype=np.uint8)
IMAGES = np.stack([normalise(pen(str(label))) for label in LABELS])
# A hand whose 7s and 1s are all that it wrote, and one that wrote too little to make numbers of.
HANDS = {"ann": "0123456789", "bob": "711", "cy": "88"}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder of drawings as the shared one, by three people."""
    lines = [
        json.dumps({"label": label, "writer": writer, "strokes": STROKES[label]})
        for writer, labels in HANDS.items()
        for label in labels
    ]
    letter = json.dumps({"label": "x", "writer": "ann", "strokes": [[[0, 0], [1, 1]], [[1, 0], [0, 1]]]})
    for name, text in (("digits", "\n".join(lines)), ("letters", letter), ("skahl", "\n".join(lines))):
        with gzip.open(tmp_path / f"strokes-{name}.jsonl.gz", "wt") as file:
            file.write(text)
    scans = np.zeros((20, 32, 32), np.uint8)
    scans[:, 2:30, 12:20] = 255
    parts = np.array(["tra", "tes"] * 10)
    np.savez(tmp_path / "images-optdigits.npz", x=scans, y=np.where(parts == "tra", "0", "1"), part=parts)
    (tmp_path / "photos").mkdir()
    for name in ("b.jpg", "a.jpg"):
        (tmp_path / "photos" / name).write_bytes(name.encode())
    (tmp_path / "photos" / "labels.json").write_text(json.dumps({"b.jpg": ["12", "3"], "a.jpg": ["4"]}))
    return tmp_path


def samples(shared: Path | None, name: str, count: int, seed: int = 0) -> list[Sample]:
    [found] = [each for each in available(IMAGES, LABELS, shared) if each.name == name]
    return list(found.samples(count, np.random.default_rng(seed)))


def pixels(sample: Sample) -> NDArray[np.uint8]:
    picture = sample.picture
    return np.asarray(Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture)


def test_without_the_shared_folder_there_is_what_mnist_makes() -> None:
    assert [each.name for each in available(IMAGES, LABELS, None)] == ["canvas", "pages", "papers", "strays"]


@pytest.mark.parametrize(
    ("missing", "left_out"),
    [
        ("strokes-letters.jsonl.gz", {"letters"}),
        ("photos/labels.json", {"photos"}),
        ("images-optdigits.npz", {"scans"}),
        (
            "strokes-digits.jsonl.gz",
            {"pen", "numbers", "checked numbers", "touching", "signs", "paper signs"}
            | {"filled forms", "ringed", "struck", "sizes", "currency", "brackets"}
            | {"pen pages", "pen papers", "squared", "pen strays"},
        ),
    ],
)
def test_a_set_is_left_out_if_its_own_file_is_missing(missing: str, left_out: set[str], shared: Path) -> None:
    whole = {each.name for each in available(IMAGES, LABELS, shared)}
    (shared / missing).unlink()
    assert whole - {each.name for each in available(IMAGES, LABELS, shared)} == left_out


@pytest.mark.parametrize("name", ["canvas", "papers", "strays", "pen", "tablet", "pen papers", "squared", "pen strays"])
def test_sets_of_single_digits(name: str, shared: Path) -> None:
    found = samples(shared, name, 6)
    assert len(found) == 6
    assert all(sample.truth in STROKES for sample in found)
    assert len({sample.truth for sample in found}) > 1
    assert len({pixels(sample).shape for sample in found}) > 1
    again = samples(shared, name, 6)
    assert [pixels(sample).tobytes() for sample in found] == [pixels(sample).tobytes() for sample in again]
    assert [sample.truth for sample in found] != [sample.truth for sample in samples(shared, name, 6, seed=1)]


def test_only_the_scans_that_were_not_trained_on_are_read(shared: Path) -> None:
    found = samples(shared, "scans", 99)
    assert [sample.truth for sample in found] == ["1"] * 10
    assert pixels(found[0]).shape == (200, 200)
    assert pixels(found[0])[100, 100] < 50
    assert pixels(found[0])[5, 5] == 255


@pytest.mark.parametrize("name", ["canvas", "pen"])
def test_each_drawing_is_shown_once(name: str, shared: Path) -> None:
    truths = sorted(sample.truth for sample in samples(shared, name, 99))
    assert truths == (sorted("".join(HANDS.values())) if name == "pen" else list("0123456789"))


def test_numbers_are_of_one_hand_that_wrote_enough(shared: Path) -> None:
    truths = [sample.truth for sample in samples(shared, "numbers", 60)]
    assert {len(truth) for truth in truths} == {2, 3, 4, 5, 6}
    assert not any(set(truth) == {"8"} and len(truth) > 4 for truth in truths)
    of_bob = [truth for truth in truths if set(truth) <= set("71")]
    assert 15 < len(of_bob) < 45, "either hand as often"


def test_digits_touch_only_where_they_are_to(shared: Path) -> None:
    def pieces(sample: Sample) -> int:
        values = pixels(sample).astype(float)
        ink = values[..., 3] if values.ndim == 3 else np.abs(values - values[0, 0])
        return int(np.diff((ink > ink.max() / 2).any(axis=0).astype(int)).clip(0).sum())

    # The 4 has two parts apart.
    apart = [sample for sample in samples(shared, "numbers", 30) if "4" not in sample.truth]
    assert all(pieces(sample) == len(sample.truth) for sample in apart)
    touching = [sample for sample in samples(shared, "touching", 30) if "4" not in sample.truth]
    assert np.mean([pieces(sample) < len(sample.truth) for sample in touching]) > 0.7


@pytest.mark.parametrize(("name", "drawn"), [("signs", ".,:/-+"), ("currency", ".$€%"), ("brackets", "()°'\"")])
def test_numbers_with_signs_show_each_sign_apart(name: str, drawn: str, shared: Path) -> None:
    found = samples(shared, name, 80)
    assert set("".join(sample.truth for sample in found)) == set("0123456789" + drawn)
    # The 4 and the 5 may have two parts apart, as the colon and the double prime have; rings of a % may touch its bar.
    for sample in (each for each in found if not set("45%") & set(each.truth)):
        values = pixels(sample).astype(float)
        ink = values[..., 3] if values.ndim == 3 else np.abs(values - values[0, 0])
        pieces = label(np.rint(255 * ink / ink.max()).astype(np.uint8) > 127).count
        assert pieces == len(sample.truth) + sum(map(sample.truth.count, ':"')), sample.truth


def test_photographed_numbers_have_a_margin(shared: Path) -> None:
    for sample in samples(shared, "paper signs", 4):
        assert pixels(sample).shape[0] > 200
        assert sum(each in signs.SIGNS for each in sample.truth) in (1, 2)


def test_drawings_of_several_signs_are_left_out_of_checked_numbers(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "MISLABELLED", frozenset({3, 10, 11, 12}))
    checked = "".join(sample.truth for sample in samples(shared, "checked numbers", 40))
    assert set(checked) == set("012456789")
    assert "3" in "".join(sample.truth for sample in samples(shared, "numbers", 40))


def test_letters_have_no_digit_and_photos_their_labels(shared: Path) -> None:
    [letter] = samples(shared, "letters", 5)
    assert letter.truth == ""
    assert np.ptp(pixels(letter)) > 50
    photos = samples(shared, "photos", 5)
    assert [(photo.picture, photo.truth) for photo in photos] == [(b"a.jpg", "4"), (b"b.jpg", "12\n3")]
    assert len(samples(shared, "photos", 1)) == 1


def test_pages_of_a_hand_hold_its_digits_alone(shared: Path) -> None:
    hands = [set(plain(sample.truth)) for sample in samples(shared, "pen pages", 6)]
    assert set("71") in hands
    assert set("0123456789") in hands
    assert set("8") not in hands


@pytest.mark.parametrize("kind", strays.KINDS)
def test_a_stray_shows_the_digit_that_it_is_made_of(kind: strays.Kind) -> None:
    digit = pen("2", tall=90, brush=10, margin=4)
    sheet = np.zeros((160, 200))
    sheet[30 : 30 + digit.shape[0], 60 : 60 + digit.shape[1]] = digit / 255
    for seed in range(4):
        picture = kind(sheet, digit, np.random.default_rng(seed))
        image = (Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture).convert("L")
        # Cut close, it is as large as the digit.
        true = sheet if abs(image.width / image.height - 200 / 160) < 0.05 else np.pad(digit / 255, 2)
        resized = np.asarray(Image.fromarray(true.astype(np.float32)).resize(image.size, Image.Resampling.BOX))
        inside = np.s_[image.height // 8 : -(image.height // 8), image.width // 8 : -(image.width // 8)]
        alike = np.corrcoef(np.asarray(image, float)[inside].ravel(), resized[inside].ravel())[0, 1]
        assert abs(alike) > 0.6, kind.__name__


def test_strays_are_of_every_kind_and_keep_the_digit_within(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def note(sheet: NDArray[np.float64], digit: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
        seen.append((sheet, digit))
        return Image.new("L", (1, 1))

    monkeypatch.setattr(strays, "KINDS", (note,))
    rng = np.random.default_rng(0)
    for _ in range(20):
        _, label = strays.stray(lambda tall, rng: ("7", np.full((round(tall), 30), 255, np.uint8)), rng)
        assert label == "7"
    for sheet, digit in seen:
        assert 120 <= len(sheet) < 500
        assert 0.35 <= len(digit) / len(sheet) <= 0.7
        assert sheet.sum() > 0
        assert sheet.sum() <= (digit > 0).sum()
