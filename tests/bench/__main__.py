"""`make bench`: how fast the service is against the same work without it, in one run.

The server runs on the first core, the load on the second. Every figure is the median of three rounds that take turns,
so that what else the machine does falls on all of them; the ratios are what counts. "CPU" counts only the processor
time of the server itself: on a busy machine that is the fairer figure, on a quiet one it is the same.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.bench.load import Measured, Request, pinned, send
from tests.servers import MODEL, ROOT, free_port
from tests.web.pictures import png, seven

ROUNDS = 3
IMPORTS = "import numpy, onnxruntime, PIL, litestar"
PICTURE = png(seven(400))
FORM_TYPE = "multipart/form-data; boundary=bench"
FORM = (
    b'--bench\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    + PICTURE
    + b"\r\n--bench--\r\n"
)


def tensor(images: int) -> Request:
    """Return a /v2 request with a binary tensor, as tritonclient sends it."""
    shape, parameters = [images, 28, 28], {"binary_data_size": images * 784}
    inputs = [{"name": "image", "datatype": "UINT8", "shape": shape, "parameters": parameters}]
    outputs = [{"name": "probabilities", "parameters": {"binary_data": True}}]
    head = json.dumps({"inputs": inputs, "outputs": outputs}).encode()
    body = head + np.random.default_rng(0).integers(0, 256, images * 784, np.uint8).tobytes()
    return Request("/v2/models/digits/infer", body, {"Inference-Header-Content-Length": str(len(head))})


@contextmanager
def running(*command: str, port: int, path: str = "/") -> Iterator[tuple[str, int, float]]:
    """Start a server on the first core; yield its address, its process id and the seconds to its first answer."""
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "MODEL_PATH": str(MODEL), "LOG_REQUESTS": "1"}
    with httpx.Client(verify=False) as client:  # noqa: S501  # loading certificates would be measured too
        start = time.perf_counter()
        process = subprocess.Popen(
            pinned([sys.executable, *command], 0), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            while True:
                try:
                    client.get(url + path)
                    break
                except httpx.TransportError:
                    time.sleep(0.005)
            yield url, process.pid, time.perf_counter() - start
        finally:
            process.terminate()
            process.wait(60)


def memory(process: int) -> float:
    """Return the megabytes that a process holds, or nan where /proc is not there."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), float("nan"))


def loop(name: str, seconds: float) -> Measured:
    """Run a loop of `tests.bench.loops` on the first core."""
    command = pinned([sys.executable, "-m", "tests.bench.loops", name, str(seconds)], 0)
    done = subprocess.run(command, cwd=ROOT, input=PICTURE, check=True, capture_output=True)
    rate, cpu_rate = map(float, done.stdout.split())
    return Measured(rate, cpu_rate=cpu_rate)


def imports() -> float:
    """Return the seconds that Python takes to import the libraries alone."""
    start = time.perf_counter()
    subprocess.run(
        pinned([sys.executable, "-c", IMPORTS], 0), check=True, env=os.environ | {"ORT_DISABLE_TELEMETRY": "1"}
    )
    return time.perf_counter() - start


def measure(seconds: float, progress: Callable[[str], None]) -> dict[str, Measured]:
    """Return every figure by its name."""
    form, page = (Request(path, FORM, {"Content-Type": FORM_TYPE}) for path in ("/predict", "/predict?inputs=1"))
    rounds: dict[str, list[Measured]] = {}

    def add(name: str, value: Measured | float) -> None:
        rounds.setdefault(name, []).append(value if isinstance(value, Measured) else Measured(value))

    for number in range(ROUNDS):
        progress(f"round {number + 1} of {ROUNDS}")
        add("imports", imports())
        with running("-m", "web", port=free_port(), path="/health/live") as (url, process, started):
            add("start", started)
            add("memory", memory(process))
            send(url, process, form, 1)  # what is slow only at first
            add("predict", send(url, process, form, seconds))
            add("page", send(url, process, page, seconds))
            add("live", send(url, process, Request("/health/live"), seconds))
            add("infer 1", send(url, process, tensor(1), seconds))
            add("infer 64", send(url, process, tensor(64), seconds))
            add("memory after", memory(process))
        for name in ("decode", "bare", "read", "batch"):
            add(name, loop(name, seconds))
        port = free_port()
        with running("-m", "tests.bench.apps", "floor", str(port), port=port) as (url, process, _):
            add("floor", send(url, process, form, seconds))
        for name in ("tutorial", "peer"):
            port = free_port()
            with running("-m", "tests.bench.apps", name, str(port), port=port) as (url, process, _):
                send(url, process, form, 1)
                add(name, send(url, process, form, seconds))
    return {
        name: Measured(*(statistics.median(column) for column in zip(*map(astuple, measured), strict=True)))
        for name, measured in rounds.items()
    }


def table(got: dict[str, Measured]) -> Table:
    """Put the figures and the ratios in a table."""
    shown = Table(
        "what", "a second", "a CPU second", "p50 ms", "p99 ms", title="One core for the server, 8 connections"
    )
    for name, about in (
        ("floor", "raw ASGI that reads the body and answers a constant"),
        ("live", "GET /health/live"),
        ("predict", "POST /predict, a 400x400 canvas as PNG in a form"),
        ("page", "the same with ?inputs=1, as the page sends it"),
        ("tutorial", "FastAPI + onnxruntime as in tutorials, plain resize to 28x28"),
        ("peer", "the same with one thread for onnxruntime, as ours"),
        ("infer 1", "/v2 infer, 1 image as binary tensor"),
        ("infer 64", "/v2 infer, 64 images as binary tensor"),
        ("decode", "no server: Pillow decode + one onnxruntime call"),
        ("bare", "no server: decode + MNIST's normalisation + one call"),
        ("read", "no server: Recognizer.read, the whole reading"),
        ("batch", "no server: one onnxruntime call with 64 images"),
    ):
        each = got[name]
        slow = [f"{1000 * value:.2f}" if value else "" for value in (each.p50, each.p99)]
        shown.add_row(about, f"{each.rate:,.0f}", f"{each.cpu_rate:,.0f}", *slow)
    shown.add_section()
    for about, over, under, aim in (
        ("/predict against the same reading without a server", "predict", "read", "0.75 or more"),
        ("the page's own request against the same", "page", "read", ""),
        ("/predict against the bare loop", "predict", "bare", ""),
        ("/predict against FastAPI + onnxruntime as in tutorials", "predict", "tutorial", "1.5 or more"),
        ("/predict against the same with one thread", "predict", "peer", ""),
        ("/v2 with 64 images against the bare call", "infer 64", "batch", "0.8 or more"),
        ("decode + one call against the whole reading", "decode", "read", "2.5 or less"),
    ):
        wall, cpu = got[over].rate / got[under].rate, got[over].cpu_rate / got[under].cpu_rate
        shown.add_row(about, f"{wall:.2f}", f"{cpu:.2f}", "", aim)
    for about, value, aim in (
        ("p99 / p50 of /predict", got["predict"].p99 / got["predict"].p50, "under 3"),
        ("start to first answer against the bare imports", got["start"].rate / got["imports"].rate, "1.5 or less"),
        ("start to first answer, seconds", got["start"].rate, ""),
        ("memory of a worker at rest, MB", got["memory"].rate, "130 or less"),
        ("memory of a worker after all this, MB", got["memory after"].rate, ""),
    ):
        shown.add_row(about, f"{value:.2f}", "", "", aim)
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement (default: 3)")
    options = parser.parse_args()
    console = Console()
    with console.status("starting") as status:
        got = measure(options.seconds, lambda text: status.update(text))
    Console(width=max(console.width, 110)).print(table(got))


if __name__ == "__main__":
    main()
