"""What keeps a worker standing: how many requests it takes on, how much it holds in memory, how long it waits."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

from litestar.types import HTTPScope

from web.metrics import Metrics
from web.problems import ProblemError
from web.settings import Settings

# What takes one of the places in flight.
LIMITED = ("/predict", "/infer")


class Limits:
    """The limits of one worker; each request for a reading passes `turned_away` and `admit`.

    Args:
        settings: where the numbers come from.
        metrics: where rejected requests are counted.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.draining = False
        self._metrics = metrics
        self._in_flight = 0
        self._bodies = BodyMemory(settings.max_body_memory)

    @property
    def full(self) -> bool:
        """Whether all places in flight are taken."""
        return self._in_flight >= self.settings.max_in_flight

    def turned_away(self, scope: HTTPScope) -> ProblemError | None:
        """Return what a request is told that comes when all places are taken, and None where it may go on.

        Asked before anything else is done for it: under overload, what turning away costs is lost for reading.
        """
        if not self.full or scope["method"] != "POST" or not scope["path"].endswith(LIMITED):
            return None
        self._metrics.reject("overload")
        return self._unavailable("The server has as much to do as it can hold.")

    @asynccontextmanager
    async def admit(self) -> AsyncIterator["Body"]:
        """Hold one of the places in flight, for at most the time of a request; yields the account of its body.

        Raises:
            ProblemError: 503 where the time is over, 408 where that is the sender's doing.
        """
        self._in_flight += 1
        try:
            async with asyncio.timeout(self.settings.request_seconds):
                with self._bodies.account() as body:
                    yield body
        except TimeoutError:
            if not body.complete and not body.waiting:
                self._metrics.reject("slow body")
                detail = f"The body did not arrive within {self.settings.request_seconds:g} seconds. Send it again."
                raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail) from None
            self._metrics.reject("timeout")
            raise self._unavailable(f"It took longer than {self.settings.request_seconds:g} seconds.") from None
        except MemoryError:
            self._metrics.reject("memory")
            raise self._unavailable("The server has no memory left for this one.") from None
        finally:
            self._in_flight -= 1

    def _unavailable(self, why: str) -> ProblemError:
        seconds = math.ceil(self.settings.retry_seconds)
        again = f"Try again in {seconds} second{'s' if seconds > 1 else ''}."
        return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, f"{why} {again}", {"retry-after": str(seconds)})


class BodyMemory:
    """Bounds the bytes of all request bodies together.

    A body that finds no room waits, unread, in its sender's network buffers. Whichever came first may always go on (it
    is bounded by itself), so that one always ends and makes room.

    Args:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._bodies: dict[Body, None] = {}
        self._room = asyncio.Event()

    @contextmanager
    def account(self) -> Iterator["Body"]:
        """Yield the account of one body; its bytes count until the end of the block."""
        body = Body(self)
        self._bodies[body] = None
        try:
            yield body
        finally:
            del self._bodies[body]
            self._used -= body.size
            self._room.set()

    async def take(self, body: "Body", size: int) -> None:
        """Count `size` bytes more, once there is room for them."""
        while self._used + size > self._limit and next(iter(self._bodies)) is not body:
            self._room.clear()
            body.waiting = True
            await self._room.wait()
        body.waiting = False
        self._used += size
        body.size += size


class Body:
    """The bytes that one request holds.

    Attributes:
        size: how many they are so far.
        complete: whether they have all arrived.
        waiting: whether the next ones find no room.
    """

    def __init__(self, memory: BodyMemory) -> None:
        self._memory = memory
        self.size = 0
        self.complete = False
        self.waiting = False

    async def grow(self, size: int) -> None:
        """Hold `size` bytes more, once there is room for them."""
        await self._memory.take(self, size)
