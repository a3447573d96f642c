"""`make bench`: how fast the service is against the same work without it, in one run.

The server runs on the first core, the load on the second. Each of five rounds measures everything, so that other load
on the machine affects all of it. A figure is the median of the rounds; a ratio is taken within each round, and shown
with the lowest and the highest of them. "CPU" counts only the processor time of the server: that is fairer on a busy
machine, and the same on a quiet one.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.bench.load import CONNECTIONS, Measured, Request, pinned, send
from tests.bench.pictures import page
from tests.servers import MODEL, ROOT, free_port
from tests.web.pictures import png, seven

ROUNDS = 5
IMPORTS = "import numpy, onnxruntime, PIL, litestar"
CANVAS = png(seven(400))
# The longer side of a page's photo, and of one with 12 million pixels.
PHOTO_PX, LARGE_PHOTO_PX = 2000, 3860
SCANS, SCAN_PX = 1000, 100
FORM_TYPE = "multipart/form-data; boundary=bench"
FORM = (
    b'--bench\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + CANVAS + b"\r\n--bench--\r\n"
)
# Python keeps the compiled modules, as it does those of the libraries.
ENVIRONMENT = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "ORT_DISABLE_TELEMETRY": "1"}
Round = dict[str, Measured]


def tensor(images: int) -> Request:
    """Return a /v2 request with a binary tensor, as tritonclient sends it."""
    shape, parameters = [images, 28, 28], {"binary_data_size": images * 784}
    inputs = [{"name": "image", "datatype": "UINT8", "shape": shape, "parameters": parameters}]
    outputs = [{"name": "probabilities", "parameters": {"binary_data": True}}]
    head = json.dumps({"inputs": inputs, "outputs": outputs}).encode()
    body = head + np.random.default_rng(0).integers(0, 256, images * 784, np.uint8).tobytes()
    return Request("/v2/models/digits/infer", body, {"Inference-Header-Content-Length": str(len(head))})


@contextmanager
def running(
    *command: str, port: int, path: str = "/", core: int | None = 0, workers: int = 1
) -> Iterator[tuple[str, int, float]]:
    """Start a server; yield its address, its process id and the seconds to its first answer.

    Args:
        command: of Python.
        port: where it listens.
        path: what it answers.
        core: which core it runs on; None for all.
        workers: how many processes serve.
    """
    url = f"http://127.0.0.1:{port}"
    settings = {"PORT": port, "HOST": "127.0.0.1", "MODEL_PATH": MODEL, "LOG_REQUESTS": 1, "WORKERS": workers}
    environment = ENVIRONMENT | {name: str(value) for name, value in settings.items()}
    started = [sys.executable, *command]
    with httpx.Client(verify=False) as client:  # noqa: S501  # loading certificates would be measured too
        start = time.perf_counter()
        process = subprocess.Popen(
            started if core is None else pinned(started, core), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
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


def memory(process: int) -> Measured:
    """Return the megabytes that a process holds, or nan where /proc is not there."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return Measured(next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), float("nan")))


def loop(name: str, seconds: float, picture: bytes = CANVAS) -> Measured:
    """Run a loop of `tests.bench.loops` on the first core."""
    command = pinned([sys.executable, "-m", "tests.bench.loops", name, str(seconds)], 0)
    done = subprocess.run(command, cwd=ROOT, input=picture, check=True, capture_output=True)
    rate, cpu_rate = map(float, done.stdout.split())
    return Measured(rate, cpu_rate=cpu_rate)


def timed(*command: str) -> float:
    """Return the seconds that a command of Python takes on the first core."""
    start = time.perf_counter()
    subprocess.run(
        pinned([sys.executable, *command], 0), check=True, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


@dataclass(frozen=True)
class Given:
    """What is sent and read: requests with a canvas and with photos, and a folder of scans."""

    form: Request
    own: Request
    photo: Request
    large_photo: Request
    scans: Path

    @classmethod
    def made(cls, scans: Path) -> "Given":
        """Make the photos, and the scans in a folder."""
        for number in range(SCANS):
            seven(SCAN_PX).save(scans / f"{number:04}.png")
        form, own = (Request(path, FORM, {"Content-Type": FORM_TYPE}) for path in ("/predict", "/predict?inputs=1"))
        photo, large = (
            Request("/predict", page(side)[0], {"Content-Type": "image/jpeg"}) for side in (PHOTO_PX, LARGE_PHOTO_PX)
        )
        return cls(form, own, photo, large, scans)


def once(given: Given, seconds: float) -> Round:
    """Measure everything once."""
    got: Round = {"imports": Measured(timed("-c", IMPORTS))}
    with running("-m", "tests.bench.serve", port=free_port(), path="/health/live") as (url, process, started):
        got |= {"start": Measured(started), "memory": memory(process)}
        send(url, process, given.form, 1)  # what is slow only at first
        got["predict"] = send(url, process, given.form, seconds)
        got["page"] = send(url, process, given.own, seconds)
        got["live"] = send(url, process, Request("/health/live"), seconds)
        got["infer 1"] = send(url, process, tensor(1), seconds)
        got["infer 64"] = send(url, process, tensor(64), seconds)
        got["memory after canvases"] = memory(process)
        got["photo"] = send(url, process, given.photo, 2 * seconds, 1)
        got["large photo"] = send(url, process, given.large_photo, 2 * seconds, 1)
        with ThreadPoolExecutor(1) as others:
            load = others.submit(send, url, process, given.photo, 2 * seconds, 2)
            time.sleep(0.5)
            got["page beside photos"] = send(url, process, given.own, seconds)
            load.result()
        got["memory after photos"] = memory(process)
    for name in ("decode", "bare", "read", "batch"):
        got[f"loop {name}"] = loop(name, seconds)
    got["loop photo"] = loop("read", 2 * seconds, given.photo.body)
    got["loop large photo"] = loop("read", 2 * seconds, given.large_photo.body)
    scan = (given.scans / "0000.png").read_bytes()
    got["scans"] = Measured(SCANS / timed("-m", "inference", str(given.scans), "--csv"))
    got["loop scan"] = loop("read", seconds, scan)
    for workers in (1, 2):
        with running("-m", "tests.bench.serve", port=free_port(), path="/health/live", core=None, workers=workers) as (
            url,
            pid,
            _,
        ):
            send(url, pid, given.own, 1, 4 * CONNECTIONS)
            got[f"workers {workers}"] = send(url, pid, given.own, seconds, 4 * CONNECTIONS)
    for name in ("floor", "tutorial", "peer"):
        port = free_port()
        with running("-m", "tests.bench.apps", name, str(port), port=port) as (url, process, _):
            send(url, process, given.form, 1)
            got[name] = send(url, process, given.form, seconds)
    return got


ROWS = (
    ("floor", "raw ASGI that reads the body and answers a constant"),
    ("live", "GET /health/live"),
    ("predict", "POST /predict, a 400x400 canvas as PNG in a form"),
    ("page", "the same with ?inputs=1, as the page sends it"),
    ("page beside photos", "the same while two others send page photos"),
    ("tutorial", "FastAPI + onnxruntime as in tutorials, plain resize to 28x28"),
    ("peer", "the same with one thread for onnxruntime, as ours"),
    ("photo", f"POST /predict, a photo of a page, {PHOTO_PX} pixels, one connection"),
    ("large photo", "the same with 12 million pixels"),
    ("infer 1", "/v2 infer, 1 image as binary tensor"),
    ("infer 64", "/v2 infer, 64 images as binary tensor"),
    ("workers 1", "the page's canvas on both cores, one worker, 32 connections"),
    ("workers 2", "the same with two workers"),
    ("scans", f"python -m inference FOLDER --csv, {SCANS:,} scans, with its start"),
    ("loop decode", "no server: Pillow decode + one onnxruntime call"),
    ("loop bare", "no server: decode + MNIST's normalisation + one call"),
    ("loop read", "no server: Recognizer.read, the whole reading of the canvas"),
    ("loop photo", "no server: the same of the page photo"),
    ("loop large photo", "no server: the same of the 12 million pixels"),
    ("loop scan", "no server: the same of a scan"),
    ("loop batch", "no server: one onnxruntime call with 64 images"),
)
RATIOS = (
    ("/predict against the same reading without a server", "predict", "loop read", "0.85 or more"),
    ("the page's own request against the same", "page", "loop read", ""),
    ("/predict against FastAPI + onnxruntime as in tutorials", "predict", "tutorial", "1.8 or more"),
    ("/predict against the same with one thread", "predict", "peer", ""),
    ("a page photo against the same reading without a server", "photo", "loop photo", ""),
    ("12 million pixels against the same", "large photo", "loop large photo", ""),
    (f"{SCANS:,} scans against the same", "scans", "loop scan", ""),
    ("/v2 with 64 images against the bare call", "infer 64", "loop batch", "0.8 or more"),
    ("two workers against one", "workers 2", "workers 1", "1.8 or more"),
    ("decode + one call against the whole reading", "loop decode", "loop read", "2.5 or less"),
    ("start to the first answer against the bare imports", "start", "imports", "1.3 or less"),
)
VALUES = (
    ("start to the first answer, seconds", "start", ""),
    ("memory of a worker at rest, MB", "memory", "110 or less"),
    ("memory after the canvases, MB", "memory after canvases", ""),
    ("memory after the photos, MB", "memory after photos", ""),
)


def table(rounds: list[Round]) -> Table:
    """Put the figures and the ratios in a table."""
    shown = Table(
        "what",
        "a second",
        "a CPU second",
        "p50 ms",
        "p99 ms",
        title=f"One core for the server, {CONNECTIONS} connections",
    )

    def middle(name: str, value: Callable[[Measured], float]) -> float:
        return statistics.median(value(each[name]) for each in rounds)

    for name, about in ROWS:
        rate, cpu = middle(name, lambda each: each.rate), middle(name, lambda each: each.cpu_rate)
        slow = [1000 * middle(name, lambda each: each.p50), 1000 * middle(name, lambda each: each.p99)]
        shown.add_row(
            about, f"{rate:,.{0 if rate > 10 else 2}f}", f"{cpu:,.{0 if cpu > 10 else 2}f}" if cpu else "",
            *(f"{value:.2f}" if value else "" for value in slow),
        )  # fmt: skip
    shown.add_section()
    p99 = [each["page beside photos"].p99 / each["page"].p99 for each in rounds]
    ratios = [
        *((about, [each[over].rate / each[under].rate for each in rounds], aim) for about, over, under, aim in RATIOS),
        ("p99 / p50 of /predict", [each["predict"].p99 / each["predict"].p50 for each in rounds], "under 3"),
        ("p99 of the page's canvas beside photos against alone", p99, "3 or less"),
        *((about, [each[name].rate for each in rounds], aim) for about, name, aim in VALUES),
    ]
    for about, values, aim in ratios:
        shown.add_row(about, f"{statistics.median(values):.2f}", f"{min(values):.2f} to {max(values):.2f}", "", aim)
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement (default: 2)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each is made (default: {ROUNDS})")
    options = parser.parse_args()
    console = Console()
    with console.status("starting") as status, tempfile.TemporaryDirectory() as scans:
        given, rounds = Given.made(Path(scans)), []
        for number in range(options.rounds):
            status.update(f"round {number + 1} of {options.rounds}")
            rounds.append(once(given, options.seconds))
    Console(width=max(console.width, 120)).print(table(rounds))


if __name__ == "__main__":
    main()
