"""Converts pictures of any colours to grey, and removes transparency."""

import numpy as np
from PIL import Image, ImageChops

# Opaque pixels whose tones span less than this, of 255, are all ink.
MAX_INK_RANGE = 64


def grey(image: Image.Image) -> Image.Image:
    """Return a picture as mode L.

    Coloured ink absorbs two of the three channels: the darkest channel shows it best, but is the noisiest.

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
    """Return a picture without transparency: ink on a transparent ground becomes black on white.

    Transparent pixels are paper. If all opaque pixels have one tone, they are ink, whatever their colour; else the
    transparent pixels take the commonest tone of the opaque ones.
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
