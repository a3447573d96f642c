"""Turns every error into a problem document (RFC 9457) with the request's id."""

import logging
import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from inference import ImageError, ImageTooLargeError, UnsupportedImageError

MEDIA_TYPE = "application/problem+json"
HttpRequest = Request[None, None, State]
logger = logging.getLogger("web")


class Problem(msgspec.Struct):
    """A problem document.

    Attributes:
        type: always about:blank, because the status says enough.
        title: the phrase of the HTTP status.
        status: the HTTP status.
        detail: what is wrong and what to do.
        request_id: the id in the response's X-Request-ID header and in the server's log.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str


class ProblemError(HTTPException):
    """An error that is sent to the client as a problem document; `detail` says what is wrong and what to do."""

    def __init__(self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail=detail, status_code=status, headers=headers)


def retry_later(status: HTTPStatus, why: str, seconds: float) -> ProblemError:
    """Return an error that asks the client to retry after `seconds`, rounded up and at least one."""
    whole = max(math.ceil(seconds), 1)
    again = f"Try again in {whole} second{'s' if whole > 1 else ''}."
    return ProblemError(status, f"{why} {again}", {"retry-after": str(whole)})


class ProtocolProblem(msgspec.Struct):
    """The error object of the Open Inference Protocol, sent instead of `Problem` below /v2."""

    error: str


def error_response(error: ProblemError, request_id: str, path: str = "") -> Response[bytes]:
    """Return the response to a request that has failed; Litestar, `web.http.service` and the connections all send it.

    The requested path decides the form of the body; it is empty if it is unknown.
    """
    status, kind = error.status_code, MEDIA_TYPE
    document: Problem | ProtocolProblem = Problem(
        "about:blank", HTTPStatus(status).phrase, status, error.detail, request_id
    )
    if f"{path}/".startswith("/v2/"):
        document, kind = ProtocolProblem(error.detail), "application/json"
    body = msgspec.json.encode(document)
    headers = {"content-type": kind, "content-length": str(len(body)), **(error.headers or {})}
    return Response(body, status_code=status, headers=headers)


def on_http_exception(request: HttpRequest, error: HTTPException) -> Response[bytes]:
    """Answer an error that Litestar raised (no such route, wrong method, bad parameter), or a `ProblemError`."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, ProblemError):
        return on_unhandled(request, error)
    return _response(request, ProblemError(HTTPStatus(error.status_code), _detail(request, error), error.headers))


def on_image_error(request: HttpRequest, error: ImageError) -> Response[bytes]:
    """Answer an error that `inference` raised for a picture."""
    if isinstance(error, ImageTooLargeError):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    elif isinstance(error, UnsupportedImageError):
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    else:
        status = HTTPStatus.BAD_REQUEST
    return _response(request, ProblemError(status, str(error)))


def on_unhandled(request: HttpRequest, error: Exception) -> Response[bytes]:
    """Answer an unexpected error, a bug of ours: its traceback goes to the log, never to the client."""
    extra = {"request_id": request.scope["state"]["request_id"]}
    logger.error("unhandled %s", type(error).__name__, exc_info=error, extra=extra)
    detail = "Something went wrong in the server. The request id finds it in the server's log."
    return _response(request, ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail))


def _response(request: HttpRequest, error: ProblemError) -> Response[bytes]:
    return error_response(error, request.scope["state"]["request_id"], request.scope["path"])


def _detail(request: HttpRequest, error: HTTPException) -> str:
    if error.status_code == HTTPStatus.NOT_FOUND and not isinstance(error, ProblemError):
        return "There is nothing at this address; /docs describes those that there are."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return (
            f"This address does not take {request.method}. Use {(error.headers or {}).get('allow', 'another method')}."
        )
    return error.detail


# For each error Litestar calls the handler of the nearest class.
HANDLERS: dict[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    HTTPException: on_http_exception,
    ImageError: on_image_error,
    Exception: on_unhandled,
}
