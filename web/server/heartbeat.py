"""Tells the supervisor of the workers whether the event loop of each worker still runs.

A worker that hangs keeps its connections, accepts new ones and never answers them. It does not exit, so the supervisor
must detect the hang: the worker's event loop counts its beats, at regular intervals, in memory that both share. Large
pictures are read in a thread, which does not delay the beats.

The guarantee: a blocked event loop is detected, and a busy thread does not count as a hang
(tests/web/test_heartbeat.py). A thread answers uvicorn's own check, even if the event loop is blocked.
"""

import asyncio
import multiprocessing
from ctypes import c_uint64

# Number of checks within the time that a worker may be silent; the worker counts two beats between two checks.
CHECKS_PER_LIMIT = 10
# Until its first beat a worker is still starting, and may be silent for this many times as long.
START_LIMIT_FACTOR = 4


class Heart:
    """The heart of one worker: the supervisor makes it, and gives it to the worker's process.

    Args:
        limit: the seconds of silence that count as a hang.
    """

    def __init__(self, limit: float) -> None:
        self._pause = limit / CHECKS_PER_LIMIT / 2
        self._beats = multiprocessing.get_context("spawn").RawValue(c_uint64)
        self._seen = 0
        self._allowed = CHECKS_PER_LIMIT * START_LIMIT_FACTOR
        self._missed = 0

    def beat(self) -> None:
        """In the worker: beat now, and at regular intervals from the running event loop until it ends."""
        self._beats.value += 1
        asyncio.get_running_loop().call_later(self._pause, self.beat)

    def hangs(self) -> bool:
        """In the supervisor: check for a beat once; return whether too many checks in a row found none.

        It counts checks instead of seconds: if the whole machine is suspended, so is the supervisor, and the worker has
        time to beat before the next checks.
        """
        beats = self._beats.value
        if beats != self._seen:
            self._seen, self._missed, self._allowed = beats, 0, CHECKS_PER_LIMIT
        else:
            self._missed += 1
        return self._missed > self._allowed
