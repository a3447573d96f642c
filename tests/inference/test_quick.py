"""The quick way, and what it leaves to the page network."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference import Recognizer
from inference.drawings.ink import ink_of
from inference.drawings.quick import read_isolated_digits
from inference.imaging.components import label
from tests.inference.pens import pen

classify = Recognizer().classify


def quick(ink: np.ndarray) -> str | None:
    found = read_isolated_digits(ink, label(ink > 0), classify)
    if found is None:
        return None
    boxes, images, said = found
    assert images.shape == (len(boxes), 28, 28)
    order = boxes[:, 0].argsort()
    return "".join(str(digit) for digit in said[order].argmax(axis=1))


@pytest.mark.parametrize("text", ["7", "31", "2361"])
def test_digits_apart(text: str) -> None:
    assert quick(pen(text)) == text


def test_an_empty_sheet() -> None:
    empty = np.zeros((30, 40), np.uint8)
    found = read_isolated_digits(empty, label(empty > 0), classify)
    assert found is not None
    assert len(found[0]) == 0


def test_what_the_page_network_must_see() -> None:
    assert quick(pen("23", gap=-0.05)) is None  # they touch, or nearly
    assert quick(pen("5")) is None  # its bar is apart
    dotted = np.pad(pen("31"), ((0, 0), (0, 40)))
    dotted[140:150, -30:-20] = 255
    assert quick(dotted) is None
    assert quick(np.pad(pen("3"), 2, constant_values=255)) is None  # a frame
    ruled = pen("31").copy()
    ruled[100:102] = 255
    assert quick(ruled) is None


def test_a_slash_is_no_one() -> None:
    slash = Image.new("L", (120, 180))
    ImageDraw.Draw(slash).line([(90, 20), (30, 160)], fill=255, width=10)
    assert quick(np.hstack([pen("6"), np.asarray(slash), pen("10")])) is None


def test_a_photo_is_no_drawing() -> None:
    shaded = np.linspace(120, 250, 300)[None] * np.ones((200, 1))
    shaded[80:120, 100:110] = 40
    assert ink_of(Image.fromarray(shaded.astype(np.uint8))) is None


def test_several_views_decide_whether_a_doubtful_mark_alone_is_a_digit() -> None:
    class Doubtful(Recognizer):
        """Takes any mark for a 3 with some doubt, and for none in its five views."""

        def classify(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
            none = 0.9 if len(batch) == 5 else 0.04
            said = np.zeros((len(batch), 11), np.float32)
            said[:, 3], said[:, 10] = 1 - none, none
            return said

    assert Doubtful().read(255 - pen("3")).text == "?"
