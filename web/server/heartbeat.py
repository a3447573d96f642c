"""Tells the process that watches the workers whether the event loop of each still turns.

A worker that hangs holds its connections and takes new ones, and would never answer them: it must be found although it
does not end. Its event loop sends a byte through a pipe again and again; reading large pictures goes on in a thread and
does not keep it from that.

The promise: a blocked event loop is found, and a busy thread beside it is no hang (tests/web/test_heartbeat.py).
uvicorn's own check is answered by a thread, which a blocked event loop does not stop.
"""

import asyncio
import contextlib
import multiprocessing
import os

# The watcher looks so often within the time that a worker may be silent, and the worker beats twice between two looks.
LOOKS_PER_LIMIT = 10
# A worker that has not beaten yet is still starting, and may take so many times as long for that.
START_LIMITS = 4
READ_BYTES = 65_536


class Heart:
    """The worker's side.

    Args:
        pipe: the file descriptor that is written to.
        limit: the seconds after which silence counts as a hang.
    """

    def __init__(self, pipe: int, limit: float) -> None:
        self._pipe = pipe
        self._pause = limit / LOOKS_PER_LIMIT / 2
        os.set_blocking(pipe, False)

    def beat(self) -> None:
        """Send a beat, and one more whenever the running event loop comes round to it, until it ends."""
        # Blocked: nobody has looked for a long time. Broken: nobody will, and this process is about to be ended.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._pipe, b"\0")
        asyncio.get_running_loop().call_later(self._pause, self.beat)


class Pulse:
    """The watcher's side, for one worker.

    Attributes:
        sending: what the worker's heart writes to; to be closed here once the worker has it.
    """

    def __init__(self) -> None:
        self._receiving, self.sending = multiprocessing.get_context("spawn").Pipe(duplex=False)
        os.set_blocking(self._receiving.fileno(), False)
        self._allowed = LOOKS_PER_LIMIT * START_LIMITS
        self._missed = 0

    def stopped(self) -> bool:
        """Look once; return whether there was no beat for too many looks in a row.

        Looks are counted rather than seconds: where the whole machine stood still, the watcher did so too, and the
        worker has time to beat before the next ones.
        """
        try:
            beaten = bool(os.read(self._receiving.fileno(), READ_BYTES))
        except BlockingIOError:
            beaten = False
        if beaten:
            self._allowed = LOOKS_PER_LIMIT
            self._missed = 0
        else:
            self._missed += 1
        return self._missed > self._allowed

    def close(self) -> None:
        """Forget the worker."""
        self._receiving.close()
