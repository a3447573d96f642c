"""Sends one request again and again on eight connections, with wrk if it is installed, else with Python."""

import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
LUA = """
local file = io.open("{body}", "rb"); wrk.body = file:read("*all"); file:close()
wrk.method = "POST"
{headers}
"""


@dataclass(frozen=True)
class Request:
    """What is sent: a POST with a body, or a GET without one."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """The result of a measurement.

    Attributes:
        rate: answers a second.
        p50, p99: the most seconds that half of them took, and 99 % of them.
        cpu_rate: answers in a second of the server's processor time, which other load on the machine does not change.
    """

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    cpu_rate: float = 0.0


def pinned(command: Sequence[str], core: int) -> list[str]:
    """Return a command that runs on one core, if taskset is installed."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(core), *command] if taskset else list(command)


def send(url: str, process: int, request: Request, seconds: float, connections: int = CONNECTIONS) -> Measured:
    """Load a server from the second core.

    Args:
        url: its address.
        process: its process id.
        request: what is sent.
        seconds: for how long.
        connections: how many send at once.

    Raises:
        RuntimeError: it answered anything but 200.
    """
    before = cpu_seconds(process)
    client = _wrk if shutil.which("wrk") else _python
    measured = client(url, request, seconds, connections)
    used = cpu_seconds(process) - before
    return replace(measured, cpu_rate=measured.rate * seconds / used if used else float("nan"))


def cpu_seconds(process: int) -> float:
    """Return the processor time that a process has used so far, or 0 where /proc does not say it."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


def _python(url: str, request: Request, seconds: float, connections: int) -> Measured:
    arguments = [url, request.path, str(seconds), str(connections), json.dumps(request.headers)]
    command = pinned([sys.executable, "-m", "tests.bench.load", *arguments], 1)
    done = subprocess.run(command, input=request.body, check=True, capture_output=True)
    return Measured(*map(float, done.stdout.split()))


def _wrk(url: str, request: Request, seconds: float, connections: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        body, script = Path(folder) / "body", Path(folder) / "request.lua"
        body.write_bytes(request.body)
        headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in request.headers.items())
        script.write_text(LUA.format(body=body, headers=headers) if request.body else "")
        options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "60s", "--latency", "-s", str(script)]
        command = pinned(["wrk", *options, url + request.path], 1)
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"{url}{request.path} was not answered with 200:\n{text}")
    percentiles = {
        key: float(number) * UNITS[unit] for key, number, unit in re.findall(r"(50|99)% +([\d.]+)(us|ms|s)", text)
    }
    rate = re.search(r"Requests/sec: +([\d.]+)", text)
    assert rate
    return Measured(float(rate[1]), percentiles["50"], percentiles["99"])


def _client(url: str, path: str, seconds: float, connections: int, headers: dict[str, str], body: bytes) -> Measured:
    host = urlsplit(url).netloc
    took: list[float] = []
    end = time.perf_counter() + seconds

    def run() -> None:
        connection = http.client.HTTPConnection(host)
        while (start := time.perf_counter()) < end:
            connection.request("POST" if body else "GET", path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered with {answer.status}")
            took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    percentiles = statistics.quantiles(took, n=100)
    return Measured(len(took) / seconds, percentiles[49], percentiles[98])


if __name__ == "__main__":
    url, path, seconds, connections, headers = sys.argv[1:]
    result = _client(url, path, float(seconds), int(connections), json.loads(headers), sys.stdin.buffer.read())
    print(result.rate, result.p50, result.p99)
