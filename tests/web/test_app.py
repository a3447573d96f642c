"""What every answer has in common, the small routes, and the static files."""

from collections.abc import Iterator

import httpx
import pytest
from litestar.testing import TestClient

from inference import Recognizer
from tests.servers import MODEL
from web.app import create_app
from web.http.service import Service
from web.settings import Settings

PATHS = [
    "/",
    "/static/nothing.js",
    "/predict",
    "/model",
    "/health/live",
    "/health/ready",
    "/schema/openapi.json",
    "/nope",
]


@pytest.fixture
def service() -> Service:
    """The service in this process."""
    if not MODEL.exists():
        pytest.skip(f"no model at {MODEL}: run `make train export`")
    return create_app(Settings(), Recognizer(MODEL))


@pytest.fixture
def here(service: Service) -> Iterator[TestClient[Service]]:
    """A client of this service."""
    with TestClient(service) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/index.html", "text/html; charset=utf-8"),
        ("/static/css/base.css", "text/css; charset=utf-8"),
        ("/static/js/main.js", "text/javascript; charset=utf-8"),
    ],
)
def test_static_files_have_their_types(client: httpx.Client, path: str, kind: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    again = client.get(path, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/js", "/static/"]
)
def test_static_files_stay_in_their_folder(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_answer_has_the_security_headers(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in response.headers["permissions-policy"]
    assert "access-control-allow-origin" not in response.headers
    assert len(response.headers["x-request-id"]) == 32
    assert response.status_code != 500
    if response.status_code >= 400 and method != "HEAD":
        assert response.json()["request_id"] == response.headers["x-request-id"]


def test_an_unhandled_error_shows_nothing_of_itself() -> None:
    class Broken(Recognizer):
        def read(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise RuntimeError("a secret path")

    if not MODEL.exists():
        pytest.skip(f"no model at {MODEL}: run `make train export`")
    app = create_app(Settings(), Broken(MODEL))
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.post("/predict", content=b"x", headers={"content-type": "image/png"})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_request_ids_are_not_taken_from_outside(client: httpx.Client) -> None:
    ids = {client.get("/health/live", headers={"x-request-id": "mine"}).headers["x-request-id"] for _ in "ab"}
    assert len(ids) == 2
    assert "mine" not in ids


def test_a_worker_about_to_stop_says_that_it_is_not_ready(service: Service, here: TestClient[Service]) -> None:
    version = here.get("/model").json()["version"]
    models = ["/v2/models/digits/ready", f"/v2/models/digits/versions/{version}/ready"]
    paths = ["/health/ready", "/v2/health/ready", *models]
    assert [here.get(path).status_code for path in paths] == [200] * 4
    service.limits.draining = True
    assert [here.get(path).status_code for path in paths] == [503] * 4
    assert here.get("/v2/models/letters/ready").status_code == 404


def test_the_model_says_what_it_is(client: httpx.Client) -> None:
    model = client.get("/model").json()
    info = Recognizer(MODEL).info
    assert model["sha256"] == info.sha256
    assert model["size"] == MODEL.stat().st_size
    assert model["classes"] == list(info.classes)
    assert set(model) == {
        "reject_threshold",
        "name",
        "version",
        "accuracy",
        "size",
        "classes",
        "threshold",
        "sha256",
        "licence",
        "page",
    }
    assert model["licence"] == "MIT"
    assert model["page"]["kinds"][-1] == "other"
    card = client.get("/model/card")
    if MODEL.with_name("MODEL_CARD.md").exists():
        assert card.headers["content-type"].startswith("text/markdown")
        assert card.text.startswith("---")
