"""What KServe's client gets from a server, as JSON: `python kserve_client.py URL`, with images as JSON on its input.

Run by test_kserve.py in an environment of its own, which has nothing of this project.
"""

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig


async def main(url: str, images: list[object]) -> dict[str, object]:
    """Ask for health, then classify the images as bytes and as JSON."""
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    got: dict[str, object] = {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "model ready": await client.is_model_ready(url, "digits"),
    }
    values = np.array(images, np.uint8)
    for kind in ("binary", "json"):
        tensor = InferInput("image", list(values.shape), "UINT8")
        tensor.set_data_from_numpy(values, binary_data=kind == "binary")
        answer = await client.infer(url, InferRequest("digits", [tensor], request_id=kind), model_name="digits")
        got[kind] = [answer.id, answer.model_name, answer.outputs[0].as_numpy().tolist()]
    await client.close()
    return got


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], json.load(sys.stdin)))))
