"""Which components are one sign: the bar of a 5, the two strokes of a 4, a 0 broken by a dry pen."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from inference.stray import height

Members = tuple[int, ...]

# All lengths are shares of the larger part's longer side.
REACH_X = 0.25
REACH_Y = 0.4
# A sign wider than this many times its height is more than one digit.
WIDEST = 1.5
# Nor is one higher than this many times the writing, where there are so many components to tell.
TALLEST = 1.9
MUCH = 6
MOST_PARTS = 4
MOST_NEIGHBOURS = 6
MOST_SETS = 6
# What it costs to leave a mark unread, as -log of a probability: anything less likely is not read either.
REFUSED = 3.5
# What it costs to call two parts one sign, for each share of a side that lies between them.
GAP_X = 6.0
GAP_Y = 2.0
APART = 0.5
# What is saved by joining parts one above the other or into each other: nobody writes two digits that way.
OVERLAP = 1.5


def candidates(boxes: NDArray[np.intp]) -> list[Members]:
    """Return the sets of two to four components that lie as the parts of one digit do.

    Args:
        boxes: intp [N, 4]: left, top, right, bottom.
    """
    # Where there is much writing its height is known, and parts of two lines are never one sign.
    tallest = TALLEST * height(boxes.astype(np.float64)) if len(boxes) >= MUCH else np.inf
    neighbours: dict[int, set[int]] = {}
    for one, other in _near(boxes):
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    found: set[Members] = set()
    # So many around one are no parts of a digit but a texture.
    neighbours = {each: others for each, others in neighbours.items() if len(others) <= MOST_NEIGHBOURS}
    grown: set[Members] = {(each,) for each in neighbours}
    for _ in range(MOST_PARTS - 1):
        larger = set()
        for members in grown:
            around = set(chain.from_iterable(neighbours.get(each, ()) for each in members))
            for other in around - set(members):
                union = tuple(sorted((*members, other)))
                if union not in larger and _shaped(boxes[list(union)], tallest):
                    larger.add(union)
        # Writing has few of them; more is a texture, and must not take for ever.
        if len(found) + len(larger) > MOST_SETS * len(boxes):
            break
        found |= larger
        grown = larger
    return sorted(found)


def _near(boxes: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return the pairs of components close enough to be one sign."""
    sides = boxes.astype(np.float32)
    size = (sides[:, 2:] - sides[:, :2]).max(axis=1)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(sides), 256):
        block = sides[start : start + 256, None]
        reach = np.maximum(size[start : start + 256, None], size)
        across = np.maximum(block[..., 0], sides[:, 0]) - np.minimum(block[..., 2], sides[:, 2])
        down = np.maximum(block[..., 1], sides[:, 1]) - np.minimum(block[..., 3], sides[:, 3])
        one, other = np.nonzero((across <= REACH_X * reach) & (down <= REACH_Y * reach))
        one += start
        pairs += [(int(a), int(b)) for a, b in zip(one, other, strict=True) if a < b]
    return pairs


def _shaped(boxes: NDArray[np.intp], tallest: float) -> bool:
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return bool(right - left <= WIDEST * (bottom - top) and bottom - top <= tallest)


def distance(boxes: NDArray[np.intp]) -> float:
    """Return what joining these components costs: by the gap between each and the nearest larger one.

    Below 0 where they overlap from left to right, as the parts of one digit do and neighbouring digits do not.
    """
    order = np.argsort(-(boxes[:, 2] - boxes[:, 0] + boxes[:, 3] - boxes[:, 1]))
    sides = boxes[order].astype(float)
    wide = sides[:, 2] - sides[:, 0]
    size = (sides[:, 2:] - sides[:, :2]).max()
    total = 0.0
    for at in range(1, len(sides)):
        mine, rest = sides[at], sides[:at]
        across = (np.maximum(mine[0], rest[:, 0]) - np.minimum(mine[2], rest[:, 2])) / size
        down = (np.maximum(mine[1], rest[:, 1]) - np.minimum(mine[3], rest[:, 3])) / size
        shared = np.clip(-across * size / (0.5 * np.minimum(wide[at], wide[:at])), 0, 1)
        saved = OVERLAP * shared * np.clip(1 - down / 0.2, 0, 1)
        paid = GAP_X * np.maximum(across, 0) + GAP_Y * np.maximum(down, 0) + APART * (across > 0) - saved
        total += float(paid.min())
    return total


def cost(quality: float, size: float = 1.0) -> float:
    """Return what it costs to read a mark at a quality of 0 to 1, or, where that is less, to refuse it.

    Args:
        quality: the probability of the most likely digit.
        size: of the mark, as a share of the other signs' height; small marks are cheap to refuse.
    """
    return min(-float(np.log(max(quality, 1e-6))), REFUSED * min(1.0, 2 * size))


def choose(count: int, singles: Sequence[float], groups: Sequence[Members], costs: Sequence[float]) -> list[Members]:
    """Partition `count` components into signs, by the largest savings first.

    Args:
        count: the number of components.
        singles: what each costs alone.
        groups: sets of components that may be one sign.
        costs: what each of those costs.

    Returns:
        The signs; every component is in exactly one.
    """
    savings = [sum(singles[each] for each in group) - paid for group, paid in zip(groups, costs, strict=True)]
    taken = np.zeros(count, np.bool_)
    chosen: list[Members] = []
    for at in sorted(range(len(groups)), key=lambda at: -savings[at]):
        members = list(groups[at])
        if savings[at] > 0 and not taken[members].any():
            taken[members] = True
            chosen.append(groups[at])
    return chosen + [(int(each),) for each in np.flatnonzero(~taken)]
