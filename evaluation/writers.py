"""The writers of the synthetic pages: they copy MNIST's test digits, or draw strokes with pens of several widths."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.pages import Writer
from evaluation.strokes import Drawing, aspect, place, render


def copyist(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Writer:
    """Return a writer that copies MNIST digits, uint8 [N, 28, 28]."""

    def write(tall: float, rng: np.random.Generator) -> tuple[str, NDArray[np.uint8]]:
        at = int(rng.integers(len(images)))
        ink = Image.fromarray(images[at])
        ink = ink.crop(ink.getbbox())
        scale = tall / max(ink.size)
        size = max(1, round(ink.width * scale)), max(1, round(ink.height * scale))
        return str(labels[at]), np.asarray(ink.resize(size, Image.Resampling.BICUBIC))

    return write


def pen(marks: list[Drawing], thin: float = 0.05, thick: float = 0.14) -> Writer:
    """Return a writer that draws strokes with a pen between `thin` and `thick`, as shares of the digit's height."""

    def write(tall: float, rng: np.random.Generator) -> tuple[str, NDArray[np.uint8]]:
        mark = marks[int(rng.integers(len(marks)))]
        brush = max(1.2, tall * rng.uniform(thin, thick))
        wide = max(1.0, (tall - brush) * min(aspect(mark), 1.2))
        strokes = place(mark, (brush / 2, brush / 2, wide, max(1.0, tall - brush)))
        return mark.label, render(strokes, (round(wide + brush), round(tall)), brush)

    return write
