"""Every format, mode and orientation is decoded; each page of a file is found."""

import io
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, features

from inference import BrokenImageError, ImageTooLargeError, UnsupportedImageError
from inference.imaging.decode import ANIMATED_FORMATS, MAX_PAGES, decode, decode_pages
from inference.imaging.grey import grey
from tests.inference.encoding import OPTIONS, SIZE, drawing, encoded


def bar(picture: bytes | Path | Image.Image) -> tuple[int, int, int, int]:
    ink = np.asarray(grey(decode(picture).image)) < 155
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
def test_orientation(kind: str, orientation: int, tmp_path: Path) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    # Pillow reads a grey TIFF in another way if the file has a name.
    for image in (drawing("RGB"), *([drawing("L")] if kind == "TIFF" else [])):
        stored = image.transpose(turn[orientation]) if orientation in turn else image
        path = tmp_path / "turned"
        path.write_bytes(encoded(stored, kind, exif=exif, **OPTIONS.get(kind, {})))
        for picture in (path, path.read_bytes()):
            assert decode(picture).size == SIZE
            assert bar(picture) == (6, 4, 12, 18)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_ignored() -> None:
    content = encoded(drawing(), "JPEG", quality=95, exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xffgarbage")
    assert bar(content) == (6, 4, 12, 18)


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
    with pytest.raises(BrokenImageError, match="The file cannot be opened: No such file"):
        decode(tmp_path / "none.png")
    with pytest.raises(BrokenImageError, match="cannot be opened: Is a directory"):
        decode(tmp_path)


# Else Python warns of an open file, which is an error here.
@pytest.mark.filterwarnings("error::ResourceWarning")
@pytest.mark.parametrize("kind", ["TIFF", *ANIMATED_FORMATS])
def test_files_are_closed(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "pages"
    frames = [drawing(), Image.new("L", SIZE, 255)]
    path.write_bytes(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    for most in (10, SIZE[0] * SIZE[1], 2 * SIZE[0] * SIZE[1]):
        with suppress(ImageTooLargeError):
            assert bar(decode(path, most).image) == (6, 4, 12, 18)
        with suppress(ImageTooLargeError):
            assert {page.size for page in decode_pages(path, most)} == {SIZE}


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
    for low, high in ((0, 255), (-1, 1), (-0.4, 2.8), (0, np.nan), (0, np.inf), (0, 1e300)):
        with pytest.raises(UnsupportedImageError, match=f"from 0 .black. to 1 .white., not {low:g} to|nan"):
            decode(np.array([[low, high]] * 20, np.float64))
    assert decode(np.array([[-1e-6, 1 + 1e-6]] * 20)).image.getextrema() == (0, 255)
    with pytest.raises(UnsupportedImageError, match="got int"):
        decode(7)  # type: ignore[arg-type]  # the wrong type is the test


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_an_image_without_pixels(size: tuple[int, int]) -> None:
    with pytest.raises(UnsupportedImageError, match="has no pixels"):
        decode(Image.new("L", size))


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_cannot_be_the_name_of_a_file(name: str) -> None:
    for path in (name, Path(name)):
        with pytest.raises(BrokenImageError, match="This cannot be the name of a file"):
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
