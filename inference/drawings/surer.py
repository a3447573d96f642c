"""Merges two readings of one drawing at different scales: where they differ, the more confident one counts.

The page network separates touching digits at one scale and not at another, and the right scale differs from drawing to
drawing. A separation into whole digits also gives the marks with the highest confidence.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.detection.page import MIN_SHARED_INK, Sighting, shared
from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# Smallest confidence of a mark that counts as sure and is not read again.
MIN_SURE_CONFIDENCE = 0.9
# Smallest ink of the marks that replace others, as a share of the ink of those; with less, writing would vanish.
MIN_KEPT_INK_SHARE = 0.8


def sure(opinion: Opinion) -> bool:
    """Say whether a mark is surely a digit or a sign."""
    return _confidence(opinion) >= MIN_SURE_CONFIDENCE


def choose_surer(
    one: list[Sighting], opinions: Sequence[Opinion], other: list[Sighting], others: Sequence[Opinion]
) -> list[Sighting]:
    """Choose between two readings of one picture.

    Args:
        one: the marks of the first reading.
        opinions: the opinion on each of them.
        other: the marks of the second reading.
        others: the opinion on each of those.

    Returns:
        The marks of the first reading. A group of them with an unsure mark is replaced by the second reading's marks of
        the same ink, if those have a higher mean confidence and keep enough of the ink.
    """
    kept, taken = set(range(len(one))), list[Sighting]()
    for mine, theirs in _groups(_linked(one, other)):
        own = [opinions[at] for at in mine]
        whole = sum(other[at].ink for at in theirs) >= MIN_KEPT_INK_SHARE * sum(one[at].ink for at in mine)
        if whole and not all(map(sure, own)) and _mean([others[at] for at in theirs]) > _mean(own):
            kept.difference_update(mine)
            taken += [other[at] for at in theirs]
    return [*(one[at] for at in sorted(kept)), *taken]


def _linked(one: list[Sighting], other: list[Sighting]) -> NDArray[np.bool_]:
    """Return which marks of two readings share enough ink to be the same mark or a part of it, bool [N, M]."""
    boxes, others = (np.array([each.box for each in marks], np.float64).reshape(-1, 4) for marks in (one, other))
    linked: NDArray[np.bool_] = gaps(boxes, others) < 0
    for at, to in np.argwhere(linked):
        linked[at, to] = shared(one[at], other[to]) >= MIN_SHARED_INK
    return linked


def _groups(linked: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield the rows and the columns of each group of linked marks."""
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
    """Return the confidence of a mark that is read, and 0 for a refused one."""
    return 0.0 if opinion.refused else opinion.confidence
