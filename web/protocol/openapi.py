"""The OpenAPI description of an inference request, whose body the types of a handler do not describe."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.http.openapi import BINARY
from web.protocol.tensors import INPUT, OUTPUT, SIDE

STRING = Schema(type=OpenAPIType.STRING)
OBJECT = Schema(type=OpenAPIType.OBJECT)


def _object(required: list[str], **properties: Schema) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, required=required, properties=dict(properties))


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
        description=f"N x {SIDE} x {SIDE} whole numbers, 0 (paper) to 255 (ink), flat or nested. Leave it out to send "
        "bytes after the JSON: then `parameters.binary_data_size` is their number, and the header "
        "Inference-Header-Content-Length the length of the JSON.",
    ),
    parameters=OBJECT,
)
REQUESTED = _object(["name"], name=Schema(const=OUTPUT), parameters=OBJECT)
REQUEST = _object(
    ["inputs"],
    id=STRING,
    inputs=Schema(type=OpenAPIType.ARRAY, items=TENSOR, min_items=1, max_items=1),
    outputs=Schema(type=OpenAPIType.ARRAY, items=REQUESTED),
    parameters=OBJECT,
)


@dataclass
class InferOperation(Operation):
    """An inference request and its response, both as JSON or as JSON followed by bytes."""

    def __post_init__(self) -> None:
        bytes_too = {"application/octet-stream": OpenAPIMediaType(BINARY)}
        self.request_body = RequestBody({"application/json": OpenAPIMediaType(REQUEST), **bytes_too}, required=True)
        answer = (self.responses or {})["200"]
        answer.content = {**(answer.content or {}), **bytes_too}  # type: ignore[union-attr]  # no reference
