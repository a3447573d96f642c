"""What the description of the API says beyond the types of the handlers: bodies, and every error."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.problems import MEDIA_TYPE
from web.tensors import INPUT, OUTPUT, SIDE
from web.uploads import FIELD

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


def _object(required: list[str] | None = None, **properties: Schema | Reference) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, required=required, properties=properties or None)


PROBLEM = _object(
    ["type", "title", "status", "detail", "request_id"],
    type=STRING,
    title=STRING,
    status=INTEGER,
    detail=STRING,
    request_id=STRING,
)
PROTOCOL_ERROR = _object(["error"], error=STRING)
TENSOR = _object(
    ["name", "shape", "datatype"],
    name=Schema(const=INPUT),
    datatype=Schema(const="UINT8"),
    shape=Schema(
        type=OpenAPIType.ARRAY,
        description=f"[N, {SIDE}, {SIDE}]",
        min_items=3,
        max_items=3,
        items=Schema(type=OpenAPIType.INTEGER, minimum=1),
    ),
    data=Schema(
        type=OpenAPIType.ARRAY,
        description=f"N x {SIDE} x {SIDE} whole numbers, 0 (paper) to 255 (ink), flat or nested; absent where they "
        "follow the JSON as bytes, whose number `parameters.binary_data_size` then gives, and the JSON's length the "
        "header Inference-Header-Content-Length",
    ),
    parameters=_object(),
)
REQUESTED = _object(["name"], name=Schema(const=OUTPUT), parameters=_object())


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
                "multipart/form-data": OpenAPIMediaType(_object([FIELD], **{FIELD: Schema(**BINARY)})),
                "image/*": OpenAPIMediaType(Schema(**BINARY)),
            },
            required=True,
        )


class ProtocolOperation(Described):
    """An operation on a model, below /v2."""

    errors: ClassVar[tuple[int, ...]] = (404,)
    error_type = "application/json"
    error_schema = PROTOCOL_ERROR


class ProtocolReadyOperation(ProtocolOperation):
    """Whether requests are taken."""

    errors = (503,)


class InferOperation(ProtocolOperation):
    """An inference request."""

    errors = (400, 404, 408, 413, 415, 503)

    def __post_init__(self) -> None:
        super().__post_init__()
        body = _object(
            ["inputs"],
            id=STRING,
            inputs=Schema(type=OpenAPIType.ARRAY, items=TENSOR, min_items=1, max_items=1),
            outputs=Schema(type=OpenAPIType.ARRAY, items=REQUESTED),
            parameters=_object(),
        )
        self.request_body = RequestBody(
            {
                "application/json": OpenAPIMediaType(body),
                "application/octet-stream": OpenAPIMediaType(Schema(**BINARY)),
            },
            required=True,
        )
        answer = _object(
            ["model_name", "model_version", "outputs"],
            model_name=STRING,
            model_version=STRING,
            id=STRING,
            outputs=Schema(type=OpenAPIType.ARRAY, items=_object(["name", "datatype", "shape"])),
        )
        self.responses = self.responses or {}
        self.responses["200"] = OpenAPIResponse(
            description="The probabilities, as JSON, or as bytes behind the JSON where `binary_data` asks for them.",
            content={
                "application/json": OpenAPIMediaType(answer),
                "application/octet-stream": OpenAPIMediaType(Schema(**BINARY)),
            },
        )
