"""Limits the load of a worker: the requests in progress, the memory of their bodies, and the time of each request."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from litestar.types import HTTPScope

from web.http.errors import ProblemError, retry_later
from web.observability.metrics import Metrics
from web.settings import Settings


def asks_for_reading(scope: HTTPScope) -> bool:
    """Return whether a request counts towards `max_in_flight` and the rate limit."""
    return scope["method"] == "POST" and scope["path"].endswith(("/predict", "/infer"))


class Limits:
    """The limits of one worker; each request for a reading passes `overload_error`, then `admit`."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.draining = False
        self.bodies = BodyMemory(settings.max_body_memory)
        self.in_flight = 0
        self._metrics = metrics

    @property
    def full(self) -> bool:
        """Whether `max_in_flight` requests are in progress."""
        return self.in_flight >= self.settings.max_in_flight

    def overload_error(self, scope: HTTPScope) -> ProblemError | None:
        """Return the error for a request for a reading if the worker is full, else None.

        This check comes before Litestar: under overload, the time spent on rejected requests is lost for reading.
        """
        if self.full and asks_for_reading(scope):
            return self.unavailable("overload", "The server has as much to do as it can hold.")
        return None

    @asynccontextmanager
    async def admit(self) -> AsyncIterator["Body"]:
        """Count a request as in progress during the block, limit its time, and yield what counts its body.

        Raises:
            ProblemError: at the end, 408 if the body did not arrive in time, 503 after any other timeout or without
                memory.
        """
        self.in_flight += 1
        try:
            with self.bodies.account() as body:
                async with asyncio.timeout(self.settings.request_seconds):
                    yield body
        except TimeoutError:
            seconds = f"{self.settings.request_seconds:g} seconds"
            if body.complete or body.waiting:
                raise self.unavailable("timeout", f"It took longer than {seconds}.") from None
            self._metrics.reject("slow body")
            detail = f"The body did not arrive within {seconds}. Send it again."
            raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail) from None
        except MemoryError:
            raise self.unavailable("memory", "The server has no memory left for this one.") from None
        finally:
            self.in_flight -= 1

    def check_ready(self) -> None:
        """Check that the worker accepts requests for readings.

        Raises:
            ProblemError: 503, if the worker is full or is stopping.
        """
        if self.draining or self.full:
            raise self.busy("The server is full or about to stop.")

    def unavailable(self, reason: str, why: str) -> ProblemError:
        """Return the 503 for a request that the server has no room or time for, and count it by the reason."""
        self._metrics.reject(reason)
        return self.busy(why)

    def busy(self, why: str) -> ProblemError:
        """Return a 503 with the header Retry-After."""
        return retry_later(HTTPStatus.SERVICE_UNAVAILABLE, why, self.settings.retry_seconds)


class BodyMemory:
    """Limits the bytes of all request bodies together.

    A body for which there is no room waits unread in its sender's network buffers. The oldest body may always go on (it
    has its own limit), so that one request always finishes and makes room.

    Args:
        limit: in bytes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.bodies: dict[Body, None] = {}
        self.room = asyncio.Event()

    @contextmanager
    def account(self) -> Iterator["Body"]:
        """Yield what counts the bytes of one body; they count until the end of the block."""
        body = Body(self)
        self.bodies[body] = None
        try:
            yield body
        finally:
            del self.bodies[body]
            self.used -= body.size
            self.room.set()


@dataclass(eq=False)
class Body:
    """Counts the bytes of one request's body.

    Attributes:
        memory: limits the bytes of all bodies.
        size: the number of bytes so far.
        complete: whether the whole body has arrived.
        waiting: whether the next bytes wait for room.
    """

    memory: BodyMemory
    size: int = 0
    complete: bool = False
    waiting: bool = False

    async def grow(self, size: int) -> None:
        """Wait until there is room for `size` more bytes, and count them."""
        memory = self.memory
        while memory.used + size > memory.limit and next(iter(memory.bodies)) is not self:
            memory.room.clear()
            self.waiting = True
            await memory.room.wait()
        self.waiting = False
        memory.used += size
        self.size += size
