"""Takes letters and digits from handwriting fonts, and writes them in the form that `--fonts` of `train` reads.

`python -m train.fonts` downloads the fonts that fonts.txt lists, with npm, and writes `artifacts/fonts/fonts.npz`.
Each was drawn by one person, and published under the SIL Open Font License, the Apache License 2.0 or the MIT License;
fontsource packs Google Fonts' files for npm. It takes the 26 letters, in both cases, and the ten digits.
"""

import argparse
import hashlib
import io
import shutil
import string
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.progress import track

from synthesis.handwriting.faces import Faces
from train import files
from train.config import FONTS_FILE, content
from train.errors import DataError, run_command

# Each line: a font, its version, the SHA-256 of its file.
LIST = Path(__file__).with_name("fonts.txt")
TIMEOUT_SECONDS = 120.0
SIDE_PX = 80
FONT_PX = 128
# Threshold for ink, of 255; fainter pixels are stray specks of a font's antialiasing.
MIN_INK = 64
# Two glyphs are the same if the intersection over union of their ink is above this.
MAX_COMMON_SHARE = 0.6


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.fonts",
        description="Get letters and digits that people drew for handwriting fonts, for training.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="the fonts' .woff2 files, if they are here already")
    parser.add_argument("--out", type=Path, default=FONTS_FILE, metavar="FILE", help="what is written, .npz")
    options = parser.parse_args(arguments)
    return run_command(lambda: _convert(options.folder, options.out), "Nothing half is left behind.")


def faces(path: Path | None, *, validation: bool = False) -> Faces | None:
    """Return a file's fonts for training or, with `validation`, those held out for validation; None if `path` is None.

    Raises:
        DataError: the file cannot be read, or has another form.
    """
    if path is None:
        return None
    found = Faces(path, validation)
    try:
        found.face(np.random.default_rng(0))
    except Exception as error:  # a damaged .npz raises many kinds, zlib.error among them
        raise DataError(
            f"{path} cannot be read ({error}). It must be a file that python -m train.fonts wrote."
        ) from error
    return found


def glyphs(font: bytes) -> dict[str, tuple[NDArray[np.uint8], float]]:
    """Draw a font's letters and digits.

    Returns:
        For each character that the font has: its image, uint8 [80, 80], centred, the longer side 80 pixels; and its
        height as a multiple of the digits' median height. Lower-case letters that are drawn as capitals are left out.

    Raises:
        OSError: `font` is not a font file.
    """
    face = ImageFont.truetype(io.BytesIO(font), FONT_PX)
    drawn = {name: ink for name in string.ascii_letters + string.digits if (ink := _drawn(face, name)) is not None}
    digits = [ink.shape[0] for name, ink in drawn.items() if name in string.digits]
    usual = float(np.median(digits)) if digits else float(FONT_PX)
    squared = {name: _squared(ink) for name, ink in drawn.items()}
    capitals = {name for name in squared if name.islower() and _alike(squared[name], squared.get(name.upper()))}
    return {name: (squared[name], ink.shape[0] / usual) for name, ink in drawn.items() if name not in capitals}


def _convert(folder: Path | None, out: Path) -> None:
    """Read the fonts from a folder, or download them, and write their glyphs.

    Raises:
        DataError: a font is not available, or its checksum differs; or `out` cannot be written.
    """
    listed = [line.split() for line in LIST.read_text().splitlines()]
    drawn = []
    for font, version, sha256 in track(listed, "fonts"):
        file = _downloaded(font, version) if folder is None else content(folder / f"{font}.woff2")
        if hashlib.sha256(file).hexdigest() != sha256:
            raise DataError(f"The font {font} is not that of version {version}: its SHA-256 is another.")
        drawn += [(image, name, font, height) for name, (image, height) in glyphs(file).items()]
    x, y, fonts, heights = (np.array(column) for column in zip(*drawn, strict=True))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        files.replace(out, lambda path: np.savez_compressed(path, x=x, y=y, font=fonts, height=heights))
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror or error}. Name another file with --out.") from error
    print(f"{out}: {len(drawn):,} letters and digits of {len(listed)} hands, SHA-256 {files.sha256(out)}")


def _downloaded(font: str, version: str) -> bytes:
    """Download a font with npm, and return its file's content."""
    npm = shutil.which("npm")
    if npm is None:
        raise DataError(
            "npm is not installed, with which the fonts are downloaded (it comes with Node.js). Without them training "
            "works too, and more letters will be taken for digits."
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", f"@fontsource/{font}@{version}", "--pack-destination", folder]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
                file = package.extractfile(f"package/files/{font}-latin-400-normal.woff2")
                return file.read() if file else b""
        except subprocess.CalledProcessError as error:
            said = next(iter(error.stderr.strip().splitlines()), "npm pack failed")
            raise DataError(
                f"The font {font} cannot be downloaded: {said}. Check the network and try again."
            ) from error
        except (subprocess.TimeoutExpired, StopIteration, KeyError, OSError, tarfile.TarError) as error:
            raise DataError(
                f"The font {font} cannot be downloaded ({error}). Check the network and try again."
            ) from error


def _drawn(face: ImageFont.FreeTypeFont, name: str) -> NDArray[np.uint8] | None:
    """Return a character's image, cropped to its ink; None if the font has none."""
    left, top, right, bottom = (round(side) for side in face.getbbox(name))
    if right <= left or bottom <= top:
        return None
    image = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(image).text((1 - left, 1 - top), name, font=face, fill=255)
    ink = np.asarray(image)
    rows, columns = np.flatnonzero(ink.max(axis=1) > MIN_INK), np.flatnonzero(ink.max(axis=0) > MIN_INK)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else None


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8] | None) -> bool:
    """Return whether two images, uint8 [80, 80], show mostly the same ink."""
    if other is None:
        return False
    return bool(np.minimum(one, other).sum() > MAX_COMMON_SHARE * np.maximum(one, other).sum())


def _squared(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = SIDE_PX / max(ink.shape)
    size = [max(round(side * factor), 1) for side in ink.shape[::-1]]
    image = Image.new("L", (SIDE_PX, SIDE_PX))
    small = Image.fromarray(ink).resize((size[0], size[1]), Image.Resampling.LANCZOS)
    image.paste(small, ((SIDE_PX - size[0]) // 2, (SIDE_PX - size[1]) // 2))
    return np.asarray(image)


if __name__ == "__main__":
    sys.exit(main())
