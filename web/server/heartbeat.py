"""Tells the supervisor of the workers whether the event loop of each worker still runs.

A worker that hangs keeps its connections, accepts new ones and never answers them. It does not exit, so the supervisor
must detect the hang: the worker's event loop sends a byte through a pipe at regular intervals. Large pictures are read
in a thread, which does not delay these bytes.

The guarantee: a blocked event loop is detected, and a busy thread does not count as a hang
(tests/web/test_heartbeat.py). A thread answers uvicorn's own check, even if the event loop is blocked.
"""

import asyncio
import contextlib
import multiprocessing
import os

# Number of checks within the time that a worker may be silent; the worker sends two beats between two checks.
CHECKS_PER_LIMIT = 10
# Until its first beat a worker is still starting, and may be silent for this many times as long.
START_LIMIT_FACTOR = 4
READ_BYTES = 65_536


class BeatSender:
    """Sends the beats of a worker.

    Args:
        pipe: the file descriptor to write to.
        limit: the seconds of silence that count as a hang.
    """

    def __init__(self, pipe: int, limit: float) -> None:
        self._pipe = pipe
        self._pause = limit / CHECKS_PER_LIMIT / 2
        os.set_blocking(pipe, False)

    def beat(self) -> None:
        """Send a beat now, and further ones at regular intervals from the running event loop until it ends."""
        # Blocking: the supervisor has not read for a long time. Broken: it never will, and will soon end this process.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._pipe, b"\0")
        asyncio.get_running_loop().call_later(self._pause, self.beat)


class BeatReceiver:
    """Receives the beats of one worker in the supervisor.

    Attributes:
        sending: the end of the pipe for the worker's `BeatSender`; close it here once the worker has its copy.
    """

    def __init__(self) -> None:
        self._receiving, self.sending = multiprocessing.get_context("spawn").Pipe(duplex=False)
        os.set_blocking(self._receiving.fileno(), False)
        self._allowed = CHECKS_PER_LIMIT * START_LIMIT_FACTOR
        self._missed = 0

    def hangs(self) -> bool:
        """Check for a beat once; return whether too many checks in a row found none.

        It counts checks instead of seconds: if the whole machine is suspended, so is the supervisor, and the worker has
        time to send a beat before the next checks.
        """
        try:
            beaten = bool(os.read(self._receiving.fileno(), READ_BYTES))
        except BlockingIOError:
            beaten = False
        if beaten:
            self._allowed = CHECKS_PER_LIMIT
            self._missed = 0
        else:
            self._missed += 1
        return self._missed > self._allowed

    def close(self) -> None:
        """Close the receiving end of the pipe."""
        self._receiving.close()
