"""The heartbeat: an event loop that stands still is found, a busy thread beside it is none."""

import asyncio
import os
import signal
import threading
import time

import pytest

from tests.servers import TIMEOUT_SECONDS, serving
from tests.web.pictures import png, seven
from web.server.heartbeat import CHECKS_PER_LIMIT, START_LIMIT_FACTOR, Heart


@pytest.fixture
def heart() -> Heart:
    """A heart that beats every half a millisecond."""
    return Heart(0.01)


def beat(heart: Heart, seconds: float) -> None:
    """Let an event loop beat for some time."""

    async def story() -> None:
        heart.beat()
        await asyncio.sleep(seconds)

    asyncio.run(story())


def test_a_loop_that_turns_is_heard_and_one_that_stopped_is_missed(heart: Heart) -> None:
    for _ in range(3):
        beat(heart, 0.01)
        assert [heart.hangs() for _ in range(CHECKS_PER_LIMIT + 2)] == [False] * (CHECKS_PER_LIMIT + 1) + [True]
    beat(heart, 0.01)
    assert not heart.hangs()


def test_a_start_may_take_longer(heart: Heart) -> None:
    assert not any(heart.hangs() for _ in range(CHECKS_PER_LIMIT * START_LIMIT_FACTOR))
    assert heart.hangs()


def test_a_busy_thread_is_no_hang_and_a_blocked_loop_is_one(heart: Heart) -> None:
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            sum(range(1000))

    async def story() -> None:
        heart.beat()
        busy = asyncio.get_running_loop().run_in_executor(None, compute)
        for _ in range(2 * START_LIMIT_FACTOR * CHECKS_PER_LIMIT):
            await asyncio.sleep(0.001)  # the beat was due before
            assert not heart.hangs()
        done.set()
        await busy
        time.sleep(0.01)  # beats were due, but the loop cannot turn
        looks = [heart.hangs() for _ in range(CHECKS_PER_LIMIT + 2)]
        assert not looks[0]
        assert looks[-1]

    asyncio.run(story())


def test_a_worker_that_hangs_is_replaced() -> None:
    with serving(WORKERS=2, HANG_SECONDS=2) as server:
        hanging = server.workers()[0]
        os.kill(hanging, signal.SIGSTOP)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while hanging in server.workers() or len(server.workers()) < 2:
            assert time.monotonic() < deadline, "the worker that hangs was not replaced"
            time.sleep(0.05)
        assert f"worker {hanging} hangs" in server.log
        with server.client() as client:
            answer = client.post("/predict", content=png(seven()), headers={"content-type": "image/png"})
        assert answer.json()["text"] == "7"
        assert server.stop() == 0
