"""Wraps Litestar with what every request needs: an id, HEAD, security headers, access, limits, metrics and the log."""

import secrets
import time
from collections.abc import Sequence
from typing import Any, cast

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from web.http.access import Access
from web.http.errors import ProblemError, error_response
from web.http.limits import Limits
from web.observability.logs import RequestLog
from web.observability.metrics import Metrics

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Service:
    """The ASGI application: Litestar in a wrapper, because its own middleware misses requests for unknown addresses."""

    def __init__(self, app: Litestar, access: Access, limits: Limits, metrics: Metrics, log: RequestLog) -> None:
        self.limits = limits
        self._app = app
        self._access = access
        self._metrics = metrics
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request = TrackedRequest(scope, send)
        self._metrics.start()
        try:
            if problem := self._access.access_error(request.scope) or self.limits.overload_error(request.scope):
                await request.fail(problem, self.limits.settings.cors_origins, receive)
            else:
                await self._app(request.scope, receive, request.send)
        finally:
            seconds = time.perf_counter() - request.started
            self._metrics.end(request.method, request.route, request.status, seconds)
            self._log.write(**request.fields(seconds))


class TrackedRequest:
    """One request, and what the log and the metrics record of its response."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self.started = time.perf_counter()
        self.status = 499  # as in nginx: the client left before there was a response
        self.sent = 0
        self.method = scope["method"] if scope["method"] in METHODS else "OTHER"
        # Never taken from the request, so that no client can choose what the log says or guess another request's id.
        self.id = secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = self.id
        self._head = scope["method"] == "HEAD"
        # Normalised as the router does it, so that all checks see the path that answers: /predict/ is /predict.
        changes = {"path": normalize_path(scope["path"]), "method": "GET" if self._head else scope["method"]}
        self.scope = cast("HTTPScope", {**scope, **changes})
        self._send = send

    async def send(self, message: Message) -> None:
        """Send a message of the response, with the headers that every response has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *ENCODED_HEADERS, (b"x-request-id", self.id.encode())]
        elif message["type"] == "http.response.body":
            if self._head:
                message["body"] = b""
            self.sent += len(message["body"])
        await self._send(message)

    async def fail(self, error: ProblemError, cors_origins: Sequence[str], receive: Receive) -> None:
        """Send an error without Litestar's router; pages of the sites in `cors_origins` may read it."""
        cast("dict[str, Any]", self.scope)["path_template"] = "turned away"
        answer = error_response(error, self.id, self.scope["path"])
        origin = dict(self.scope["headers"]).get(b"origin", b"").decode("latin-1")
        if "*" in cors_origins:
            answer.headers["access-control-allow-origin"] = "*"
        elif origin in cors_origins:
            answer.headers |= {"access-control-allow-origin": origin, "vary": "Origin"}
        respond = answer.to_asgi_response(None, Request(self.scope))
        await respond(self.scope, receive, self.send)

    @property
    def route(self) -> str:
        """The template of the route; all unknown addresses share one value, and so do all rejected requests."""
        return cast("dict[str, str]", self.scope).get("path_template", "unknown")

    def fields(self, seconds: float) -> dict[str, object]:
        """Return the fields of the log line."""
        return {
            "request_id": self.id,
            "method": self.method,
            "path": self.scope["path"][:200],
            "route": self.route,
            "status": self.status,
            "seconds": round(seconds, 6),
            "bytes": self.sent,
            "client": (self.scope["client"] or ("",))[0],
            **cast("dict[str, object]", self.scope["state"].get("log", {})),
        }
