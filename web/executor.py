"""Runs inference in two threads: one for canvases, and one of lower priority for photos and all other large work."""

import asyncio
import os
import struct
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
# Largest PNG, in pixels and bytes, that counts as a canvas. Its reading takes 1 or 2 ms, about 15 with the page
# network, up to 80 if digits touch, and seconds if it is hostile: so it has a thread too (measured: it costs no time).
MAX_CANVAS_PIXELS = 640 * 640
MAX_CANVAS_BYTES = 64_000
# Added to the nice value of the thread for large work, so that canvases have priority. While photos are read without a
# pause, the p99 latency of canvases was 2.8 times the one without photos, and 1.5 times with this (`make bench`).
NICE_INCREMENT = 10


class Executor:
    """Runs the work of all requests, at most one small and one large task at a time.

    A worker process is meant for one core, and one large picture at a time limits the memory.
    """

    def __init__(self) -> None:
        self._small = ThreadPoolExecutor(1, "small")
        self._large = ThreadPoolExecutor(1, "large", initializer=_lower_priority)

    async def run(self, work: Callable[[], T], *, small: bool) -> T:
        """Run a blocking function and return its result; `small` work usually takes a few milliseconds at most."""
        return await asyncio.get_running_loop().run_in_executor(self._small if small else self._large, work)

    def close(self) -> None:
        """Finish the running tasks, cancel the queued ones, and end the threads."""
        for pool in (self._small, self._large):
            pool.shutdown(cancel_futures=True)


def _lower_priority() -> None:
    """Lower the priority of this thread; only Linux has a priority for each thread."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + NICE_INCREMENT)


def is_small(picture: bytes) -> bool:
    """Return whether a picture is probably a canvas: a small PNG, whose header gives its size undecoded."""
    if len(picture) > MAX_CANVAS_BYTES or not picture.startswith(PNG_HEAD) or len(picture) < 24:
        return False
    width, height = struct.unpack(">II", picture[16:24])
    return bool(width * height <= MAX_CANVAS_PIXELS)
