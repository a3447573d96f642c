"""The Open Inference Protocol at /v2, with its most used client and by hand."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import tritonclient.http
from numpy.typing import NDArray
from tritonclient.utils import InferenceServerException

from inference import Recognizer
from tests.servers import MODEL, Server
from web.http.errors import ProblemError
from web.protocol.tensors import parse

INFER = "/v2/models/digits/infer"
IMAGES = np.random.default_rng(7).integers(0, 256, (3, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def expected() -> NDArray[np.float32]:
    """What the model says of IMAGES, without a server."""
    return Recognizer(MODEL).classify(IMAGES)


@pytest.fixture(scope="module")
def triton(server: Server) -> Iterator[tritonclient.http.InferenceServerClient]:
    """Triton's own client."""
    with tritonclient.http.InferenceServerClient(server.url.removeprefix("http://")) as connected:
        yield connected


def body(images: NDArray[np.uint8] = IMAGES, **changes: object) -> dict[str, Any]:
    """Return an inference request in JSON, with changes to its tensor."""
    tensor = {"name": "image", "datatype": "UINT8", "shape": list(images.shape), "data": images.tolist()}
    return {"id": "mine", "inputs": [{key: value for key, value in (tensor | changes).items() if value is not None}]}


def error(response: httpx.Response, status: int = 400) -> str:
    """Check the form of a protocol error; return what it says."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    document: dict[str, str] = response.json()
    assert set(document) == {"error"}
    return document["error"]


@pytest.mark.parametrize("binary_input", [True, False])
@pytest.mark.parametrize("binary_output", [True, False, None])
@pytest.mark.parametrize("compression", [None, "gzip", "deflate"])
def test_tritons_client_gets_what_the_model_says(
    triton: tritonclient.http.InferenceServerClient,
    expected: NDArray[np.float32],
    binary_input: bool,
    binary_output: bool | None,
    compression: str | None,
) -> None:
    tensor = tritonclient.http.InferInput("image", list(IMAGES.shape), "UINT8")
    tensor.set_data_from_numpy(IMAGES, binary_data=binary_input)
    outputs = None
    if binary_output is not None:
        outputs = [tritonclient.http.InferRequestedOutput("probabilities", binary_data=binary_output)]
    answer = triton.infer(
        "digits", [tensor], outputs=outputs, request_id="mine", request_compression_algorithm=compression
    )
    np.testing.assert_array_equal(answer.as_numpy("probabilities"), expected)
    assert answer.get_response()["id"] == "mine"
    assert answer.get_response()["model_name"] == "digits"


def test_tritons_client_sees_health_and_metadata(triton: tritonclient.http.InferenceServerClient) -> None:
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("digits")
    assert not triton.is_model_ready("letters")
    assert "binary_tensor_data" in triton.get_server_metadata()["extensions"]
    about = triton.get_model_metadata("digits")
    assert about["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": [-1, 28, 28]}]
    assert about["outputs"][0]["datatype"] == "FP32"
    [version] = about["versions"]
    assert triton.is_model_ready("digits", version)
    assert not triton.is_model_ready("digits", "another")
    with pytest.raises(InferenceServerException, match="no such version"):
        triton.get_model_metadata("digits", "another")


@pytest.mark.parametrize("data", [IMAGES.tolist(), IMAGES.ravel().tolist()], ids=["nested", "flat"])
def test_json_tensors_nested_and_flat(client: httpx.Client, expected: NDArray[np.float32], data: list[Any]) -> None:
    answer = client.post(INFER, json=body(data=data)).json()
    assert set(answer) == {"model_name", "model_version", "id", "outputs"}
    [output] = answer["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("probabilities", "FP32", list(expected.shape))
    np.testing.assert_allclose(output["data"], expected.ravel())


def test_a_version_can_be_named(client: httpx.Client) -> None:
    [version] = client.get("/v2/models/digits").json()["versions"]
    assert client.get(f"/v2/models/digits/versions/{version}").json()["name"] == "digits"
    answer = client.post(f"/v2/models/digits/versions/{version}/infer", json=body())
    assert answer.json()["model_version"] == version
    assert version in error(client.post("/v2/models/digits/versions/0/infer", json=body()), 404)


def test_health_and_index(client: httpx.Client) -> None:
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"live": True, "ready": True}
    assert client.get("/v2/models").json() == {"models": ["digits"]}
    assert client.get("/v2/models/digits/ready").json() == {"name": "digits", "ready": True}


def test_binary_tensors_are_told_by_the_header_not_by_the_type(client: httpx.Client) -> None:
    head = json.dumps(body(data=None, parameters={"binary_data_size": IMAGES.nbytes})).encode()
    for kind in ("application/octet-stream", "application/json", "text/plain"):
        headers = {"inference-header-content-length": str(len(head)), "content-type": kind}
        answer = client.post(INFER, content=head + IMAGES.tobytes(), headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("request_body", "says"),
    [
        (b"", "not JSON"),
        (b'{"inputs": [{"name": "image", "data": ' + b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"{}", "inputs"),
        ({"inputs": []}, "one input, image"),
        (body(name="picture"), "one input, image; this has 1: ['picture']"),
        ({"inputs": body()["inputs"] * 2}, "one input, image; this has 2: ['image', 'image']"),
        (body(datatype="FP32"), "datatype UINT8, not 'FP32'"),
        (body(shape=[3, 784]), "shape [N, 28, 28]"),
        (body(shape=[0, 28, 28], data=[]), "N at least 1"),
        (body(shape=[-3, 28, 28]), "N at least 1"),
        (body(shape=[2**62, 28, 28]), "at most 1024 images"),
        (body(shape=[1025, 28, 28]), "at most 1024 images"),
        (body(shape=[2, 28, 28]), "has 2352 numbers; its shape [2, 28, 28] takes 1568"),
        (body(data=[[1, 2], [3]]), "has 3 numbers"),
        (body(data=[]), "its shape [3, 28, 28] takes 2352"),
        (body(data=IMAGES.reshape(3, 784).tolist()), "flat list or nested like its shape [3, 28, 28]"),
        (body(data=IMAGES.reshape(3, 14, 56).tolist()), "flat list or nested like its shape [3, 28, 28]"),
        (body(data=[IMAGES.tolist()]), "flat list or nested like its shape [3, 28, 28]"),
        (body(data={"0": 1}), "has no data"),
        (body(data=[256] * 2352), "0 (paper) to 255 (ink)"),
        (body(data=[-1] * 2352), "0 (paper) to 255 (ink)"),
        (body(data=[0.5] * 2352), "whole numbers"),
        (body(data=["0"] * 2352), "whole numbers"),
        (body(data=[True] * 2352), "whole numbers"),
        (body(data=[10**400] * 2352), "whole numbers"),
        (body(data=None), "has no data"),
        (body(data="abc"), "has no data"),
        (body(data=None, parameters={"binary_data_size": 2352}), "0 bytes follow"),
        (body(parameters={"shared_memory_region": "mine"}), "Shared memory is not supported"),
        (body() | {"outputs": [{"name": "logits"}]}, "no output 'logits', only probabilities"),
        (body() | {"outputs": [{"name": "probabilities", "parameters": {"classification": 3}}]}, "classification"),
    ],
)
def test_every_mistake_is_told(client: httpx.Client, request_body: bytes | dict[str, Any], says: str) -> None:
    content = request_body if isinstance(request_body, bytes) else json.dumps(request_body).encode()
    assert says in error(client.post(INFER, content=content))


@pytest.mark.parametrize("length", ["-1", "1e3", "999999999", "\xb2", "9" * 50])
def test_a_wrong_header_length_is_told(client: httpx.Client, length: str) -> None:
    headers = {b"inference-header-content-length": length.encode("latin-1")}
    assert "Inference-Header-Content-Length" in error(client.post(INFER, content=b"{}", headers=headers))


def test_binary_sizes_that_do_not_agree_are_told(client: httpx.Client) -> None:
    def send(tensor: dict[str, Any], content: bytes) -> str:
        head = json.dumps(tensor).encode()
        return error(
            client.post(INFER, content=head + content, headers={"inference-header-content-length": str(len(head))})
        )

    binary = {"binary_data_size": 2352}
    assert "2351 bytes follow" in send(body(data=None, parameters=binary), bytes(2351))
    assert "binary_data_size is 1" in send(body(data=None, parameters={"binary_data_size": 1}), bytes(2352))
    assert "no input says so" in send(body(), bytes(3))
    assert "both data and binary_data_size" in send(body(parameters=binary), bytes(2352))


def test_bodies_may_be_gzip_and_both_kinds_of_deflate(client: httpx.Client, expected: NDArray[np.float32]) -> None:
    plain = json.dumps(body()).encode()
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    forms = [
        ("gzip", gzip.compress(plain)),
        ("deflate", zlib.compress(plain)),
        ("deflate", raw.compress(plain) + raw.flush()),
    ]
    for encoding, content in forms:
        answer = client.post(INFER, content=content, headers={"content-encoding": encoding})
        np.testing.assert_allclose(answer.json()["outputs"][0]["data"], expected.ravel())


def test_broken_and_exploding_compression_is_told(client: httpx.Client) -> None:
    def send(content: bytes, encoding: str, status: int) -> str:
        return error(client.post(INFER, content=content, headers={"content-encoding": encoding}), status)

    assert "is not gzip" in send(b"plain", "gzip", 400)
    assert "cut off" in send(gzip.compress(json.dumps(body()).encode())[:-20], "gzip", 400)
    assert "longer than 10 MB" in send(gzip.compress(bytes(50_000_000)), "gzip", 413)
    assert "gzip, deflate or identity" in send(b"plain", "br", 415)


@pytest.mark.parametrize(
    "request_body",
    [
        b'{"inputs":[{"name":"image","shape":[1,28,28],"datatype":"UINT8","data":[%s1]}]}',
        b'{"inputs":[{"name":"image","shape":[1,28,28],"datatype":"UINT8","parameters":{"mine":[%s1]}}]}',
        b'{"inputs":[],"parameters":{"mine":[%s1]}}',
        b'{"inputs":[],"outputs":[{"name":"probabilities","parameters":{"mine":[%s1]}}]}',
    ],
    ids=["data", "of the tensor", "of the request", "of the output"],
)
def test_nested_lists_take_no_memory(request_body: bytes) -> None:
    nested = request_body % (b"[[[[]]]]," * 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ProblemError):
            parse(nested, None, 1)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000  # the text, and a copy of its data
    finally:
        tracemalloc.stop()


def test_json_may_have_blanks_and_parameters_of_others(client: httpx.Client, expected: NDArray[np.float32]) -> None:
    asked = body(parameters={"mine": {"a": [1, 2]}}) | {"parameters": {"binary_data_output": False, "priority": 1}}
    answer = client.post(INFER, content=json.dumps(asked, indent=1)).json()
    np.testing.assert_allclose(answer["outputs"][0]["data"], expected.ravel())


def test_other_addresses_and_methods_speak_the_same_form(client: httpx.Client) -> None:
    assert error(client.get("/v2/nothing"), 404)
    assert "digits" in error(client.get("/v2/models/letters"), 404)
    assert "Use POST" in error(client.get(INFER), 405)
    assert "10 MB" in error(client.post(INFER, content=bytes(10_000_001)), 413)
