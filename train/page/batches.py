"""Makes batches of synthetic pages in worker processes, while the network trains on earlier ones."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from multiprocessing.pool import AsyncResult
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthesis.hands import Copybook
from synthesis.page import make_page


class Size(NamedTuple):
    """The size of a batch: the number of its pages, and their height and width in pixels."""

    pages: int
    side_px: int


# All batches have equally many pixels. The first ones show more hands, lights and papers, on smaller pages; the last
# ones show more of each page, as photos do.
FIRST, LAST = Size(36, 128), Size(16, 192)
FIRST_SHARE = 0.7
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
            waiting.append(pool.apply_async(_batch, (seed, number, last)))
            if len(waiting) > BATCHES_AHEAD:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()


def size(number: int, last: int) -> Size:
    """Return the size of one of the batches 0 to before `last`."""
    return FIRST if number < FIRST_SHARE * last else LAST


def page_count(batches: int) -> int:
    """Return the number of pages in all batches of a training."""
    return sum(size(number, batches).pages for number in range(batches))


def batch(copybook: Copybook, seed: int, first: int, size: Size) -> Batch:
    """Make pages, whose writers copy the copybook's digits, from number `first` on.

    Returns:
        `picture`, `writing` uint8 [N, S, S]; `offset` float32 [N, S/2, S/2, 2]; `height` float32 and `kind` int8
        [N, S/4, S/4]: as in `Page`; N pages and their side S as `size` says.
    """
    pages = [make_page(copybook, seed, first + each, (size.side_px, size.side_px)) for each in range(size.pages)]
    names = ("picture", "writing", "offset", "height", "kind")
    return {name: np.stack([getattr(each, name) for each in pages]) for name in names}


def _begin(copybook: Copybook) -> None:
    global _copybook
    _copybook = copybook


def _batch(seed: int, number: int, last: int) -> Batch:
    return batch(_copybook, seed, number * FIRST.pages, size(number, last))
