"""Draws a reading into its picture."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference.imaging.decode import Decoded, Picture, decode_pages
from inference.results import Mark, Reading

# RGB colours of digits, signs and refused marks; colour-blind people can tell them apart too.
READ_COLOUR = (0, 114, 178)
SIGN_COLOUR = (136, 34, 85)
REFUSED_COLOUR = (213, 94, 0)
# Pictures whose longer side is shorter than this are enlarged, or the digits could not be read.
MIN_SIDE_PX = 400


def annotate(picture: Picture, reading: Reading) -> Image.Image:
    """Return the first page of `annotate_pages`; see there for arguments and errors."""
    return next(annotate_pages(picture, reading))


def annotate_pages(picture: Picture, reading: Reading) -> Iterator[Image.Image]:
    """Yield each page of a picture with a box around every mark and what was read above it: mode RGB, upright.

    Args:
        picture: what `reading` was read from.
        reading: what `Recognizer.read` returned.

    Raises:
        ImageError: as `Recognizer.read`.
    """
    for number, page in enumerate(decode_pages(picture)):
        yield _drawn(page, [mark for mark in reading.digits if mark.page == number])


def _drawn(page: Decoded, marks: list[Mark]) -> Image.Image:
    image = page.image
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        # White ink on a transparent ground would be invisible on white.
        tones = np.asarray(image.convert("L"))[np.asarray(image.getchannel("A")) > 0]
        if tones.size and tones.min() > 127:
            paper = Image.new("RGBA", image.size, (96, 96, 96, 255))
        paper.alpha_composite(image)
        image = paper
    image = image.convert("RGB")
    if max(image.size) < MIN_SIDE_PX:
        factor = -(-MIN_SIDE_PX // max(image.size))
        image = image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    scale = image.width / page.size[0]
    pen = ImageDraw.Draw(image)
    thick = max(1, round(max(image.size) / 600))
    # A point's label is as large as those of the digits around it, or nobody could read it.
    usual = scale * float(np.median([mark.box[3] for mark in marks])) if marks else 0.0
    for mark in marks:
        left, top, width, height = (side * scale for side in mark.box)
        tone = REFUSED_COLOUR if mark.refused else SIGN_COLOUR if mark.sign else READ_COLOUR
        around = (left - thick, top - thick, left + width + thick, top + height + thick)
        pen.rectangle(around, outline=tone, width=thick)
        size = max(11.0, min(0.45 * max(height, usual), 48.0))
        at = (left, max(top - thick - 1.15 * size, 0))
        pen.text(at, mark.said, fill=tone, font=ImageFont.load_default(size), stroke_width=thick, stroke_fill="white")
    return image
