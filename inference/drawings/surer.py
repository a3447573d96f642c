"""Two readings of one drawing at different sizes: where they differ, the surer one counts.

The page network cuts digits that touch at one size and not at another, and which size that is differs from drawing to
drawing; a cut that leaves whole digits is also the one whose marks are read most surely.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.detection.page import MIN_SHARED_INK, Sighting, shared
from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# What is read at least so surely is not looked at again.
SURE = 0.9
# What replaces marks has at least this share of their ink, or writing would vanish.
MIN_KEPT_INK = 0.8


def sure(opinion: Opinion) -> bool:
    """Say whether a mark is a digit or a sign, and surely so."""
    return _confidence(opinion) >= SURE


def surer(
    one: list[Sighting], opinions: Sequence[Opinion], other: list[Sighting], others: Sequence[Opinion]
) -> list[Sighting]:
    """Choose between two readings of one picture.

    Args:
        one: the marks of the first reading.
        opinions: what each of them is taken for.
        other: those of the second.
        others: likewise.

    Returns:
        The marks of the first, but where unsure ones share their ink with some of the second that are surer on average
        and leave none of it out, the second's.
    """
    kept, taken = set(range(len(one))), list[Sighting]()
    for mine, theirs in _groups(_linked(one, other)):
        own = [opinions[at] for at in mine]
        whole = sum(other[at].ink for at in theirs) >= MIN_KEPT_INK * sum(one[at].ink for at in mine)
        if whole and not all(map(sure, own)) and _mean([others[at] for at in theirs]) > _mean(own):
            kept.difference_update(mine)
            taken += [other[at] for at in theirs]
    return [*(one[at] for at in sorted(kept)), *taken]


def _linked(one: list[Sighting], other: list[Sighting]) -> NDArray[np.bool_]:
    """Return [N, M], which marks of two readings are the same, or a part of each other."""
    boxes, others = (np.array([each.box for each in marks], np.float64).reshape(-1, 4) for marks in (one, other))
    linked: NDArray[np.bool_] = gaps(boxes, others) < 0
    for at, to in np.argwhere(linked):
        linked[at, to] = shared(one[at], other[to]) >= MIN_SHARED_INK
    return linked


def _groups(linked: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield the rows and the columns that hang together."""
    left: NDArray[np.bool_] = np.asarray(linked.any(axis=1))
    while left.any():
        rows = np.zeros(len(left), np.bool_)
        rows[left.argmax()] = True
        columns, reached = linked[rows].any(axis=0), 0
        while columns.sum() > reached:
            reached = columns.sum()
            rows = np.asarray(linked[:, columns].any(axis=1))
            columns = linked[rows].any(axis=0)
        left &= ~rows
        yield np.flatnonzero(rows), np.flatnonzero(columns)


def _mean(opinions: Sequence[Opinion]) -> float:
    return float(np.mean([_confidence(opinion) for opinion in opinions]))


def _confidence(opinion: Opinion) -> float:
    """Return how surely a mark is read: not at all where it is refused."""
    return opinion.confidence if opinion.digit is not None or opinion.sign is not None else 0.0
