"""Whatever is sent: an answer or a clear error, never a crash, never a 5xx, in bounded memory."""

import contextlib
import urllib.parse

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference import ImageError, Recognizer
from tests.servers import MODEL, Server
from tests.web.hostile import corpus, encoded, truncated
from tests.web.pictures import png, seven

FILES = dict(corpus())
SEEDS = [encoded(seven(40), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "HEIC")]


def check(answer: httpx.Response, name: str) -> None:
    assert answer.status_code in (200, 400, 413, 415), f"{name}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code == 200:
        assert set(answer.json()) - {"pages", "more"} == {"text", "digits", "model"}
    else:
        detail = answer.json()["detail"]
        assert len(detail) > 20, name
        assert not any(word in detail for word in ("Traceback", "object at", "PIL", "Errno", "/usr", ".py")), detail


@pytest.mark.parametrize("name", FILES)
def test_hostile_files_get_an_answer_or_a_clear_error(client: httpx.Client, name: str) -> None:
    check(client.post("/predict", content=FILES[name], headers={"content-type": "image/png"}), name)


def test_files_cut_off_anywhere_get_an_answer_or_a_clear_error(client: httpx.Client) -> None:
    for name, content in truncated():
        check(client.post("/predict", content=content, headers={"content-type": "image/jpeg"}), name)


def test_the_server_has_survived_it_all(server: Server, client: httpx.Client) -> None:
    answer = client.post("/predict", content=png(seven()), headers={"content-type": "image/png"})
    assert answer.json()["text"] == "7"
    assert '"level":"error"' not in server.log


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    """The reader, with limits that keep each example short."""
    return Recognizer(MODEL, max_pixels=1_000_000, max_marks=50)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=6),
    end=st.one_of(st.none(), st.floats(0, 1)),
)
def test_changed_bytes_never_cause_another_error(
    recognizer: Recognizer, seed: bytes, changes: list[tuple[float, bytes]], end: float | None
) -> None:
    content = bytearray(seed)
    for place, replacement in changes:
        at = int(place * len(content))
        content[at : at + len(replacement)] = replacement
    # Anything but an ImageError fails the test.
    with contextlib.suppress(ImageError):
        recognizer.read(bytes(content[: int(end * len(content))] if end is not None else content))


BOUNDARIES = ["", "; boundary=b", "; boundary=" + "x" * 300, '; boundary="', "; boundary=b; charset=utf-16"]
PIECES = [
    b"--b",
    b"--b--",
    b"--",
    b"\r\n",
    b"\r\n\r\n",
    b"Content-Disposition: form-data; name=image",
    b'Content-Disposition: form-data; name="image"\r\n\r\n',
    b'; filename="a.png"',
    b"x" * 5000,
    b"\xff\xfe",
]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    boundary=st.sampled_from(BOUNDARIES),
    body=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)),
)
def test_strange_forms_never_cause_a_5xx(client: httpx.Client, boundary: str, body: bytes) -> None:
    answer = client.post("/predict", content=body, headers={"content-type": "multipart/form-data" + boundary})
    assert answer.status_code in (400, 413, 422), answer.text


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    path=st.text(max_size=40).map(lambda text: urllib.parse.quote(text, errors="replace")),
    kind=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
)
def test_strange_addresses_and_types_never_cause_a_5xx(client: httpx.Client, path: str, kind: str) -> None:
    assert client.get(f"/{path}").status_code < 500
    assert client.get(f"/static/{path}").status_code < 500
    assert client.post("/predict", content=b"x", headers={"content-type": kind}).status_code < 500
