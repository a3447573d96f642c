"""Starts the server, sends it a request of every kind, and stops it.

It runs where everything is installed, to find out what the server uses, and in the image's own tree, to check that
nothing is missing. So it imports only what the server imports.

usage: exercise.py FOLDER [NOTE]: the folder that holds web/ and inference/; a file for the names of what is installed
"""

import base64
import importlib.metadata
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_SECONDS = 120.0
# The picture `ring(64)`, saved by pillow-heif and by Pillow.
HEIC = base64.b64decode(
    b"AAAAHGZ0eXBoZWl4AAAAAG1pZjFoZWl4bWlhZgAAATptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9j"
    b"AAAAAERAAAEAAQAAAAABXgABAAAAAAAAAQ8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAAumlw"
    b"cnAAAACcaXBjbwAAAHJodmNDAQQIAAAAn/gAAAAAHvAA/Pz4+AAADwNgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAYQABACZCAQEECAAA"
    b"AwCf+AAAAwAAHsCCBBZbqSSmubAgAAADAyAAAAMAIWIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAADnBpeGkAAAAAAQgAAAAW"
    b"aXBtYQAAAAAAAAABAAEDgQIDAAABF21kYXQAAAELKAGuFsBn////neYgurOyWjWFGRwu8g8NP/ssSa7DJc0l5ZzapjBtbjljPrHWCgqJi4Gw"
    b"pSkh2JGR0HH8hpHyf94ti1lAMOhphF5C+z7H2PspyEYvzWlVkpOZv19X/9mgqWmrx7EhfUj4Uae1nVoko/0/tSpvEJnzKxqoiuXn+zq9SeCz"
    b"BwSWgHDHCP1ev9J+Kd0A+uSMTyq94vrrEomIdat9D7+OhkA+UIIKATIEGmhBC5DkpeZItELQLzsNzDPg3GiLt6/OCvB8IahGydy5Ftd6MMCv"
    b"Xaz3cZRbRbcbl6KoeXNNMuQjFDE4dYnz9++Aq3ddoTLecCJdKy/diX5aVwHXA3w8WQseGhHA"
)
AVIF = base64.b64decode(
    b"AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOltZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRt"
    b"AAAAAAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAAQ0AAABdAAAAKGlpbmYAAAAAAAEAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAAGhp"
    b"cHJwAAAASWlwY28AAAAUaXNwZQAAAAAAAABAAAAAQAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdp"
    b"cG1hAAAAAAAAAAEAAQQBAoMEAAAAZW1kYXQSAAoJGBV//bYCGg1AMk5HYWcAAFgBAK21jeYO9xf///s81u+/UReEMbf2pzqNG7WBidPECdDA"
    b"AKfuTA4Bk6DyxiTb70DRl2nXHwid0Lhedk/4m2kiV8HKK8H9STY="
)


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
    """Request every path in the OpenAPI description, the page, readings of all kinds, and what must be rejected."""
    described = json.loads(expect(port, 200, "GET", "/schema/openapi.json"))
    plain = [path for path, about in described["paths"].items() if "get" in about and "{" not in path]
    for path in {"/", "/metrics", "/health/live", *plain}:
        expect(port, 200, "GET", path)
    picture = png(ring(64))
    image = {"content-type": "image/png"}
    reading = json.loads(expect(port, 200, "POST", "/predict?inputs=1&explain=1", picture, image))
    if reading["text"] != "0":
        raise SystemExit(f"error: a ring is read as {reading['text']!r}")
    for kind, file in (("heic", HEIC), ("avif", AVIF)):
        reading = json.loads(expect(port, 200, "POST", "/predict", file, {"content-type": f"image/{kind}"}))
        if reading["text"] != "0":
            raise SystemExit(f"error: a ring as {kind} is read as {reading['text']!r}")
    form = b'--b\r\ncontent-disposition: form-data; name="image"; filename="0.png"\r\n\r\n' + picture + b"\r\n--b--\r\n"
    expect(port, 200, "POST", "/predict", form, {"content-type": "multipart/form-data; boundary=b"})
    for broken in (b"no picture", picture[:60]):
        expect(port, 400, "POST", "/predict", broken, image)
    wrapped = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
    expect(port, 200, "POST", "/predict", wrapped, {"content-type": "application/json"})
    encoded = b"image=" + base64.b64encode(picture)
    expect(port, 200, "POST", "/predict", encoded, {"content-type": "application/x-www-form-urlencoded"})
    reading = json.loads(expect(port, 200, "POST", "/predict", tiff(ring(64), pages=2), {"content-type": "image/tiff"}))
    if reading["text"] != "0\n0":
        raise SystemExit(f"error: two pages with a ring each are read as {reading['text']!r}")
    # The image does not contain pypdfium2.
    expect(port, 415, "POST", "/predict", b"%PDF-1.7", {"content-type": "application/pdf"})
    expect(port, 415, "POST", "/predict", b"no picture", {"content-type": "text/plain"})
    expect(port, 404, "GET", "/nothing")
    expect(port, 404, "GET", "/v2/nothing")
    ask_protocol(port)


def ask_protocol(port: int) -> None:
    """Send one image by the Open Inference Protocol, as JSON, compressed, and as bytes."""
    path = "/v2/models/digits/infer"
    pixels = bytes(value for row in ring(28) for value in row)
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
    """Send one HTTP/1.0 request; return status and body."""
    lines = [f"{method} {path} HTTP/1.0", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, answer = received.partition(b"\r\n\r\n")
    if not head:
        raise OSError("the server closed the connection")
    return int(head.split()[1]), answer


def ring(side: int) -> list[list[int]]:
    """Return the pixels of a zero, 0 = paper, 255 = ink."""
    middle = (side - 1) / 2
    return [
        [
            255 * (0.55 < (((x - middle) / side / 0.28) ** 2 + ((y - middle) / side / 0.36) ** 2) < 1.2)
            for x in range(side)
        ]
        for y in range(side)
    ]


def png(rows: list[list[int]]) -> bytes:
    """Encode grey rows as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def tiff(rows: list[list[int]], pages: int) -> bytes:
    """Encode the same grey rows as each page of a TIFF (TIFF 6.0, section 2)."""
    pixels = b"".join(bytes(row) for row in rows)
    size = len(pixels)
    # Width, height, bits per sample, no compression, 0 is black, offset of the strip, its rows, its bytes.
    tags = (
        (256, len(rows[0])),
        (257, len(rows)),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (278, len(rows)),
        (279, size),
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = 2 + len(entries) + 4
    out = b"II*\0" + struct.pack("<I", 8 + size) + pixels
    for page in range(pages):
        following = 8 + size + (page + 1) * directory if page + 1 < pages else 0
        out += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return out


def main() -> None:
    """Exercise the server with one process and with two, and write the installed versions to NOTE."""
    for workers in (1, 2):
        run(Path(sys.argv[1]), os.environ | {"WORKERS": str(workers)})
    if len(sys.argv) > 2:
        installed = {each.name: each.version for each in importlib.metadata.distributions(path=["/packages"])}
        note = {"python": sys.version.split()[0], "packages": dict(sorted(installed.items()))}
        Path(sys.argv[2]).write_text(json.dumps(note, indent=1))
    print("the server answers everything")


if __name__ == "__main__":
    main()
