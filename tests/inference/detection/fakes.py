"""Exact maps made by hand, and a network that is none: what the page network would say if it were always right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.maps import Maps, blank
from inference.imaging.components import label
from tests.inference.painting import paint

KINDS = 17
OTHER = 16
DOT = 10


@dataclass(frozen=True)
class Written:
    """One mark: its ink, float [H, W] of the whole picture, its kind and the height of its line in pixels."""

    ink: NDArray[np.float32]
    kind: int
    height: float


def exact(marks: Sequence[Written]) -> Maps:
    """Return the true maps of some marks; where two cross, a cell is that of the one with more ink in it."""
    inks = np.stack([mark.ink for mark in marks]).astype(np.float32)
    height, width = inks.shape[1:]
    offset = np.zeros((-(-height // 2), -(-width // 2), 2), np.float32)
    tall = np.zeros((-(-height // 4), -(-width // 4)), np.float32)
    kind = np.full((*tall.shape, KINDS), 1 / KINDS, np.float32)
    half, quarter = _most(inks, 2), _most(inks, 4)
    for at, mark in enumerate(marks):
        rows, columns = np.nonzero(mark.ink > 0.1)
        middle = ((columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2)
        down, across = np.nonzero(half == at)
        offset[down, across, 0] = middle[0] - 2 * across - 1
        offset[down, across, 1] = middle[1] - 2 * down - 1
        tall[quarter == at] = mark.height
        kind[quarter == at] = np.eye(KINDS, dtype=np.float32)[mark.kind]
    return Maps(np.minimum(inks.sum(axis=0), 1), offset, tall, kind)


def _most(inks: NDArray[np.float32], cell: int) -> NDArray[np.intp]:
    """Return which mark has most ink in each cell, -1 where there is none."""
    count, height, width = inks.shape
    padded = np.pad(inks, ((0, 0), (0, -height % cell), (0, -width % cell)))
    sums = padded.reshape(count, -(-height // cell), cell, -(-width // cell), cell).sum(axis=(2, 4))
    return np.where(sums.max(axis=0) > 0, sums.argmax(axis=0), -1)


class Eye:
    """Stands for the page network: black blocks on white are marks, which it sees from `least` to 110 pixels high.

    A block is a 7 where its upper and its right half have more ink, and "other" where not. The size of
    every picture is kept in `seen`.
    """

    def __init__(self, least: int = 10) -> None:
        self.least = least
        self.seen: list[tuple[int, int]] = []

    def __call__(self, grey: NDArray[np.uint8]) -> Maps:
        self.seen.append((grey.shape[1], grey.shape[0]))
        ink = ((255 - grey) / 255).astype(np.float32)
        found = label(ink > 0.1)
        number = paint(found, np.arange(1, found.count + 1), grey.shape)
        marks = []
        for at, (left, top, right, bottom) in enumerate(found.boxes):
            if self.least <= bottom - top <= 110:
                mine = np.where(number == at + 1, ink, 0)
                cut = mine[top:bottom, left:right]
                down, across = cut.sum(axis=1), cut.sum(axis=0)
                is_seven = _first_half(down) > 0.55 and _first_half(across[::-1]) > 0.55
                marks.append(Written(mine, 7 if is_seven else OTHER, float(bottom - top)))
        return exact(marks) if marks else blank(grey.shape[0], grey.shape[1], KINDS)


def _first_half(sums: NDArray[np.float32]) -> float:
    return float(sums[: len(sums) // 2].sum() / sums.sum())


def seven(size: float) -> NDArray[np.bool_]:
    """Return a block in the form of a 7, bool [size, 0.6 size]."""
    tall, wide = round(size), round(0.6 * size)
    block = np.zeros((tall, wide), np.bool_)
    block[: max(1, tall // 4)] = True
    block[:, -max(1, wide // 4) :] = True
    return block


def put(picture: NDArray[np.uint8], block: NDArray[np.bool_], left: int, top: int) -> None:
    """Draw a block in black into a grey picture."""
    picture[top : top + block.shape[0], left : left + block.shape[1]][block] = 0
