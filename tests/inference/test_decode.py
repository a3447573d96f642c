"""Every format, mode and orientation is decoded; every broken file gives one clear error."""

import io
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image, features

from inference import BrokenImageError, ImageError, ImageTooLargeError, UnsupportedImageError
from inference.imaging.decode import ANIMATED_FORMATS, MAX_PAGES, decode, decode_pages
from inference.imaging.files import FORMATS
from inference.imaging.grey import grey

SIZE = (60, 40)


# With which a picture is saved as it is, or nearly so.
OPTIONS: dict[str, dict[str, object]] = {
    "WEBP": {"lossless": True},
    "JPEG": {"quality": 95, "subsampling": 0},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "HEIC": {"quality": 100, "chroma": 444},
}


def drawing(mode: str = "L") -> Image.Image:
    """A black bar in the left top quarter of white paper: only one orientation is right."""
    image = Image.new("L", SIZE, 255)
    image.paste(0, (6, 4, 12, 18))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    if mode in ("F", "I"):
        return image.convert(mode)
    if mode in ("RGBA", "LA"):
        clear = Image.new(mode, SIZE)
        clear.paste(Image.new(mode, (6, 14), "black"), (6, 4))
        return clear
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIC":
        pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, "HEIF" if kind == "HEIC" else kind, **options)
    return out.getvalue()


def bar(content: bytes) -> tuple[int, int, int, int]:
    ink = np.asarray(grey(decode(content).image)) < 155
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
        *(("GIF", mode) for mode in ("L", "P")),
        *(("BMP", mode) for mode in ("1", "L", "P", "RGB")),
        *(("TIFF", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "I")),
        *(("AVIF", mode) for mode in ("L", "RGB", "RGBA")),
        *(("HEIC", mode) for mode in ("L", "RGB", "RGBA")),
    ],
)
def test_formats_and_modes(kind: str, mode: str) -> None:
    options = OPTIONS.get(kind, {})
    assert bar(encoded(drawing(mode), kind, **options)) == (6, 4, 12, 18)


def test_first_frame() -> None:
    other = Image.new("L", SIZE, 255)
    for kind in ("GIF", "TIFF", "WEBP", "PNG"):
        options = {"lossless": True} if kind == "WEBP" else {}
        content = encoded(drawing(), kind, save_all=True, append_images=[other], **options)
        assert bar(content) == (6, 4, 12, 18), kind


# HEIC is turned by a property of its own, and EXIF does not count there.
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(kind: str, orientation: int) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = drawing("RGB")
    stored = image.transpose(turn[orientation]) if orientation in turn else image
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    content = encoded(stored, kind, exif=exif, **OPTIONS.get(kind, {}))
    assert decode(content).size == SIZE
    assert bar(content) == (6, 4, 12, 18)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_ignored() -> None:
    content = encoded(drawing(), "JPEG", quality=95, exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xffgarbage")
    assert bar(content) == (6, 4, 12, 18)


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


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"PK\x03\x04" + bytes(30), "ZIP"),
        (b"qoif" + bytes(30), "QOI"),
    ],
)
def test_foreign_files_are_named(content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedImageError, match=f"{name}.* not read. Send one of PNG, JPEG"):
        decode(content)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(1000), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_no_picture(content: bytes) -> None:
    with pytest.raises(BrokenImageError, match=r"(Send|Save) "):
        decode(content)


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "bar.png"
    path.write_bytes(encoded(drawing(), "PNG"))
    assert decode(path).size == decode(str(path)).size == SIZE
    with pytest.raises(BrokenImageError, match=r"none\.png cannot be opened: No such file"):
        decode(tmp_path / "none.png")
    with pytest.raises(BrokenImageError, match="cannot be opened: Is a directory"):
        decode(tmp_path)


def test_a_pipe_is_read_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, encoded(drawing(), "PNG"))
    os.close(writing)
    assert decode(f"/dev/fd/{reading}").size == SIZE
    os.close(reading)


def test_arrays() -> None:
    grey = np.asarray(drawing())
    for array in (grey, grey > 0, grey / 255.0, np.dstack([grey] * 3), np.dstack([grey] * 4)):
        image = decode(array).image
        assert image.size == SIZE
        assert image.getpixel((7, 5)) != image.getpixel((30, 30))
    for wrong in (grey.astype(np.int64), np.zeros((3, 4, 5, 6), np.uint8), np.zeros((0, 5), np.uint8)):
        with pytest.raises(UnsupportedImageError, match="Pass an array"):
            decode(wrong)
    with pytest.raises(UnsupportedImageError, match="got int"):
        decode(7)  # type: ignore[arg-type]  # the wrong type is the test


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_an_image_without_pixels(size: tuple[int, int]) -> None:
    with pytest.raises(UnsupportedImageError, match="has no pixels"):
        decode(Image.new("L", size))


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_cannot_be_the_name_of_a_file(name: str) -> None:
    for path in (name, Path(name)):
        with pytest.raises(BrokenImageError, match=re.escape(f"{name!r} cannot be the name of a file.")):
            decode(path)


def test_premultiplied_alpha() -> None:
    for mode, converted in (("LA", "La"), ("RGBA", "RGBa")):
        image = decode(drawing(mode).convert(converted)).image
        assert (image.mode, image.getpixel((7, 5)), image.getpixel((30, 30))) == ("RGBA", (0, 0, 0, 255), (0, 0, 0, 0))


def test_the_callers_image_is_left_alone() -> None:
    image = drawing("RGBA")
    before = image.tobytes()
    grey(decode(image).image)
    assert image.mode == "RGBA"
    assert image.tobytes() == before


def test_pillow_reads_what_we_promise() -> None:
    for feature in ("jpg", "zlib", "libtiff", "webp"):
        assert features.check(feature)


def pages(count: int, side: int = 20) -> list[Image.Image]:
    return [Image.new("L", (side, side + at), 10 * at) for at in range(count)]


def test_every_page_of_a_tiff_is_decoded() -> None:
    first, *others = pages(3)
    found = list(decode_pages(encoded(first, "TIFF", save_all=True, append_images=others)))
    assert [page.size for page in found] == [(20, 20), (20, 21), (20, 22)]
    assert [page.image.getpixel((0, 0)) for page in found] == [0, 10, 20]
    assert not any(page.more for page in found)


def test_pages_are_bounded_in_number_and_pixels() -> None:
    first, *others = pages(MAX_PAGES + 2)
    content = encoded(first, "TIFF", save_all=True, append_images=others)
    assert [page.more for page in decode_pages(content)] == [False] * (MAX_PAGES - 1) + [True]
    assert [page.more for page in decode_pages(content, 20 * 20 + 20 * 21)] == [False, True]
    assert [page.more for page in decode_pages(content, 20 * 20 + 20 * 21 - 1)] == [True]


def test_the_small_copy_that_a_tiff_holds_is_no_page() -> None:
    first, copy, second = pages(3)
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    found = list(decode_pages(encoded(first, "TIFF", save_all=True, append_images=[copy, second])))
    assert [page.size for page in found] == [(20, 20), (20, 22)]


def test_a_broken_second_page_is_said_and_not_left_out() -> None:
    first, second = pages(2)
    content = encoded(first, "TIFF", save_all=True, append_images=[second])
    with pytest.raises(BrokenImageError, match="damaged or cut off"):
        list(decode_pages(content[: len(content) - 40]))


@pytest.mark.parametrize("kind", ANIMATED_FORMATS)
def test_of_an_animation_the_first_frame_is_read(kind: str) -> None:
    frames = [drawing("RGB"), Image.new("RGB", SIZE, "white")]
    [found] = decode_pages(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert found.more
    assert not decode(encoded(frames[0], kind)).more


def test_a_pillow_image_stays_on_its_page() -> None:
    first, second = pages(2)
    with Image.open(io.BytesIO(encoded(first, "TIFF", save_all=True, append_images=[second]))) as opened:
        opened.seek(1)
        assert [page.size for page in decode_pages(opened)] == [(20, 21)]
        assert opened.tell() == 1
