"""Decodes and encodes the bodies of the Open Inference Protocol: JSON, and the binary tensor extension.

Source: https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md, and Triton's
docs/protocol/extension_binary_data.md.
"""

import zlib
from http import HTTPStatus
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from web.http.errors import ProblemError

INPUT = "image"
OUTPUT = "probabilities"
SIDE = 28
# Error messages show at most this many characters of a wrong value.
MAX_SHOWN = 60
# A compressed body is decompressed in chunks of this length.
PIECE_BYTES = 1_000_000


class InputTensor(msgspec.Struct):
    """An input tensor of a request; `data` is unset if its bytes follow the JSON."""

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = {}
    data: Any = msgspec.UNSET


class RequestedOutput(msgspec.Struct):
    """One output that a request asks for."""

    name: str
    parameters: dict[str, Any] = {}


class InferRequest(msgspec.Struct):
    """The JSON of an inference request."""

    inputs: list[InputTensor]
    id: str | None = None
    parameters: dict[str, Any] = {}
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
    pieces: list[bytes] = []
    left, more = max_bytes, True
    while more:
        try:
            # In one call, zlib would hold a body that is too long twice before its length is known.
            pieces.append(decompressor.decompress(body, PIECE_BYTES))
        except zlib.error as error:
            raise bad_request(f"The body is not {encoding}: {error}.") from None
        body = decompressor.unconsumed_tail
        left -= len(pieces[-1])
        if left < 0:
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {max_bytes / 1e6:g} MB.")
        more = len(pieces[-1]) == PIECE_BYTES and not decompressor.eof
    if not decompressor.eof:
        raise bad_request(f"The {encoding} body is cut off.")
    return b"".join(pieces)


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
        raise bad_request(f"The model has one input, {INPUT}; the request has {len(request.inputs)} of other names.")
    for output in request.outputs:
        if output.name != OUTPUT:
            raise bad_request(f"The model has no output {output.name[:MAX_SHOWN]!r}, only {OUTPUT}.")
        if output.parameters.get("classification"):
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
    binary = tensor.parameters.get("binary_data_size")
    if "shared_memory_region" in tensor.parameters:
        raise bad_request("Shared memory is not supported; send the tensor itself.")
    if binary is None:
        if len(tail):
            raise bad_request(f"{len(tail)} bytes follow the JSON, but no input says so with binary_data_size.")
        return _from_json(tensor, size)
    if tensor.data is not msgspec.UNSET:
        raise bad_request(f"{INPUT} has both data and binary_data_size; send one of them.")
    if binary != size or len(tail) != size:
        raise bad_request(
            f"{INPUT} of shape {tensor.shape} takes {size} bytes; binary_data_size is {str(binary)[:MAX_SHOWN]}, and "
            f"{len(tail)} bytes follow the JSON."
        )
    return np.frombuffer(tail, np.uint8).reshape(tensor.shape)


def _from_json(tensor: InputTensor, size: int) -> NDArray[np.uint8]:
    if not isinstance(tensor.data, list):
        raise bad_request(
            f"{INPUT} has no data: send a list of numbers, flat or nested, or bytes with binary_data_size."
        )
    try:
        values = np.array(tensor.data)
    except (ValueError, OverflowError):
        raise bad_request(f"The data of {INPUT} is ragged or holds numbers that are far too large.") from None
    if values.shape not in ((size,), tuple(tensor.shape)):
        raise bad_request(
            f"The data of {INPUT} has shape {str(list(values.shape))[:MAX_SHOWN]}, not {tensor.shape} or [{size}]."
        )
    if values.dtype.kind not in "iu" or values.min() < 0 or values.max() > 255:
        raise bad_request(f"The data of {INPUT} must be whole numbers from 0 (paper) to 255 (ink).")
    return values.astype(np.uint8).reshape(tensor.shape)


def wants_binary(request: InferRequest) -> bool:
    """Return whether a request asks for its output as bytes."""
    default = request.parameters.get("binary_data_output", False)
    return bool(request.outputs[0].parameters.get("binary_data", default) if request.outputs else default)


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
