"""Requests over connections made by hand: those that offer another protocol are read all the same."""

import socket
import time

import pytest

from tests.servers import Server
from tests.web.pictures import png, seven

PICTURE = png(seven())
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(PICTURE)
POST = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
LAST = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def exchange(server: Server, *parts: bytes) -> bytes:
    """Send the parts one by one; return everything until the server closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connected:
        for part in parts:
            connected.sendall(part)
            time.sleep(0.02 if len(parts) > 1 else 0)
        return b"".join(iter(lambda: connected.recv(65536), b""))


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(PICTURE), PICTURE)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([POST + OFFER + LENGTH + PICTURE + LAST], id="at once"),
        pytest.param([POST + OFFER + LENGTH, PICTURE[:100], PICTURE[100:], LAST], id="the body later"),
        pytest.param([POST + OFFER[:30], OFFER[30:] + LENGTH[:9], LENGTH[9:] + PICTURE, LAST], id="headers in parts"),
        pytest.param([POST + OFFER + CHUNKED + LAST], id="in chunks"),
        pytest.param([POST + OFFER.replace(b"h2c", b"websocket") + LENGTH + PICTURE + LAST], id="WebSocket"),
    ],
)
def test_a_request_that_offers_another_protocol_keeps_its_body(server: Server, parts: list[bytes]) -> None:
    answer = exchange(server, *parts)
    assert answer.startswith(b"HTTP/1.1 200 OK"), answer
    assert b'"text":"7"' in answer
    assert answer.endswith(b'{"status":"live"}')
    assert "pip install" not in server.log


def test_many_offers_over_one_connection_are_answered(server: Server) -> None:
    offers = b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + OFFER + b"\r\n"
    assert exchange(server, offers * 100 + LAST).count(b'{"status":"live"}') == 101


@pytest.mark.parametrize("body", [b"", b"\x89PNG" * 5_000], ids=["none", "long"])
def test_many_requests_at_once_are_no_long_headers(server: Server, body: bytes) -> None:
    one = b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    many = one * (40_000 // len(one) + 1)
    answer = exchange(server, many + LAST[:30], LAST[30:])
    assert answer.count(b"HTTP/1.1 405") == many.count(b"POST")
    assert answer.endswith(b'{"status":"live"}')


def test_a_proxy_is_not_what_it_is(server: Server) -> None:
    for address in (b"example.org:443", b"/predict"):
        answer = exchange(server, b"CONNECT " + address + b" HTTP/1.1\r\nHost: x\r\n\r\nhello")
        assert answer.startswith(b"HTTP/1.1 400 Bad Request")
    assert "Traceback" not in server.log
