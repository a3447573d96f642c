"""A photo of a page, the same on every machine: strokes drawn by code on synthetic paper."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation import pages
from synthesis.hands import Copybook, Hand

NOBODY = Copybook.of(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))


def hand() -> Hand:
    """Return the hand that writes all pages."""
    return Hand(NOBODY, copied_share=0, pen=0.09, slant=0.1, width_factor=1, tail_chance=0.2, tone=1)


def page(longest: int, seed: int = 0) -> tuple[bytes, str]:
    """Return a page of about 240 digits as a JPEG with a longer side of `longest` pixels, and its text."""
    rng = np.random.default_rng(seed)
    writer = hand()

    def write(tall: float, rng: np.random.Generator) -> tuple[str, NDArray[np.uint8]]:
        label = str(rng.integers(10))
        return label, writer.digit(label, tall, rng)

    content, text = pages.page(write, rng)
    with Image.open(io.BytesIO(content)) as image:
        factor = longest / max(image.size)
        out = io.BytesIO()
        image.resize((round(image.width * factor), round(image.height * factor))).save(out, "JPEG", quality=90)
    return out.getvalue(), text
