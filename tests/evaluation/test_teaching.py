"""Corrections of one writer: who is chosen, which digits are corrected, and that none of them is measured."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.teaching import compare, pick
from inference.recognizer import DEFAULT_MODEL
from synthesis.handwriting.allographs import DIGITS
from tests.browser.strokes import LETTER


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two writers of 70 digits; one of them writes an F for every 3."""
    rng = np.random.default_rng(3)
    entries = []
    for writer in ("plain", "odd"):
        for at in range(70):
            strokes = [stroke[:, :2].tolist() for stroke in DIGITS[at % 10](rng)]
            odd = writer == "odd" and at % 10 == 3
            entries.append({"label": str(at % 10), "writer": writer, "strokes": LETTER.strokes if odd else strokes})
    with gzip.open(tmp_path / "strokes-digits.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)
    return tmp_path


def test_the_writer_who_is_misread_most_is_corrected_and_measured_on_other_digits(data: Path) -> None:
    corrections = data / "corrections.jsonl"
    assert pick(data, DEFAULT_MODEL, corrections).startswith("odd, ")
    chosen = [json.loads(line) for line in corrections.read_text().splitlines()]
    assert len(chosen) == 20
    assert {entry["writer"] for entry in chosen} == {"odd"}
    assert sorted(entry["label"] for entry in chosen) == sorted("0123456789" * 2)
    table = compare(data, corrections, [DEFAULT_MODEL])
    assert [str(column.header) for column in table.columns][1:] == ["odd's 50 other digits", "70 digits of others"]
