"""What keeps a worker standing: how many requests it takes on, how much it holds in memory, how long it waits."""

import asyncio
from http import HTTPStatus
from types import TracebackType

from litestar.types import HTTPScope

from web.http.errors import ProblemError, come_again
from web.observability.metrics import Metrics
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
        self.bodies = BodyMemory(settings.max_body_memory)
        self.in_flight = 0
        self._metrics = metrics

    @property
    def full(self) -> bool:
        """Whether all places in flight are taken."""
        return self.in_flight >= self.settings.max_in_flight

    def turned_away(self, scope: HTTPScope) -> ProblemError | None:
        """Return what a request is told that comes when all places are taken, and None where it may go on.

        Asked before anything else is done for it: under overload, what turning away costs is lost for reading.
        """
        if not self.full or scope["method"] != "POST" or not scope["path"].endswith(LIMITED):
            return None
        return self.unavailable("overload", "The server has as much to do as it can hold.")

    def admit(self) -> "Admission":
        """Hold one of the places in flight, for at most the time of a request."""
        return Admission(self)

    def timed_out(self, body: "Body") -> ProblemError:
        """Return what a request is told that took too long."""
        seconds = f"{self.settings.request_seconds:g} seconds"
        if body.complete or body.waiting:
            return self.unavailable("timeout", f"It took longer than {seconds}.")
        self._metrics.reject("slow body")
        detail = f"The body did not arrive within {seconds}. Send it again."
        return ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail)

    def check_ready(self) -> None:
        """Do nothing while requests for readings are taken.

        Raises:
            ProblemError: 503, the server is full or stops.
        """
        if self.draining or self.full:
            raise self.busy("The server is full or about to stop.")

    def unavailable(self, reason: str, why: str) -> ProblemError:
        """Return what a request is told that the server has no room or time for; counted by the reason."""
        self._metrics.reject(reason)
        return self.busy(why)

    def busy(self, why: str) -> ProblemError:
        """Return the 503 that says when to come again."""
        return come_again(HTTPStatus.SERVICE_UNAVAILABLE, why, self.settings.retry_seconds)


class Admission:
    """One of the places in flight, held for the length of an `async with`, which yields the account of a body.

    A class, for a generator would cost twice as much.

    Raises:
        ProblemError: at the end, 503 where the time is over, 408 where that is the sender's doing.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._body = limits.bodies.account()
        self._timeout = asyncio.timeout(limits.settings.request_seconds)

    async def __aenter__(self) -> "Body":
        self._limits.in_flight += 1
        await self._timeout.__aenter__()
        return self._body.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._limits.in_flight -= 1
        self._body.__exit__(kind, error, traceback)
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise self._limits.timed_out(self._body) from None
        if isinstance(error, MemoryError):
            raise self._limits.unavailable("memory", "The server has no memory left for this one.") from None


class BodyMemory:
    """Bounds the bytes of all request bodies together.

    A body that finds no room waits, unread, in its sender's network buffers. Whichever came first may always go on (it
    is bounded by itself), so that one always ends and makes room.

    Args:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.bodies: dict[Body, None] = {}
        self.room = asyncio.Event()

    def account(self) -> "Body":
        """Return the account of one body; its bytes count until the end of a `with` block."""
        return Body(self)


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

    def __enter__(self) -> "Body":
        self._memory.bodies[self] = None
        return self

    def __exit__(self, *_: object) -> None:
        del self._memory.bodies[self]
        self._memory.used -= self.size
        self._memory.room.set()

    async def grow(self, size: int) -> None:
        """Hold `size` bytes more, once there is room for them."""
        memory = self._memory
        while memory.used + size > memory.limit and next(iter(memory.bodies)) is not self:
            memory.room.clear()
            self.waiting = True
            await memory.room.wait()
        self.waiting = False
        memory.used += size
        self.size += size
