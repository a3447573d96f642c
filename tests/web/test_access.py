"""A token for all, a limit for each address, and proxies that are believed."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from litestar.types import HTTPScope

from tests.servers import Server, serving
from tests.web.pictures import png, seven
from web.http import access
from web.http.access import Access
from web.observability.metrics import Metrics
from web.settings import SettingError, Settings, variables

TOKEN = "correct-horse-battery"  # noqa: S105


def post(server: Server, **headers: str) -> httpx.Response:
    with server.client() as client:
        return client.post("/predict", content=png(seven()), headers={"content-type": "image/png", **headers})


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    with serving(ACCESS_TOKEN=TOKEN, CORS_ORIGINS="https://example.org") as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/docs", "/schema/openapi.json", "/metrics", "/model", "/v2", "/nothing"])
def test_without_the_token_nothing_is_told(path: str, locked: Server) -> None:
    with locked.client() as client:
        answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    told = answer.json()
    assert "Bearer TOKEN" in (told["error"] if path == "/v2" else told["detail"])
    assert "content-security-policy" in answer.headers


def test_pages_of_every_site_may_read_an_error_where_all_may_ask() -> None:
    with serving(ACCESS_TOKEN=TOKEN, CORS_ORIGINS="*") as server:
        answer = post(server, origin="https://anyone.example")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "*")


@pytest.mark.parametrize(
    "given",
    [
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN}",
        "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode(),
        "Basic " + base64.b64encode(f"anyone:{TOKEN}".encode()).decode(),
    ],
)
def test_with_it_all_is_as_ever(given: str, locked: Server) -> None:
    answer = post(locked, authorization=given)
    assert (answer.status_code, answer.json()["text"]) == (200, "7")


@pytest.mark.parametrize(
    "given",
    [
        "",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Digest {TOKEN}",
        "Basic !!!",
        "Basic " + base64.b64encode(TOKEN.encode()).decode(),
        "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode(),
    ],
)
def test_another_token_is_none(given: str, locked: Server) -> None:
    assert post(locked, authorization=given).status_code == 401


@pytest.mark.parametrize("path", [path for each in access.PUBLIC_PATHS for path in (each, f"{each}/")])
def test_health_checks_need_none(path: str, locked: Server) -> None:
    with locked.client() as client:
        assert client.get(path).status_code == 200


def test_a_page_of_another_site_may_ask_whether_it_may_ask(locked: Server) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "POST"}
    with locked.client() as client:
        asked |= {"access-control-request-headers": "authorization"}
        answer = client.options("/predict", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://example.org"


def test_a_short_token_is_refused() -> None:
    with pytest.raises(SettingError, match="at least 12 characters"):
        variables()["access_token"].parse("password")


def test_past_its_limit_an_address_waits() -> None:
    with serving(RATE_LIMIT=3) as server:
        answers = [post(server) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert "may ask for 3 readings a minute" in answers[-1].json()["detail"]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
        with server.client() as client:
            assert client.get("/").status_code == 200
            assert 'digits_rejected_total{reason="rate"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/predict/", "/v2/models/digits/infer/", "/v2/models//digits/infer%2F"])
def test_another_spelling_of_an_address_counts_too(path: str) -> None:
    with serving(RATE_LIMIT=1) as server, server.client() as client:
        assert [client.post(path).status_code for _ in range(2)] == [400, 429]


def test_forwarded_addresses_count_from_proxies_that_are_named() -> None:
    with serving(RATE_LIMIT=1, TRUSTED_PROXIES="127.0.0.0/8") as server:
        tried = ("10.1.1.1", "10.1.1.2", "10.1.1.1", "9.9.9.9, 10.1.1.2", "2001:db8::1", "2001:db8::2")
        answers = [post(server, **{"x-forwarded-for": address}).status_code for address in tried]
        assert answers == [200, 200, 429, 429, 200, 429]
        lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
        assert [line["client"] for line in lines if line.get("route") == "/predict"][:2] == ["10.1.1.1", "10.1.1.2"]
    with serving(RATE_LIMIT=1, TRUSTED_PROXIES="10.0.0.1, *") as server:
        answers = [post(server, **{"x-forwarded-for": address}).status_code for address in ("10.1.1.1", "10.1.1.2")]
        assert answers == [200, 200]
    with serving(RATE_LIMIT=1) as server:
        answers = [post(server, **{"x-forwarded-for": address}).status_code for address in ("10.1.1.1", "10.1.1.2")]
        assert answers == [200, 429], "whoever writes such a header himself is not believed"


def scope(address: str) -> HTTPScope:
    return {"method": "POST", "path": "/predict", "client": (address, 1), "headers": []}  # type: ignore[typeddict-item]


def test_what_is_left_grows_back_evenly() -> None:
    door = Access(Settings(rate_limit=60), _NoMetrics())
    asked = [door._rate_error(scope("a"), 0.0) is None for _ in range(61)]
    assert asked == [True] * 60 + [False]
    assert door._rate_error(scope("a"), 0.5) is not None
    assert door._rate_error(scope("a"), 1.01) is None
    assert door._rate_error(scope("a"), 1.02) is not None
    assert [door._rate_error(scope("a"), 1000.0) is None for _ in range(61)] == [True] * 60 + [False]


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAX_ADDRESSES", 2)
    door = Access(Settings(rate_limit=1), _NoMetrics())
    assert [door._rate_error(scope(each), 0.0) is None for each in "abab"] == [True, True, False, False]
    assert door._rate_error(scope("c"), 0.0) is None
    assert [door._rate_error(scope(each), 0.0) is None for each in "cba"] == [False, False, True]


class _NoMetrics(Metrics):
    def __init__(self) -> None: ...

    def reject(self, reason: str) -> None: ...
