"""PNG files of canvases give exactly Pillow's pixels, and all others what Pillow says of them."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference import ImageError, Recognizer
from inference.imaging import canvas_png
from inference.imaging.canvas_png import AVERAGE, PAETH, SUB, UP
from inference.imaging.decode import decode

Pixels = NDArray[np.uint8]
MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
COLOUR_TYPES = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}
# Few tones, so that rows are alike in places.
TONES = st.sampled_from([0, 0, 0, 255, 255, 128, 7])
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 12))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def filtered(pixels: Pixels, kinds: list[int]) -> bytes:
    """Filter [height, width, channels] as the PNG specification says in 9.2."""
    rows = b""
    above = np.zeros(pixels.shape[1:], np.int16)
    for row, kind in zip(pixels.astype(np.int16), kinds, strict=True):
        left, corner = (np.vstack([np.zeros_like(each[:1]), each[:-1]]) for each in (row, above))
        away = [np.abs(left + above - corner - each) for each in (left, above, corner)]
        paeth = np.where((away[0] <= away[1]) & (away[0] <= away[2]), left, np.where(away[1] <= away[2], above, corner))
        predicted = [0, left, above, (left + above) // 2, paeth][kind]
        rows += bytes([kind]) + (row - predicted).astype(np.uint8).tobytes()
        above = row
    return rows


def made(pixels: Pixels, kinds: list[int], pieces: int = 1, before: bytes = b"") -> bytes:
    height, width, channels = pixels.shape
    mode = next(mode for mode, count in MODES.items() if count == channels)
    packed = zlib.compress(filtered(pixels, kinds))
    step = -(-len(packed) // pieces)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[mode], 0, 0, 0))
        + before
        + b"".join(chunk(b"IDAT", packed[at : at + step]) for at in range(0, len(packed), step))
        + chunk(b"IEND", b"")
    )


def saved(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def drawing(mode: str = "RGB", ink: str = "black", paper: str | None = "white") -> Image.Image:
    """A two with a smooth edge; without paper on nothing."""
    image = Image.new("RGBA", (800, 800), paper or (0, 0, 0, 0))
    corners = [(260, 280), (400, 200), (520, 300), (280, 580), (540, 580)]
    ImageDraw.Draw(image).line(corners, ink, 44, joint="curve")
    return image.resize((200, 200), Image.Resampling.BOX).convert(mode)


@contextmanager
def pillow_alone() -> Iterator[None]:
    """Leave every picture to Pillow: else this decoder would be compared with itself."""
    with mock.patch.object(canvas_png, "decode", return_value=None) as off:
        yield
    assert off.called


def outcome(content: bytes) -> tuple[str, object]:
    """Return the pixels of a picture, or what is said of it."""
    try:
        decoded = decode(content)
    except ImageError as error:
        return type(error).__name__, str(error)
    return str(decoded.size), decoded.image.convert("RGBA").tobytes()


def pillows(content: bytes) -> tuple[str, object]:
    """Return the same by Pillow."""
    with pillow_alone():
        return outcome(content)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    channels = draw(st.sampled_from([1, 2, 3, 4]))
    pixels: Pixels = draw(st_numpy.arrays(np.uint8, (*draw(SIZES), channels), elements=TONES))
    if channels > 2 and draw(st.booleans()):
        pixels[..., 1] = pixels[..., 2] = pixels[..., 0]
    if channels in (2, 4) and draw(st.booleans()):
        pixels[..., -1] = 255
    return pixels


@given(pictures(), st.data())
def test_any_filter_of_any_row(pixels: Pixels, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.integers(0, 4), min_size=len(pixels), max_size=len(pixels)))
    content = made(pixels, kinds, data.draw(st.integers(1, 5)))
    image = canvas_png.decode(content, 10_000)
    assert (image is None) == (AVERAGE in kinds or pixels.shape[2] == 1)
    assert outcome(content) == pillows(content)
    if image is not None:
        grey = pixels.shape[2] < 3 or bool((pixels[..., :3] == pixels[..., :1]).all())
        clear = pixels.shape[2] in (2, 4) and bool((pixels[..., -1] < 255).any())
        assert image.mode == ("RGBA" if clear else "L") or not grey


def test_paeths_ties_are_broken_in_its_order() -> None:
    for corner, above, left in product((0, 10, 20, 30), repeat=3):
        pixels = np.array([[[corner], [above]], [[left], [5]]], np.uint8).repeat(3, axis=2)
        image = canvas_png.decode(made(pixels, [0, PAETH]), 10)
        assert image is not None
        assert np.array_equal(np.asarray(image), pixels[..., 0]), (corner, above, left)


@given(pictures(), st.integers(0, 9), st.integers(0, 4))
def test_whatever_pillow_writes(pixels: Pixels, level: int, strategy: int) -> None:
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    content = saved(image, compress_level=level, compress_type=strategy)
    assert outcome(content) == pillows(content)


@pytest.mark.parametrize(
    "image",
    [
        *(drawing(mode) for mode in ("L", "LA", "RGB", "RGBA")),
        drawing(ink="crimson"),
        drawing("RGBA", paper=None),
        drawing("RGBA", "navy", None),
        drawing(ink="white", paper="black"),
        Image.new("RGB", (300, 200), "white"),
    ],
)
@pytest.mark.parametrize("kind", [SUB, UP, PAETH, None])
def test_a_drawing_is_read_as_pillow_reads_it(image: Image.Image, kind: int | None) -> None:
    if kind is None:
        content = saved(image)
    else:
        # Paeth now and then, as encoders choose it.
        pixels = np.asarray(image).reshape(image.height, image.width, -1)
        content = made(pixels, [UP if kind == PAETH and at % 20 else kind for at in range(image.height)], 3)
        assert (canvas_png.decode(content, 100_000) is None) == (image.mode == "L")
    recognizer = Recognizer()
    ours = recognizer.read(content)
    with pillow_alone():
        other = recognizer.read(content)
    assert (ours.text, ours.size) == (other.text, other.size)
    for mine, theirs in zip(ours.digits, other.digits, strict=True):
        assert (mine.digit, mine.box, mine.confidence) == (theirs.digit, theirs.box, theirs.confidence)
        assert mine.probabilities.tobytes() == theirs.probabilities.tobytes()
        assert mine.input.tobytes() == theirs.input.tobytes()


def test_damage_anywhere() -> None:
    pixels = np.asarray(drawing().resize((24, 17)))
    content = made(pixels, [(0, 1, 2, 4)[at % 4] for at in range(17)], 2, chunk(b"sRGB", b"\0"))
    assert canvas_png.decode(content, 1000) is not None
    for end in range(len(content)):
        assert outcome(content[:end]) == pillows(content[:end])
    for at in range(len(content)):
        for flip in (1, 128, 255):
            broken = content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
            assert outcome(broken) == pillows(broken)


def test_damage_under_right_checksums() -> None:
    pixels = np.asarray(drawing().resize((24, 17)))
    whole = made(pixels, [(0, 1, 2, 4)[at % 4] for at in range(17)])
    header, packed = whole[16:29], whole[41:-16]
    assert whole == whole[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    for at in range(len(header) + len(packed)):
        for flip in (1, 2, 4, 128, 255):
            broken = bytearray(header + packed)
            broken[at] ^= flip
            content = whole[:8] + chunk(b"IHDR", bytes(broken[:13])) + chunk(b"IDAT", bytes(broken[13:])) + whole[-12:]
            assert outcome(content) == pillows(content)


@given(st.binary(max_size=60), st.integers(0, 3))
@example(chunk(b"IEND", b""), 0)
@example(chunk(b"IDAT", b""), 1)
def test_bytes_put_in_anywhere(more: bytes, where: int) -> None:
    whole = made(np.zeros((4, 5, 3), np.uint8), [0, 1, 2, 4])
    at = (8, 33, len(whole) - 12, len(whole))[where]  # before each chunk, and at the end
    content = whole[:at] + more + whole[at:]
    assert outcome(content) == pillows(content)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tRNS", b"\0\0"),
        (b"gAMA", b"\0"),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0"),
        (b"acTL", b"\0\0\0\1\0\0\0\0"),
        (b"IHDR", b""),
    ],
)
def test_chunks_that_may_mean_something_are_pillows(kind: bytes, body: bytes) -> None:
    content = made(np.zeros((4, 5, 3), np.uint8), [0] * 4, before=chunk(kind, body))
    assert canvas_png.decode(content, 1000) is None
    assert outcome(content) == pillows(content)


def test_bytes_after_the_pixels_are_pillows() -> None:
    whole = made(np.zeros((4, 5, 3), np.uint8), [0] * 4)
    content = whole[:33] + chunk(b"IDAT", whole[41:-16] + b"more") + whole[-12:]
    assert canvas_png.decode(content, 1000) is None
    assert outcome(content) == pillows(content)


def test_a_bomb_is_not_inflated() -> None:
    bomb = zlib.compress(bytes(100_000_000))
    header = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bomb) + chunk(b"IEND", b"")
    tracemalloc.start()
    try:
        assert canvas_png.decode(content, 1000) is None
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_what_is_large_or_full_is_pillows() -> None:
    def taken(image: Image.Image, max_pixels: int = 1_000_000) -> bool:
        return canvas_png.decode(saved(image), max_pixels) is not None

    noise = np.random.default_rng(0).integers(0, 256, (100, 300, 3), np.uint8)
    assert not taken(Image.fromarray(noise))
    assert taken(Image.new("RGB", (640, 640)))
    assert not taken(Image.new("RGB", (640, 641)))
    assert taken(Image.new("RGB", (1000, 10)))
    assert not taken(Image.new("RGB", (1001, 10)))
    assert taken(Image.new("RGB", (40, 30)), 40 * 30)
    assert not taken(Image.new("RGB", (40, 30)), 40 * 30 - 1)
    many = np.tile(np.array([[[0] * 3], [[255] * 3]], np.uint8), (30, 1, 1))
    assert canvas_png.decode(made(many, [PAETH] * 60), 1000) is not None
    assert canvas_png.decode(made(np.tile(many, (3, 1, 1)), [PAETH] * 180), 1000) is None
