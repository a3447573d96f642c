"""Renders the pages of a PDF as pictures with pypdfium2, an optional dependency."""

from collections.abc import Iterator
from threading import Lock

from PIL import Image

from inference.errors import BrokenImageError, ImageTooLargeError, UnsupportedImageError

START = b"%PDF"
NO_PYPDFIUM2_MESSAGE = (
    "PDF files are read where pypdfium2 is installed: `pip install pypdfium2`, or `pip install 'digits[pdf]'`. "
    "Or send each page as a picture."
)
# A PDF unit is 1/72 of an inch. Pages are rendered at about the resolution of scans, 150 to 300 dots per inch.
UNITS_PER_INCH, DOTS_PER_INCH = 72, 200
# PDFium runs in one thread at a time (pypdfium2's README, "Thread incompatibility").
PDFIUM_LOCK = Lock()


def pages(content: bytes, max_pages: int, max_side_px: int, max_pixels: int) -> Iterator[tuple[Image.Image, bool]]:
    """Render the pages of a PDF.

    Args:
        content: the file's bytes.
        max_pages: the most pages that are rendered.
        max_side_px: the most pixels of a rendered page's longer side.
        max_pixels: the most pixels of all pictures on a page together, because they are decoded whole.

    Yields:
        Each page, mode L, and whether more pages follow it that are not rendered.

    Raises:
        UnsupportedImageError: pypdfium2 is not installed.
        BrokenImageError: the file is no PDF, is damaged, is locked by a password, or has no page.
        ImageTooLargeError: the pictures on a page have more than `max_pixels` pixels.
    """
    try:
        import pypdfium2 as pdfium
    except ImportError as error:
        raise UnsupportedImageError(NO_PYPDFIUM2_MESSAGE) from error
    try:
        with PDFIUM_LOCK:
            document = pdfium.PdfDocument(content)
            count = len(document)
        if not count:
            raise BrokenImageError("The PDF has no page.")
        for number in range(min(count, max_pages)):
            with PDFIUM_LOCK:
                page = document[number]
                # A picture counts each time that the page shows it, because each time takes its time.
                shown = (each.get_px_size() for each in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]))
                pixels = sum(width * height for width, height in shown)
                if pixels > max_pixels:
                    raise ImageTooLargeError(
                        f"Page {number + 1} of the PDF has pictures of {pixels / 1e6:.0f} million pixels; at most "
                        f"{max_pixels / 1e6:g} million are read. Send a smaller one."
                    )
                scale = min(DOTS_PER_INCH / UNITS_PER_INCH, max_side_px / max(*page.get_size(), 1))
                image = page.render(scale=scale, grayscale=True).to_pil().copy()
                page.close()
            yield image, number + 1 == max_pages < count
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise BrokenImageError(
            "The PDF is locked by a password. Send it unlocked." if locked else "The PDF is damaged or cut off."
        ) from error
