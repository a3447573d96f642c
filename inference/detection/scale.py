"""Chooses the scales at which a picture is read: the network sees digits best when they are 32 pixels high."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection import cutting
from inference.detection.maps import BEST_HEIGHT_PX, Floats, Grey, Maps, Network, halved
from inference.detection.tiles import tiled
from inference.imaging.components import label

# A look is a run of the network on a resized copy: longer side of the first, ratio of each to the next, smallest longer
# side, in pixels. The network measures heights of about 10 to 110 pixels: together the looks see digits of any size.
FIRST_LOOK_PX, LOOK_RATIO, LAST_LOOK_PX = 640, 3, 64
# If all looks see digits lower than this, in pixels, a finer look is added.
TINY_HEIGHT_PX = 10
# Cells with a smaller share of ink than this do not count as written: their height is not used.
MIN_INK_SHARE = 0.1
# Sureness that a look loses in `Look.fit` for each octave (factor of 2) between its digits and the best height.
PENALTY_PER_OCTAVE = 0.18
# Weight in `Look.fit` of the probability of a sign or "other", relative to that of a digit.
OTHER_KINDS_WEIGHT = 0.3
# Sureness that a look gains in `Look.fit` for twice as many marks. This and PENALTY_PER_OCTAVE were chosen on synthetic
# pages of print, which were lost before, and on the shared pictures.
GAIN_PER_DOUBLING = 0.06
# A mark's ink grows with this power of its height: divided by that, all marks have about the same weight.
INK_PER_HEIGHT_POWER = 1.5
# Largest scale factor, and most pixels of a resized picture.
MAX_ENLARGEMENT = 4.0
MAX_RESIZED_PIXELS = 4_000_000
# Writing that is more than this many times larger or smaller than the usual is another band, read at its own scale.
MAX_RATIO_IN_BAND = 1.7
# Marks that are more than this many times smaller than the best seen writing are dust, paper or print; those as many
# times larger are objects beside it.
MAX_RATIO_BETWEEN_BANDS = 8
# Writing more than this many times smaller than an earlier look saw in its place was not seen apart there.
MAX_RATIO_MERGED = 2.8
# How far the range of heights that a look is used for reaches into the next look's range, in octaves (powers of 2).
OVERLAP_OCTAVES = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A picture seen at one scale.

    Attributes:
        factor: the scale factor from the picture to the resized copy.
        maps: the network's maps of the copy.
        height: the usual height of digits, in pixels of the copy; None if there is no writing.
        marks: the number of marks.
    """

    factor: float
    maps: Maps
    height: float | None
    marks: int

    @property
    def fit(self) -> float:
        """How well writing is seen: from its sureness, the number of marks, and the distance from the best height."""
        if self.height is None:
            return -np.inf
        seen = sureness(self.maps, OTHER_KINDS_WEIGHT) + GAIN_PER_DOUBLING * np.log2(1 + self.marks)
        return float(seen) - PENALTY_PER_OCTAVE * octaves_off(self.height)


def octaves_off(height: float) -> float:
    """Return the distance of a height in pixels from the best one, in octaves (powers of 2)."""
    return float(abs(np.log2(height / BEST_HEIGHT_PX)))


def resized(image: Image.Image, factor: float) -> Grey:
    """Return a grey picture, mode L, resized by a scale factor: uint8 [H, W]."""
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    if size == image.size:
        return np.asarray(image)
    smooth = Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.HAMMING
    return np.asarray(image.resize(size, smooth))


def looks(network: Network, image: Image.Image) -> list[Look]:
    """Look at a grey picture at several small scales, and at a finer one if they show no digits or only tiny ones.

    Returns:
        The looks that see writing, the best first; an empty list if none does.
    """
    longest = max(image.size)
    lengths = [float(min(FIRST_LOOK_PX, longest))]
    while lengths[-1] / LOOK_RATIO >= LAST_LOOK_PX:
        lengths.append(lengths[-1] / LOOK_RATIO)
    seen = [look(network, image, length / longest) for length in lengths]
    if all(each.height is None or each.height < TINY_HEIGHT_PX for each in seen) and longest > FIRST_LOOK_PX:
        seen.append(look(network, image, limited_factor(LOOK_RATIO * FIRST_LOOK_PX / longest, image.size)))
    return sorted((each for each in seen if each.height and each.marks), key=lambda each: -each.fit)


def look(network: Network, image: Image.Image, factor: float) -> Look:
    """Look at a grey picture resized by a scale factor of at most 1."""
    factor = min(factor, 1.0)
    maps = tiled(network, resized(image, factor))
    return Look(factor, maps, usual_height(maps), len(cutting.marks(maps)))


def sureness(maps: Maps, others: float = 0.0) -> float:
    """Return the mean probability of the likeliest digit in all writing, 0 to 1; marks have about the same weight.

    Args:
        maps: the network's maps.
        others: the weight of the likeliest kind that is no digit; the larger of the two products counts.
    """
    ink = halved(halved(maps.writing))
    weight = np.where(ink >= MIN_INK_SHARE, ink / np.maximum(maps.height, 1) ** INK_PER_HEIGHT_POWER, 0)
    best = np.maximum(maps.kind[..., :10].max(axis=2), others * maps.kind[..., 10:].max(axis=2))
    total = float(weight.sum())
    return float((weight * best).sum()) / total if total else 0.0


def usual_height(maps: Maps) -> float | None:
    """Return the median height of the writing in pixels, marks having about the same weight; None if there is none."""
    ink = halved(halved(maps.writing))
    there = ink >= MIN_INK_SHARE
    return _median(maps.height[there], ink[there]) if there.any() else None


def _median(heights: Floats, ink: Floats) -> float:
    order = np.argsort(heights)
    reached = np.cumsum((ink / np.maximum(heights, 1) ** INK_PER_HEIGHT_POWER)[order])
    return float(heights[order][np.searchsorted(reached, reached[-1] / 2)])


def limited_factor(factor: float, size: tuple[int, int]) -> float:
    """Return the scale factor, lowered to the limits for a picture of this width and height where it exceeds them."""
    return min(factor, MAX_ENLARGEMENT, float(np.sqrt(MAX_RESIZED_PIXELS / (size[0] * size[1]))))


def fits_first_look(factor: float, size: tuple[int, int]) -> bool:
    """Say whether a picture of this width and height, resized, has no more pixels than the largest first look."""
    return factor**2 * size[0] * size[1] <= FIRST_LOOK_PX**2


def grown(cells: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which cells of one map of a picture lie on the given cells of another map of it, or on those next to them.

    Args:
        cells: bool [h, w], the given cells; the map covers the picture.
        shape: rows and columns of the returned map, which covers the picture too.
    """
    down, across = (_near(*sides) for sides in zip(cells.shape, shape, strict=True))
    return np.asarray(down @ cells @ across.T > 0)


def _near(given: int, wanted: int) -> Floats:
    """Return which of `wanted` cells along a side lie on or next to which of `given`: 0 or 1, [wanted, given]."""
    scale = wanted / given
    at, to = np.arange(given), np.arange(wanted)[:, None]
    first, stop = np.floor((at - 1) * scale), np.ceil((at + 2) * scale)
    return np.asarray((to >= first.clip(0, wanted - 1)) & (to < stop.clip(1, wanted)), np.float32)


def sizes(seen: list[Look]) -> list[tuple[float, NDArray[np.bool_]]]:
    """Group the writing of a picture by its size.

    Each place is taken from the first look that sees it near the best height, or else from the first look; and once
    more from a later look that sees much smaller writing there. Dust beside large writing is left out.

    Args:
        seen: the looks at one picture, the best first.

    Returns:
        For each band of sizes the median height of its digits in pixels of the picture, and its cells, a bool map that
        covers the picture.
    """
    found, done = list[tuple[float, NDArray[np.bool_]]](), list[tuple[float, NDArray[np.bool_]]]()
    for look in seen:
        ink = halved(halved(look.maps.writing))
        written = ink >= MIN_INK_SHARE
        heights = _of_pieces(look.maps.height, ink, written)
        near = written & (np.abs(np.log2(heights / BEST_HEIGHT_PX)) <= np.log2(LOOK_RATIO) / 2 + OVERLAP_OCTAVES)
        # A coarser look may have merged small writing with large writing beside it.
        known = [grown(cells, ink.shape) & (heights / look.factor > high / MAX_RATIO_MERGED) for high, cells in done]
        new = (near if done else written) & ~np.any(known, axis=0)
        band = np.rint(np.log2(heights / (look.height or BEST_HEIGHT_PX)) / (2 * np.log2(MAX_RATIO_IN_BAND)))
        for cells, bands in ((new, found), (near, done)):
            # The usual size comes first.
            for number in sorted(np.unique(band[cells]), key=abs):
                same = cells & (band == number)
                bands.append((_median(heights[same], ink[same]) / look.factor, same))
    return [
        (height, cells)
        for height, cells in found
        if 1 / MAX_RATIO_BETWEEN_BANDS <= height / found[0][0] <= MAX_RATIO_BETWEEN_BANDS
    ]


def _of_pieces(heights: Floats, ink: Floats, written: NDArray[np.bool_]) -> Floats:
    """Return the map of heights with one height for each connected piece of writing: its geometric mean by ink."""
    pieces = label(written)
    piece = np.repeat(pieces.labels, pieces.stops - pieces.starts)
    weight = ink[written]
    sums = np.bincount(piece, weight * np.log2(np.maximum(heights[written], 1)), pieces.count)
    means = 2 ** (sums / np.bincount(piece, weight, pieces.count))
    whole = heights.copy()
    whole[written] = means[piece]
    return np.maximum(whole, 1)
