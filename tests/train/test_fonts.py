"""Handwriting fonts become what `--fonts` takes."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from tests.samples import spoil
from train import fonts
from train.errors import DataError

DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two fonts, which are those of the list."""
    lines = []
    for name in ("one", "other"):
        shutil.copy(DEJAVU, tmp_path / f"{name}.woff2")
        lines.append(f"{name} 1.0.0 {hashlib.sha256(DEJAVU.read_bytes()).hexdigest()}\n")
    (tmp_path / "list").write_text("".join(lines))
    monkeypatch.setattr(fonts, "LIST", tmp_path / "list")
    return tmp_path


def test_letters_and_digits_are_cut_out_with_their_height() -> None:
    drawn = fonts.glyphs(DEJAVU.read_bytes())
    assert set("0123456789AaBbnRt") <= set(drawn)
    assert not set("oxz") & set(drawn), "they are drawn as their capitals"
    for image, _ in drawn.values():
        assert image.shape == (80, 80)
        ink = image > 127
        assert max(np.ptp(np.flatnonzero(ink.any(axis=axis))) for axis in (0, 1)) in (78, 79)
    assert drawn["8"][1] == pytest.approx(1, abs=0.03)
    assert drawn["n"][1] == pytest.approx(0.75, abs=0.05)


def test_the_command_writes_what_training_reads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "made" / "fonts.npz"
    assert fonts.main(["--folder", str(folder), "--out", str(out)]) == 0
    assert "of 2 hands, SHA-256" in capsys.readouterr().out
    first = out.read_bytes()
    faces = fonts.faces(out)
    assert faces is not None
    assert faces.face(np.random.default_rng(1)).glyph(frozenset("7"), np.random.default_rng(1)).name == "7"
    assert fonts.main(["--folder", str(folder), "--out", str(out)]) == 0
    assert out.read_bytes() == first, "the same file, to the byte"


def test_another_font_than_that_of_the_list_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other.woff2").write_bytes(DEJAVU.read_bytes() + b" ")
    assert fonts.main(["--folder", str(folder), "--out", str(folder / "fonts.npz")]) == 1
    assert capsys.readouterr().err.startswith("error: The font other is not that of version 1.0.0")
    assert not (folder / "fonts.npz").exists()


def test_without_npm_it_says_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert fonts.main(["--out", str(folder / "fonts.npz")]) == 1
    assert "npm is not installed" in capsys.readouterr().err


def test_a_font_that_npm_does_not_have_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    fonts.LIST.write_text("no-such-font-of-this-name 1.0.0 0\n")
    assert fonts.main(["--out", str(folder / "fonts.npz")]) == 1
    assert "The font no-such-font-of-this-name cannot be downloaded" in capsys.readouterr().err


def test_npm_brings_the_font_that_is_listed() -> None:
    npm = shutil.which("npm")
    asked = ["view", "@fontsource/reenie-beanie", "name"]
    if npm is None or subprocess.run([npm, *asked], capture_output=True).returncode:
        pytest.skip("npm is not installed, or reaches no registry")
    listed = dict(line.split()[::2] for line in fonts.LIST.read_text().splitlines())
    version = next(line.split()[1] for line in fonts.LIST.read_text().splitlines() if line.startswith("reenie-beanie "))
    content = fonts._downloaded("reenie-beanie", version)
    assert hashlib.sha256(content).hexdigest() == listed["reenie-beanie"]
    assert len(fonts.glyphs(content)) > 50


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fonts.npz"
    with pytest.raises(DataError, match="cannot be read"):
        fonts.faces(path)
    np.savez(path, x=np.zeros(3))
    with pytest.raises(DataError, match=r"python -m train\.fonts wrote"):
        fonts.faces(path)
    assert fonts.faces(None) is None


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fonts.npz"
    np.savez_compressed(path, x=np.zeros((2, 80, 80), np.uint8), y=np.array(["a", "b"]), font=np.array(["one", "two"]))
    spoil(path, "font.npy")
    with pytest.raises(DataError, match="cannot be read"):
        fonts.faces(path)
