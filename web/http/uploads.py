"""Receives the body of a request, and extracts the picture in it."""

from http import HTTPStatus

from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from web.http.errors import HttpRequest, ProblemError
from web.http.limits import Body
from web.http.unwrap import FIELD, MAX_PARTS, UPLOAD_HINT, unwrap


async def read_picture(request: HttpRequest, held: Body) -> bytes:
    """Return the bytes of the picture that a request carries.

    Raises:
        ProblemError: as `read_body` and `unwrap`, and 422 if a multipart form lacks the field or has it twice, 400 if
            it is broken, 415 if the body is compressed.
    """
    if request.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The body must not be compressed: send the picture without Content-Encoding.",
            {"accept-encoding": "identity"},
        )
    picture = await read_body(request, held)
    kind, options = request.content_type
    if kind == "multipart/form-data":
        picture, kind = _of_multipart(picture, options.get("boundary", "")), "image/*"
    return unwrap(picture, kind)


async def read_body(request: HttpRequest, held: Body) -> bytes:
    """Return a request's whole body, of which each chunk waits until there is room for it.

    Raises:
        ProblemError: 413 if it is longer than Litestar's `request_max_body_size`, 400 if the client disconnects.
    """
    chunks = []
    try:
        async for chunk in request.stream():
            await held.grow(len(chunk))
            chunks.append(chunk)
    except RequestEntityTooLarge as error:
        megabytes = (request.route_handler.resolve_request_max_body_size() or 0) / 1e6
        detail = f"The body is longer than {megabytes:g} MB. Send a smaller picture."
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail) from error
    except InternalServerException as error:  # Litestar's, once the client has left
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body ended too soon.") from error
    held.complete = True
    return b"".join(chunks)


def _of_multipart(body: bytes, boundary: str) -> bytes:
    """Return the field `image` of a multipart form. Litestar's own parser would write large files to the disk."""
    picture: bytes | None = None
    wanted = False
    try:
        # Latin-1, which all bytes are: only the name of the field matters, and that of a file may be in any encoding.
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, header_charset="latin-1") as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    wanted = event.name == FIELD
                    if wanted and picture is not None:
                        detail = f"The form has several fields `{FIELD}`. Send one picture per request."
                        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
                    picture = b"" if wanted else picture
                elif event and wanted:
                    picture = event  # in one piece, as the body is
    except MultipartError as error:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, f"The multipart form cannot be read: {error}. {UPLOAD_HINT}"
        ) from error
    if picture is None:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The form has no field `{FIELD}`. {UPLOAD_HINT}")
    return picture
