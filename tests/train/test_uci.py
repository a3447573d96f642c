"""UCI's published files, in small, become what `--real` takes."""

import base64
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from train import extra, uci
from train.errors import DataError

# Two digits as pendigits-orig.tra has them: a 7 with its bar apart, y pointing up, then a 1.
UNIPEN = """.VERSION 1.0
.DATA_SOURCE tests
.X_DIM 500
.HIERARCHY DIGIT
.COORD X Y

.SEGMENT DIGIT ? ? "7"
.COMMENT 7 12
.PEN_DOWN
 100  400
 300  400
 200  200
.PEN_UP
.DT 120
.PEN_DOWN
 150  300
 250  300
.PEN_UP
.SEGMENT DIGIT ? ? "1"
.COMMENT 1 12
.PEN_DOWN
  50   450
  50   50
.PEN_UP
"""

# The same as compress(1) of Debian's ncompress leaves it.
COMPRESSED = base64.b64decode(
    b"H52QLqwUkTIlyRMnIGK4gKHABZEgVIJ8mfKkipQhRUDQKTOHzpyGWL4QSdIERA0YDF0gSTIwyEUkWUCMPJKESsMhT55IIQICC4gsChpOKXKk"
    b"SREnVGQmoZn0BwinIm6IuPmkiVGkIG4klNEQylGRT644UZAQJQgQNFCSnWEWrVoQMtrGTenVyZcqUBoSSRojbtevRMKOTXjyLFuGcAuDOPzX"
    b"Ll6hRK8mnVnzqWURMaa6wGn1KN+tjcGKJWsSxlm0J0krLh36MQ=="
)


def bitmap(label: str) -> str:
    """Return a digit as optdigits-orig.tra has it: 32 rows of bits, then its label."""
    image = Image.new("1", (32, 32))
    ImageDraw.Draw(image).rectangle((14, 4, 18, 28), fill=1)
    rows = ["".join(str(int(bit)) for bit in row) for row in np.asarray(image)]
    return "\n".join([*rows, f" {label}"]) + "\n"


HEAD = "\n".join(["number of rows: 32", "number of images: 2", "", "entmap: 01", ""])


def test_strokes_are_scaled_into_the_unit_square_and_turned_over() -> None:
    (seven, bars), (one, stems) = uci.pen_digits(UNIPEN)
    assert (seven, one) == ("7", "1")
    np.testing.assert_allclose(bars[0], np.array([[0, 0], [1, 0], [0.5, 1]]))
    np.testing.assert_allclose(bars[1], np.array([[0.25, 0.5], [0.75, 0.5]]))
    np.testing.assert_allclose(stems[0], np.array([[0, 0], [0, 1]]))


def test_bitmaps_become_images() -> None:
    images, labels = uci.optical_digits(HEAD + bitmap("1") + bitmap("7"))
    assert labels == ["1", "7"]
    assert images.shape == (2, 32, 32)
    assert images[1][20, 16] == 255
    assert images[1][20, 2] == 0


def test_another_form_is_refused_with_its_line() -> None:
    with pytest.raises(DataError, match=r"Line 10 .*UNIPEN"):
        list(uci.pen_digits(UNIPEN.replace(" 100  400", " 100")))
    broken = bitmap("1").splitlines()
    broken[4] = broken[4][:-1]
    with pytest.raises(DataError, match=r"Line 5 "):
        uci.optical_digits("\n".join(broken))


def test_the_command_writes_what_training_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(uci, "COUNTS", {uci.PEN: 2, uci.OPTICAL: 2})
    pen, optical, out = tmp_path / "pen.Z", tmp_path / "optical.Z", tmp_path / "real"
    # gzip unpacks its own files as it does those of compress.
    for path, text in ((pen, UNIPEN), (optical, HEAD + bitmap("1") + bitmap("7"))):
        path.write_bytes(subprocess.run(["gzip", "-c"], input=text.encode(), capture_output=True, check=True).stdout)
    options = ["--pen", str(pen), "--optical", str(optical), "--out", str(out)]
    assert uci.main(options) == 0
    assert capsys.readouterr().out.count("SHA-256") == 2
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert set(written) == {"strokes-pendigits.jsonl.gz", "images-optdigits.npz"}
    strokes, images = (extra.load(out / name) for name in ("strokes-pendigits.jsonl.gz", "images-optdigits.npz"))
    assert [example.label for example in strokes] == [7, 1]
    assert [example.label for example in images] == [1, 7]
    drawn, _ = extra.draw([*strokes, *images], seed=1, varied=True)
    assert all(image.max() > 150 for image in drawn)

    assert uci.main(options) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == written, "the same files, to the byte"


def test_compressed_files_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "pen.Z").write_bytes(COMPRESSED)
    assert uci._text(uci.PEN, tmp_path / "pen.Z") == UNIPEN


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(uci, "COUNTS", {uci.PEN: 2, uci.OPTICAL: 0})
    (tmp_path / "pen.Z").write_bytes(COMPRESSED)
    (tmp_path / "file").write_text("in the way")
    options = ["--pen", str(tmp_path / "pen.Z"), "--optical", str(tmp_path / "pen.Z"), "--out", str(tmp_path / "file")]
    assert uci.main(options) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no archive", "cannot be unpacked"), (None, "cannot be had .*by hand.*--pen FILE")],
    ids=["broken", "missing"],
)
def test_what_cannot_be_read_says_what_to_do(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pen.Z"
    if content is not None:
        path.write_bytes(content)
    assert uci.main(["--pen", str(path), "--optical", str(path), "--out", str(tmp_path / "real")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert re.search(message, error)
    assert not (tmp_path / "real").exists()


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pen.Z"
    path.write_bytes(subprocess.run(["gzip", "-c"], input=UNIPEN.encode(), capture_output=True, check=True).stdout)
    assert uci.main(["--pen", str(path), "--optical", str(path), "--out", str(tmp_path / "real")]) == 1
    assert "holds 2 digits, not 7,494" in capsys.readouterr().err
