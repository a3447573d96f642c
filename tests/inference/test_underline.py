"""Numbers read although a line joins their digits, and not where it strikes them out."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference import Recognizer
from inference.components import label
from inference.underline import freed
from tests.inference.pens import pen

TALL, MARGIN = 120, 30
# Along the lower and the upper ends of the digits, and through their middle.
UNDER, OVER, THROUGH = MARGIN + TALL + 2, MARGIN - 2, MARGIN + TALL // 2


def lined(text: str, *levels: int, slant: int = 0) -> NDArray[np.uint8]:
    drawing = Image.fromarray(pen(text, tall=TALL, margin=MARGIN))
    draw = ImageDraw.Draw(drawing)
    for level in levels:
        draw.line((6, level + slant, drawing.width - 6, level - slant), fill=255, width=9)
    return np.asarray(drawing)


@pytest.mark.parametrize("level", [UNDER, OVER])
@pytest.mark.parametrize("slant", [0, 6])
def test_digits_that_hang_on_a_line_are_read(level: int, slant: int) -> None:
    assert Recognizer().read(255 - lined("36809", level, slant=slant)).text == "36809"


def test_what_is_struck_out_stays_struck_out() -> None:
    ink = lined("36809", THROUGH, THROUGH + 20)
    assert freed(ink, label(ink > 0))[0] is ink


def test_the_bars_of_digits_that_touch_are_no_line() -> None:
    ink = pen("7575", gap=-0.12)
    assert freed(ink, label(ink > 0))[0] is ink


def test_twos_written_in_one_go_do_not_lose_their_bases() -> None:
    drawing = Image.fromarray(pen("222", tall=TALL, margin=MARGIN))
    base = MARGIN + round(0.96 * TALL)
    ImageDraw.Draw(drawing).line((MARGIN + 15, base, drawing.width - MARGIN - 15, base), fill=255, width=12)
    ink = np.asarray(drawing)
    assert freed(ink, label(ink > 0))[0] is ink


def test_a_frame_stays_whole() -> None:
    drawing = Image.fromarray(pen("36", tall=TALL, margin=2 * MARGIN))
    ImageDraw.Draw(drawing).rectangle((8, 20, drawing.width - 9, drawing.height - 21), outline=255, width=4)
    ink = np.asarray(drawing)
    assert freed(ink, label(ink > 0))[0] is ink
