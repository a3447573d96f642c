"""The picture in a body, whatever it is wrapped in: judged by its bytes, for the type that is said is often wrong."""

import base64
import binascii
import re
from http import HTTPStatus
from urllib.parse import parse_qs

import msgspec

from web.http.errors import ProblemError

FIELD = "image"
HOW = (
    f"Send a picture as the field `{FIELD}` of a form or of a JSON object, or as the whole body: as bytes with a type "
    "such as image/png, or in base64."
)
# What a body is shows in its first bytes; more is not searched, so that no pattern takes long.
HEAD_BYTES = 1024
# The parts of one form: the picture and whatever a browser sends beside it.
MAX_PARTS = 20
URL_ENCODED = "application/x-www-form-urlencoded"
# `curl --data-binary` says that it sends a form; what a browser does not know is an octet-stream.
SILENT_TYPES = ("", "application/octet-stream", URL_ENCODED)
# How the files begin that are read; of TIFF both ways, and of AVIF and HEIC what follows a length.
PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|%PDF|II\*\0|MM\0\*|RIFF....WEBP|....ftyp", re.DOTALL)
DATA_URL = re.compile(rb"\s*data:[\w./+-]*(;[\w=.-]+)*;base64,", re.IGNORECASE)
# A shorter text of these letters is a word.
BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]{64,}={0,2}\s*")
# Numbers, and what stands between them.
PIXELS = re.compile(rb"[\[\s]*(\d+(\.\d*)?(\s*[,;]\s*|\s+)){28,}")
FORM = re.compile(rb"[\w.-]+=")


class Wrapped(msgspec.Struct):
    """A JSON object with a picture in base64, or as a data URL."""

    image: str


def unwrap(body: bytes, kind: str) -> bytes:
    """Return the bytes of the picture that a body, or the field of a form, holds.

    Args:
        body: that, not empty.
        kind: its media type, as it is said; empty where none is.

    Raises:
        ProblemError: 400 where base64 is broken, 415 where it is no picture, by its bytes and by its type, 422 where a
            form or a JSON object has no picture, or the body is a list of pixels.
    """
    head = body[:HEAD_BYTES]
    if PIXELS.match(head):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "These are pixels, not a picture. Send images of 28x28 pixels to /v2/models/digits/infer; /docs shows how.",
        )
    if url := DATA_URL.match(head):
        return _decoded(body[url.end() :])
    if BASE64.fullmatch(head):
        return _decoded(body)
    if head.lstrip().startswith(b"{"):
        return unwrap(_of_json(body), "text/plain")
    if kind == URL_ENCODED and FORM.match(head):
        return unwrap(_of_form(body), "text/plain")
    if not (kind.startswith("image/") or kind in SILENT_TYPES or PICTURE.match(head)):
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"This is no picture that is read. {HOW}")
    return body


def _of_json(body: bytes) -> bytes:
    try:
        return msgspec.json.decode(body, type=Wrapped).image.encode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = f"The JSON object cannot be read, or has no text as its field `{FIELD}`: {error}. {HOW}"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error


def _of_form(body: bytes) -> bytes:
    try:
        # A plus that was sent as it is means a blank there.
        return parse_qs(body, max_num_fields=MAX_PARTS)[FIELD.encode()][0].replace(b" ", b"+")
    except (KeyError, ValueError) as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The form has no field `{FIELD}`. {HOW}") from error


def _decoded(text: bytes) -> bytes:
    packed = text.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n")
    try:
        # Some leave out the signs that fill up the last four letters.
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error as error:
        detail = f"The picture in base64 is broken: {error}. Encode it again."
        raise ProblemError(HTTPStatus.BAD_REQUEST, detail) from error
