"""A reading drawn into its picture."""

import numpy as np
import pytest
from PIL import Image

from inference.annotate import READ_COLOUR, REFUSED_COLOUR, SIGN_COLOUR, annotate
from tests.readings import row


@pytest.mark.parametrize(
    ("said", "colour"), [("7", READ_COLOUR), (".", SIGN_COLOUR), ("-", SIGN_COLOUR), ("?", REFUSED_COLOUR)]
)
def test_a_digit_a_sign_and_what_is_refused_have_their_own_colours(said: str, colour: tuple[int, int, int]) -> None:
    reading = row("11" + said)
    drawn = np.asarray(annotate(Image.new("L", reading.size, 255), reading))
    x, y, width, height = reading.digits[2].box
    column = drawn[:, x : x + width]
    for each in (READ_COLOUR, SIGN_COLOUR, REFUSED_COLOUR):
        assert (column == each).all(axis=2).any() == (each == colour)
    frame = (column == colour).all(axis=2)
    assert frame[y - 1].all()
    assert frame[y + height + 1].all()
    # What was read stands above it, large enough to be seen where it is a point.
    assert np.count_nonzero(frame[: y - 1]) >= 4


def test_a_picture_without_marks_stays_as_it_is() -> None:
    drawn = annotate(Image.new("L", (600, 200), 255), row(""))
    assert (np.asarray(drawn) == 255).all()
