"""Decodes pictures of all accepted kinds to upright 8-bit images, in bounded time and memory."""

import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from inference.errors import BrokenImageError, ImageTooLargeError, UnsupportedImageError
from inference.imaging import canvas_png, pdf
from inference.imaging.files import DAMAGED_MESSAGE, File, content_of, open_image, read_pipe, start_of

Picture = File | Image.Image | NDArray[np.generic]
MAX_PIXELS = 40_000_000
# Longer side that pictures keep at least when they are reduced, and that pages of a PDF have at most: a page of 40
# lines is still read.
REDUCED_SIDE_PX = 2000
# Pixels that are converted at a time.
STRIP_PIXELS = 1_000_000
# A WebP may have only this share of the pixels of others, because its decoder needs 20 bytes for each.
WEBP_SHARE = 0.5
# Most pages of a file that are read; those of a TIFF have at most `max_pixels` pixels together.
MAX_PAGES = 10
# Bits of a TIFF's tag NewSubfileType that mark a smaller copy or a mask, not a page (TIFF 6.0, page 36).
NO_PAGE_BITS = 1 | 4
# Formats whose further frames are an animation; a phone's JPEG stores other things in them.
ANIMATED_FORMATS = ("GIF", "PNG", "WEBP", "AVIF")

# Pillow's transpose that turns each EXIF orientation upright.
TRANSPOSES_BY_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow warns on standard error of large pictures, which raise an error here, and of broken EXIF, which is harmless.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """An upright picture.

    Attributes:
        image: mode L, RGB or RGBA; reduced if the picture is large.
        size: width and height in pixels of the upright picture, before it was reduced.
        more: whether the file has pages or frames after this one that are not decoded.
    """

    image: Image.Image
    size: tuple[int, int]
    more: bool = False


def decode(picture: Picture, max_pixels: int = MAX_PIXELS) -> Decoded:
    """Decode the first page of a picture; see `decode_pages` for arguments and errors."""
    return next(decode_pages(picture, max_pixels))


def decode_pages(picture: Picture, max_pixels: int = MAX_PIXELS) -> Iterator[Decoded]:
    """Open a picture, check its size before decoding it, and turn it upright; yield each page of a TIFF or a PDF.

    PDF files need pypdfium2. Only the first frame of an animation is read. Colour profiles are ignored. Grey images of
    more than 8 bits or of floats are stretched to the full range of 8 bits.

    Args:
        picture: the bytes of an image file, a path, a Pillow image, or an array [height, width], [height, width, 3] or
            [height, width, 4] (bool, uint8, or floats from 0 to 1).
        max_pixels: the most pixels that are decoded: of all pages of a TIFF together, of the pictures on each PDF page.

    Yields:
        At least one page, at most `MAX_PAGES`.

    Raises:
        BrokenImageError: the file is no image, is damaged or cut off, or cannot be opened.
        UnsupportedImageError: the file is of another kind, the array has another shape, dtype or range, or it has no
            pixels.
        ImageTooLargeError: the picture has more than `max_pixels` pixels.
    """
    picture = read_pipe(picture)
    if isinstance(picture, Image.Image):
        if not (picture.width and picture.height):
            raise UnsupportedImageError(f"The picture has no pixels: it is {picture.width} x {picture.height}.")
        # Pillow converts mode La to LA only.
        opened = picture.convert("LA") if picture.mode == "La" else picture
    elif isinstance(picture, np.ndarray):
        opened = _from_array(picture)
    elif isinstance(picture, bytes) and (canvas := canvas_png.decode(picture, max_pixels)):
        yield Decoded(canvas, canvas.size)
        return
    elif (start := start_of(picture)).startswith(pdf.START):
        for image, more in pdf.pages(content_of(picture), MAX_PAGES, REDUCED_SIDE_PX, max_pixels):
            yield Decoded(image, image.size, more)
        return
    else:
        opened = open_image(picture, start)
    # Pillow leaves a file of several pages or frames open; the caller's own image stays as it is.
    with nullcontext() if isinstance(picture, Image.Image) else opened:
        width, height = opened.size
        most = max_pixels * (WEBP_SHARE if opened.format == "WEBP" else 1)
        if width * height > most:
            raise ImageTooLargeError(
                f"The picture has {width} x {height} pixels; at most {most / 1e6:g} million are read. Send a smaller "
                "one."
            )
        try:
            if opened.format == "TIFF" and not isinstance(picture, Image.Image):
                yield from _pages(opened, max_pixels)
            else:
                more = opened.format in ANIMATED_FORMATS and bool(getattr(opened, "is_animated", False))
                yield replace(_upright(opened), more=more)
        # Pillow's decoders raise errors of many classes on broken files.
        except Exception as error:
            raise BrokenImageError(DAMAGED_MESSAGE) from error


def _pages(tiff: Image.Image, max_pixels: int) -> Iterator[Decoded]:
    """Yield the pages of a TIFF, from its current page on."""
    for number in range(1, MAX_PAGES + 1):
        max_pixels -= tiff.width * tiff.height
        following, pixels = _following(tiff)
        more = following is not None and (number == MAX_PAGES or pixels > max_pixels)
        page = _upright(tiff)
        # An unchanged page is the opened image itself, which the next page overwrites: it is copied.
        yield replace(page, image=page.image.copy() if page.image is tiff else page.image, more=more)
        if following is None or more:
            return
        tiff.seek(following)


def _following(tiff: Image.Image) -> tuple[int | None, int]:
    """Return the index of a TIFF's next page, or None, and its number of pixels; the current page stays the same."""
    here = tiff.tell()
    try:
        for at in range(here + 1, here + 1 + MAX_PAGES):
            tiff.seek(at)
            if not int(getattr(tiff, "tag_v2", {}).get(ExifTags.Base.NewSubfileType, 0)) & NO_PAGE_BITS:
                return at, tiff.width * tiff.height
    except EOFError:
        pass
    finally:
        tiff.seek(here)
    return None, 0


def _upright(opened: Image.Image) -> Decoded:
    size = opened.size
    shrink = max(size) / REDUCED_SIDE_PX
    if shrink >= 2:
        # Only JPEG can decode smaller: by 2, 4 or 8, and never below the size asked for.
        opened.draft(None, (round(size[0] / shrink), round(size[1] / shrink)))
    opened.load()
    image = _reduced(opened, max(int(max(opened.size) / REDUCED_SIDE_PX), 1))
    if opened.size == size[::-1]:
        # Pillow turns a TIFF upright by itself.
        size = opened.size
    if (orientation := _orientation(opened)) in TRANSPOSES_BY_ORIENTATION:
        image = image.transpose(TRANSPOSES_BY_ORIENTATION[orientation])
    # From 5 on, width and height change places.
    return Decoded(image, size[::-1] if orientation in range(5, 9) else size)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # A picture with broken EXIF is still a picture.
        return 1


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """Return an image made smaller by a factor, as mode L, RGB or RGBA; in strips, so that the copies are small."""
    if factor == 1:
        whole = _plain(image)
    else:
        height = factor * -(-STRIP_PIXELS // (factor * image.width))
        strips = (
            _plain(image.crop((0, top, image.width, min(top + height, image.height)))).reduce(factor)
            for top in range(0, image.height, height)
        )
        whole = Image.fromarray(np.concatenate([np.asarray(strip) for strip in strips]))
    return _stretched(whole) if whole.mode == "F" else whole


def _plain(image: Image.Image) -> Image.Image:
    """Return an image as mode L, RGB, RGBA or, if it has more than 8 bits, F."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(np.nan_to_num(np.asarray(image, np.float32), nan=0.0, posinf=0.0, neginf=0.0))
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Return an image of mode F as mode L, its range of values stretched to 0 to 255."""
    values = np.asarray(image)
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return Image.new("L", image.size, 255)
    return Image.fromarray(np.rint((values - low) * (255 / (high - low))).astype(np.uint8))


def _from_array(array: NDArray[np.generic]) -> Image.Image:
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif np.issubdtype(array.dtype, np.floating) and array.size:
        low, high = float(array.min()), float(array.max())
        # What rounds to 0 or 255 is within; NaN is not.
        if not (255 * low > -0.5 and 255 * high < 255.5):
            raise UnsupportedImageError(
                f"An array of floats must have values from 0 (black) to 1 (white), not {low:g} to {high:g}. Scale "
                "them, or pass whole numbers as uint8."
            )
        array = np.rint(array.astype(np.float32) * 255).astype(np.uint8)
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if array.dtype != np.uint8 or not shaped or array.size == 0:
        raise UnsupportedImageError(
            "Pass an array [height, width], [height, width, 3] or [height, width, 4], uint8 or floats from 0 to 1; "
            f"got {array.dtype} {list(array.shape)}."
        )
    return Image.fromarray(array)
