"""Files that are broken, or made to hurt whoever opens them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

from tests.web.pictures import png, seven


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode an image with Pillow, HEIC with the help of pillow-heif."""
    if kind == "HEIC":
        pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, "HEIF" if kind == "HEIC" else kind, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes, checksum: int | None = None) -> bytes:
    """Return one chunk of a PNG."""
    value = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", value)


def made_png(width: int, height: int, data: bytes, depth: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """Return a PNG with any header over any data."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def truncated() -> Iterator[tuple[str, bytes]]:
    """Yield a PNG and a JPEG cut off after every 64 bytes."""
    for kind in ("PNG", "JPEG"):
        whole = encoded(seven(300), kind)
        for end in range(0, len(whole), 64):
            yield f"{kind} cut off at {end}", whole[:end]


def corpus() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    small = seven(60)
    whole = png(small)
    yield "empty", b""
    yield "one byte", b"\x89"
    yield "text", b"hello, " * 100
    yield "zeros", bytes(10_000)
    yield "noise", np.random.default_rng(1).bytes(10_000)
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "SVG that includes a file", b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'
    yield "PDF", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(rm) system\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a.txt", "x" * 10_000)
    yield "zip", archive.getvalue()
    yield "zip behind a PNG", whole + archive.getvalue()
    yield "zip in a PNG", whole[:-12] + chunk(b"zTXt", b"a\0\0" + archive.getvalue()) + whole[-12:]
    yield "0x0 PNG", made_png(0, 0, b"")
    yield "0x10 PNG", made_png(0, 10, b"")
    yield "1x100000 PNG", made_png(1, 100_000, bytes(200_000))
    yield "100000x1 PNG", made_png(100_000, 1, bytes(100_001))
    yield "1x1 PNG", made_png(1, 1, bytes(2))
    yield "bomb: 100 megapixels", made_png(10_000, 10_000, bytes(10_001 * 10_000))
    yield "bomb: 40 gigapixels, no data", made_png(200_000, 200_000, b"")
    yield "bomb: the largest PNG", made_png(2**31 - 1, 2**31 - 1, b"")
    yield "bomb: a width beyond what is allowed", made_png(2**32 - 1, 1, b"")
    yield "bomb: 4 pixels, 50 MB of data", made_png(2, 2, bytes(50_000_000))
    yield (
        "bomb: text of 50 MB",
        made_png(2, 2, bytes(6), extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
    )
    yield (
        "bomb: profile of 50 MB",
        made_png(2, 2, bytes(6), extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
    )
    yield "wrong checksum", whole[:29] + b"\0\0\0\0" + whole[33:]
    yield "chunk longer than the file", whole[:33] + struct.pack(">I", 2**31 - 1) + whole[37:]
    yield "many empty chunks", whole[:33] + chunk(b"tEXt", b"a\0b") * 20_000 + whole[33:]
    yield "no end", whole[:-12]
    yield "bad bit depth", made_png(4, 4, bytes(100), depth=3)
    yield "bad colour type", made_png(4, 4, bytes(100), colour=7)
    yield "palette without a palette", made_png(4, 4, bytes(20), colour=3)
    yield "16 bits", encoded(Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16), "PNG")
    yield "16 bits TIFF", encoded(Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)), "TIFF")
    yield "32 bits TIFF", encoded(Image.fromarray(np.arange(4096, dtype=np.int32).reshape(64, 64)), "TIFF")
    floats = np.full((64, 64), np.nan, np.float32)
    floats[10:50, 30:34] = np.inf
    yield "TIFF of infinities", encoded(Image.fromarray(floats), "TIFF")
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"):
        kind = "TIFF" if mode in ("CMYK", "YCbCr", "LAB") else "PNG"
        yield (
            f"mode {mode}",
            encoded(small.convert("RGB").convert(mode) if mode != "LAB" else Image.new("LAB", (60, 60)), kind),
        )
    yield "CMYK JPEG", encoded(small.convert("CMYK"), "JPEG")
    yield "progressive JPEG", encoded(small, "JPEG", progressive=True)
    frames = [seven(60), Image.new("RGB", (60, 60), "white"), seven(60)]
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "AVIF", "HEIC"):
        yield f"animated {kind}", encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    for kind in ("AVIF", "HEIC"):
        whole = encoded(small.convert("RGB"), kind)
        at = whole.index(b"ispe") + 8
        for side in (0, 30_000, 2**32 - 1):
            yield f"{kind} that says it is {side} wide", whole[:at] + struct.pack(">II", side, side) + whole[at + 8 :]
    for kind in ("WEBP", "GIF", "BMP", "AVIF", "HEIC"):
        whole = encoded(small, kind)
        yield f"half a {kind}", whole[: len(whole) // 2]
    yield "JPEG of 65500 pixels", encoded(Image.new("L", (65_500, 1), 255), "JPEG")
    yield "GIF whose size lies", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + encoded(small, "GIF")[13:]
    yield (
        "BMP whose size lies",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0),
    )
    yield "TIFF of directories in a circle", b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 3, 1, 8, 8)
    entries = struct.pack("<HHHII", 3, 256, 3, 1, 8) + struct.pack("<HHII", 257, 3, 1, 8)
    entries += struct.pack("<HHII", 254, 4, 1, 1)
    chain = b"".join(entries + struct.pack("<I", 8 + 42 * (at + 1)) for at in range(20_000))
    yield "TIFF of 20,000 directories of small copies", b"II*\0\x08\0\0\0" + chain
    yield (
        "checkerboard of single pixels",
        png(Image.fromarray((np.indices((500, 500)).sum(axis=0) % 2 * 255).astype(np.uint8))),
    )
    noise = np.random.default_rng(2).integers(0, 256, (500, 500), np.uint8)
    yield "noise as a picture", png(Image.fromarray(noise))
    yield "sparse noise", png(Image.fromarray(np.where(noise < 3, 0, 255).astype(np.uint8)))
    lines = np.full((600, 600), 255, np.uint8)
    lines[::6] = 0
    lines[:, ::6] = 0
    yield "grid", png(Image.fromarray(lines))
    turned = Image.Exif()
    turned[0x0112] = 99
    yield "an orientation that is none", encoded(small, "JPEG", exif=turned)
    yield "broken EXIF", encoded(small, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(20))
