"""Decodes and encodes the bodies of the Open Inference Protocol: JSON, and the binary tensor extension.

Source: https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md, and Triton's
docs/protocol/extension_binary_data.md.
"""

import zlib
from http import HTTPStatus
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from web.http.errors import ProblemError

INPUT = "image"
OUTPUT = "probabilities"
SIDE = 28
# Error messages show at most this many characters of a wrong value.
MAX_SHOWN = 60
# The data of an input as JSON, flat or nested.
Flat = list[int]
Side = msgspec.Meta(min_length=SIDE, max_length=SIDE)
Nested = list[Annotated[list[Annotated[list[int], Side]], Side]]


class Parameters(msgspec.Struct, frozen=True):
    """The parameters that are known, of a request, a tensor or an output; others are skipped, and take no memory."""

    binary_data_size: int | None = None
    shared_memory_region: str | None = None
    binary_data_output: bool = False
    binary_data: bool | None = None
    classification: int | None = None


class InputTensor(msgspec.Struct):
    """An input tensor of a request; `data` is unset if its bytes follow the JSON."""

    name: str
    shape: list[int]
    datatype: str
    parameters: Parameters = Parameters()
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class RequestedOutput(msgspec.Struct):
    """One output that a request asks for."""

    name: str
    parameters: Parameters = Parameters()


class InferRequest(msgspec.Struct):
    """The JSON of an inference request."""

    inputs: list[InputTensor]
    id: str | None = None
    parameters: Parameters = Parameters()
    outputs: list[RequestedOutput] = []


class OutputTensor(msgspec.Struct, omit_defaults=True):
    """An output tensor of a response."""

    name: str
    datatype: str
    shape: list[int]
    parameters: dict[str, int] = {}
    data: list[float] | msgspec.UnsetType = msgspec.UNSET


class InferAnswer(msgspec.Struct, omit_defaults=True):
    """The JSON of an inference response."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str | None = None


def bad_request(detail: str) -> ProblemError:
    """Return the error 400 for a request that violates the protocol."""
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)


def inflate(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """Decompress a body by its Content-Encoding, at most to `max_bytes`.

    Raises:
        ProblemError: 415 for an encoding other than gzip and deflate, 400 if the body is broken, 413 if it is too long.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "Content-Encoding must be gzip, deflate or identity.",
            {"accept-encoding": "gzip, deflate"},
        )
    # 32: zlib detects gzip and zlib headers itself. "deflate" means zlib, but some clients leave out its header.
    raw = encoding == "deflate" and (not body or body[0] & 0x0F != 8 or int.from_bytes(body[:2]) % 31)
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
    try:
        # One byte more than is allowed tells whether there is more.
        plain = decompressor.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise bad_request(f"The body is not {encoding}: {error}.") from None
    if len(plain) > max_bytes:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {max_bytes / 1e6:g} MB.")
    if not decompressor.eof:
        raise bad_request(f"The {encoding} body is cut off.")
    return plain


def parse(body: bytes, json_length: int | None, max_batch: int) -> tuple[InferRequest, NDArray[np.uint8]]:
    """Return a parsed request and its images, uint8 [N, 28, 28].

    Args:
        body: the JSON, followed by the binary tensor if `json_length` is given.
        json_length: length of the JSON in bytes, from the header Inference-Header-Content-Length, or None.
        max_batch: the largest number of images.

    Raises:
        ProblemError: 400, with what is wrong.
    """
    if json_length is not None and not 0 <= json_length <= len(body):
        raise bad_request(f"Inference-Header-Content-Length is {json_length}, but the body has {len(body)} bytes.")
    head, tail = (body, b"") if json_length is None else (body[:json_length], memoryview(body)[json_length:])
    try:
        request = msgspec.json.decode(head, type=InferRequest)
    except msgspec.ValidationError as error:
        raise bad_request(f"The request does not follow the protocol: {error}.") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise bad_request("The body is not JSON.") from None
    if [each.name for each in request.inputs] != [INPUT]:
        names = str([each.name for each in request.inputs[:5]])[:MAX_SHOWN]
        raise bad_request(f"A request must have one input, {INPUT}; this has {len(request.inputs)}: {names}.")
    for output in request.outputs:
        if output.name != OUTPUT:
            raise bad_request(f"The model has no output {output.name[:MAX_SHOWN]!r}, only {OUTPUT}.")
        if output.parameters.classification:
            raise bad_request("The classification extension is not supported; take the largest of the probabilities.")
    [tensor] = request.inputs
    shape = tensor.shape
    if tensor.datatype != "UINT8":
        raise bad_request(f"{INPUT} must have datatype UINT8, not {tensor.datatype[:MAX_SHOWN]!r}.")
    if len(shape) != 3 or shape[1:] != [SIDE, SIDE] or shape[0] < 1:
        raise bad_request(f"{INPUT} must have shape [N, {SIDE}, {SIDE}], N at least 1, not {str(shape)[:MAX_SHOWN]}.")
    if shape[0] > max_batch:
        raise bad_request(f"A request may hold at most {max_batch} images, not {shape[0]}.")
    return request, _images(tensor, tail)


def _images(tensor: InputTensor, tail: bytes | memoryview) -> NDArray[np.uint8]:
    size = tensor.shape[0] * SIDE * SIDE
    binary = tensor.parameters.binary_data_size
    if tensor.parameters.shared_memory_region is not None:
        raise bad_request("Shared memory is not supported; send the tensor itself.")
    if binary is None:
        if len(tail):
            raise bad_request(f"{len(tail)} bytes follow the JSON, but no input says so with binary_data_size.")
        return _from_json(tensor, size)
    if tensor.data is not msgspec.UNSET:
        raise bad_request(f"{INPUT} has both data and binary_data_size; send one of them.")
    if binary != size or len(tail) != size:
        raise bad_request(
            f"{INPUT} of shape {tensor.shape} takes {size} bytes; binary_data_size is {binary}, and {len(tail)} "
            "bytes follow the JSON."
        )
    return np.frombuffer(tail, np.uint8).reshape(tensor.shape)


def _from_json(tensor: InputTensor, size: int) -> NDArray[np.uint8]:
    text = b"" if tensor.data is msgspec.UNSET else bytes(tensor.data)
    if not text.startswith(b"["):
        raise bad_request(
            f"{INPUT} has no data: send a list of numbers, flat or nested, or bytes with binary_data_size."
        )
    # Before it is decoded, so that time and memory keep to the shape: 10 MB of nested lists would take 700 MB.
    numbers = text.count(b",") + 1
    if numbers != size:
        raise bad_request(f"The data of {INPUT} has {numbers} numbers; its shape {tensor.shape} takes {size}.")
    try:
        if text.find(b"[", 1) < 0:
            content = bytes(msgspec.json.decode(text, type=Flat))
        else:
            images = msgspec.json.decode(text, type=Nested)
            content = b"".join([bytes(row) for image in images for row in image])
    except (msgspec.DecodeError, ValueError):
        raise bad_request(
            f"The data of {INPUT} must be whole numbers from 0 (paper) to 255 (ink), in one flat list or nested like "
            f"its shape {tensor.shape}."
        ) from None
    return np.frombuffer(content, np.uint8).reshape(tensor.shape)


def wants_binary(request: InferRequest) -> bool:
    """Return whether a request asks for its output as bytes."""
    default = request.parameters.binary_data_output
    asked = request.outputs[0].parameters.binary_data if request.outputs else None
    return default if asked is None else asked


def encode(answer: InferAnswer, probabilities: NDArray[np.float32], *, binary: bool) -> tuple[bytes, int | None]:
    """Return the body of a response, and the length of its JSON in bytes if binary data follows it, else None.

    Args:
        answer: the response without its output, which is added to it.
        probabilities: float32 [N, C].
        binary: whether to send them as little-endian bytes instead of JSON.
    """
    output = OutputTensor(OUTPUT, "FP32", list(probabilities.shape))
    answer.outputs.append(output)
    if not binary:
        output.data = probabilities.ravel().tolist()
        return msgspec.json.encode(answer), None
    content = probabilities.astype("<f4", copy=False).tobytes()
    output.parameters = {"binary_data_size": len(content)}
    head = msgspec.json.encode(answer)
    return head + content, len(head)
