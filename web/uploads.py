"""From a request to the bytes of the picture in it."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from web.limits import Body
from web.problems import HttpRequest, ProblemError

FIELD = "image"
# The parts of one form: the picture and whatever a browser sends beside it.
MAX_PARTS = 20
HOW = f"Send a picture as the field `{FIELD}` of a multipart form, or as the whole body with a type such as image/png."


async def read_picture(request: HttpRequest, held: Body, max_bytes: int) -> bytes:
    """Return the bytes of the picture that a request carries.

    Args:
        request: the request.
        held: the account of its bytes.
        max_bytes: the most that the whole body may have.

    Raises:
        ProblemError: 413 where the body is longer than `max_bytes`, 415 where its type is no picture and no form, 422
            where the form lacks the field, 400 where the form is broken or the picture is empty.
    """
    kind, options = request.content_type
    chunks = body_chunks(request, held, max_bytes)
    if kind == "multipart/form-data":
        picture = await _from_form(chunks, options.get("boundary", ""))
    elif kind.startswith("image/"):
        picture = b"".join([chunk async for chunk in chunks])
    else:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A body of this type is not read. {HOW}")
    if not picture:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The picture is empty. {HOW}")
    return picture


async def read_body(request: HttpRequest, held: Body, max_bytes: int) -> bytes:
    """Return a request's whole body.

    Raises:
        ProblemError: 413 where it is longer than `max_bytes`.
    """
    return b"".join([chunk async for chunk in body_chunks(request, held, max_bytes)])


async def body_chunks(request: HttpRequest, held: Body, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield a request's body as it arrives, each chunk once there is room for it.

    Raises:
        ProblemError: 413, before anything is read where the announced length says so; 400 where the sender has gone.
    """
    too_long = f"The body is longer than {max_bytes / 1e6:g} MB. Send a smaller picture."
    if (request.content_length or 0) > max_bytes:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long)
    more = True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ProblemError(HTTPStatus.BAD_REQUEST, "The body ended too soon.")
        chunk, more = message["body"], message["more_body"]
        if held.size + len(chunk) > max_bytes:
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long)
        await held.grow(len(chunk))
        if chunk:
            yield chunk
    held.complete = True


async def _from_form(chunks: AsyncIterator[bytes], boundary: str) -> bytes:
    """Return the field `image` of a multipart body."""
    picture: list[bytes] = []
    found = wanted = False
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS) as parser:
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        wanted = event.name == FIELD and not found
                        found = found or wanted
                    elif event and wanted:
                        picture.append(bytes(event))
    except MultipartError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The multipart form cannot be read: {error}. {HOW}") from error
    if not found:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The form has no field `{FIELD}`. {HOW}")
    return b"".join(picture)
