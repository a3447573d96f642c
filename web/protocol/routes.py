"""Serves the classifier by the Open Inference Protocol at /v2: 28x28 images in, probabilities out."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import MediaType, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter

from inference import Recognizer
from web.executor import Executor
from web.http.errors import HttpRequest, ProblemError
from web.http.limits import Limits
from web.http.openapi import protocol_problems
from web.http.uploads import read_body
from web.observability.metrics import Metrics
from web.protocol.openapi import InferOperation
from web.protocol.tensors import INPUT, OUTPUT, SIDE, InferAnswer, bad_request, encode, inflate, parse, wants_binary

MODEL = "digits"
JSON_LENGTH = "inference-header-content-length"
# Largest request that runs on the event loop: images, or bytes of JSON. The thread would cost 15 % (measured: 1.04
# against 0.90 ms for 8 images); from 16 images on there is no measurable difference, and the event loop stays free.
MAX_LOOP_IMAGES = 8
MAX_LOOP_BODY_BYTES = 32_000
INFER_RESPONSES = {
    200: ResponseSpec(
        InferAnswer,
        generate_examples=False,
        description="The probabilities, as JSON, or as bytes after the JSON if `binary_data` asks for them.",
    ),
    **protocol_problems(400, 404, 408, 413, 415, 429, 503),
}

ModelPath = Annotated[str, PathParameter(description=f"the model's name: {MODEL}")]
VersionPath = Annotated[str, PathParameter(description="the model's version, as its metadata says")]


class ServerMetadata(msgspec.Struct):
    """The name, version and protocol extensions of the server."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(msgspec.Struct):
    """A tensor of the model; -1 stands for any size."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(msgspec.Struct):
    """The model's name, versions, inputs and outputs."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ModelReady(msgspec.Struct):
    """Whether a model accepts requests."""

    name: str
    ready: bool


class ServerReady(msgspec.Struct):
    """Whether the server accepts requests."""

    live: bool
    ready: bool


class ModelIndex(msgspec.Struct):
    """The names of the served models."""

    models: list[str]


def create_protocol(
    recognizer: Recognizer, executor: Executor, limits: Limits, metrics: Metrics, version: str
) -> list[HTTPRouteHandler]:
    """Return the handlers of /v2; `version` is that of the server."""
    info = recognizer.info
    about = ModelMetadata(
        MODEL,
        [info.version],
        "onnxruntime_onnx",
        [TensorMetadata(INPUT, "UINT8", [-1, SIDE, SIDE])],
        [TensorMetadata(OUTPUT, "FP32", [-1, len(info.classes)])],
    )

    def check(model: str, model_version: str) -> None:
        if model != MODEL:
            raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no such model; the one that is served is {MODEL}.")
        if model_version != info.version:
            raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no such version of {MODEL}, only {info.version}.")

    @get("/v2", sync_to_thread=False)
    def server_metadata() -> ServerMetadata:
        """Return the name, version and protocol extensions of the server."""
        return ServerMetadata("digits", version, ["binary_tensor_data"])

    @get("/v2/health/live", sync_to_thread=False)
    def server_live() -> dict[str, bool]:
        """Check whether the server is alive."""
        return {"live": True}

    @get("/v2/health/ready", responses=protocol_problems(503), sync_to_thread=False)
    def server_ready() -> ServerReady:
        """Check whether the server accepts inference requests; 503 if not."""
        limits.check_ready()
        return ServerReady(live=True, ready=True)

    @get("/v2/models", sync_to_thread=False)
    def model_index() -> ModelIndex:
        """List the names of the served models."""
        return ModelIndex([MODEL])

    @get(paths(""), responses=protocol_problems(400, 404), sync_to_thread=False)
    def model_metadata(model: ModelPath, model_version: VersionPath = info.version) -> ModelMetadata:
        """Return the versions, inputs and outputs of the model."""
        check(model, model_version)
        return about

    @get(paths("/ready"), responses=protocol_problems(400, 404, 503), sync_to_thread=False)
    def model_ready(model: ModelPath, model_version: VersionPath = info.version) -> ModelReady:
        """Check whether the model accepts inference requests; 503 if not."""
        check(model, model_version)
        limits.check_ready()
        return ModelReady(MODEL, ready=True)

    @post(paths("/infer"), status_code=200, operation_class=InferOperation, responses=INFER_RESPONSES)
    async def infer(
        request: HttpRequest, model: ModelPath, model_version: VersionPath = info.version
    ) -> Response[bytes]:
        """Classify a batch of 28x28 images (0 = paper, 255 = ink), sent as a JSON or binary tensor."""
        check(model, model_version)
        async with limits.admit() as held:
            body = await read_body(request, held)
            encoding = request.headers.get("content-encoding", "").strip().lower()
            json_length = _json_length(request)

            def work() -> tuple[int, tuple[bytes, int | None]]:
                plain = inflate(body, encoding, limits.settings.max_body_bytes)
                asked, images = parse(plain, json_length, limits.settings.max_batch)
                probabilities = recognizer.classify(images)
                answer = InferAnswer(MODEL, info.version, [], asked.id)
                return len(images), encode(answer, probabilities, binary=wants_binary(asked))

            small = len(body) <= (MAX_LOOP_BODY_BYTES if json_length is None else MAX_LOOP_IMAGES * SIDE * SIDE + 2000)
            on_loop = small and encoding in ("", "identity")
            images, (content, length) = work() if on_loop else await executor.run(work, small=False)
        metrics.classified(images)
        request.scope["state"]["log"] = {"images": images}
        if length is None:
            return Response(content, media_type=MediaType.JSON)
        return Response(content, media_type="application/octet-stream", headers={JSON_LENGTH: str(length)})

    return [server_metadata, server_live, server_ready, model_index, model_metadata, model_ready, infer]


def paths(end: str) -> list[str]:
    """Return the paths of the model and of one of its versions, with the same end."""
    return [f"/v2/models/{{model:str}}{end}", f"/v2/models/{{model:str}}/versions/{{model_version:str}}{end}"]


def _json_length(request: HttpRequest) -> int | None:
    text = request.headers.get(JSON_LENGTH)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise bad_request("Inference-Header-Content-Length must be a whole number.")
    return int(text)
