"""Joins marks that are parts of one: a 5 and its separate bar, both halves of a 4, the two points of a colon."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# Largest gap between parts of one digit, along x and y, as a share of their line's height.
MAX_GAP_HEIGHTS = 0.4
# Smallest probability, by the classifier, that the joined mark is a digit.
MIN_JOINED_PROBABILITY = 0.9
# A mark whose probability of a sign reaches this is not joined to a digit, or points would be lost.
MAX_SIGN_PROBABILITY = 0.45
# Smallest height of each of two equal digits, as a share of that of both together, or of their lines' digits; a part of
# a digit is often lower.
MIN_TWIN_HEIGHT_SHARE = 0.7
# Largest height of a small digit beside a digit, such as an exponent, and the smallest gap between them, as shares of
# the height of the large one.
MAX_EXPONENT_HEIGHT_RATIO, MIN_GAP_HEIGHTS = 0.7, 0.02

# Largest distance of a colon's two points, across and down, as shares of their line's height.
COLON_REACH_HEIGHTS = (0.2, 0.8)

# A function from N sightings to the classifier's probabilities, float32 [N, C].
ClassifySightings = Callable[[Sequence[Sighting]], NDArray[np.float32]]


def joined(
    sightings: list[Sighting], opinions: list[Opinion], shapes: NDArray[np.float32], classify: ClassifySightings
) -> list[Sighting]:
    """Join neighbouring marks that are one digit together, where each alone is refused or read as a part of it.

    Args:
        sightings: the marks of a picture.
        opinions: the opinion on each.
        shapes: float32 [N, C], the classifier's probabilities of each.
        classify: the classifier.

    Returns:
        The marks after joining.
    """
    pairs = _pairs(sightings, opinions)
    wholes = [union(sightings[one], sightings[other]) for one, other in pairs]
    said = classify(wholes) if wholes else np.zeros((0, 11), np.float32)
    free = set(range(len(sightings)))
    found = []
    for colon, point in _colons(sightings, opinions):
        if free.issuperset((colon, point)):
            free.difference_update((colon, point))
            whole = union(sightings[colon], sightings[point])
            found.append(replace(whole, mark=replace(whole.mark, kind=sightings[colon].mark.kind)))
    for at in np.argsort(-said[:, :10].max(axis=1, initial=0)):
        digit = int(said[at, :10].argmax())
        pair = list(pairs[at])
        parts, judged = [sightings[part] for part in pair], [opinions[part] for part in pair]
        if (
            said[at, digit] >= MIN_JOINED_PROBABILITY
            and free.issuperset(pair)
            and _may_be_one(digit, judged, parts)
            and not _are_twins(digit, _tall(wholes[at]), judged, parts)
            and not has_exponent(parts, shapes[pair])
        ):
            free.difference_update(pair)
            found.append(wholes[at])
    return [*(sightings[at] for at in sorted(free)), *found]


def union(one: Sighting, other: Sighting) -> Sighting:
    """Return two sightings as one, at the scale of the one with more ink: their ink, and the mean of their kinds."""
    larger, smaller = (one, other) if one.ink >= other.ink else (other, one)
    parts = [larger.mark, _rescaled(smaller, larger.factor)]
    boxes = np.array([part.box for part in parts])
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for part in parts:
        x, y = part.box[0] - left, part.box[1] - top
        place = ink[y : y + part.ink.shape[0], x : x + part.ink.shape[1]]
        np.maximum(place, part.ink, out=place)
    weights = [larger.ink, smaller.ink]
    kind = np.average(np.stack([part.kind for part in parts]), axis=0, weights=weights).astype(np.float32)
    return Sighting(Segment((left, top, right, bottom), ink, kind, larger.mark.height), larger.factor)


def _rescaled(sighting: Sighting, factor: float) -> Segment:
    """Return a mark as it would be seen at another scale factor."""
    mark = sighting.mark
    if factor == sighting.factor:
        return mark
    left, top, right, bottom = (round(side * factor) for side in sighting.box)
    size = (max(right - left, 1), max(bottom - top, 1))
    ink = np.asarray(Image.fromarray(mark.ink).resize(size, Image.Resampling.HAMMING))
    return Segment((left, top, left + size[0], top + size[1]), ink, mark.kind, sighting.height * factor)


def _pairs(sightings: list[Sighting], opinions: list[Opinion]) -> list[tuple[int, int]]:
    """Return the pairs of neighbours of which one is refused, or the page network sees the same digit in both."""
    if len(sightings) < 2:
        return []
    boxes = np.array([sighting.box for sighting in sightings], np.float64)
    heights = np.array([sighting.height for sighting in sightings])
    kinds = np.array([sighting.mark.kind.argmax() for sighting in sightings])
    refused = np.array([opinion.refused for opinion in opinions])
    near = gaps(boxes) <= MAX_GAP_HEIGHTS * np.maximum(heights[:, None], heights[None])
    alike = (kinds[:, None] == kinds[None]) & (kinds < 10)
    candidates = near & (alike | refused[:, None] | refused[None])
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(candidates, 1)), strict=True)]


def _colons(sightings: list[Sighting], opinions: list[Opinion]) -> list[tuple[int, int]]:
    """Return the pairs of a mark read as a colon and one read as a point, or as a colon too, right above or below it.

    The page network knows a colon by either of its points, but the two may vote for different middles.
    """
    colons = np.array([at for at, opinion in enumerate(opinions) if opinion.sign == ":"], np.intp)
    points = np.array([at for at, opinion in enumerate(opinions) if opinion.sign in (".", ":")], np.intp)
    middles = np.array([sighting.box for sighting in sightings], np.float64).reshape(-1, 2, 2).mean(axis=1)
    heights = np.array([sighting.height for sighting in sightings])[colons, None, None]
    apart = np.abs(middles[colons, None] - middles[None, points]) <= np.array(COLON_REACH_HEIGHTS) * heights
    near = apart.all(axis=2) & (colons[:, None] != points)
    return [(int(colons[at]), int(points[to])) for at, to in np.argwhere(near)]


def _may_be_one(digit: int, opinions: Sequence[Opinion], sightings: Sequence[Sighting]) -> bool:
    """Say whether two marks may be parts of one digit.

    Each must be read, or seen by the page network, as that digit, or be refused and unlikely to be a sign. If one is
    refused but seen as that digit, the other may be read as another digit: the stem of an open 4 looks like a 1.
    """
    kinds = [sighting.mark.kind for sighting in sightings]
    seen = [int(kind.argmax()) == digit for kind in kinds]
    torn = any(opinion.refused and part for opinion, part in zip(opinions, seen, strict=True))
    return all(
        part
        or opinion.digit == digit
        or ((opinion.refused or torn) and opinion.sign is None and kind[10:-1].sum() < MAX_SIGN_PROBABILITY)
        for part, opinion, kind in zip(seen, opinions, kinds, strict=True)
    )


def _are_twins(digit: int, height: float, opinions: Sequence[Opinion], sightings: Sequence[Sighting]) -> bool:
    """Say whether two marks are both read as one digit, and each is about as high as a whole one.

    Args:
        digit: the digit.
        height: that of the two together.
        opinions: the opinion on each.
        sightings: the marks. Where one is below the other, a whole digit is as high as the digits of its line.
    """
    below = sum(map(_tall, sightings)) <= height
    return all(
        opinion.digit == digit
        and _tall(sighting) >= MIN_TWIN_HEIGHT_SHARE * (min(height, sighting.height) if below else height)
        for opinion, sighting in zip(opinions, sightings, strict=True)
    )


def has_exponent(sightings: Sequence[Sighting], shapes: NDArray[np.float32]) -> bool:
    """Say whether one of several marks is a smaller digit of its own, like the exponent of a power.

    Args:
        sightings: the marks.
        shapes: float32 [N, C], the classifier's probabilities of each.
    """
    heights = np.array([_tall(sighting) for sighting in sightings])
    apart = gaps(np.array([sighting.box for sighting in sightings], np.float64)).min(axis=1)
    separate = apart > MIN_GAP_HEIGHTS * heights.max()
    shaped = shapes[:, :10].max(axis=1) >= MIN_JOINED_PROBABILITY
    return bool((separate & shaped & (heights < MAX_EXPONENT_HEIGHT_RATIO * heights.max())).any())


def _tall(sighting: Sighting) -> float:
    return float(sighting.mark.ink.shape[0] / sighting.factor)
