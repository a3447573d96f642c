"""What the description of the API says of /v2."""

from typing import ClassVar

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.http.openapi import BINARY, STRING, Described, record
from web.protocol.tensors import INPUT, OUTPUT, SIDE

PROTOCOL_ERROR = record(["error"], error=STRING)
TENSOR = record(
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
    parameters=record(),
)
REQUESTED = record(["name"], name=Schema(const=OUTPUT), parameters=record())


class ProtocolOperation(Described):
    """An operation on a model, below /v2."""

    errors: ClassVar[tuple[int, ...]] = (404,)
    error_type = "application/json"
    error_schema = PROTOCOL_ERROR


class ProtocolReadyOperation(ProtocolOperation):
    """Whether requests are taken."""

    errors: ClassVar[tuple[int, ...]] = (503,)


class ModelReadyOperation(ProtocolReadyOperation):
    """Whether requests for a model are taken."""

    errors = (404, 503)


class InferOperation(ProtocolOperation):
    """An inference request."""

    errors = (400, 404, 408, 413, 415, 503)

    def __post_init__(self) -> None:
        super().__post_init__()
        body = record(
            ["inputs"],
            id=STRING,
            inputs=Schema(type=OpenAPIType.ARRAY, items=TENSOR, min_items=1, max_items=1),
            outputs=Schema(type=OpenAPIType.ARRAY, items=REQUESTED),
            parameters=record(),
        )
        self.request_body = RequestBody(
            {
                "application/json": OpenAPIMediaType(body),
                "application/octet-stream": OpenAPIMediaType(Schema(**BINARY)),
            },
            required=True,
        )
        answer = record(
            ["model_name", "model_version", "outputs"],
            model_name=STRING,
            model_version=STRING,
            id=STRING,
            outputs=Schema(type=OpenAPIType.ARRAY, items=record(["name", "datatype", "shape"])),
        )
        self.responses = self.responses or {}
        self.responses["200"] = OpenAPIResponse(
            description="The probabilities, as JSON, or as bytes behind the JSON where `binary_data` asks for them.",
            content={
                "application/json": OpenAPIMediaType(answer),
                "application/octet-stream": OpenAPIMediaType(Schema(**BINARY)),
            },
        )
