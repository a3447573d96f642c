"""Extracts the picture from a body by its first bytes, because the declared media type is often wrong."""

import base64
import binascii
import re
from http import HTTPStatus

import msgspec

from web.http.errors import ProblemError

FIELD = "image"
UPLOAD_HINT = (
    f"Send a picture as the field `{FIELD}` of a form or of a JSON object, or as the whole body: as bytes with a type "
    "such as image/png, or in base64."
)
# The patterns below see only this many first bytes, which show what a body is, so that none takes long.
HEAD_BYTES = 1024
# Limit for the fields of a form: the picture and whatever a browser sends with it.
MAX_PARTS = 20
URL_ENCODED = "application/x-www-form-urlencoded"
# Types that tell nothing: `curl --data-binary` declares a form, and a browser octet-stream for an unknown file.
SILENT_TYPES = ("", "application/octet-stream", URL_ENCODED)
# First bytes of the supported formats: TIFF in both byte orders; AVIF and HEIC begin with a length before `ftyp`.
PICTURE_START = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|%PDF|II\*\0|MM\0\*|RIFF....WEBP|....ftyp", re.DOTALL)
DATA_URL = re.compile(rb"\s*data:[\w./+-]*(;[\w=.-]+)*;base64,", re.IGNORECASE)
# At least 64 characters, because a shorter text of these characters may be a word.
BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]{64,}={0,2}\s*")
# 28 numbers with 27 separators, a row of a small picture: a list of pixels.
PIXEL_LIST = re.compile(rb"[\[\s]*(\d+(\.\d*)?(\s*[,;]\s*|\s+)){27,}")
FORM_START = re.compile(rb"[\w.-]+=")


class Wrapped(msgspec.Struct):
    """A JSON object with a picture in base64, or as a data URL."""

    image: str


def unwrap(body: bytes, kind: str) -> bytes:
    """Return the bytes of the picture in a body, or in a field of a form.

    Args:
        body: the body or field.
        kind: its declared media type; empty if there is none.

    Raises:
        ProblemError: 400 if it is empty or base64 is broken, 415 if neither the bytes nor the declared type are those
            of a picture, 422 if a form or a JSON object is broken or has no picture, or the body is a list of pixels.
    """
    if not body:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The picture is empty. {UPLOAD_HINT}")
    head = body[:HEAD_BYTES]
    if PIXEL_LIST.match(head):
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
    if kind == URL_ENCODED and FORM_START.match(head):
        return unwrap(_of_form(body), "text/plain")
    if not (kind.startswith("image/") or kind in SILENT_TYPES or PICTURE_START.match(head)):
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"This is not a picture that can be read. {UPLOAD_HINT}")
    return body


def _of_json(body: bytes) -> bytes:
    try:
        return msgspec.json.decode(body, type=Wrapped).image.encode()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        detail = f"The JSON object cannot be read, or has no text as its field `{FIELD}`: {error}. {UPLOAD_HINT}"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error


def _of_form(body: bytes) -> bytes:
    for field in body.split(b"&", MAX_PARTS)[:MAX_PARTS]:
        name, _, value = field.partition(b"=")
        if name == FIELD.encode():
            # Percent encoding is quoted-printable with another sign, and binascii decodes it in C: `urllib.parse` would
            # hold up all other requests for a second. A plus that is not escaped stays one: base64 has no blanks.
            return binascii.a2b_qp(value.replace(b"=", b"=3D").replace(b"%", b"="))
    raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The form has no field `{FIELD}`. {UPLOAD_HINT}")


def _decoded(text: bytes) -> bytes:
    packed = text.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n")
    try:
        # Some clients leave out the padding.
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error as error:
        detail = f"The picture in base64 is broken: {error}. Encode it again."
        raise ProblemError(HTTPStatus.BAD_REQUEST, detail) from error
