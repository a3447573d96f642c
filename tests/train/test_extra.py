import base64
import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from train import extra
from train.errors import DataError

ONE = {"source": "page", "writer": "abcdefgh", "label": "1", "strokes": [[[0.5, 0], [0.5, 1]]]}


def png(array: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def write(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def test_strokes_and_images_become_normalised_images(tmp_path: Path) -> None:
    seen = np.zeros((28, 28), np.uint8)
    seen[4:24, 13:15] = 255
    examples = extra.load(
        write(
            tmp_path / "a.jsonl",
            ONE,
            {"label": "7", "image": png(seen)},
            ONE | {"label": "not a digit"},
            ONE | {"label": 1},
        )
    )
    images, labels = extra.draw(examples, seed=1)
    assert labels.tolist() == [1, 7, 10, 1]
    assert images.dtype == np.uint8
    assert images.shape == (4, 28, 28)
    assert np.array_equal(images[1], seen)
    # Upright, 20 pixels high, about the middle.
    rows = np.flatnonzero(images[0].any(axis=1))
    assert 19 <= rows[-1] - rows[0] + 1 <= 20
    assert np.ptp(np.flatnonzero(images[0].any(axis=0))) < 6
    again, _ = extra.draw(examples, seed=1)
    other, _ = extra.draw(examples, seed=2)
    assert np.array_equal(images, again)
    assert not np.array_equal(images, other), "each pen is another one"


def test_gzipped_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ONE | {"label": "F"}).encode()))
    (example,) = extra.load(path)
    assert (example.name, example.label) == ("F", 10)


@pytest.mark.parametrize(
    "entry",
    [
        "no object",
        {"strokes": [[[0, 0], [1, 1]]]},
        {"label": "1"},
        {"label": "1", "strokes": []},
        {"label": "1", "strokes": [[]]},
        {"label": "1", "strokes": [[[0, 0, 0]]]},
        {"label": "1", "strokes": [[[0, "x"]]]},
        {"label": "1", "image": "not base64!"},
        {"label": "1", "image": base64.b64encode(b"no png").decode()},
        {"label": "1", "image": png(np.zeros((8, 8), np.uint8))},
    ],
)
def test_a_line_of_another_form_is_named(entry: object, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl, line 2: .*Each line must be"):
        extra.load(write(tmp_path / "a.jsonl", ONE, entry))


@pytest.mark.parametrize("label", [3.0, "3.0", None, 12, "12", " 3", "", True, ["1"]])
def test_a_label_that_is_a_mistake_is_named(label: object, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl, line 2: the label"):
        extra.load(write(tmp_path / "a.jsonl", ONE, ONE | {"label": label}))


@pytest.mark.parametrize("label", ["not a digit", ".", "/", "F", "word", "\u03b1"])
def test_text_without_digits_is_not_a_digit(label: str, tmp_path: Path) -> None:
    (example,) = extra.load(write(tmp_path / "a.jsonl", ONE | {"label": label}))
    assert (example.name, example.label) == (label, 10)


@pytest.mark.parametrize("line", ["[" * 100_000, json.dumps(ONE | {"strokes": [[[10**400, 0]]]})])
def test_a_line_that_python_cannot_hold_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(DataError, match=r"a\.jsonl, line 1"):
        extra.load(tmp_path / "a.jsonl")


def test_a_png_of_broken_chunks_is_named(tmp_path: Path) -> None:
    content = base64.b64decode(png(np.zeros((28, 28), np.uint8)))
    # Pillow raises a SyntaxError for a colour profile of an unknown compression, behind the pixels.
    chunk = b"iCCPx\0\1"
    spoilt = content[:-12] + struct.pack(">I", 3) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[-12:]
    with pytest.raises(DataError, match=r"a\.jsonl, line 1: the image is no PNG"):
        extra.load(write(tmp_path / "a.jsonl", ONE | {"image": base64.b64encode(spoilt).decode()}))


def test_a_gz_file_damaged_in_the_middle_says_so(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(json.dumps(ONE).encode()))
    content[10:14] = b"\xff" * 4
    (tmp_path / "a.jsonl.gz").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        extra.load(tmp_path / "a.jsonl.gz")


@pytest.mark.parametrize(
    ("y", "named"),
    [
        (np.array([3.7, 1]), "entry 0 of y"),
        (np.array([1, 11]), "entry 1 of y"),
        (np.array([-1, 1]), "entry 0 of y"),
        (np.array([["1"], ["2"]]), "y is "),
        (np.array("1"), "y is "),
        (np.array(["1", "12"]), "entry 1 of y"),
    ],
)
def test_labels_of_images_that_are_mistakes_are_named(y: np.ndarray, named: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 8, 8), np.uint8), y=y, part=np.array(["tra", "tra"]))
    with pytest.raises(DataError, match=rf"a\.npz.*{named}"):
        extra.load(tmp_path / "a.npz")


def test_integers_from_0_to_10_and_text_label_images(tmp_path: Path) -> None:
    x = np.full((2, 8, 8), 255, np.uint8)
    np.savez(tmp_path / "a.npz", x=x, y=np.array([7, 10]))
    np.savez(tmp_path / "b.npz", x=x, y=np.array(["7", "F"]))
    for name in ("a.npz", "b.npz"):
        assert [each.label for each in extra.load(tmp_path / name)] == [7, 10]


def test_missing_empty_and_broken_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        extra.load(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="holds no example"):
        extra.load(write(tmp_path / "a.jsonl"))
    broken = tmp_path / "a.jsonl.gz"
    broken.write_bytes(gzip.compress(json.dumps(ONE).encode())[:-12])
    with pytest.raises(DataError, match="cannot be read"):
        extra.load(broken)


def test_images_are_normalised_and_those_for_measuring_are_left_out(tmp_path: Path) -> None:
    images = np.zeros((3, 32, 32), np.uint8)
    images[:, 2:30, 15:17] = 255
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=images, y=np.array(["1", "7", "1"]), part=np.array(["tra", "tra", "tes"]))
    examples = extra.load(path)
    assert [example.label for example in examples] == [1, 7]
    drawn, _ = extra.draw(examples, seed=1)
    rows = np.flatnonzero(drawn[0].any(axis=1))
    assert 19 <= rows[-1] - rows[0] + 1 <= 20

    np.savez_compressed(path, x=images.astype(float), y=np.array(["1", "7", "1"]))
    with pytest.raises(DataError, match="uint8"):
        extra.load(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="cannot be read"):
        extra.load(path)


def test_a_hand_differs_from_itself_a_little(tmp_path: Path) -> None:
    examples = extra.load(write(tmp_path / "a.jsonl", ONE | {"label": "7", "strokes": [[[0, 0], [1, 0], [0.3, 1]]]}))
    (plain,), _ = extra.draw(examples, seed=1)
    (varied,), _ = extra.draw(examples, seed=1, varied=True)
    (other,), _ = extra.draw(examples, seed=2, varied=True)
    assert not np.array_equal(plain, varied)
    assert not np.array_equal(varied, other)
    # Still the same shape: most of its ink lies where it lay, or beside it.
    near = np.max([np.roll(plain, (down, right), (0, 1)) for down in (-2, 0, 2) for right in (-2, 0, 2)], axis=0) > 0
    assert varied[near].sum() > 0.8 * varied.sum()
