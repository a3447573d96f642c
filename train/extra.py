"""Loads additional examples from files: strokes or normalised images as JSON lines, or images as .npz."""

import base64
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.recognition.normalise import normalise
from synthesis.handwriting import NOT_A_DIGIT, render
from synthesis.handwriting.vary import redrawn_by_same_hand
from synthesis.handwriting.wear import worn
from train.errors import DataError

FORM = (
    'Each line must be a JSON object with "label" (a digit, "not a digit", or other text without digits) and either '
    '"strokes" ([[[x, y], ...], ...], y pointing down) or "image" (a 28x28 grey PNG in base64, 0 = paper).'
)
# Range of brush widths as shares of the mark's longer side, as canvases of usual sizes give them.
BRUSH_WIDTH_SHARES = (0.03, 0.18)
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One mark: its name, its label (0 to 9, or 10 = not a digit), its strokes or its image uint8 [28, 28]."""

    name: str
    label: int
    strokes: tuple[NDArray[np.float64], ...]
    image: NDArray[np.uint8] | None


def load(path: Path) -> list[Example]:
    """Read a file of JSON lines, gzipped where its name ends in .gz, or of images where it ends in .npz.

    Text without digits, such as a letter, is a label that counts as "not a digit". Of the images, `x` uint8 [N, H, W]
    (0 = paper, 255 = ink) with the labels `y` [N], text or integers from 0 to 10 (10 = not a digit), only those whose
    `part` is "tra" are read: the others are for measuring.

    Raises:
        DataError: the file cannot be read, or its content has another form.
    """
    if path.suffix == ".npz":
        return _read_images(path)
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            examples = [_example(line, f"{path}, line {at}") for at, line in enumerate(lines, start=1) if line.strip()]
    except DataError:
        raise
    except Exception as error:  # a damaged .gz raises many kinds, zlib.error among them
        raise DataError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if not examples:
        raise DataError(f"{path} holds no example. {FORM}")
    return examples


def draw(examples: list[Example], seed: int, *, varied: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw each example once, with a round brush whose width the seed decides, thin as often as thick.

    With `varied`, strokes are drawn as the same hand would at another time, some of them worn.

    Returns:
        images uint8 [N, 28, 28] as `inference.recognition.normalise` leaves them; labels int64 [N].
    """
    rng = np.random.default_rng(seed)
    drawn = [_drawn(each, rng, varied) if each.image is None else each.image for each in examples]
    return np.stack(drawn), np.array([each.label for each in examples], np.int64)


def _drawn(example: Example, rng: np.random.Generator, varied: bool) -> NDArray[np.uint8]:
    brush = float(np.exp(rng.uniform(*np.log(BRUSH_WIDTH_SHARES))))
    strokes = list(example.strokes)
    if varied:
        return normalise(worn(render.draw(redrawn_by_same_hand(strokes, rng), brush, rng), rng))
    return normalise(render.draw(strokes, brush, rng))


def _example(line: str, where: str) -> Example:
    try:
        entry: dict[str, Any] = json.loads(line)
        text, label = _label(entry["label"])
        if "image" in entry:
            return Example(text, label, (), _png(entry["image"]))
        strokes = tuple(np.array(stroke, np.float64).reshape(len(stroke), 2) for stroke in entry["strokes"])
        if not strokes or not all(len(stroke) and np.isfinite(stroke).all() for stroke in strokes):
            raise ValueError("no strokes")
    except Exception as error:  # wrong types, too large numbers, too deep brackets
        raise DataError(f"{where}: {error}. {FORM}") from error
    return Example(text, label, strokes, None)


def _label(given: object) -> tuple[str, int]:
    """Return a label as text and as a class.

    Raises:
        ValueError: it is neither a digit nor text without digits, so most likely a mistake.
    """
    if type(given) is int and 0 <= given <= 9:
        return str(given), given
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"the label {repr(given)[:40]} is neither a digit nor text")
    if len(given) == 1 and given in DIGITS:
        return given, DIGITS.index(given)
    if any(character.isdecimal() for character in given):
        raise ValueError(f"the label {repr(given)[:40]} is more than one digit")
    return given, NOT_A_DIGIT


def _read_images(path: Path) -> list[Example]:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            x, y = file["x"], file["y"]
            training = file["part"] == "tra" if "part" in file.files else np.ones(len(y), np.bool_)
        if x.dtype != np.uint8 or x.ndim != 3:
            raise ValueError(f"x is {x.dtype} {list(x.shape)}")
        if not y.shape == training.shape == x.shape[:1]:
            raise ValueError(f"y is {y.dtype} {list(y.shape)} and part {list(training.shape)}, for {len(x)} images")
        labels = [_entry_label(name, f"entry {at} of y") for at, name in enumerate(y.tolist())]
        return [Example(*labels[at], (), normalise(x[at])) for at in np.flatnonzero(training)]
    except Exception as error:  # a damaged .npz raises many kinds, zlib.error among them
        raise DataError(
            f"{path} cannot be read: {error}. It must hold the arrays x, uint8 [N, H, W], and y, digits [N]."
        ) from error


def _entry_label(given: object, where: str) -> tuple[str, int]:
    """Return a label of an .npz as text and as a class; raise ValueError with its place if it is none."""
    if type(given) is int and given == NOT_A_DIGIT:
        return "not a digit", NOT_A_DIGIT
    try:
        return _label(given)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _png(text: str) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=("PNG",)) as image:
            size, pixels = image.size, np.asarray(image.convert("L")) if image.size == (28, 28) else None
    except Exception as error:  # Pillow raises SyntaxError, zlib.error and others for a broken PNG
        raise ValueError("the image is no PNG in base64") from error
    if pixels is None:
        raise ValueError(f"the image is {size[0]}x{size[1]}, not 28x28")
    return pixels
