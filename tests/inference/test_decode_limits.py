"""Broken and hostile files give one clear error; pictures of any size take bounded time and memory."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference import BrokenImageError, ImageError, ImageTooLargeError
from inference.imaging.decode import decode
from inference.imaging.files import FORMATS
from inference.imaging.grey import grey
from tests.inference.encoding import SIZE, drawing, encoded


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated_anywhere(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    whole = 0
    for end in range(0, len(content), 61):
        try:
            decode(content[:end])
        except ImageError:
            continue
        whole += 1
    # A file may lack a trailer, or a GIF its last rows' codes; no more than that is let pass.
    assert whole <= 2


def test_flipped_bits() -> None:
    rng = np.random.default_rng(1)
    for kind in FORMATS:
        content = np.frombuffer(encoded(drawing("RGB"), kind), np.uint8)
        for _ in range(60):
            broken = content.copy()
            broken[rng.integers(0, len(broken), 4)] ^= rng.integers(1, 255, 4, np.uint8)
            try:
                grey(decode(broken.tobytes(), 1_000_000).image)
            except ImageError:
                continue


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), *chunks, (b"IEND", b"")):
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def test_size_is_checked_before_the_pixels() -> None:
    # A header alone: decoding would find it cut off, so this error shows that nothing was decoded.
    for width, height in ((50_000, 50_000), (8_000, 8_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(ImageTooLargeError, match="Send a smaller one"):
            decode(png(width, height))
    with pytest.raises(ImageTooLargeError, match="60 x 40"):
        decode(encoded(drawing(), "PNG"), max_pixels=60 * 40 - 1)
    assert decode(encoded(drawing(), "PNG"), max_pixels=60 * 40).size == SIZE


def test_bomb_in_a_text_chunk() -> None:
    bomb = b"Comment\x00\x00" + zlib.compress(bytes(60_000_000))
    with pytest.raises(ImageError):
        decode(png(10, 10, (b"zTXt", bomb)))


def test_a_jpeg_cannot_take_long_by_its_number_of_segments(tmp_path: Path) -> None:
    content = encoded(drawing(), "JPEG")

    def with_exif(segments: int) -> bytes:
        return content[:2] + b"\xff\xe1\x00\x09Exif\0\0a" * segments + content[2:]

    assert decode(with_exif(64)).size == SIZE
    path = tmp_path / "long.jpg"
    path.write_bytes(with_exif(65))
    for hostile in (path.read_bytes(), path):
        with pytest.raises(BrokenImageError, match="more than 64 parts with Exif data"):
            decode(hostile)


@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory in /proc")
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "I;16"), ("PNG", "LA"), ("PNG", "RGBA"), ("GIF", "P")])
def test_a_large_picture_of_any_mode_takes_little_memory(kind: str, mode: str) -> None:
    large = Image.new(mode, (6300, 6300))
    code = (
        "import re, sys; from pathlib import Path; from inference.imaging.decode import decode; "
        "picture = decode(sys.stdin.buffer.read()); status = Path('/proc/self/status').read_text(); "
        "print(*picture.image.size, re.search(r'VmHWM:\\s+(\\d+)', status)[1])"
    )
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, input=encoded(large, kind), stdout=subprocess.PIPE, check=True).stdout
    width, height, kilobytes = map(int, said.split())
    assert (width, height) == (2100, 2100)
    assert kilobytes < 300_000


def test_a_large_16_bit_picture_is_reduced_and_stretched() -> None:
    deep = np.full((4100, 4001), 30_000, np.uint16)
    deep[1000:3000, 2000:3000] = 50_000
    found = np.asarray(decode(encoded(Image.fromarray(deep), "PNG")).image)
    assert found.shape == (2050, 2001)
    assert (found[500:1500, 1000:1500] == 255).all()
    assert found[:500].max() == found[1500:].max() == 0


def test_a_webp_may_have_half_the_pixels() -> None:
    content = encoded(drawing(), "WEBP")
    assert decode(content, max_pixels=2 * 60 * 40).size == SIZE
    with pytest.raises(ImageTooLargeError, match=r"60 x 40 pixels; at most 0\.0023995 million"):
        decode(content, max_pixels=2 * 60 * 40 - 1)


def test_large_jpeg_is_decoded_small() -> None:
    large = drawing().resize((4800, 3200), Image.Resampling.NEAREST)
    found = decode(encoded(large, "JPEG"))
    assert found.size == (4800, 3200)
    assert found.image.size == (2400, 1600)
    assert decode(encoded(large, "PNG")).image.size == (2400, 1600)
