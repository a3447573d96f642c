"""Where the work runs: small canvases on the event loop, everything else in one thread."""

import asyncio
import os
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
# A canvas up to this size is read in one or two milliseconds, in about 15 where the page network looks at it, in up to
# 80 where digits touch and it looks at other sizes too, and in 200 at worst, where it sees no sure digits. The hop to
# the thread and back costs a tenth of one (with 8 clients on one core: 2.24 against 2.34 ms), nothing beside a photo.
MAX_LOOP_PIXELS = 640 * 640
MAX_LOOP_BYTES = 64_000
# After this long the event loop looks at its sockets again: an overloaded worker must be able to turn new requests down
# and to say that it lives. Shorter, and turning away would leave too little time for reading.
SLICE_SECONDS = 0.02
# Canvases go first: the thread is nicer than the event loop by so much. While photos are read without a pause, the
# p99 of canvases was 2.8 times the quiet one without this, and 1.5 with it; `make bench` measures it.
NICER = 10


class Executor:
    """Runs the work of all requests, one piece of each kind at a time.

    One thread is enough: a worker is meant for one core, and a single large picture at a time bounds the memory.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="executor", initializer=_step_back)
        self._small: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def run(self, work: Callable[[], T], *, small: bool) -> T:
        """Run `work` and return what it returns.

        Args:
            work: blocks while it runs.
            small: whether it takes a few milliseconds at most, so that it can run on the event loop.
        """
        loop = asyncio.get_running_loop()
        if not small:
            return await loop.run_in_executor(self._thread, work)
        result: asyncio.Future[T] = loop.create_future()
        self._small.append((work, result))
        if len(self._small) == 1:
            loop.call_soon(self._run_slice)
        return await result

    def _run_slice(self) -> None:
        end = time.monotonic() + SLICE_SECONDS
        while self._small and time.monotonic() < end:
            work, result = self._small[0]
            if not result.done():  # else its time was over while it waited
                try:
                    result.set_result(work())
                except Exception as error:
                    result.set_exception(error)
            self._small.popleft()
        if self._small:
            asyncio.get_running_loop().call_soon(self._run_slice)

    def close(self) -> None:
        """End the thread, once what it does is done."""
        self._thread.shutdown(cancel_futures=True)


def _step_back() -> None:
    """Lower the priority of this thread; only on Linux each has its own."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + NICER)


def is_small(picture: bytes) -> bool:
    """Whether a picture is a canvas of a few thousand bytes: a PNG, whose size is told without decoding it."""
    if len(picture) > MAX_LOOP_BYTES or not picture.startswith(PNG_HEAD) or len(picture) < 24:
        return False
    width, height = struct.unpack(">II", picture[16:24])
    return bool(width * height <= MAX_LOOP_PIXELS)
