"""From a picture of any colours to the grey one that is looked at."""

import numpy as np
from PIL import Image, ImageChops

# Opaque tones nearer to each other than this are one ink.
MAX_INK_RANGE = 64


def grey(image: Image.Image) -> Image.Image:
    """Return a picture as mode L.

    A coloured pen swallows two of the three colours: the darkest of them shows it best, but is the noisiest.

    Args:
        image: mode L, RGB or RGBA.
    """
    image = opaque(image)
    if image.mode == "L":
        return image
    red, green, blue = image.convert("RGB").split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return Image.blend(darkest, image.convert("L"), 0.5)


def opaque(image: Image.Image) -> Image.Image:
    """Return a picture without transparency: ink on nothing becomes black on white.

    What is transparent is paper. Where all that is opaque has one tone, it is the ink, whichever its colour; else the
    transparent part takes the commonest tone of the rest.
    """
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return image
    solid = np.asarray(alpha) > 127
    tones = np.asarray(image.convert("L"))[solid]
    if tones.size == 0 or int(tones.max()) - int(tones.min()) < MAX_INK_RANGE:
        return ImageChops.invert(alpha)
    common = int(np.bincount(tones, minlength=256).argmax())
    paper = Image.new("RGBA", image.size, (common, common, common, 255))
    paper.alpha_composite(image)
    return paper
