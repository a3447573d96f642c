"""Limits: slow clients, too many of them, and more work than there is room for."""

import asyncio
import collections
import contextlib
import io
import json
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.servers import Server, serving
from tests.web.pictures import png, seven
from web.http.limits import BodyMemory

# Some wait for what the server must do some time, and would wait for ever where it does not.
pytestmark = pytest.mark.timeout(240)

HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\n"


Connect = Callable[[Server, bytes], socket.socket]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens connections by hand, each with the first bytes of a request."""
    with contextlib.ExitStack() as stack:

        def connect(server: Server, first: bytes) -> socket.socket:
            host, port = server.url.removeprefix("http://").split(":")
            connected = stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
            connected.sendall(first)
            return connected

        yield connect


def received(connected: socket.socket) -> bytes:
    """Return everything until the other side closes."""
    parts = []
    try:
        while part := connected.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def peak_megabytes(server: Server) -> float:
    """Return the most memory that the server has ever held."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def photo() -> bytes:
    """A photo of a page: 12 megapixels with a camera's noise, about 3 MB."""
    rng = np.random.default_rng(3)
    page = np.full((3000, 4000), 200, np.float32) + np.linspace(-40, 20, 4000, dtype=np.float32)
    page += rng.normal(0, 4, (3000, 4000)).astype(np.float32)
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).convert("RGB")
    image.paste(seven(400), (1500, 1300))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


async def send_all(server: Server, picture: bytes, count: int, kind: str) -> list[httpx.Response]:
    """Send pictures all at once, each over a connection of its own, asking now and then whether the server lives."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=300, limits=limits, verify=False) as client:  # noqa: S501
        headers = {"content-type": kind}
        jobs = [asyncio.create_task(client.post("/predict", content=picture, headers=headers)) for _ in range(count)]
        while any(not job.done() for job in jobs):
            assert (await client.get("/health/live")).status_code == 200
            await asyncio.sleep(0.2)
        return [job.result() for job in jobs]


def test_bodies_wait_for_room_and_the_first_may_always_go_on() -> None:
    async def story() -> list[str]:
        memory, told = BodyMemory(100), []
        with memory.account() as first:
            await first.grow(60)

            async def second() -> None:
                with memory.account() as body:
                    await body.grow(60)
                    told.append("second has room")

            waiting = asyncio.create_task(second())
            await asyncio.sleep(0)
            await asyncio.wait_for(first.grow(90), 5)
            told.append("first is complete")
        await asyncio.wait_for(waiting, 5)
        return told

    assert asyncio.run(story()) == ["first is complete", "second has room"]


def readiness(client: httpx.Client) -> list[str]:
    """Return the addresses that say whether requests are taken."""
    [version] = client.get("/v2/models/digits").json()["versions"]
    models = ["/v2/models/digits/ready", f"/v2/models/digits/versions/{version}/ready"]
    return ["/health/ready", "/v2/health/ready", *models]


def test_past_the_limit_it_says_503_at_once_and_recovers(connect: Connect) -> None:
    origin = "https://a.example"
    with (
        serving(MAX_IN_FLIGHT=2, REQUEST_SECONDS=4, RETRY_SECONDS=7, CORS_ORIGINS=origin) as server,
        server.client() as client,
    ):
        slow = [connect(server, HEAD + b"\x89PNG") for _ in range(2)]
        while client.get("/health/ready").status_code == 200:
            time.sleep(0.01)
        refused = client.post("/predict", content=png(seven()), headers={"content-type": "image/png"})
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "7"
        assert "Try again in 7 seconds" in refused.json()["detail"]
        assert refused.json()["request_id"] == refused.headers["x-request-id"]
        assert "access-control-allow-origin" not in refused.headers
        protocol = client.post("/v2/models/digits/infer", content=b"{}", headers={"origin": origin})
        assert protocol.headers["access-control-allow-origin"] == origin
        assert (protocol.status_code, set(protocol.json())) == (503, {"error"})
        assert client.post("/predict/", content=b"x").status_code == 503
        for path in readiness(client):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "7"), path
            assert "Try again in 7 seconds" in answer.text
        assert client.get("/health/live").status_code == 200
        assert 'digits_rejected_total{reason="overload"} 3.0' in client.get("/metrics").text
        # Whoever sends too slowly is told so, and makes room.
        for connected in slow:
            assert b"408 Request Timeout" in connected.recv(65536)
            connected.close()
        answer = client.post("/predict", content=png(seven()), headers={"content-type": "image/png"})
        assert answer.json()["text"] == "7"
        assert client.get("/health/ready").status_code == 200


def test_slow_and_endless_headers_are_cut_off(connect: Connect) -> None:
    with serving(REQUEST_SECONDS=1) as server, server.client() as client:
        slow = [connect(server, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(50)]
        slow += [connect(server, b"") for _ in range(10)]
        assert client.get("/health/live").status_code == 200
        assert all(received(connected) == b"" for connected in slow)
        endless = connect(server, b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"a" * 40_000)
        assert b"431 Request Header Fields Too Large" in received(endless)
        no_http = received(connect(server, b"\x16\x03\x01 this is TLS\r\n\r\n"))
        assert no_http.startswith(b"HTTP/1.1 400 Bad Request")
        assert b"x-content-type-options: nosniff" in no_http
        assert b"application/problem+json" in no_http
        request_id = no_http.partition(b"x-request-id: ")[2][:32].decode()
        [line] = [json.loads(line) for line in server.log.splitlines() if request_id in line]
        assert (line["request_id"], line["level"]) == (request_id, "warning")
        assert line["message"] == "refused with 400: This is not an HTTP request that can be read."


def test_long_headers_may_come_in_parts(connect: Connect) -> None:
    with serving() as server:
        parts = connect(server, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
        for header in range(4):
            for part in (b"X-Long-%d: " % header, b"a" * 3_000, b"a" * 3_000, b"\r\n"):
                parts.sendall(part)
                time.sleep(0.02)
        parts.sendall(b"\r\n")
        assert received(parts).startswith(b"HTTP/1.1 200")


def test_connections_are_bounded_and_idle_ones_give_way(connect: Connect) -> None:
    live = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(MAX_CONNECTIONS=20, RETRY_SECONDS=7) as server:
        idle = [connect(server, live) for _ in range(20)]
        assert all(b"200 OK" in each.recv(4096) for each in idle)
        assert b"200 OK" in connect(server, live).recv(4096)
        busy = [connect(server, HEAD + b"\x89PNG") for _ in range(20)]
        refused = received(connect(server, live))
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 7\r\n" in refused
        assert b"Try again in 7 seconds" in refused
        for each in busy:
            each.close()
        while b"200 OK" not in received(connect(server, live.replace(b"x\r\n", b"x\r\nConnection: close\r\n"))):
            time.sleep(0.01)


def test_a_client_that_leaves_is_no_error(connect: Connect) -> None:
    with serving(MAX_IN_FLIGHT=1) as server, server.client() as client:
        for _ in range(20):
            connect(server, HEAD + bytes(100)).close()
        while client.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        assert client.post("/predict", content=png(seven()), headers={"content-type": "image/png"}).status_code == 200
        assert "traceback" not in server.log


@pytest.mark.parametrize("capacity", [8])
def test_ten_times_the_capacity_is_answered_with_200_or_503(capacity: int) -> None:
    with serving(MAX_IN_FLIGHT=capacity) as server:
        # A JPEG takes the way through the thread, so that the places are held for a while.
        out = io.BytesIO()
        seven(1200).save(out, "JPEG")
        answers = asyncio.run(send_all(server, out.getvalue(), 10 * capacity, "image/jpeg"))
        statuses = collections.Counter(answer.status_code for answer in answers)
        assert set(statuses) == {200, 503}
        assert all(answer.json()["text"] == "7" for answer in answers if answer.status_code == 200)
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
        assert peak_megabytes(server) < 300


def test_64_large_photos_at_once_stay_below_512_megabytes() -> None:
    with serving(REQUEST_SECONDS=10) as server:
        limit = 512 * 2**20
        resource.prlimit(server.process.pid, resource.RLIMIT_DATA, (limit, limit))
        answers = asyncio.run(send_all(server, photo(), 64, "image/jpeg"))
        statuses = collections.Counter(answer.status_code for answer in answers)
        assert set(statuses) <= {200, 408, 503}
        assert statuses[200] >= 1
        assert peak_megabytes(server) < 512
        with server.client() as client:
            answer = client.post("/predict", content=png(seven()), headers={"content-type": "image/png"})
            assert answer.json()["text"] == "7"
