"""The command line, run as a user runs it."""

import csv
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference import Reading, Recognizer
from inference.__main__ import main
from inference.command import csv_cell
from tests.inference.pens import pen
from tests.readings import Scripted, row
from tests.samples import ROOT


def run(*arguments: str, stdin: bytes = b"", cwd: Path = ROOT) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "inference", *arguments], input=stdin, capture_output=True, cwd=cwd, env=environment
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    (folder / "more").mkdir(parents=True)
    Image.fromarray(255 - pen("23")).save(folder / "a.png")
    Image.fromarray(255 - pen("70")).save(folder / "more" / "a.jpg")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    return folder


def test_folders_patterns_and_a_bad_file(scans: Path) -> None:
    code, out, err = run(str(scans), "none.png", str(scans / "*.txt"), str(scans / "*.webp"))
    assert code == 1
    assert out.splitlines() == [f"{scans}/a.png\t23", f"{scans}/more/a.jpg\t70"]
    lines = err.splitlines()
    assert any(line.startswith(f"{scans}/broken.png: This is not a picture") for line in lines)
    assert "none.png: The file cannot be opened: No such file or directory." in lines
    assert "notes.txt: This is not a picture that can be read. Send one of PNG" in err
    assert f"{scans}/*.webp: no picture there." in err
    assert "Traceback" not in err


@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_a_pipe_is_read_once(kind: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(255 - pen("23")).save(out, kind)
    done = run("/dev/stdin", "--save", str(tmp_path), stdin=out.getvalue())
    assert done == (0, "/dev/stdin\t23\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["stdin.png"]


def test_standard_input_and_lines(tmp_path: Path) -> None:
    out = io.BytesIO()
    page = Image.new("L", (400, 400), 255)
    page.paste(Image.fromarray(255 - pen("23")), (0, 0))
    page.paste(Image.fromarray(255 - pen("7")), (0, 200))
    page.save(out, "PNG")
    assert run("-", stdin=out.getvalue()) == (0, "-\t23\n\t7\n", "")
    assert run("-", stdin=b"")[0] == 1


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_pages(kind: str) -> None:
    out = io.BytesIO()
    sheets = [Image.fromarray(255 - pen(text)) for text in ("23", "7")]
    sheets[0].save(out, kind, save_all=True, append_images=sheets[1:])
    assert run("-", stdin=out.getvalue()) == (0, "-\t23\n\t7\n", "")
    entry = json.loads(run("-", "--json", stdin=out.getvalue())[1])
    assert (entry["text"], entry["pages"]) == ("23\n7", 2)
    assert [digit.get("page") for digit in entry["digits"]] == [None, None, 1]


def test_each_page_is_saved_with_its_own_boxes(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    sheets = [Image.fromarray(255 - pen("23", tall=240)), Image.new("L", (500, 460), "white")]
    sheets[0].save(path, "TIFF", save_all=True, append_images=sheets[1:])
    assert run(str(path), "--save", str(tmp_path / "boxes"))[0] == 0
    tones = []
    for name, sheet in zip(("scan.png", "scan-2.png"), sheets, strict=True):
        with Image.open(tmp_path / "boxes" / name) as saved:
            assert saved.size == sheet.size
            tones.append(len(np.unique(np.asarray(saved))))
    assert tones[0] > tones[1] == 1, "the second is blank, and no box of the first is in it"


def test_what_was_left_out_is_said() -> None:
    out = io.BytesIO()
    frame = Image.fromarray(255 - pen("7"))
    frame.save(out, "GIF", save_all=True, append_images=[Image.new("L", frame.size, "white")])
    code, said, problem = run("-", stdin=out.getvalue())
    assert (code, said) == (0, "-\t7\n")
    assert problem == "-: the file has more pages or frames; only the first was read.\n"


def test_json(scans: Path) -> None:
    code, out, _ = run("--json", str(scans / "a.png"), str(scans / "broken.png"))
    good, bad = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert (good["text"], good["size"]) == ("23", list(pen("23").shape[::-1]))
    assert [digit["digit"] for digit in good["digits"]] == [2, 3]
    assert all(len(digit["box"]) == 4 and 0.5 < digit["confidence"] <= 1 for digit in good["digits"])
    assert "not a picture" in bad["error"]


def test_csv(scans: Path) -> None:
    _, out, _ = run("--csv", str(scans / "a.png"), str(scans / "broken.png"))
    header, good, bad = csv.reader(io.StringIO(out))
    assert header == ["file", "text", "confidence", "error", "turned"]
    assert good[1] == "23"
    assert 0.5 < float(good[2]) <= 1
    assert good[4] == "0"
    assert bad[1:3] == ["", ""]
    assert "not a picture" in bad[3]


# Cells that a spreadsheet would take for a formula, and cells that stay, dates among them.
FORMULAS = ["=1+1.jpg", "@a", "\ta", "\ra", "-1+1", "+a", "-12/05"]
PLAIN = [
    "",
    "-",
    "-42",
    "+42",
    "-3.14",
    "-1,234.5",
    "-3.1?",
    "3.14",
    "407",
    "2024-05-12.jpg",
    "a=1",
    "12 7",
    "7\n-8",
    "1/2?",
    "12/05",
    "12:30",
]


def test_csv_that_no_spreadsheet_takes_for_a_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [csv_cell(text) for text in FORMULAS] == ["'" + text for text in FORMULAS]
    assert [csv_cell(text) for text in PLAIN] == PLAIN
    path = tmp_path / "a.png"
    path.touch()
    for text, cell in (("-12/05", "'-12/05"), ("12/05", "12/05"), ("-42", "-42")):
        assert main([str(path), "--csv"], Scripted(row(text))) == 0
        assert next(csv.DictReader(io.StringIO(capsys.readouterr().out)))["text"] == cell


def test_signs_and_turns(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = Scripted(row("-3.1?", turned=270))
    assert main([str(scans / "a.png"), "--json"], reader) == 0
    entry = json.loads(capsys.readouterr().out)
    assert (entry["text"], entry["turned"]) == ("-3.1?", 270)
    said = [(digit["digit"], digit.get("sign")) for digit in entry["digits"]]
    assert said == [(None, "-"), (3, None), (None, "."), (1, None), (None, None)]
    assert ["sign" in digit for digit in entry["digits"]] == [True, False, True, False, False]
    assert main([str(scans / "a.png"), "--csv"], reader) == 0
    _, line = csv.reader(io.StringIO(capsys.readouterr().out))
    assert (line[1], line[4]) == ("-3.1?", "270")
    assert main([str(scans / "a.png"), "--json"], Scripted(row("7"))) == 0
    assert "turned" not in json.loads(capsys.readouterr().out)


def test_save(scans: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "boxes"
    code, _, _ = run(str(scans / "a.png"), str(scans / "more"), "--save", str(target))
    assert code == 0
    # Two files of one name in different folders both stay.
    assert sorted(path.name for path in target.iterdir()) == ["a-2.png", "a.png"]
    with Image.open(target / "a.png") as saved:
        assert saved.mode == "RGB"
        assert len(saved.getcolors(1 << 16) or []) > len(Image.fromarray(pen("23")).getcolors() or [])


def test_saving_overwrites_no_picture(scans: Path) -> None:
    other = scans / "a.jpg"
    other.write_bytes((scans / "more" / "a.jpg").read_bytes())
    before = (scans / "a.png").read_bytes()
    # The copy of a.jpg must not take the place of a.png before that is read.
    code, out, _ = run("a.jpg", "a.png", "--save", ".", cwd=scans)
    assert (code, out) == (0, "a.jpg\t70\na.png\t23\n")
    assert (scans / "a.png").read_bytes() == before
    assert {"a-2.png", "a-3.png"} <= {path.name for path in scans.iterdir()}


def test_what_cannot_start(scans: Path, tmp_path: Path) -> None:
    code, out, err = run("--model", str(tmp_path / "none.onnx"), str(scans / "a.png"))
    assert (code, out) == (2, "")
    assert err.startswith("error: There is no model file at")
    assert "make train export" in err
    code, _, err = run("--save", str(scans / "a.png"), str(scans / "a.png"))
    assert code == 2
    assert "cannot be made" in err
    assert run()[0] == 2
    for nothing in ("", ".", "/"):
        code, _, err = run("--model", nothing, str(scans / "a.png"))
        assert code == 2
        assert "cannot be opened: Is a directory" in err
        assert "Traceback" not in err


def test_output_that_nobody_reads_to_the_end(scans: Path) -> None:
    names = " ".join([str(scans / "a.png")] * 30)
    command = f"{sys.executable} -m inference {names} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, cwd=ROOT, text=True)  # noqa: S602  # its pipe is meant
    assert done.stdout.endswith("\t23\n")
    assert done.stderr == ""


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_output_that_cannot_be_written(form: list[str], scans: Path) -> None:
    for output, reason in (
        (">/dev/full", "the output cannot be written: No space left on device"),
        (">&-", "standard output is closed"),
    ):
        command = f"{shlex.join([sys.executable, '-m', 'inference', str(scans / 'a.png'), *form])} {output}"
        done = subprocess.run(command, shell=True, capture_output=True, cwd=ROOT, text=True)  # noqa: S602  # sh closes it
        assert (done.returncode, done.stderr) == (1, f"error: {reason}.\n")


def test_messages_are_not_mixed_into_the_output_if_standard_error_is_closed(scans: Path) -> None:
    command = f"{sys.executable} -m inference {scans}/none.png {scans}/a.png 2>&-"
    done = subprocess.run(command, shell=True, capture_output=True, cwd=ROOT, text=True)  # noqa: S602  # sh closes it
    assert (done.returncode, done.stdout) == (1, f"{scans}/a.png\t23\n")


def test_standard_input_that_is_closed() -> None:
    command = f"{sys.executable} -m inference - <&-"
    done = subprocess.run(command, shell=True, capture_output=True, cwd=ROOT, text=True)  # noqa: S602  # sh closes it
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("-: Standard input is closed. Give")
    assert done.stderr.count("\n") == 1


def test_names_that_the_system_does_not_take(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = Scripted(row("7"))
    long = "x" * 300
    for name in (long, f"{long}*.png"):
        assert main([name, str(scans / "a.png"), "--csv"], Recognizer()) == 1
        out, err = capsys.readouterr()
        assert [line.split(",")[:2] for line in out.splitlines()[1:]] == [[name, ""], [f"{scans}/a.png", "23"]]
        assert err == f"{name}: The file cannot be opened: File name too long.\n"
    # Python from 3.13 on takes the pattern as a shell does.
    names = [f"{scans}/a**.png", f"{scans}/a.png"]
    status = main(names, reader)
    out, err = capsys.readouterr()
    assert out.endswith(f"{scans}/a.png\t7\n")
    assert (status, err) in [
        (0, ""),
        (1, f"{names[0]}: ** stands for folders only, as in 'scans/**/*.png'; write * here.\n"),
    ]


def test_a_locked_folder_is_named(
    scans: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, locked = os.scandir, scans / "more"

    def scandir(path: Path) -> Any:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)  # to root no folder is locked
    (scans / "broken.png").unlink()
    assert main([str(scans)], Scripted(row("7"))) == 1
    assert capsys.readouterr() == (
        f"{scans}/a.png\t7\n",
        f"{locked}: The folder cannot be opened: Permission denied.\n",
    )
    assert main([str(locked)], Scripted(row("7"))) == 1
    assert capsys.readouterr() == ("", f"{locked}: The folder cannot be opened: Permission denied.\n")


def test_an_empty_name_is_not_the_current_folder(scans: Path) -> None:
    code, out, err = run("", "a.png", cwd=scans)
    assert (code, out, err) == (1, "a.png\t23\n", "'': the name is empty; is a variable of the shell not set?\n")


def test_a_name_that_the_terminal_cannot_show(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")
    (scans / "a.png").rename(scans / os.fsdecode(b"caf\xe9.png"))
    code, out, _ = run(str(scans))
    assert code == 1
    assert out == f"{scans}/caf\\udce9.png\t23\n{scans}/more/a.jpg\t70\n"


def test_a_name_of_several_lines_stays_on_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a\n\té\x1b.png"
    path.touch()
    assert main([str(path)], Scripted(row("7"))) == 0
    assert capsys.readouterr().out == f"{tmp_path}/a\\n\\té\\x1b.png\t7\n"


def test_ctrl_c_while_the_libraries_load_ends_quietly() -> None:
    command = [sys.executable, str(ROOT / "digits.py"), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and b"numpy" not in Path(f"/proc/{process.pid}/maps").read_bytes():
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in (-signal.SIGINT, 130)
        assert process.stderr
        assert process.stderr.read() == b""


def test_ctrl_c_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted(Scripted):
        def read(self, *_: object, **__: object) -> Reading:
            raise KeyboardInterrupt

    assert main(["a.png"], Interrupted(row(""))) == 130
    assert capsys.readouterr() == ("", "")
