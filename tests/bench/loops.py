"""The same work without a server, in a process of its own: `python -m tests.bench.loops NAME SECONDS`.

Prints how often it was done per second, and per second of processor time. The picture comes on standard input.
"""

import io
import sys
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from inference import Recognizer
from inference.recognition.normalise import normalise
from tests.servers import MODEL


def loops(picture: bytes) -> dict[str, Callable[[], object]]:
    """Return the loops by name.

    decode: Pillow decodes, onnxruntime is called once with one image: the least that any reader does.
    bare: decode, ink by the difference from the border, MNIST's normalisation, one call.
    read: our whole reading, `Recognizer.read`.
    batch: one call with 64 images.
    """
    recognizer = Recognizer(MODEL)
    one, many = np.zeros((1, 28, 28), np.uint8), np.zeros((64, 28, 28), np.uint8)

    def decode() -> object:
        np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
        return recognizer.classify(one)

    def bare() -> object:
        grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L"), np.float32)
        return recognizer.classify(normalise(np.abs(grey - grey[0, 0]))[None])

    return {
        "decode": decode,
        "bare": bare,
        "read": lambda: recognizer.read(picture),
        "batch": lambda: recognizer.classify(many),
    }


def main() -> None:
    """Run one loop for some seconds."""
    run, seconds = loops(sys.stdin.buffer.read())[sys.argv[1]], float(sys.argv[2])
    for _ in range(20):
        run()
    count, start, cpu = 0, time.perf_counter(), time.process_time()
    while (elapsed := time.perf_counter() - start) < seconds:
        run()
        count += 1
    print(count / elapsed, count / (time.process_time() - cpu))


if __name__ == "__main__":
    main()
