"""Ink on photographed paper: light, shadow and grain taken away."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.components import Components, label, on_border, paint, select
from inference.edges import midway
from inference.morphology import closing, extremes

Grey = NDArray[np.uint8]
Depth = NDArray[np.float32]

# Ink must be this many standard deviations of the paper's grain darker than the paper, and a mark somewhere more.
GRAIN_LOW = 3.0
GRAIN_HIGH = 6.0
# The grain is measured for every so many tones, of 256; it is never less than this, nor so many times the usual one.
TONE = 16
LEAST_GRAIN = 0.004
GRAIN_RANGE = 10.0
# And ink must have this share of the depth that the writing has elsewhere.
DEPTH_LOW = 0.38
DEPTH_HIGH = 0.55
# Shallower than this, in shares of the paper's brightness, is nothing that can be read.
FAINTEST = 0.06
# The window is chosen on a copy whose longer side is about this, and may lose this share of the strokes' edges.
COARSE = 640
LOST = 0.06
# Edges less sharp than this share of the pen's are a shadow's.
SOFT = 0.4
# Where the ground on one side has less than this share of the other's light, within so many pixels, the paper ends.
STEP = 0.6
STEP_SIDE = 7


def flatten(grey: Grey) -> NDArray[np.uint8]:
    """Return the ink of a photo of dark writing, uint8 [height, width], 0 = paper, 255 = the writing's usual depth.

    The paper's brightness is a grey closing, which follows the edges of shadows; ink is measured as the share of that
    light that it swallows. The closing's window is as narrow as the strokes allow, to leave no shadow. Thresholds
    follow the grain of the ground, which is that of its tone, and, by Otsu's method, the depth of the writing; what
    lies between the low and the high one is ink where it hangs together with what is above the high one. Shade that
    hangs together with ink is parted from it by the tone at the ink's sharp edges (`inference.edges`); components
    without such edges, and those along the end of the paper, are none.

    Args:
        grey: uint8 [height, width], dark ink on light paper.

    Source: Gatos, Pratikakis and Perantonis, "Adaptive degraded document image binarization", Pattern Recognition
    39(3), 2006 (background surface, then threshold); Otsu, "A Threshold Selection Method from Gray-Level Histograms",
    IEEE TSMC 9(1), 1979; Canny, "A Computational Approach to Edge Detection", IEEE TPAMI 8(6), 1986 (two thresholds).
    """
    shrink = max(1, max(grey.shape) // COARSE)
    small = np.asarray(Image.fromarray(grey).reduce(shrink)) if shrink > 1 else grey
    largest: int = max(7, min(small.shape) // 4)
    slope = _slope(small, largest)
    window = _window(small, slope, largest)
    full = int(1.4 * window * shrink) + 2 if window < largest else max(9, min(grey.shape) // 4)
    ink, components = _ink(grey, full)
    if not components.count:
        return ink
    coarse = full // shrink
    components = label((ink > 0) & (grey < _limit(small, ink > 0, coarse, shrink)))
    components = select(components, ~_rim(components, closing(small, coarse), shrink))
    if not components.count:
        return np.zeros_like(ink)
    pen = select(components, _sharp(components, ink.shape, slope, shrink))
    mask = paint(pen, np.ones(pen.count, np.bool_), ink.shape)
    return np.where(mask, ink, np.uint8(0))


def _limit(small: Grey, ink: NDArray[np.bool_], window: int, shrink: int) -> Depth:
    """Return the tone that parts ink from the shade around it, float32, as large as `ink`."""
    if shrink == 1:
        return midway(small, ink, window)
    reduced = np.asarray(Image.fromarray(ink.astype(np.uint8) * 255).reduce(shrink)) > 0
    limit = Image.fromarray(midway(small, reduced, window))
    return np.asarray(limit.resize(ink.shape[::-1], Image.Resampling.BILINEAR))


def _slope(grey: Grey, window: int) -> Depth:
    """Return how fast the tone changes around each pixel, as a share of the ground's light, float32."""
    tones = grey.astype(np.float32)
    return np.asarray(np.hypot(*np.gradient(tones)) / np.maximum(closing(grey, window), 1), np.float32)


def _window(small: Grey, slope: Depth, largest: int) -> int:
    """Return the smallest window that still takes nothing from the strokes, in pixels.

    Strokes have sharp edges and shadows soft ones, so the ink along sharp edges tells when a window becomes narrower
    than the strokes.
    """
    ink, _ = _ink(small, largest)
    inked = ink > 0
    if not inked.any():
        return largest
    sharp = inked & (slope >= 0.5 * np.quantile(slope[inked], 0.98))
    whole = _depth(small, largest)[sharp]
    chosen = largest
    while chosen > 5:
        narrower = max(5, int(chosen * 0.7))
        if (_depth(small, narrower)[sharp] < 0.4 * whole).mean() > LOST:
            break
        chosen = narrower
    return chosen


def _rim(components: Components, ground: Grey, shrink: int) -> NDArray[np.bool_]:
    """Say which components lie where the paper ends, for the most part: no pen, but its edge on the table, bool [N]."""
    low, high = extremes(ground, STEP_SIDE)
    step = low < STEP * high.astype(np.float32)
    rows = np.minimum(components.rows // shrink, ground.shape[0] - 1)
    middles = np.minimum((components.starts + components.stops) // (2 * shrink), ground.shape[1] - 1)
    inked = components.stops - components.starts
    return np.bincount(components.labels, step[rows, middles] * inked, components.count) > 0.5 * components.areas


def _sharp(components: Components, shape: tuple[int, ...], slope: Depth, shrink: int) -> NDArray[np.bool_]:
    """Say which components have a pen's edges: nearly as sharp as the sharpest of the picture, bool [N]."""
    height, width = slope.shape
    rows = np.minimum(components.rows // shrink, height - 1)
    left = slope[rows, np.minimum(components.starts // shrink, width - 1)]
    right = slope[rows, np.minimum(components.stops // shrink, width - 1)]
    steepest = np.maximum(left, right)
    # Each component's median run.
    order = np.lexsort((steepest, components.labels))
    counts = np.bincount(components.labels, minlength=components.count)
    middle = np.cumsum(counts) - counts + counts // 2
    edges = steepest[order][middle]
    # Along the border lies the table, whose grain is sharp beside its little light.
    inner = ~on_border(components, shape)
    usual = np.quantile(np.repeat(edges, counts * inner if inner.any() else counts), 0.75)
    return np.asarray(edges >= SOFT * usual, np.bool_)


def _depth(grey: Grey, window: int) -> Depth:
    """Return the share of the ground's light that is swallowed, float32, 0 to 1."""
    ground = np.maximum(closing(grey, window), 1)
    return np.subtract(1, grey / ground.astype(np.float32), dtype=np.float32)


def _ink(grey: Grey, window: int) -> tuple[NDArray[np.uint8], Components]:
    """Flatten with one window and threshold: the ink, and its components."""
    ground = np.maximum(closing(grey, window), 1)
    depth = np.subtract(1, grey / ground.astype(np.float32), dtype=np.float32)
    offset, grain = _grain(depth, ground)
    above = depth - offset[ground]
    candidate = above[above > np.maximum(GRAIN_HIGH * grain, FAINTEST)[ground]]
    deepest = 1.0
    if candidate.size >= 8:
        # Where rules or stains are many, the writing is the deeper of the two classes.
        deepest = float(np.median(candidate[candidate >= _otsu(candidate)]))
    low = np.maximum(GRAIN_LOW * grain, max(DEPTH_LOW * deepest, 0.5 * FAINTEST))[ground]
    high = np.maximum(GRAIN_HIGH * grain, max(DEPTH_HIGH * deepest, FAINTEST))[ground]
    weak = above > low
    components = label(weak)
    if not components.count:
        return np.zeros(depth.shape, np.uint8), components
    lengths = components.stops - components.starts
    # Pixels of a mask come in the order of its runs.
    sure = np.logical_or.reduceat((above > high)[weak], np.cumsum(lengths) - lengths)
    kept = np.zeros(components.count, np.bool_)
    kept[components.labels[sure]] = True
    components = select(components, kept)
    mask = paint(components, np.ones(components.count, np.bool_), depth.shape)
    values = np.clip((above - 0.5 * low) * (255 / (0.85 * deepest)), 1, 255)
    return np.where(mask, values, 0).astype(np.uint8), components


def _grain(depth: Depth, ground: Grey) -> tuple[Depth, Depth]:
    """Return the depth and the grain, as a standard deviation, of ground of each tone: float32 [256] each.

    Writing covers less than half of the ground of any tone, so that the two lower quintiles are ground. Noise depends
    on the light, and a table is coarser than the paper on it.
    """
    step = max(1, min(depth.shape) // 300)
    depths, tones = depth[::step, ::step].ravel(), ground[::step, ::step].ravel()
    order = np.argsort(tones, kind="stable")
    depths, tones = depths[order], tones[order]
    edges = np.searchsorted(tones, np.arange(0, 257, TONE))
    full = np.flatnonzero(np.diff(edges) >= max(64, 0.004 * len(tones)))
    if not full.size:
        return np.zeros(256, np.float32), np.full(256, 0.02, np.float32)
    fifths = np.array([np.quantile(depths[edges[at] : edges[at + 1]], (0.2, 0.4)) for at in full])
    # The quintiles of a normal distribution lie 0.842 and 0.253 standard deviations below its middle.
    grain = np.maximum((fifths[:, 1] - fifths[:, 0]) / 0.588, LEAST_GRAIN)
    offset = fifths[:, 1] + 0.253 * grain
    # A tone that is found under writing alone has its neighbours' grain.
    most = full[np.diff(edges)[full].argmax()]
    usual = float(grain[full == most][0])
    offset = np.minimum(offset, float(offset[full == most][0]) + GRAIN_RANGE * usual)
    grain = np.minimum(grain, GRAIN_RANGE * usual)
    every = np.arange(256)
    centres = (full + 0.5) * TONE
    return np.interp(every, centres, offset).astype(np.float32), np.interp(every, centres, grain).astype(np.float32)


def _otsu(values: Depth) -> float:
    """Return the threshold between two classes of values in 0 to 1."""
    counts, edges = np.histogram(values, bins=64, range=(0.0, 1.0))
    weight = np.cumsum(counts).astype(float)
    mean = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    rest = weight[-1] - weight
    inside = (weight > 0) & (rest > 0)
    if not inside.any():
        return 0.0
    between = np.zeros(len(counts))
    between[inside] = (mean[-1] * weight[inside] - mean[inside] * weight[-1]) ** 2 / (weight[inside] * rest[inside])
    return float(edges[between.argmax() + 1])
