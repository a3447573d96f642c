"""Receives the body of a request, and extracts the picture in it."""

from http import HTTPStatus
from typing import NoReturn

from litestar.datastructures import Headers
from litestar.types import HTTPScope, Receive
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from web.http.errors import ProblemError
from web.http.limits import Body
from web.http.unwrap import FIELD, MAX_PARTS, UPLOAD_HINT, unwrap


async def read_picture(scope: HTTPScope, receive: Receive, held: Body, max_bytes: int) -> bytes:
    """Return the bytes of the picture that a request carries.

    Args:
        scope: the ASGI scope of the request.
        receive: the ASGI function that receives the body.
        held: counts the bytes of the body.
        max_bytes: the largest length of the whole body.

    Raises:
        ProblemError: as `read_body` and `unwrap`, and 422 if a multipart form lacks the field or has it twice, 400 if
            it is broken or the picture is empty, 415 if the body is compressed.
    """
    if Headers.from_scope(scope).get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The body must not be compressed: send the picture without Content-Encoding.",
            {"accept-encoding": "identity"},
        )
    kind, options = parse_options_header(Headers.from_scope(scope).get("content-type", ""))
    if kind == "multipart/form-data":
        picture = await _from_form(Incoming(scope, receive, held, max_bytes), options.get("boundary", ""))
        kind = "image/*"
    else:
        picture = await read_body(scope, receive, held, max_bytes)
    if not picture:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The picture is empty. {UPLOAD_HINT}")
    return unwrap(picture, kind)


async def read_body(scope: HTTPScope, receive: Receive, held: Body, max_bytes: int) -> bytes:
    """Return a request's whole body.

    Raises:
        ProblemError: 413 if it is longer than `max_bytes`, 400 if the client disconnects.
    """
    incoming = Incoming(scope, receive, held, max_bytes)
    chunks: list[bytes] = []
    while not held.complete:
        chunks.append(await incoming.chunk())
    return b"".join(chunks)


class Incoming:
    """Receives the body of a request in chunks; its arguments are those of `read_picture`.

    Raises:
        ProblemError: 413 if the header Content-Length is larger than `max_bytes`.
    """

    def __init__(self, scope: HTTPScope, receive: Receive, held: Body, max_bytes: int) -> None:
        self.held = held
        self._receive = receive
        self._max_bytes = max_bytes
        if int(Headers.from_scope(scope).get("content-length") or 0) > max_bytes:
            self._refuse()

    async def chunk(self) -> bytes:
        """Return the next chunk once there is room for it; `held.complete` tells whether it is the last.

        Raises:
            ProblemError: 413 if the body is longer than `max_bytes`, 400 if the client disconnects.
        """
        message = await self._receive()
        if message["type"] != "http.request":
            raise ProblemError(HTTPStatus.BAD_REQUEST, "The body ended too soon.")
        chunk = message["body"]
        if self.held.size + len(chunk) > self._max_bytes:
            self._refuse()
        await self.held.grow(len(chunk))
        self.held.complete = not message["more_body"]
        return chunk

    def _refuse(self) -> NoReturn:
        detail = f"The body is longer than {self._max_bytes / 1e6:g} MB. Send a smaller picture."
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


async def _from_form(incoming: Incoming, boundary: str) -> bytes:
    """Return the field `image` of a multipart body."""
    picture: list[bytes] = []
    found = wanted = False
    try:
        # Latin-1, which all bytes are: only the name of the field matters, and that of a file may be in any encoding.
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, header_charset="latin-1") as parser:
            while not incoming.held.complete:
                chunk = await incoming.chunk()
                # An empty chunk would tell the parser that the form ends here.
                for event in parser.parse(chunk) if chunk else ():
                    if isinstance(event, MultipartSegment):
                        wanted = event.name == FIELD
                        if wanted and found:
                            detail = f"The form has several fields `{FIELD}`. Send one picture per request."
                            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
                        found = found or wanted
                    elif event and wanted:
                        picture.append(bytes(event))
    except MultipartError as error:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, f"The multipart form cannot be read: {error}. {UPLOAD_HINT}"
        ) from error
    if not found:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The form has no field `{FIELD}`. {UPLOAD_HINT}")
    return b"".join(picture)
