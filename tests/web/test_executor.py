"""Where the work of requests runs."""

import asyncio
import os
import sys
import threading

import pytest

from web.executor import NICE_INCREMENT, Executor


def test_small_and_large_work_have_a_thread_each_and_the_event_loop_goes_on() -> None:
    async def both() -> list[int]:
        executor, done = Executor(), threading.Event()

        def wait_for_the_others() -> int:
            # Hangs if the event loop, or the other thread, waits for this work.
            assert done.wait(60)
            return threading.get_ident()

        small = asyncio.ensure_future(executor.run(wait_for_the_others, small=True))
        large = [await executor.run(threading.get_ident, small=False) for _ in range(2)]
        done.set()
        found = [threading.get_ident(), await small, *large]
        executor.close()
        return found

    loop, small, large, again = asyncio.run(both())
    assert len({loop, small, large}) == 3
    assert large == again


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux has each thread a priority of its own")
def test_canvases_go_before_large_pictures() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def both() -> tuple[int, int]:
        executor = Executor()
        found = await executor.run(niceness, small=True), await executor.run(niceness, small=False)
        executor.close()
        return found

    small, large = asyncio.run(both())
    assert small == niceness()
    assert large == min(small + NICE_INCREMENT, 19)
