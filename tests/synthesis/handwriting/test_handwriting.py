import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from synthesis.handwriting import NOT_A_DIGIT, generate, signs
from synthesis.handwriting.dataset import Kind
from synthesis.handwriting.digits import DIGITS
from synthesis.handwriting.letters import LETTERS, LOOKALIKES
from synthesis.handwriting.negatives import NEGATIVE_KINDS
from synthesis.handwriting.render import MAX_BRUSH_SHARE, MIN_BRUSH_SHARE, draw, render
from synthesis.handwriting.strokes import Glyph, arc, curve, parse, path
from synthesis.handwriting.vary import vary
from tests.samples import spoil
from train.cache import cached

TEMPLATES = [pytest.param(text, id=f"{name}-{at}") for name, texts in LETTERS.items() for at, text in enumerate(texts)]


@pytest.mark.parametrize(("kind", "expected"), [("digits", set(range(10))), ("negatives", {NOT_A_DIGIT})])
def test_samples_have_the_promised_form_and_ink(kind: Kind, expected: set[int]) -> None:
    images, labels = generate(200, seed=3, kind=kind, processes=1)
    assert images.dtype == np.uint8
    assert images.shape == (200, 28, 28)
    assert labels.dtype == np.int64
    assert (images.reshape(200, -1).max(axis=1) == 255).all()
    assert set(labels.tolist()) == expected


def test_the_same_seed_draws_the_same_whatever_the_number_of_processes() -> None:
    one, labels_one = generate(1001, seed=7, kind="digits", processes=1)
    two, labels_two = generate(1001, seed=7, kind="digits", processes=2)
    assert np.array_equal(one, two)
    assert np.array_equal(labels_one, labels_two)
    fewer, _ = generate(100, seed=7, kind="digits", processes=1)
    assert np.array_equal(fewer, one[:100])
    other, _ = generate(100, seed=8, kind="digits", processes=1)
    assert not np.array_equal(other, fewer)


def test_progress_counts_every_sample() -> None:
    seen: list[int] = []
    generate(700, seed=1, kind="negatives", processes=1, progress=seen.append)
    assert sum(seen) == 700
    assert len(seen) > 1


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_written_in_many_ways_and_fills_its_box(digit: int) -> None:
    ways = set()
    for index in range(300):
        glyph = DIGITS[digit](np.random.default_rng(index))
        assert all(stroke.shape[1] == 3 and len(stroke) >= 2 and np.isfinite(stroke).all() for stroke in glyph)
        assert 0.6 < np.ptp(np.concatenate(glyph)[:, 1]) < 1.9
        ways.add((len(glyph), sum(map(len, glyph))))
    assert len(ways) >= 3


@pytest.mark.parametrize("text", TEMPLATES)
def test_every_letter_template_can_be_drawn(text: str) -> None:
    rng = np.random.default_rng(1)
    image = render(vary(parse(text), rng), rng)
    assert image.max() == 255
    # More than a dot, less than a blot.
    assert 15 < (image > 60).sum() < 400


@pytest.mark.parametrize("kind", [kind for kind, _ in NEGATIVE_KINDS])
def test_every_kind_of_negative_can_be_drawn(kind: Callable[[np.random.Generator], Glyph]) -> None:
    for index in range(40):
        rng = np.random.default_rng(index)
        assert render(vary(kind(rng), rng), rng).any()


def test_every_sign_can_be_drawn() -> None:
    for text in signs.SIGNS:
        rng = np.random.default_rng(0)
        assert render(vary(parse(text), rng), rng).any(), text


def test_letters_that_look_like_digits_are_left_out() -> None:
    assert not LOOKALIKES & set(LETTERS)
    assert set("OolIiSsZzBbqg") <= LOOKALIKES


def test_templates_are_left_as_they_are() -> None:
    first = parse("0,0 1,1! 2,0 | 0,1 1,1")
    assert [stroke.shape for stroke in first] == [(3, 3), (2, 3)]
    assert first[0][1].tolist() == [1.0, 1.0, 1.0]
    kept = [stroke.copy() for stroke in first]
    vary(first, np.random.default_rng(0))
    assert all(np.array_equal(a, b) for a, b in zip(first, kept, strict=True))


def test_a_curve_goes_through_its_points_and_turns_at_its_corners() -> None:
    corner = curve(path((0, 0), (1, 0, 1), (1, 1)))
    assert corner.tolist() == [[0, 0], [1, 0], [1, 1]]
    smooth = curve(path((0, 0), (1, 0), (1, 1)))
    assert len(smooth) > 6
    for point in [(0, 0), (1, 0), (1, 1)]:
        assert np.abs(smooth - point).sum(axis=1).min() < 1e-9
    circle = curve(arc((0, 0), (1, 1), 0, 360))
    assert np.abs(np.hypot(circle[:, 0], circle[:, 1]) - 1).max() < 0.06


def test_a_thicker_brush_leaves_more_ink() -> None:
    line = [np.array([[0.0, 0.0], [0.0, 1.0]])]
    shares = []
    for brush in (MIN_BRUSH_SHARE, 0.06, 0.1, MAX_BRUSH_SHARE):
        ink = draw(line, brush, np.random.default_rng(4))
        rows = np.flatnonzero(ink.any(axis=1))
        shares.append(float((ink > 0).any(axis=0).sum()) / float(rows[-1] - rows[0] + 1))
    assert shares == sorted(shares)
    assert shares[0] < 0.05
    assert shares[-1] > 0.12


def test_what_was_drawn_is_kept_and_a_broken_file_is_drawn_anew(tmp_path: Path) -> None:
    images, labels = cached(tmp_path, 60, 5, "digits", processes=1)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    again, _ = cached(tmp_path, 60, 5, "digits", processes=1)
    assert np.array_equal(images, again)
    assert file.stat().st_mtime_ns == written
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    anew, labels_anew = cached(tmp_path, 60, 5, "digits", processes=1)
    assert np.array_equal(images, anew)
    assert np.array_equal(labels, labels_anew)
    spoil(file, "images.npy")
    anew, _ = cached(tmp_path, 60, 5, "digits", processes=1)
    assert np.array_equal(images, anew)
    assert file.read_bytes() == whole
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        cached(tmp_path, 3, 5, "digits", processes=1)
    assert not list(tmp_path.iterdir())
