"""What the service is compared with: the least that any server does, and what tutorials build.

`python -m tests.bench.apps floor 8001` serves one of them with the same HTTP server as ours.
"""

import io
import sys
from typing import Any

import numpy as np
import uvicorn
from PIL import Image

from tests.servers import MODEL


async def floor(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body and answer a constant, as raw ASGI."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def peer(threads: int) -> Any:
    """FastAPI and onnxruntime as tutorials put them together: the picture is only scaled to 28x28.

    An `async` function with an `UploadFile`, `Image.open(...).convert("L").resize((28, 28))` with Pillow's own filter,
    an array, `session.run`. The conversion to floats and the division by 255 are left out, for this model takes bytes.

    Args:
        threads: onnxruntime's. 0, its default, which tutorials keep, is one for each core of the machine: they wait for
            each other on the one core of the server. Our server uses 1.
    """
    import onnxruntime
    from fastapi import FastAPI, UploadFile

    app = FastAPI()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(MODEL), options)

    @app.post("/predict")
    async def predict(image: UploadFile) -> dict[str, Any]:
        picture = Image.open(io.BytesIO(await image.read())).convert("L").resize((28, 28))
        probabilities = session.run(None, {"image": np.asarray(picture)[None]})[0][0]
        return {"digit": int(probabilities.argmax()), "probabilities": probabilities.tolist()}

    return app


if __name__ == "__main__":
    which, port = sys.argv[1], int(sys.argv[2])
    app: Any = {"floor": lambda: floor, "tutorial": lambda: peer(0), "peer": lambda: peer(1)}[which]()
    uvicorn.run(app, port=port, loop="asyncio", http="httptools", access_log=False, log_level="warning", lifespan="off")
