"""Converts UCI's published files of handwritten digits to the form that `--real` of `train` reads.

`python -m train.uci` downloads both and writes them to `artifacts/real/`. Sources, both CC BY 4.0:

- Alpaydin and Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI, 1996, DOI 10.24432/C5MG6K: the original
  strokes of the training half, 30 writers, in UNIPEN's format (Guyon et al., "UNIPEN project of on-line data exchange
  and recognizer benchmarks", ICPR 1994);
- Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998, DOI 10.24432/C50P49: the original bitmaps
  of the training half, 30 writers.
"""

import argparse
import gzip
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train import files
from train.config import REAL_FOLDER
from train.errors import DataError, run_command

URL = "https://archive.ics.uci.edu/ml/machine-learning-databases"
PEN, OPTICAL = "pendigits-orig.tra.Z", "optdigits-orig.tra.Z"
DOWNLOADS = {PEN: f"{URL}/pendigits/{PEN}", OPTICAL: f"{URL}/optdigits/{OPTICAL}"}
# Number of digits in each file, by its description.
COUNTS = {PEN: 7_494, OPTICAL: 1_934}
SIDE_PX = 32
TIMEOUT_SECONDS = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.uci",
        description="Get digits that people wrote, for training: UCI's pen digits and optical digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--pen", type=Path, metavar="FILE", help=f"{PEN}, if it is here already")
    parser.add_argument("--optical", type=Path, metavar="FILE", help=f"{OPTICAL}, if it is here already")
    parser.add_argument("--out", type=Path, default=REAL_FOLDER, metavar="DIR", help="where both are written")
    options = parser.parse_args(arguments)
    return run_command(lambda: _convert(options.pen, options.optical, options.out), "Nothing half is left behind.")


def pen_digits(text: str) -> Iterator[tuple[str, list[NDArray[np.float64]]]]:
    """Yield label and strokes of each digit of a UNIPEN file; strokes float64 [n, 2], scaled into 0 to 1, y down.

    Raises:
        DataError: a line has another form.
    """
    label, strokes, down = "", list[list[tuple[float, float]]](), False
    for number, line in enumerate([*text.splitlines(), '.SEGMENT DIGIT ? ? ""'], start=1):
        words = line.split()
        try:
            if not words:
                continue
            if words[0] == ".SEGMENT":
                if drawn := [stroke for stroke in strokes if stroke]:
                    yield label, _unit(drawn)
                label, strokes, down = words[-1].strip('"'), [], False
            elif words[0] == ".PEN_DOWN":
                strokes.append([])
                down = True
            elif words[0].startswith("."):
                down = down and words[0] != ".PEN_UP"
            elif down:
                strokes[-1].append((float(words[0]), float(words[1])))
        except (ValueError, IndexError) as error:
            raise DataError(f"Line {number} is not as UNIPEN's files are: {line[:80]!r}") from error


def optical_digits(text: str) -> tuple[NDArray[np.uint8], list[str]]:
    """Return images uint8 [N, 32, 32], 0 = paper and 255 = ink, and their labels.

    Raises:
        DataError: a line has another form.
    """
    rows, images, labels = [], [], []
    for number, line in enumerate(text.splitlines(), start=1):
        word = line.strip()
        if len(word) == SIDE_PX and set(word) <= {"0", "1"}:
            rows.append([255 * (bit == "1") for bit in word])
        elif len(word) == 1 and word.isdigit() and len(rows) == SIDE_PX:
            images.append(rows)
            labels.append(word)
            rows = []
        elif rows:
            raise DataError(f"Line {number} is not as the bitmaps of UCI's file are: {line[:80]!r}")
    return np.array(images, np.uint8).reshape(-1, SIDE_PX, SIDE_PX), labels


def _convert(pen: Path | None, optical: Path | None, out: Path) -> None:
    """Read both files, or download them, and write what was found.

    Raises:
        DataError: a file is not available, or is not what it should be; or `out` cannot be written.
    """
    strokes = list(pen_digits(_text(PEN, pen)))
    images, labels = optical_digits(_text(OPTICAL, optical))
    for name, found in ((PEN, len(strokes)), (OPTICAL, len(labels))):
        if found != COUNTS[name]:
            raise DataError(f"{name} holds {found:,} digits, not {COUNTS[name]:,}: it is another file, or cut off.")
    lines = "".join(
        json.dumps({"source": "uci-pendigits-tra", "label": label, "strokes": [np.round(s, 3).tolist() for s in each]})
        + "\n"
        for label, each in strokes
    )
    y, part = np.array(labels), np.full(len(labels), "tra")
    one, other = out / "strokes-pendigits.jsonl.gz", out / "images-optdigits.npz"
    try:
        out.mkdir(parents=True, exist_ok=True)
        files.replace(one, lambda path: path.write_bytes(gzip.compress(lines.encode(), mtime=0)))
        files.replace(other, lambda path: np.savez_compressed(path, x=images, y=y, part=part))
        for path in (one, other):
            print(f"{path}: SHA-256 {files.sha256(path)}")
    except OSError as error:
        raise DataError(
            f"{out} cannot be written: {error.strerror or error}. Name another folder with --out."
        ) from error


def _text(name: str, path: Path | None) -> str:
    """Return the text of one of UCI's files, made by compress(1), which gzip unpacks too."""
    try:
        if path is None:
            print(f"Downloading {DOWNLOADS[name]} ...", flush=True)
            # One of the two addresses above.
            with urllib.request.urlopen(DOWNLOADS[name], timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                packed: bytes = answer.read()
        else:
            packed = path.read_bytes()
        unpacked: bytes = subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True).stdout
        return unpacked.decode("latin-1")
    except subprocess.CalledProcessError as error:
        raise DataError(f"{path or name} cannot be unpacked: {error.stderr.decode().strip()}.") from error
    except (OSError, HTTPException) as error:
        raise DataError(
            f"{path or name} cannot be had ({error}). Download {DOWNLOADS[name]} by hand, and name the file: "
            f"python -m train.uci --{'pen' if name == PEN else 'optical'} FILE"
        ) from error


def _unit(strokes: list[list[tuple[float, float]]]) -> list[NDArray[np.float64]]:
    """Scale a digit's strokes, y pointing up, into the unit square, y pointing down."""
    arrays = [np.array(stroke) * (1, -1) for stroke in strokes]
    points = np.concatenate(arrays)
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-9)
    return [(array - low) / size for array in arrays]


if __name__ == "__main__":
    sys.exit(main())
