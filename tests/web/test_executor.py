"""Where the work of requests runs."""

import asyncio
import os
import sys
import threading

import pytest

from web.executor import THREAD_NICE_INCREMENT, Executor


def test_large_pictures_are_read_in_one_thread_and_small_ones_on_the_loop() -> None:
    async def where() -> list[int]:
        executor = Executor()
        found = [await executor.run(threading.get_ident, small=small) for small in (True, False, False)]
        executor.close()
        return found

    small, large, again = asyncio.run(where())
    assert small == threading.get_ident()
    assert large == again != small


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux has each thread a priority of its own")
def test_canvases_go_before_large_pictures() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def both() -> tuple[int, int]:
        executor = Executor()
        found = await executor.run(niceness, small=True), await executor.run(niceness, small=False)
        executor.close()
        return found

    own, thread = asyncio.run(both())
    assert thread == min(own + THREAD_NICE_INCREMENT, 19)
    assert niceness() == own
