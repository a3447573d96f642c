"""Limits the connections of one worker: their number, the size of their headers, and the time for each request.

Guarantees beyond uvicorn's: slow or endless headers end the connection, idle connections make room for new ones
(tests/web/test_limits.py), a request on its way while the worker stops is answered (tests/web/test_stopping.py), and
one that offers another protocol keeps its body (tests/web/test_connections.py).
"""

import asyncio
import logging
import secrets
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.http.errors import ProblemError, error_response
from web.http.limits import Limits
from web.http.service import SECURITY_HEADERS

logger = logging.getLogger("web")
# Limit for the headers of one request, twice that of common servers; our clients are browsers and small programs.
MAX_HEADER_BYTES = 32_768
HEADER_SECONDS = 10.0
# Seconds after a request's timeout: if the client has still not sent all of it, the connection is aborted.
SLACK_SECONDS = 5.0
# Seconds that an idle connection stays open while the worker stops, because a request may be on its way. A connection
# without any request so far stays open longer, because its client has only just connected.
LINGER_SECONDS = 1.0
LINGER_UNUSED_SECONDS = 3.0


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's HTTP protocol with limits: by itself it waits for slow clients forever and accepts endless headers."""

    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _received_bytes = 0
    _in_headers = False
    _ended = False
    _lingering = False

    def __init__(self, limits: Limits, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._limits = limits
        self._header_seconds = min(HEADER_SECONDS, limits.settings.request_seconds)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, or reject it if too many are open."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.settings.max_connections and not self._close_an_idle_one():
            self._refuse(self._limits.busy("The server has too many connections open."))
            return
        self._wait(self._header_seconds)
        if self._limits.draining:  # accepted just before the worker stopped listening
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeout of the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the received bytes; those of incomplete headers count towards the limit too.

        But where another request ended in them, nobody knows how many are of the headers.
        """
        self._ended = False
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        if self._in_headers and not self._ended:
            self._received_bytes += len(data)
            self._limit_headers()

    def _parse(self, data: bytes) -> None:
        """Parse the received bytes, and again the headers of each request that offers another protocol.

        A server that speaks no other protocol ignores the offer (RFC 9110, section 7.8), but the parser takes the bytes
        after such headers for that protocol. So it gets these headers once more, without the offer.

        Raises:
            httptools.HttpParserError: the bytes are not HTTP, or the method is CONNECT, which only proxies have.
        """
        left = memoryview(data)
        while True:
            try:
                self.parser.feed_data(left)
                return
            except httptools.HttpParserUpgrade as offer:
                if self.parser.get_method() == b"CONNECT":
                    raise httptools.HttpParserError from None
                left = left[offer.args[0] :]
            method, version = self.parser.get_method(), self.parser.get_http_version().encode()
            lines = [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
            self.parser.feed_data(b"%s %s HTTP/%s\r\n%s\r\n" % (method, self.url, version, b"".join(lines)))

    def on_message_begin(self) -> None:
        """Start the timeout for a request's headers."""
        super().on_message_begin()
        self._header_bytes = self._received_bytes = 0
        self._in_headers = True
        self._wait(self._header_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the bytes of a header towards the limit."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        self._limit_headers()

    def on_headers_complete(self) -> None:
        """Start the timeout for a request's body."""
        if self.parser.should_upgrade():  # `_parse` does the same without the offer
            return
        self._in_headers = False
        self._wait(self._limits.settings.request_seconds + SLACK_SECONDS)
        super().on_headers_complete()
        if self._lingering:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Stop the timeout: the client has sent the whole request."""
        if self.parser.should_upgrade():
            return
        self._ended = True
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not a valid HTTP request."""
        self._refuse(ProblemError(HTTPStatus.BAD_REQUEST, "This is not an HTTP request that can be read."))

    def shutdown(self) -> None:
        """Close the connection after the request that is in progress, or that may be on its way, is answered."""
        self._lingering = True
        if self._idle:
            seconds = LINGER_UNUSED_SECONDS if self.cycle is None else LINGER_SECONDS
            self.loop.call_later(seconds, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    @property
    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        if self._idle:
            self.transport.close()

    def _close_an_idle_one(self) -> bool:
        """Close another connection that is only kept alive after a response; return whether there was one."""
        for other in self.connections:
            kept = isinstance(other, BoundedConnection) and other.cycle is not None and other.cycle.response_complete
            if kept and not other.transport.is_closing():
                other.transport.close()
                return True
        return False

    def _limit_headers(self) -> None:
        """Refuse a request whose headers are too long: the parsed ones, or all the bytes of incomplete ones."""
        if max(self._header_bytes, self._received_bytes) > MAX_HEADER_BYTES and not self.transport.is_closing():
            detail = f"The headers are longer than {MAX_HEADER_BYTES} bytes."
            self._refuse(ProblemError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail))

    def _wait(self, seconds: float) -> None:
        """Abort the connection after this many seconds, unless the timer is stopped or set again before."""
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, error: ProblemError) -> None:
        """Send an error in the format of the application, but without calling it, and close the connection."""
        request_id = secrets.token_hex(16)
        logger.warning("refused with %d: %s", error.status_code, error.detail, extra={"request_id": request_id})
        answer = error_response(error, request_id)
        headers = {**answer.headers, **SECURITY_HEADERS, "x-request-id": request_id, "connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        status = HTTPStatus(error.status_code)
        self.transport.write(f"HTTP/1.1 {status} {status.phrase}\r\n{lines}\r\n".encode() + answer.content)
        self.transport.close()
