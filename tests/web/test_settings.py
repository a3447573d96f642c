"""The settings: documented, checked, and each of them does something."""

import re
import socket
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from PIL import Image

from inference import InvalidModelError, Recognizer
from inference.recognizer import DEFAULT_MODEL
from tests.samples import ROOT
from tests.servers import MODEL, serving
from tests.web.pictures import png
from web.routes.model import check_card
from web.server.sockets import listen
from web.settings import SettingError, Settings, variables

OPERATION = (ROOT / "docs" / "operation.md").read_text()


def test_the_documentation_names_every_setting_and_what_it_is() -> None:
    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| ([^|]+) \|$", OPERATION, re.MULTILINE))
    assert documented == {variable.name: variable.description for variable in variables().values()}


def test_the_documentation_names_the_defaults() -> None:
    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", OPERATION, re.MULTILINE))
    for name, variable in variables().items():
        default = getattr(Settings(), name)
        if variable.name == "MODEL_PATH":
            assert default is None  # the one that `inference` finds
            assert ROOT / documented["MODEL_PATH"] == DEFAULT_MODEL
        elif documented[variable.name] == "none":
            assert not default
        else:
            assert variable.parse(documented[variable.name]) == default


def test_every_setting_can_be_set() -> None:
    assert {field.name for field in fields(Settings)} == set(variables())


def test_the_environment_is_read() -> None:
    environment = {"PORT": "9000", "REQUEST_SECONDS": "2.5", "LOG_REQUESTS": "0", "HOST": "", "OTHER": "x"}
    settings = Settings.from_environment(environment | {"CORS_ORIGINS": "https://a.example, http://b.example:8080"})
    assert (settings.port, settings.request_seconds, settings.log_requests) == (9000, 2.5, False)
    assert settings.host == "127.0.0.1"
    assert Settings.from_environment({"MAX_PIXELS": " 12_000 ", "MODEL_PATH": "a/b"}) == Settings(
        max_pixels=12_000, model_path=Path("a/b")
    )
    assert settings.cors_origins == ("https://a.example", "http://b.example:8080")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "-1"), ("WORKERS", "0"), ("WORKERS", "many"), ("MAX_BATCH", "0"), ("HOST", " "),
        ("REQUEST_SECONDS", "0"), ("REQUEST_SECONDS", "inf"), ("LOG_REQUESTS", "yes"), ("CORS_ORIGINS", "example.org"),
        ("CORS_ORIGINS", "https://example.org/path"), ("RETRY_SECONDS", "-1"), ("PORT", "8_0"), ("PORT", "1e3"),
        ("PORT", "+80"), ("MAX_PIXELS", "1_0000"), ("MAX_PIXELS", "9" * 5000), ("REQUEST_SECONDS", "1_0"),
        ("TRUSTED_PROXIES", "127.0.0.1/8"), ("TRUSTED_PROXIES", "999.1.1.1"), ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TRUSTED_PROXIES", "10.0.0.1,"), ("TRUSTED_PROXIES", "proxy.example"), ("TRUSTED_PROXIES", "2001:db8::1/32"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name}=.* is not allowed: it must be .+\.$"):
        Settings.from_environment({name: value})


def test_a_token_that_is_not_allowed_is_not_shown() -> None:
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({"ACCESS_TOKEN": "my secret password"})
    assert "ACCESS_TOKEN is not allowed: it must be at least 12 characters" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_proxies_are_addresses_networks_or_all() -> None:
    proxies = ("10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "*")
    assert Settings.from_environment({"TRUSTED_PROXIES": ", ".join(proxies)}).trusted_proxies == proxies


def test_other_sites_may_call_only_where_they_are_named() -> None:
    def answers(client: httpx.Client, origin: str) -> list[str | None]:
        asked = client.options("/predict", headers={"origin": origin, "access-control-request-method": "POST"})
        got = client.get("/model", headers={"origin": origin})
        assert got.status_code == 200
        return [each.headers.get("access-control-allow-origin") for each in (asked, got)]

    with serving(CORS_ORIGINS="https://a.example") as server, server.client() as client:
        assert answers(client, "https://a.example") == ["https://a.example"] * 2
        assert answers(client, "https://b.example") == [None, None]
    with serving() as server, server.client() as client:
        assert answers(client, "https://a.example") == [None, None]


def test_limits_that_are_set_are_kept() -> None:
    with serving(MAX_BODY_BYTES=2000, MAX_PIXELS=5000, MAX_MARKS=3, MAX_BATCH=1) as server, server.client() as client:
        too_long = client.post("/predict", content=bytes(2001), headers={"content-type": "image/png"})
        assert (too_long.status_code, "0.002 MB" in too_long.text) == (413, True)

        def post(image: Image.Image) -> httpx.Response:
            return client.post("/predict", content=png(image), headers={"content-type": "image/png"})

        assert post(Image.new("L", (100, 51))).status_code == 413
        marks = Image.new("L", (100, 50), 255)
        for column in range(4):
            marks.paste(0, (10 + 20 * column, 10, 14 + 20 * column, 40))
        assert post(marks).status_code == 413
        assert (
            "at most 1 images"
            in client.post(
                "/v2/models/digits/infer",
                json={"inputs": [{"name": "image", "datatype": "UINT8", "shape": [2, 28, 28], "data": []}]},
            ).text
        )


def test_a_file_that_its_card_does_not_describe_is_refused(tmp_path: Path) -> None:
    recognizer = Recognizer(MODEL)
    info, page = recognizer.info, recognizer.page_info
    card = tmp_path / "MODEL_CARD.md"
    check_card(info, page, card)
    card.write_text("---\nlicense: mit\n---\n")
    check_card(info, page, card)
    card.write_text(f"---\nmodel_sha256: {'0' * 64}\n---\n")
    with pytest.raises(InvalidModelError, match=r"not the one that its card .* describes.*make export"):
        check_card(info, page, card)
    right = f"---\nmodel_sha256: {'0' * 64}\nmodel_int8_sha256: {info.sha256}\n"
    card.write_text(f"{right}---\n")
    check_card(info, page, card)
    card.write_text(f"{right}page_sha256: {page.sha256}\n---\n")
    check_card(info, page, card)
    card.write_text(f"{right}page_sha256: {'0' * 64}\n---\n")
    with pytest.raises(
        InvalidModelError, match=r"page network beside it is not the one that its card .* describes.*make export"
    ):
        check_card(info, page, card)


def test_it_listens_where_it_is_told_to() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")
    with listen(Settings(host="::1", port=0)) as listening:
        assert listening.family == socket.AF_INET6
