"""Renders a PDF as a program of its own, because PDFium takes hours or all memory for some small files.

`inference.imaging.pdf` runs it and explains its limits:
`python -P render_pdf.py MAX_PAGES MAX_SIDE_PX MAX_PIXELS MAX_SECONDS MAX_BYTES < FILE`.
It writes a line of JSON for each page, with `size` and `more`, and then the page's pixels, one byte each. The last line
is the JSON object {}, or has an `error` and whether the PDF is `too_large`. Beyond a limit there is no last line.
"""

import json
import resource
import sys

import pypdfium2 as pdfium

# A PDF unit is 1/72 of an inch. Pages are rendered at about the resolution of scans, 150 to 300 dots per inch.
UNITS_PER_INCH, DOTS_PER_INCH = 72, 200


def main() -> None:
    """Render the PDF on standard input."""
    max_pages, max_side_px, max_pixels, max_seconds, max_bytes = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (max_seconds, max_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    try:
        end = _render(sys.stdin.buffer.read(), max_pages, max_side_px, max_pixels)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        end = {
            "error": "The PDF is locked by a password. Send it unlocked."
            if locked
            else "The PDF is damaged or cut off."
        }
    _write(end)


def _render(content: bytes, max_pages: int, max_side_px: int, max_pixels: int) -> dict[str, object]:
    """Write the pages, and return the last line."""
    document = pdfium.PdfDocument(content)
    count = len(document)
    if not count:
        return {"error": "The PDF has no page."}
    for number in range(min(count, max_pages)):
        page = document[number]
        # A picture counts each time that the page shows it, because each time takes its time.
        shown = (each.get_px_size() for each in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]))
        pixels = sum(width * height for width, height in shown)
        if pixels > max_pixels:
            error = (
                f"Page {number + 1} of the PDF has pictures of {pixels / 1e6:.0f} million pixels; at most "
                f"{max_pixels / 1e6:g} million are read. Send a smaller one."
            )
            return {"error": error, "too_large": True}
        scale = min(DOTS_PER_INCH / UNITS_PER_INCH, max_side_px / max(*page.get_size(), 1))
        image = page.render(scale=scale, grayscale=True).to_pil()
        _write({"size": image.size, "more": number + 1 == max_pages < count})
        sys.stdout.buffer.write(image.tobytes())
        page.close()
    return {}


def _write(line: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
