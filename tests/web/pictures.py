"""Pictures to send."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SHARED_MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist.npz"


def png(image: Image.Image) -> bytes:
    """Encode as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def seven(side: int = 400) -> Image.Image:
    """A seven in black strokes on a white canvas, as the page's canvas sends it."""
    image = Image.new("RGB", (side, side), "white")
    corners = [(0.3, 0.25), (0.68, 0.25), (0.66, 0.33), (0.45, 0.78)]
    ImageDraw.Draw(image).line([(x * side, y * side) for x, y in corners], "black", max(2, side // 20), joint="curve")
    return image


def digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return digits, uint8 [N, height, width], and their labels: MNIST's test set, else scikit-learn's small ones."""
    if SHARED_MNIST.exists():
        with np.load(SHARED_MNIST) as arrays:
            return arrays["x_test"], arrays["y_test"]
    from sklearn.datasets import load_digits

    small = load_digits()
    return (small.images * (255 / 16)).astype(np.uint8), small.target.astype(np.uint8)
