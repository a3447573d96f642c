"""What the description of the API says beyond the types of the handlers: bodies, and every error."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.http.errors import MEDIA_TYPE
from web.http.uploads import FIELD

STRING = Schema(type=OpenAPIType.STRING)
INTEGER = Schema(type=OpenAPIType.INTEGER)
BINARY: dict[str, Any] = {"type": OpenAPIType.STRING, "format": "binary"}
ERRORS = {
    400: "what was sent cannot be read",
    404: "there is no such thing",
    408: "the body did not arrive in time",
    413: "too many bytes, pixels, marks or images",
    415: "a type or an encoding that is not read",
    422: "the form lacks the picture",
    503: "too much to do, or about to stop; Retry-After says when to come again",
}


def record(required: list[str] | None = None, **properties: Schema | Reference) -> Schema:
    """Return the schema of an object with these properties."""
    return Schema(type=OpenAPIType.OBJECT, required=required, properties=properties or None)


PROBLEM = record(
    ["type", "title", "status", "detail", "request_id"],
    type=STRING,
    title=STRING,
    status=INTEGER,
    detail=STRING,
    request_id=STRING,
)


@dataclass
class Described(Operation):
    """An operation with its errors; a subclass names them."""

    errors: ClassVar[tuple[int, ...]] = ()
    error_type: ClassVar[str] = MEDIA_TYPE
    error_schema: ClassVar[Schema] = PROBLEM

    def __post_init__(self) -> None:
        self.responses = {status: each for status, each in (self.responses or {}).items() if status.startswith("2")}
        content = {self.error_type: OpenAPIMediaType(self.error_schema)}
        for status in self.errors:
            about = f"{HTTPStatus(status).phrase}: {ERRORS[status]}."
            self.responses[str(status)] = OpenAPIResponse(description=about, content=content)


class CardOperation(Described):
    """The model's card."""

    errors = (404,)


class ReadyOperation(Described):
    """Whether requests are taken."""

    errors = (503,)


class PictureOperation(Described):
    """The two bodies that /predict takes."""

    errors = (400, 408, 413, 415, 422, 503)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.request_body = RequestBody(
            {
                "multipart/form-data": OpenAPIMediaType(record([FIELD], **{FIELD: Schema(**BINARY)})),
                "image/*": OpenAPIMediaType(Schema(**BINARY)),
            },
            required=True,
        )
