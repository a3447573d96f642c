"""Corrections of one writer: who is chosen, which digits are corrected, and that none of them is measured."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from evaluation.teaching import compare, main, pick
from inference.recognizer import DEFAULT_MODEL
from synthesis.handwriting.digits import DIGITS
from tests.browser.strokes import LETTER


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two writers of 70 digits, of whom one writes an F for every 3, and one who writes 60 times an F for a 7."""
    rng = np.random.default_rng(3)
    entries = [{"label": "7", "writer": "seven", "strokes": LETTER.strokes}] * 60
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
    assert [str(column.header) for column in table.columns][1:] == ["odd's 50 other digits", "130 digits of others"]


def test_a_model_without_a_page_network_uses_that_of_the_first(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evaluation.teaching.right", lambda *_: (0.5, 0.25))
    (data / "corrections.jsonl").write_text('{"label": "3", "image": "..."}\n{"label": "3", "writer": "odd"}\n')
    taught = shutil.copy(DEFAULT_MODEL, data / "model.onnx")
    assert main(["--data", str(data), str(data / "corrections.jsonl"), str(DEFAULT_MODEL), str(taught)]) == 0
    assert capsys.readouterr().out.count("50.00; 25.00 %") == 4


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (None, "No such file"),
        ("", "names no writer"),
        ('{"label": "3"}', "names no writer"),
        ('{"label": "3", "writer": "x7"}', "writer 'x7', who has no 60 digits"),
        ("not JSON", "not a file of corrections"),
        ("7", "not a file of corrections"),
    ],
)
def test_corrections_that_cannot_be_compared_are_told(
    data: Path, lines: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if lines is not None:
        (data / "corrections.jsonl").write_text(lines)
    assert main(["--data", str(data), str(data / "corrections.jsonl"), str(DEFAULT_MODEL)]) == 2
    assert said in capsys.readouterr().err


def test_missing_and_damaged_files_are_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corrections, drawn = str(data / "corrections.jsonl"), data / "strokes-digits.jsonl.gz"
    pick_from = ["--data", str(data), "--pick"]
    assert main([*pick_from, corrections, str(data / "none.onnx")]) == 2
    assert main([*pick_from, str(data / "none" / "corrections.jsonl"), str(DEFAULT_MODEL)]) == 2
    drawn.write_bytes(drawn.read_bytes()[:100])
    assert main([*pick_from, corrections, str(DEFAULT_MODEL)]) == 2
    drawn.write_bytes(gzip.compress(b""))
    assert main([*pick_from, corrections, str(DEFAULT_MODEL)]) == 2
    drawn.unlink()
    assert main([*pick_from, corrections, str(DEFAULT_MODEL)]) == 2
    said = capsys.readouterr().err
    assert [part in said for part in ("none.onnx", "No such file", "is damaged", "nobody has 60 digits")] == [True] * 4
