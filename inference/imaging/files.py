"""Which files are pictures, by their first bytes, and what is said of others."""

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from inference.errors import BrokenImageError, ImageError, ImageTooLargeError, UnsupportedImageError

File = bytes | bytearray | memoryview | str | Path
PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
FORMATS = (*PILLOW_FORMATS, "HEIC")
# So many first bytes of a file tell what it is.
START_BYTES = 64
# How their files' names end.
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".pdf")
DAMAGED = "The picture is damaged or cut off. Save it again and resend it."
NO_PICTURE = f"This is no picture that can be read. Send one of {', '.join(FORMATS)}."
# What people also send, by how it begins.
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
# HEIC's names among the ISO media families, which stand after four bytes.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def start_of(picture: File) -> bytes:
    """Return the first bytes of a file."""
    if isinstance(picture, str | Path):
        try:
            with Path(picture).open("rb") as file:
                return file.read(START_BYTES)
        except OSError as error:
            raise BrokenImageError(f"{picture} cannot be opened: {error.strerror or error}.") from error
    if not isinstance(picture, bytes | bytearray | memoryview):
        raise UnsupportedImageError(f"Pass bytes, a path, a Pillow image or an array; got {type(picture).__name__}.")
    return bytes(picture[:START_BYTES])


def open_image(picture: File, start: bytes) -> Image.Image:
    """Open a file whose first bytes these are, without decoding its pixels."""
    file = picture if isinstance(picture, str | Path) else io.BytesIO(picture)
    try:
        return Image.open(file, formats=_formats(start))
    except Exception as error:
        raise _unreadable(start, error) from error


def _formats(start: bytes) -> tuple[str, ...]:
    """Return the formats that a file is tried as, by its first bytes."""
    if start[4:8] != b"ftyp" or start[8:12] not in HEIC_BRANDS:
        return PILLOW_FORMATS
    # Only here: its import takes longer than a canvas is read in.
    import pi_heif

    # One thread, as all that reads; of what a phone puts beside the picture, nothing is wanted.
    pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    return (*PILLOW_FORMATS, "HEIF")


def _unreadable(start: bytes, error: Exception) -> ImageError:
    """Return what to say of a file that Pillow does not open, by its first bytes."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return ImageTooLargeError("The picture has far too many pixels. Send a smaller one.")
    kind = next((name for magic, name in FOREIGN_FORMATS.items() if start.lstrip().startswith(magic)), None)
    if kind:
        return UnsupportedImageError(f"{kind} files are not read. Send one of {', '.join(FORMATS)}.")
    return BrokenImageError(NO_PICTURE if isinstance(error, UnidentifiedImageError) else DAMAGED)
