"""Starts the server, sends it a request of every kind, and stops it.

It runs where everything is installed, to find out what the server uses, and in the image's own tree, to check that
nothing is missing. So it imports only what the server imports.

usage: exercise.py FOLDER: the folder that holds web/ and inference/
"""

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_SECONDS = 120.0
# A handwritten 0 in each of the formats, the TIFF on both of its pages.
PICTURES = Path(__file__).with_name("pictures")


def run(app: Path, environment: Mapping[str, str]) -> None:
    """Start the server in a folder, send it all requests, and stop it.

    Raises:
        SystemExit: the server did not start, gave a wrong answer, or did not exit with 0.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = {**environment, "HOST": "127.0.0.1", "PORT": str(port), "ORT_DISABLE_TELEMETRY": "1"}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([sys.executable, "-m", "web"], cwd=app, env=settings, stdout=log, stderr=log)
        try:
            _wait(server, port)
            ask_everything(port)
            server.send_signal(signal.SIGTERM)
            if server.wait(TIMEOUT_SECONDS):
                raise SystemExit(f"error: the server ended with {server.returncode}")
        except SystemExit:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise
        finally:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"error: the server did not start: it ended with {server.returncode}")
        try:
            if ask(port, "GET", "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("error: the server did not become ready")


def ask_everything(port: int) -> None:
    """Request the page, every path in the OpenAPI description, readings of all kinds, and what must be rejected."""
    described = json.loads(expect(port, 200, "GET", "/schema/openapi.json"))
    plain = [path for path, about in described["paths"].items() if "get" in about and "{" not in path]
    for path in {"/", *plain}:
        expect(port, 200, "GET", path)
    for file in sorted(PICTURES.iterdir()):
        content, kind = file.read_bytes(), {"content-type": f"image/{file.suffix[1:]}"}
        reading = json.loads(expect(port, 200, "POST", "/predict?inputs=1&explain=1", content, kind))
        if reading["text"] != ("0\n0" if file.suffix == ".tiff" else "0"):
            raise SystemExit(f"error: {file.name} is read as {reading['text']!r}")
    picture, image = (PICTURES / "zero.png").read_bytes(), {"content-type": "image/png"}
    form = b'--b\r\ncontent-disposition: form-data; name="image"; filename="0.png"\r\n\r\n' + picture + b"\r\n--b--\r\n"
    expect(port, 200, "POST", "/predict", form, {"content-type": "multipart/form-data; boundary=b"})
    for broken in (b"no picture", picture[:60]):
        expect(port, 400, "POST", "/predict", broken, image)
    wrapped = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
    expect(port, 200, "POST", "/predict", wrapped, {"content-type": "application/json"})
    encoded = b"image=" + base64.b64encode(picture)
    expect(port, 200, "POST", "/predict", encoded, {"content-type": "application/x-www-form-urlencoded"})
    # The image does not contain pypdfium2.
    expect(port, 415, "POST", "/predict", b"%PDF-1.7", {"content-type": "application/pdf"})
    expect(port, 415, "POST", "/predict", b"no picture", {"content-type": "text/plain"})
    expect(port, 404, "GET", "/nothing")
    expect(port, 404, "GET", "/v2/nothing")
    ask_protocol(port)


def ask_protocol(port: int) -> None:
    """Send one image by the Open Inference Protocol, as JSON, compressed, and as bytes."""
    path = "/v2/models/digits/infer"
    pixels = bytes(28 * 28)
    tensor: dict[str, object] = {"name": "image", "shape": [1, 28, 28], "datatype": "UINT8"}
    text = json.dumps({"inputs": [{**tensor, "data": list(pixels)}]}).encode()
    expect(port, 200, "POST", path, text, {"content-type": "application/json"})
    expect(port, 200, "POST", path, zlib.compress(text), {"content-encoding": "deflate"})
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": len(pixels)}}]}).encode()
    expect(port, 200, "POST", path, head + pixels, {"inference-header-content-length": str(len(head))})
    expect(port, 400, "POST", path, b"{", {"content-type": "application/json"})


def expect(
    port: int, status: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """Send a request and return the body of the response.

    Raises:
        SystemExit: the response has another status.
    """
    got, answer = ask(port, method, path, body, headers)
    if got != status:
        raise SystemExit(f"error: {method} {path} answered {got} instead of {status}: {answer[:500]!r}")
    return answer


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Send one request; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def main() -> None:
    """Exercise the server with one process and with two."""
    for workers in (1, 2):
        run(Path(sys.argv[1]), os.environ | {"WORKERS": str(workers)})
    print("the server answers everything")


if __name__ == "__main__":
    main()
