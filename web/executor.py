"""Runs inference: small requests on the event loop, everything else in one thread."""

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
# Largest PNG, in pixels and bytes, to read on the event loop. A canvas of this size takes 1 or 2 ms, about 15 with the
# page network, up to 80 if digits touch and that network looks at other scales too, and 200 at worst, if it finds no
# confident digits. The thread adds 0.1 ms (with 8 clients on one core: 2.34 against 2.24 ms), negligible for a photo.
MAX_LOOP_PIXELS = 640 * 640
MAX_LOOP_BYTES = 64_000
# Seconds of queued work after which the event loop returns to its sockets: an overloaded worker must still reject new
# requests and report that it is alive. If this were shorter, rejecting would leave too little time for reading.
SLICE_SECONDS = 0.02
# Added to the nice value of the thread, so that canvases on the event loop have priority. While photos are read without
# a pause, the p99 latency of canvases was 2.8 times the one without photos, and 1.5 times with this (`make bench`).
THREAD_NICE_INCREMENT = 10


class Executor:
    """Runs the work of all requests, at most one small and one large task at a time.

    One thread is enough: a worker process is meant for one core, and one large picture at a time limits the memory.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="executor", initializer=_lower_priority)
        self._small: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def run(self, work: Callable[[], T], *, small: bool) -> T:
        """Run `work` and return what it returns.

        Args:
            work: a blocking function.
            small: whether it usually takes a few milliseconds at most, so that it can run on the event loop.
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
            if not result.done():  # otherwise the request timed out while it waited
                try:
                    result.set_result(work())
                except Exception as error:
                    result.set_exception(error)
            self._small.popleft()
        if self._small:
            asyncio.get_running_loop().call_soon(self._run_slice)

    def close(self) -> None:
        """Finish the running task, cancel the queued ones, and end the thread."""
        self._thread.shutdown(cancel_futures=True)


def _lower_priority() -> None:
    """Lower the priority of this thread; only Linux has a priority for each thread."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + THREAD_NICE_INCREMENT)


def is_small(picture: bytes) -> bool:
    """Return whether a picture is small enough for the event loop: a PNG, whose header gives its size undecoded."""
    if len(picture) > MAX_LOOP_BYTES or not picture.startswith(PNG_HEAD) or len(picture) < 24:
        return False
    width, height = struct.unpack(">II", picture[16:24])
    return bool(width * height <= MAX_LOOP_PIXELS)
