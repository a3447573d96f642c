"""Makes batches of synthetic pages in worker processes, while the network trains on earlier ones."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from multiprocessing.pool import AsyncResult
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthesis.hands import Copybook
from synthesis.page import make_page

PAGES_PER_BATCH = 16
SIDE_PX = 192
# Number of batches that are made ahead.
BATCHES_AHEAD = 12
Batch = dict[str, NDArray[Any]]

_copybook: Copybook


def batches(copybook: Copybook, seed: int, first: int, last: int, processes: int) -> Iterator[Batch]:
    """Yield the batches from number `first` to before `last`; they depend on copybook, seed and number alone."""
    waiting: deque[AsyncResult[Batch]] = deque()
    # "spawn" starts clean: TensorFlow's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(processes, _begin, (copybook,)) as pool:
        for number in range(first, last):
            waiting.append(pool.apply_async(_batch, (seed, number)))
            if len(waiting) > BATCHES_AHEAD:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()


def batch(copybook: Copybook, seed: int, first: int, count: int = PAGES_PER_BATCH) -> Batch:
    """Make `count` pages, whose writers copy the copybook's digits, from number `first` on.

    Returns:
        `picture`, `writing` uint8 [N, 192, 192]; `offset` float32 [N, 96, 96, 2]; `height` float32 and `kind` int8
        [N, 48, 48]: as in `Page`.
    """
    pages = [make_page(copybook, seed, first + each, (SIDE_PX, SIDE_PX)) for each in range(count)]
    names = ("picture", "writing", "offset", "height", "kind")
    return {name: np.stack([getattr(each, name) for each in pages]) for name in names}


def _begin(copybook: Copybook) -> None:
    global _copybook
    _copybook = copybook


def _batch(seed: int, number: int) -> Batch:
    return batch(_copybook, seed, number * PAGES_PER_BATCH)
