"""Encodes a small drawing as a file of any format."""

import io

import numpy as np
import pillow_heif
from PIL import Image

SIZE = (60, 40)


# With which a picture is saved as it is, or nearly so.
OPTIONS: dict[str, dict[str, object]] = {
    "WEBP": {"lossless": True},
    "JPEG": {"quality": 95, "subsampling": 0},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "HEIC": {"quality": 100, "chroma": 444},
}


def drawing(mode: str = "L") -> Image.Image:
    """A black bar in the left top quarter of white paper: only one orientation is right."""
    image = Image.new("L", SIZE, 255)
    image.paste(0, (6, 4, 12, 18))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    if mode in ("F", "I"):
        return image.convert(mode)
    if mode in ("RGBA", "LA"):
        clear = Image.new(mode, SIZE)
        clear.paste(Image.new(mode, (6, 14), "black"), (6, 4))
        return clear
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIC":
        pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, "HEIF" if kind == "HEIC" else kind, **options)
    return out.getvalue()
