"""Varies glyphs as one hand differs from the next: slant, proportions, wobble, haste."""

import numpy as np
from numpy.typing import NDArray

from synthesis.handwriting.strokes import Glyph, curve

Points = NDArray[np.float64]
# Strength of the affine differences between two drawings by one hand, as a share of those between hands.
SAME_HAND_SHARE = 0.5
# Digits that may have a long tail, and the largest factor by which their lower half is then stretched.
MAX_TAIL_FACTORS = {7: 2.6, 9: 2.6, 1: 1.5, 4: 1.5}


def vary(glyph: Glyph, rng: np.random.Generator, share: float = 1.0) -> list[Points]:
    """Return the strokes of a glyph as some random hand would draw them.

    Args:
        glyph: control points, about one unit high; not modified.
        rng: source of the random numbers.
        share: strength of the affine differences: `SAME_HAND_SHARE` for the glyphs of one hand.

    Returns:
        Polylines, each float64 [n, 2], in the same units.
    """
    # Factor on the random displacements: small for half the glyphs, which are neat, large for a few wild ones.
    carelessness = float(np.exp(rng.normal(-0.3, 0.45)))
    glyph = _displace(glyph, carelessness, rng)
    lines = [_move_ends(curve(stroke), carelessness, rng) for stroke in glyph]
    lines = [_wobble(line, carelessness, rng) for line in lines]
    if rng.random() < 0.25:
        lines = [_coarse(line, rng) for line in lines]
    matrix = affine(rng, share)
    return [line @ matrix for line in lines]


def lengthened(lines: list[Points], max_factor: float, rng: np.random.Generator) -> list[Points]:
    """Return a glyph with a longer tail: its lower half stretched by a random factor of at most `max_factor`."""
    factor = rng.uniform(1.1, max_factor)
    points = np.concatenate(lines)
    top = points[:, 1].min()
    middle = top + 0.5 * (points[:, 1].max() - top)
    stretched = [line.copy() for line in lines]
    for line in stretched:
        line[:, 1] += np.maximum(line[:, 1] - middle, 0) * (factor - 1)
    return stretched


def redrawn_by_same_hand(lines: list[Points], rng: np.random.Generator) -> list[Points]:
    """Return a glyph that a person drew, as the same hand would draw it at another time.

    Args:
        lines: polylines, each float64 [n, 2], about one unit high; not modified.
        rng: source of the random numbers.
    """
    field = rng.normal(0, 0.02, (3, 2))
    wave = rng.normal(0, 3.0, (3, 2))
    phase = rng.uniform(0, 2 * np.pi, 3)
    matrix = affine(rng, SAME_HAND_SHARE)
    return [(line + np.sin(line @ wave.T + phase) @ field) @ matrix for line in lines]


def _displace(glyph: Glyph, carelessness: float, rng: np.random.Generator) -> Glyph:
    """Move control points by a smooth field, which keeps strokes joined; and each point and stroke a bit by itself."""
    field = rng.normal(0, 0.035 * carelessness, (3, 2))
    wave = rng.normal(0, 3.0, (3, 2))
    phase = rng.uniform(0, 2 * np.pi, 3)
    # Proportions: the upper part larger or smaller than the lower one, wider or narrower.
    squeeze, spread = rng.normal(0, 0.05), rng.normal(0, 0.16)
    moved = []
    rounded = rng.random() * 0.5
    for stroke in glyph:
        points = stroke.copy()
        points[:, 0] += (stroke[:, 0] - 0.35) * spread * (stroke[:, 1] - 0.5)
        points[:, 1] += squeeze * np.sin(np.pi * stroke[:, 1])
        points[:, :2] += np.sin(stroke[:, :2] @ wave.T + phase) @ field
        points[:, :2] += rng.normal(0, 0.018 * carelessness, (len(points), 2))
        if len(glyph) > 1:
            points[:, :2] += rng.normal(0, 0.022 * carelessness, 2)
        # A hasty hand rounds its corners.
        points[:, 2] *= rng.random(len(points)) > rounded
        moved.append(points)
    return moved


def _move_ends(line: Points, carelessness: float, rng: np.random.Generator) -> Points:
    """Let the stroke begin and stop a little too soon or too late, now and then with a tiny hook."""
    out = line.copy()
    for end, before in ((0, 1), (-1, -2)):
        step = out[end] - out[before]
        length = float(np.hypot(step[0], step[1]))
        if length > 1e-9:
            reach = max(rng.normal(0.01, 0.03 * carelessness), -0.7 * length)
            out[end] += step * (reach / length)
    chance = rng.random()
    if chance < 0.06:
        hook = rng.normal(0, 0.05, (1, 2))
        out = np.concatenate([out[:1] + hook, out] if chance < 0.03 else [out, out[-1:] + hook])
    return out


def _wobble(line: Points, carelessness: float, rng: np.random.Generator) -> Points:
    """Let the hand tremble along the stroke."""
    size = 0.006 * carelessness
    if len(line) < 3 or size < 0.004:
        return line
    t = np.arange(len(line))[:, None]
    rate = rng.uniform(0.25, 1.6, (1, 2))
    return line + size * np.sin(t * rate + rng.uniform(0, 6.3, (1, 2))) + rng.normal(0, size * 0.35, line.shape)


def _coarse(line: Points, rng: np.random.Generator) -> Points:
    """Keep only corners and points at some distance from each other, as a slow tablet or a fast mouse sends them."""
    if len(line) < 4:
        return line
    steps = np.diff(line, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1]) + 1e-9
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    keep = np.diff(along // rng.uniform(0.06, 0.22), prepend=-1) > 0
    cosine = (steps[1:] * steps[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    keep[1:-1] |= cosine < 0.7
    keep[-1] = True
    return line[keep]


def affine(rng: np.random.Generator, share: float = 1.0) -> NDArray[np.float64]:
    """Return a random slant, aspect and rotation, times `share`, as a matrix [2, 2] to multiply from the right."""
    aspect = np.exp(share * rng.normal(0, 0.2))
    slant = share * rng.normal(-0.08, 0.2)
    turn = share * rng.normal(0, 0.09)
    cos, sin = np.cos(turn), np.sin(turn)
    # x to the right, y down: a negative slant leans to the right.
    shear = np.array([[aspect, 0.0], [slant, 1.0]])
    matrix: NDArray[np.float64] = shear @ np.array([[cos, sin], [-sin, cos]])
    return matrix
