"""PDF files: their pages, their limits, and hostile ones."""

import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.errors import BrokenImageError, ImageError, ImageTooLargeError, UnsupportedImageError
from inference.imaging import pdf as module
from inference.imaging.decode import MAX_PAGES, REDUCED_SIDE_PX, decode, decode_pages
from tests.inference.encoding import SIZE, drawing, encoded


def pdf(*sheets: Image.Image, **options: Any) -> bytes:
    return encoded(sheets[0], "PDF", save_all=True, append_images=sheets[1:], **options)


def test_every_page_of_a_pdf_is_decoded(tmp_path: Path) -> None:
    # 72 dots an inch of Pillow's are 200 here.
    content = pdf(drawing(), Image.new("L", SIZE, "white"))
    first, second = decode_pages(content)
    assert first.size == second.size == pytest.approx([side * 200 / 72 for side in SIZE], abs=1)
    ink = np.asarray(first.image) < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert [columns[0], rows[0]] == pytest.approx([6 * 200 / 72, 4 * 200 / 72], abs=2)
    assert (np.asarray(second.image) > 250).all()
    path = tmp_path / "scan.pdf"
    path.write_bytes(content)
    assert [page.size for page in decode_pages(path)] == [first.size, second.size]


def test_a_pdf_is_bounded() -> None:
    sheet = Image.new("1", (1000, 900), 1)
    assert [page.more for page in decode_pages(pdf(*[drawing()] * (MAX_PAGES + 1)))][-2:] == [False, True]
    # Ten inches are no more pixels than any picture has; a thousand neither.
    assert max(decode(pdf(sheet, resolution=100)).size) == REDUCED_SIDE_PX
    assert max(decode(pdf(sheet, resolution=1)).size) == REDUCED_SIDE_PX
    with pytest.raises(ImageTooLargeError, match="Page 1 of the PDF has pictures of 1 million pixels"):
        decode(pdf(sheet), max_pixels=899_999)


def test_a_broken_pdf_is_said() -> None:
    for content in (b"%PDF-1.7 ...", pdf(drawing())[:300]):
        with pytest.raises(BrokenImageError, match=r"PDF (is damaged or cut off|has no page)"):
            decode(content)


def test_flipped_bits_of_a_pdf() -> None:
    rng = np.random.default_rng(2)
    content = np.frombuffer(pdf(drawing("RGB"), drawing()), np.uint8)
    for _ in range(25):
        broken = content.copy()
        broken[rng.integers(4, len(broken), 6)] ^= rng.integers(1, 255, 6, np.uint8)
        try:
            list(decode_pages(broken.tobytes(), 1_000_000))
        except ImageError:
            continue


def test_without_pypdfium2_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(UnsupportedImageError, match="pip install pypdfium2"):
        decode(pdf(drawing()))


def with_content(content: bytes, pages: int = 1) -> bytes:
    """Return a PDF whose pages all have the same packed content stream, which is this when unpacked."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"3 0 R " * pages, pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    out, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, each in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj%bendobj\n" % (number, each)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, table, size, len(out))


def test_a_pdf_of_lines_is_decoded() -> None:
    page = decode(with_content(b"20 w 0 400 m 600 400 l S\n"))
    assert page.size == (1500, 2000)
    assert (np.asarray(page.image)[:, 800] < 128).sum() == pytest.approx(20 * 2000 / 800, abs=2)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"0 0 m 500 700 l S\n" * 1_000_000, id="hours"),
        pytest.param(b"0 0 m 500 700 l S\n" + b" " * 500_000_000, id="gigabytes"),
    ],
)
def test_a_small_pdf_cannot_take_much_time_or_memory(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 2)
    monkeypatch.setattr(module, "MAX_BYTES", 400_000_000)
    hostile = with_content(content)
    assert len(hostile) < 600_000
    with pytest.raises(ImageTooLargeError, match=r"more than 2 seconds or 0\.4 GB of memory to render"):
        decode(hostile)


def test_many_pages_cannot_take_much_time_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 1)
    pages = decode_pages(with_content(b"0 0 m 600 800 l S\n" * 5000, MAX_PAGES))
    with pytest.raises(ImageTooLargeError, match="more than 1 seconds"):
        list(pages)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_no_process_is_left_of_a_pdf_that_is_not_read_to_its_end() -> None:
    def children() -> list[str]:
        return [each for path in Path("/proc/self/task").glob("*/children") for each in path.read_text().split()]

    before = children()
    pages = module.pages(pdf(*[drawing()] * MAX_PAGES), MAX_PAGES, 2000, 10**6)
    next(pages)
    assert len(children()) == len(before) + 1
    del pages
    assert children() == before
