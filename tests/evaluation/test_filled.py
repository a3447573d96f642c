"""Synthetic forms: what their truth says is written there, and print is no truth."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evaluation.filled import FORMS, Form, Hand, Kind, filled, ringed, sizes, struck
from evaluation.strokes import Drawing

# Ones, which take little room.
HAND = (Drawing("1", "a", (np.array([[0.0, 0.0], [0.1, 1.0]]),)),)


@pytest.mark.parametrize("kind", [*FORMS, ringed, sizes])
def test_every_digit_of_the_truth_is_written(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    number = Form.number

    def counted(form: Form, *args: Any, **options: Any) -> str:
        nonlocal written
        before = int(form.ink.sum())
        text = number(form, *args, **options)
        written += len(text)
        assert (int(form.ink.sum()) > before) == bool(text)
        return text

    monkeypatch.setattr(Form, "number", counted)
    for seed in range(3):
        written = 0
        form = kind(HAND, np.random.default_rng(seed))
        assert sum(map(len, "".join(form.lines).split())) == written > 0
        assert np.asarray(form.print).any() == (kind in FORMS)


def test_a_number_ends_where_there_is_no_more_room() -> None:
    form = Form((200, 60), HAND, 40, np.random.default_rng(0))
    assert form.number(9, 10, 30, 60) in ("111", "1111")
    columns = np.flatnonzero(form.ink.any(axis=0))
    assert columns[0] >= 5
    assert columns[-1] <= 65
    assert form.number(3, 70, 30, np.inf, step=40) == "111"


def test_rings_are_drawn_around_numbers() -> None:
    form = ringed(HAND, np.random.default_rng(0))
    assert form.ink.any(axis=1).sum() > len(form.lines) * 1.1 * form.tall, "higher than the numbers alone"


def test_half_of_the_numbers_are_struck_out() -> None:
    hand = (Drawing("3", "a", (np.array([[0.0, 0.0], [0.3, 0.5], [0.0, 1.0]]),)),)
    for seed in range(5):
        form = struck(hand, np.random.default_rng(seed))
        assert 0 < sum(map(len, form.lines)) < 5 * len(form.lines)
        for at in range(len(form.lines)):
            middle = round((1.5 + 2 * at) * form.tall)
            line = form.ink[middle - round(0.5 * form.tall) : middle + round(0.5 * form.tall)]
            assert line[:, round(0.9 * form.tall) : round(1.5 * form.tall)].any()
            columns = form.columns(middle)
            first = columns[: int(np.argmax(np.diff(columns) > 1)) + 1]
            assert np.ptp(first) > 0.6 * form.tall, "what crosses the first number out joins its digits"


def test_words_end_before_the_next_cell() -> None:
    form = Form((400, 60), HAND, 40, np.random.default_rng(0))
    end = form.words(9, 10, 10, 20, 200)
    assert 10 < end <= 200
    columns = np.flatnonzero(np.asarray(form.print).any(axis=0))
    assert 10 <= columns[0] < columns[-1] < 200


def test_forms_are_photos_and_clean_files() -> None:
    hand: Hand = HAND
    files = [filled(hand, np.random.default_rng(seed)) for seed in range(8)]
    assert {Image.open(io.BytesIO(content)).format for content, _ in files} == {"JPEG", "PNG"}
    assert all(set(truth) <= set("1 \n") and truth for _, truth in files)
    assert filled(hand, np.random.default_rng(1)) == files[1]
