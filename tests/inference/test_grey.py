"""From colours and transparency to grey."""

import numpy as np
from PIL import Image

from inference.imaging.grey import grey, opaque


def test_a_coloured_pen_is_as_dark_as_the_colours_that_it_swallows() -> None:
    # Yellow has nearly the luminance of paper, and no blue.
    found = np.asarray(grey(Image.new("RGB", (3, 2), (255, 255, 0))))
    assert found.shape == (2, 3)
    assert 100 < found.max() < 130
    assert np.asarray(grey(Image.new("RGB", (3, 2), (90, 90, 90)))).max() == 90
    plain = Image.new("L", (3, 2), 7)
    assert grey(plain) is plain


def drawing(pen: int, card: int | None) -> Image.Image:
    """A stroke, on a card or on nothing, in the middle of nothing: 20 x 20 pixels, RGBA."""
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    if card is not None:
        image.paste((card, card, card, 255), (4, 4, 16, 16))
    image.paste((pen, pen, pen, 255), (8, 6, 11, 14))
    return image


def test_ink_on_nothing_is_black_on_white_whatever_its_colour() -> None:
    for pen in (0, 128, 255):
        found = np.asarray(opaque(drawing(pen, None)))
        assert (found[10, 9], found[10, 2]) == (0, 255)


def test_what_is_transparent_around_a_card_takes_its_tone() -> None:
    for pen, card in ((0, 255), (255, 30)):
        found = np.asarray(opaque(drawing(pen, card)).convert("L"))
        assert (found[10, 9], found[10, 5], found[1, 1]) == (pen, card, card)


def test_an_opaque_picture_and_one_with_nothing_on_it() -> None:
    whole = Image.new("RGBA", (4, 4), (9, 9, 9, 255))
    assert opaque(whole) is whole
    assert np.asarray(opaque(Image.new("RGBA", (4, 4), (9, 9, 9, 0)))).min() == 255
