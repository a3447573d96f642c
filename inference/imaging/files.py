"""Recognises picture files by their first bytes, opens them, and words the errors for other files."""

import io
import re
from pathlib import Path
from typing import TypeVar

from PIL import Image, UnidentifiedImageError

from inference.errors import BrokenImageError, ImageError, ImageTooLargeError, UnsupportedImageError

Given = TypeVar("Given")
File = bytes | bytearray | memoryview | str | Path
PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
FORMATS = (*PILLOW_FORMATS, "HEIC")
# Number of first bytes that tell the kind of a file.
START_BYTES = 64
# File name suffixes of the formats that are read, PDF among them.
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".pdf")
RESEND_HINT = "Save it again and resend it."
DAMAGED_MESSAGE = f"The picture is damaged or cut off. {RESEND_HINT}"
NO_PICTURE_MESSAGE = f"This is not a picture that can be read. Send one of {', '.join(FORMATS)}."
# Other formats that people send, by their first bytes.
FOREIGN_FORMATS = {
    b"<svg": "SVG",
    b"<?xml": "XML or SVG",
    b"PK\x03\x04": "ZIP or office document",
    b"8BPS": "Photoshop",
    b"\x00\x00\x01\x00": "ICO",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL": "JPEG XL",
    b"qoif": "QOI",
}
# A segment of a JPEG with Exif data, and the most that are read: each costs Pillow a copy of all those before it, and a
# camera writes one or two.
JPEG_START = b"\xff\xd8"
EXIF_SEGMENT = re.compile(rb"\xff\xe1..Exif\0\0", re.DOTALL)
MAX_EXIF_SEGMENTS = 64
# ISO media brands that mean HEIC; a brand follows the type `ftyp`, which follows four bytes.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def read_pipe(picture: Given) -> Given | bytes:
    """Return what is in a named pipe, which can be read only once; return any other picture as it is."""
    try:
        return content_of(picture) if isinstance(picture, str | Path) and Path(picture).is_fifo() else picture
    except OSError as error:
        raise _unopened(error) from error


def content_of(picture: File) -> bytes:
    """Return all bytes of a file."""
    if not isinstance(picture, str | Path):
        return bytes(picture)
    try:
        return Path(picture).read_bytes()
    except OSError as error:
        raise _unopened(error) from error


def start_of(picture: File) -> bytes:
    """Return the first bytes of a file."""
    if isinstance(picture, str | Path):
        try:
            with Path(picture).open("rb") as file:
                return file.read(START_BYTES)
        except OSError as error:
            raise _unopened(error) from error
        except ValueError as error:
            raise BrokenImageError("This cannot be the name of a file.") from error
    if not isinstance(picture, bytes | bytearray | memoryview):
        raise UnsupportedImageError(f"Pass bytes, a path, a Pillow image or an array; got {type(picture).__name__}.")
    return bytes(picture[:START_BYTES])


def _unopened(error: OSError) -> BrokenImageError:
    return BrokenImageError(f"The file cannot be opened: {error.strerror or error}.")


def open_image(picture: File, start: bytes) -> Image.Image:
    """Open an image file, without decoding its pixels; `start` holds its first bytes."""
    if start.startswith(JPEG_START):
        picture = content_of(picture)
        if len(EXIF_SEGMENT.findall(picture)) > MAX_EXIF_SEGMENTS:
            raise BrokenImageError(f"The picture has more than {MAX_EXIF_SEGMENTS} parts with Exif data. {RESEND_HINT}")
    file = picture if isinstance(picture, str | Path) else io.BytesIO(picture)
    try:
        opened = Image.open(file, formats=_formats(start))
    except Exception as error:
        raise _unreadable(start, error) from error
    # Pillow maps a file with a name into memory, but a TIFF that EXIF turns on its side with the wrong width.
    opened.filename = ""
    return opened


def _formats(start: bytes) -> tuple[str, ...]:
    """Return the formats that Pillow tries for a file, by its first bytes."""
    if start[4:8] != b"ftyp" or start[8:12] not in HEIC_BRANDS:
        return PILLOW_FORMATS
    # Imported only here, because the import takes longer than reading a canvas.
    import pi_heif

    # One thread, like all reading; the extra pictures that phones store are not needed.
    pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    return (*PILLOW_FORMATS, "HEIF")


def _unreadable(start: bytes, error: Exception) -> ImageError:
    """Return the error for a file that Pillow does not open, by its first bytes."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return ImageTooLargeError("The picture has far too many pixels. Send a smaller one.")
    kind = next((name for magic, name in FOREIGN_FORMATS.items() if start.lstrip().startswith(magic)), None)
    if kind:
        return UnsupportedImageError(f"{kind} files are not read. Send one of {', '.join(FORMATS)}.")
    return BrokenImageError(NO_PICTURE_MESSAGE if isinstance(error, UnidentifiedImageError) else DAMAGED_MESSAGE)
