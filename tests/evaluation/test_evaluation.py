"""The evaluation: its score, its synthetic pictures, and a small run of the whole."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evaluation import canvases, measure, pages
from evaluation.__main__ import main
from evaluation.score import Agreement, align, plain
from evaluation.strokes import Drawing, place, render
from tests.inference.pens import STROKES
from tests.samples import ROOT, SHARED, mnist_path

MARKS = [
    Drawing(label, "tests", tuple(np.array(stroke, float) for stroke in strokes)) for label, strokes in STROKES.items()
]


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        ("123", "123", Agreement(3, 0, 0)),
        ("123", "13", Agreement(2, 1, 0)),
        ("123", "1423", Agreement(3, 0, 1)),
        ("123", "1?3", Agreement(2, 0, 0)),
        ("123", "12?3", Agreement(3, 0, 0)),
        ("", "7", Agreement(0, 0, 1)),
        ("12", "", Agreement(0, 2, 0)),
    ],
)
def test_alignment(truth: str, said: str, expected: Agreement) -> None:
    assert align(truth, said) == expected


def test_plain() -> None:
    assert plain("12 3\n4") == "1234"


def test_a_stroke_is_as_thick_and_long_as_asked() -> None:
    drawn = render((np.array([[20.0, 10.0], [20.0, 90.0]]),), (40, 100), 8)
    assert drawn.shape == (100, 40)
    assert drawn[50].astype(float).sum() / 255 == pytest.approx(8, abs=0.5)
    assert drawn[:, 20].astype(float).sum() / 255 == pytest.approx(88, abs=1)
    box = np.concatenate(place(MARKS[3], (10, 20, 50, 60)))
    assert box.min(axis=0) == pytest.approx([10 + (50 - np.ptp(box[:, 0])) / 2, 20])
    assert box[:, 1].max() == pytest.approx(80)


def inked(picture: Image.Image) -> NDArray[np.bool_]:
    """Return which pixels of a drawing in any colours, with a corner of paper, are more ink than paper: [H, W]."""
    values = np.asarray(picture).astype(float)
    away = values[..., 3] if picture.mode == "RGBA" else np.abs(values - values[0, 0])
    assert away.max() > 50
    return np.asarray(away > away.max() / 2, np.bool_)


def box(ink: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what is set, the last two exclusive."""
    rows, columns = np.nonzero(ink)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_canvases_are_as_large_as_said_and_differ() -> None:
    rng = np.random.default_rng(0)
    digit = np.zeros((28, 28), np.uint8)
    digit[4:24, 10:14] = digit[20:24, 10:20] = 200
    sizes, modes, shades, close = set(), set(), set(), 0
    for _ in range(60):
        picture = canvases.redraw(digit, rng)
        sizes.add(picture.size)
        modes.add(picture.mode)
        # Its upper right corner is never of the digit.
        shades.add(picture.getpixel((picture.width - 1, 0)))
        ink = np.asarray(picture.getchannel("A") if picture.mode == "RGBA" else picture).astype(float)
        left, top, right, bottom = box(np.abs(ink - ink[0, -1]) > 50)
        assert (bottom - top) / (right - left) == pytest.approx(2, abs=0.15)
        if max(left, top, picture.width - right, picture.height - bottom) <= 4:
            close += 1
        else:
            assert min(picture.size) >= 100
            assert max(picture.size) <= 1000
            assert 0.24 < (bottom - top) / min(picture.size) < 0.91
    assert len(sizes) > 50
    assert modes == {"L", "RGBA"}
    assert len(shades) == len({paper for _, paper in canvases.INKS if paper is not None}) + 2
    assert 1 <= close <= 8, "about one in twenty is cut out close"


def test_a_mark_is_drawn_whole_on_a_canvas() -> None:
    rng = np.random.default_rng(0)
    middles = set()
    for mark in MARKS * 3:
        picture = canvases.draw_mark(mark, rng)
        left, top, right, bottom = box(inked(picture))
        assert 0 < left < right < picture.width
        assert 0 < top < bottom < picture.height
        assert 0.3 < max(right - left, bottom - top) / min(picture.size) < 0.9
        middles.add(round(4 * (left + right) / 2 / picture.width))
    assert len(middles) >= 3, "anywhere"


@pytest.mark.parametrize(("gap", "apart"), [(0.03, True), (-0.3, False)])
def test_a_number_is_written_side_by_side(gap: float, apart: bool) -> None:
    rng = np.random.default_rng(0)
    # Without the 4, of which two parts stand apart.
    for marks in [MARKS[:4], MARKS[5:9]] * 3:
        columns = np.asarray(inked(canvases.draw_number(marks, rng, gap, gap)).any(axis=0))
        assert not columns[[0, -1]].any(), "nothing is cut off"
        pieces = int(np.diff(columns.astype(int)).clip(0).sum())
        assert (pieces == len(marks)) == apart


def test_pages_say_what_is_written_and_come_out_the_same_again() -> None:
    writer = pages.pen(MARKS)
    one, two = (pages.page(writer, np.random.default_rng(5)) for _ in range(2))
    assert one == two
    content, text = one
    assert Image.open(io.BytesIO(content)).format == "JPEG"
    assert 14 <= len(text.splitlines()) <= 27
    assert 180 < len(plain(text)) < 300
    assert pages.single(writer, np.random.default_rng(1))[1] in STROKES


@pytest.mark.skipif(mnist_path() is None, reason="needs MNIST (MNIST_NPZ)")
def test_a_small_evaluation(tmp_path: Path) -> None:
    environment = {**os.environ, "MNIST_NPZ": str(mnist_path()), "COLUMNS": "120"}
    command = [sys.executable, "-m", "evaluation", "--count", "6", "--out", str(tmp_path), "--only", "mnist", "canvas"]
    sets = ["mnist", "canvas"]
    if SHARED.is_dir():
        sets += ["numbers", "letters", "photos"]
    if (SHARED / "pictures").is_dir():
        sets += ["cheques"]
    if (SHARED / "cases").is_dir():
        sets += ["cases"]
    done = subprocess.run([*command, *sets[2:]], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "evaluation.json" in done.stdout
    found = json.loads((tmp_path / "evaluation.json").read_text())
    assert set(found["sets"]) == set(sets)
    assert found["sets"]["mnist"]["count"] == 10_000
    assert found["sets"]["mnist"]["right"] > 0.99
    assert found["sets"]["canvas"]["right"] >= found["sets"]["canvas"]["right and answered"] > 0.6


def test_an_unknown_set(tmp_path: Path) -> None:
    if mnist_path() is None:
        pytest.skip("needs MNIST (MNIST_NPZ)")
    environment = {**os.environ, "MNIST_NPZ": str(mnist_path())}
    command = [sys.executable, "-m", "evaluation", "--only", "nonsense", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no set nonsense; there are mnist, canvas" in done.stderr


def test_a_folder_that_was_named_but_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "nope"), "--out", str(tmp_path / "out")]) == 2
    assert "nope is not a folder" in capsys.readouterr().err


@pytest.mark.skipif(mnist_path() is None, reason="needs MNIST (MNIST_NPZ)")
def test_a_folder_of_cases_alone_gives_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(mnist_path()))
    (tmp_path / "cases").mkdir()
    Image.new("L", (50, 50), 255).save(tmp_path / "cases" / "empty.png")
    (tmp_path / "cases" / "expected.json").write_text(json.dumps({"empty.png": {"accept": [""]}}))
    assert main(["--data", str(tmp_path), "--only", "cases", "--out", str(tmp_path / "out")]) == 0
    assert "strokes-digits.jsonl.gz" in capsys.readouterr().out
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text())["sets"]["cases"]["accepted"] == 1


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--count", "0", "less than 1"), ("--count", "-1", "less than 1"), ("--seed", "-1", "less than 0")],
)
def test_counts_and_seeds_have_a_least_value(
    option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([option, value, "--data", "nope"])
    assert said in capsys.readouterr().err


@pytest.mark.skipif(mnist_path() is None, reason="needs MNIST (MNIST_NPZ)")
def test_where_nothing_can_be_written_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(mnist_path()))
    monkeypatch.delattr(measure, "classify")
    (tmp_path / "file").write_text("mine")
    assert main(["--only", "mnist", "--out", str(tmp_path / "file")]) == 2
    assert "file cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(mnist_path() is None, reason="needs MNIST (MNIST_NPZ)")
def test_ctrl_c_ends_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("MNIST_NPZ", str(mnist_path()))
    monkeypatch.setattr(measure, "classify", interrupted)
    assert main(["--only", "mnist", "--out", str(tmp_path)]) == 130
    assert "Stopped" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
