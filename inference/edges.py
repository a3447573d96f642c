"""Ink and shade told apart by their edges: a pen's are sharp, a shadow's soft."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.components import Components, label, paint
from inference.morphology import extremes

Grey = NDArray[np.uint8]
Levels = NDArray[np.float32]

# An edge's two sides are sought within a square of this many pixels.
SIDES = 5
# Of what hangs together, edges with less than this share of the contrast of the sharpest twentieth are a shadow's.
SHARP = 0.5


def midway(grey: Grey, ink: NDArray[np.bool_], stroke: int) -> Levels:
    """Return for each pixel the tone halfway between ink and paper at the sharp edges nearest to it, float32.

    0 where no such edge is within a stroke's width: there is no ink.

    Args:
        grey: uint8 [height, width], dark ink on light paper.
        ink: bool [height, width], where there may be ink, and shade beside it.
        stroke: hardly less than the width of the strokes, in pixels.

    Source: Yanowitz and Bruckstein, "A new method for image segmentation", Computer Vision, Graphics, and Image
    Processing 46(1), 1989 (a threshold surface through the tones at the edges); Su, Lu and Tan, "Robust document image
    binarization technique for degraded document images", IEEE TIP 22(4), 2013 (edges by the local contrast); Gortler
    et al., "The Lumigraph", SIGGRAPH 1996, section 3.4 (the surface by pulling and pushing).
    """
    low, high = extremes(grey, SIDES)
    # Against the paper beside the stroke: within the ink, unevenness is no edge.
    paper = extremes(grey, stroke + SIDES)[1]
    contrast = np.divide(high - low, np.maximum(paper, 1), dtype=np.float32)
    components = label(ink)
    sharp = paint(components, np.float32(SHARP) * _sharpest(components, contrast), ink.shape)
    edges = ink & (contrast >= sharp)
    tones = np.add(high, low, dtype=np.float32) * np.float32(0.5)
    return _spread(tones, edges, max(1, int(np.ceil(np.log2(max(stroke / 2, 2))))))


def _sharpest(components: Components, contrast: Levels) -> Levels:
    """Return the contrast of each component's sharp edges: of its runs, the upper twentieth, float32 [N]."""
    if not components.count:
        return np.zeros(0, np.float32)
    lengths = components.stops - components.starts
    inside = paint(components, np.ones(components.count, np.bool_), contrast.shape)
    # Pixels of a mask come in the order of its runs.
    steepest = np.maximum.reduceat(contrast[inside], np.cumsum(lengths) - lengths)
    order = np.lexsort((steepest, components.labels))
    counts = np.bincount(components.labels, minlength=components.count)
    return np.asarray(steepest[order][np.cumsum(counts) - 1 - counts // 20], np.float32)


def _spread(values: Levels, known: NDArray[np.bool_], levels: int) -> Levels:
    """Spread values from where they are known, the nearest deciding; 0 beyond about 2 ** levels pixels."""
    weight = known.astype(np.float32)
    pyramid = [(values * weight, weight)]
    for _ in range(levels):
        value, weight = (_halved(each) for each in pyramid[-1])
        # A cell counts as known as soon as one of its pixels is.
        full = np.minimum(4 * weight, np.float32(1))
        pyramid.append((value * (full / np.maximum(weight, np.float32(1e-6))), full))
    value, weight = pyramid.pop()
    while pyramid:
        finer, here = pyramid.pop()
        coarse, reached = (_doubled(each, finer.shape) for each in (value, weight))
        value = np.asarray(finer + (1 - here) * coarse / np.maximum(reached, 1e-6), np.float32)
        weight = np.maximum(here, reached > 0, dtype=np.float32)
    return np.asarray(np.where(weight > 0, value, 0), np.float32)


def _halved(values: Levels) -> Levels:
    height, width = values.shape
    padded = np.pad(values, ((0, height % 2), (0, width % 2)))
    total = padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
    return np.asarray(total * np.float32(0.25), np.float32)


def _doubled(values: Levels, shape: tuple[int, ...]) -> Levels:
    size = (2 * values.shape[1], 2 * values.shape[0])
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR))[: shape[0], : shape[1]]
