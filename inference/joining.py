"""Marks that are one digit together: the bar of a 5 apart from it, both halves of a 4, a bit of a stroke."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.detection.cutting import Mark
from inference.detection.page import Sighting
from inference.opinions import Opinion

# Parts of one digit are no further apart than this share of its line's height, from side to side and up and down.
NEAR = 0.25
# The classifier takes the whole for a digit at least so surely.
SURE = 0.9

# Says what sightings are: float32 [N, C], by their shape alone.
Shapes = Callable[[Sequence[Sighting]], NDArray[np.float32]]


def joined(sightings: list[Sighting], opinions: list[Opinion], shapes: Shapes) -> list[Sighting]:
    """Join neighbours that are one digit together, and nothing or that same digit each alone.

    Args:
        sightings: the marks of a picture.
        opinions: what each is taken for.
        shapes: the classifier.

    Returns:
        The marks then.
    """
    pairs = _pairs(sightings, opinions)
    wholes = [union(sightings[one], sightings[other]) for one, other in pairs]
    said = shapes(wholes) if wholes else np.zeros((0, 11), np.float32)
    free = set(range(len(sightings)))
    found = []
    for at in np.argsort(-said[:, :10].max(axis=1, initial=0)):
        digit = int(said[at, :10].argmax())
        parts = pairs[at]
        if (
            said[at, digit] >= SURE
            and free.issuperset(parts)
            and all(_may_be_part(digit, opinions[part], sightings[part]) for part in parts)
        ):
            free.difference_update(parts)
            found.append(wholes[at])
    return [*(sightings[at] for at in sorted(free)), *found]


def union(one: Sighting, other: Sighting) -> Sighting:
    """Return two sightings at one scale as one: their ink, the mean of their kinds by ink, the larger one's height."""
    boxes = np.array([one.mark.box, other.mark.box])
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for part in (one.mark, other.mark):
        x, y = part.box[0] - left, part.box[1] - top
        place = ink[y : y + part.ink.shape[0], x : x + part.ink.shape[1]]
        np.maximum(place, part.ink, out=place)
    weights = np.array([part.mark.ink.sum(dtype=np.float64) for part in (one, other)], np.float32)
    kind = np.average(np.stack([one.mark.kind, other.mark.kind]), axis=0, weights=weights)
    height = max(one, other, key=lambda part: part.ink).mark.height
    return Sighting(Mark((left, top, right, bottom), ink, kind.astype(np.float32), height), one.factor)


def _pairs(sightings: list[Sighting], opinions: list[Opinion]) -> list[tuple[int, int]]:
    """Return the neighbours at one scale of which one is nothing, or both are seen as one digit."""
    if len(sightings) < 2:
        return []
    boxes = np.array([sighting.mark.box for sighting in sightings], np.float64)
    heights = np.array([sighting.mark.height for sighting in sightings])
    factors = np.array([sighting.factor for sighting in sightings])
    kinds = np.array([sighting.mark.kind.argmax() for sighting in sightings])
    refused = np.array([opinion.digit is None and opinion.sign is None for opinion in opinions])
    gaps = np.maximum(boxes[:, None, :2] - boxes[None, :, 2:], boxes[None, :, :2] - boxes[:, None, 2:]).max(axis=2)
    near = gaps <= NEAR * np.maximum(heights[:, None], heights[None])
    alike = (kinds[:, None] == kinds[None]) & (kinds < 10)
    candidates = near & (factors[:, None] == factors[None]) & (alike | refused[:, None] | refused[None])
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(candidates, 1)), strict=True)]


def _may_be_part(digit: int, opinion: Opinion, sighting: Sighting) -> bool:
    nothing = opinion.digit is None and opinion.sign is None
    return nothing or digit in (opinion.digit, int(sighting.mark.kind.argmax()))
