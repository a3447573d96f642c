"""A plain POST /predict is answered past Litestar's router exactly as its route answers."""

import httpx
import pytest
from PIL import Image

from tests.servers import serving
from tests.web.pictures import png, seven

FORM = "multipart/form-data; boundary=b"


def form(picture: bytes, name: str = "image") -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--b--\r\n' % (name.encode(), picture)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/png", png(seven())),
        (FORM, form(png(seven()))),
        ("image/png", png(Image.new("L", (30, 20), 255))),
        ("image/png", png(seven())[:900]),
        ("image/png", b"%PDF-1.7"),
        ("image/png", png(Image.new("1", (9000, 9000)))),
        ("image/png", bytes(10_000_001)),
        ("image/png", b""),
        (FORM, form(b"")),
        (FORM, form(png(seven()), "picture")),
        (FORM, b"no form"),
        ("text/plain", b"hello"),
    ],
)
def test_it_answers_as_the_route_does(client: httpx.Client, kind: str, body: bytes) -> None:
    # A query, even one that changes nothing, is the route's.
    short, routed = (
        client.post(f"/predict{query}", content=body, headers={"content-type": kind}) for query in ("", "?inputs=0")
    )
    assert short.status_code == routed.status_code
    fickle = ("x-request-id", "date")
    assert [(name, value) for name, value in short.headers.multi_items() if name not in fickle] == [
        (name, value) for name, value in routed.headers.multi_items() if name not in fickle
    ]
    assert short.json() | {"request_id": ""} == routed.json() | {"request_id": ""}


def test_it_is_counted_and_logged_as_the_route() -> None:
    with serving() as server, server.client() as client:
        for query in ("", "?inputs=0"):
            answer = client.post(f"/predict{query}", content=png(seven()), headers={"content-type": "image/png"})
            assert answer.json()["text"] == "7"
        counted = client.get("/metrics").text
        lines = [line for line in server.log.splitlines() if '"POST"' in line]
    assert 'digits_requests_total{method="POST",route="/predict",status="200"} 2.0' in counted
    assert [('"route":"/predict"' in line, '"marks":1' in line) for line in lines] == [(True, True)] * 2


def test_other_sites_are_answered_by_the_route() -> None:
    site = "https://a.example"
    with serving(CORS_ORIGINS=site) as server, server.client() as client:
        sent = {"content-type": "image/png", "origin": site}
        assert (
            client.post("/predict", content=png(seven()), headers=sent).headers["access-control-allow-origin"] == site
        )
