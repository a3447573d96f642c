"""The stack of deploy/compose.yaml, run for real: three servers, a proxy, and a server that dies under load."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.container.containers import ENGINE, IMAGE, TIMEOUT_SECONDS, engine
from tests.servers import ROOT, free_port
from tests.web.pictures import png, seven

PROJECT = "digits-test"
CLIENTS = 6
CHECKED = re.compile(r'"path":"/health/ready".*"status":200')
PNG = {"content-type": "image/png"}
# podman-compose is a development requirement; docker brings its own.
COMPOSE = [ENGINE, "compose"] if ENGINE.endswith("docker") else [sys.executable, "-m", "podman_compose"]


def proxy_image() -> str:
    """Return the proxy's image; where no registry is reached, one made of this machine's haproxy."""
    named = re.search(r"PROXY_IMAGE:-([^}]+)", (ROOT / "deploy" / "compose.yaml").read_text())
    assert named
    program = shutil.which("haproxy")
    if ENGINE.endswith("docker") or program is None:
        pulled = subprocess.run([ENGINE, "pull", "--quiet", named[1]], capture_output=True, timeout=TIMEOUT_SECONDS)
        if pulled.returncode:
            pytest.skip(f"{named[1]} cannot be pulled, and there is no haproxy here to make an image of")
        return named[1]
    libraries = re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", program], capture_output=True, text=True).stdout)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", dereference=True) as archive:
        for name in [program, *libraries]:
            archive.add(Path(name).resolve(), name)
    start = ["--change", f'ENTRYPOINT ["{program}"]', "--change", 'CMD ["-f","/usr/local/etc/haproxy/haproxy.cfg"]']
    tag = "localhost/digits-test-proxy"
    subprocess.run([ENGINE, "import", *start, "-", tag], input=content.getvalue(), check=True, capture_output=True)
    return tag


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the running stack; the parameter is how many requests of one address are let through."""
    port = free_port()
    environment = os.environ | {
        "IMAGE": IMAGE,
        "PROXY_IMAGE": proxy_image(),
        "PUBLISH": f"127.0.0.1:{port}",
        "RATE": str(request.param),
    }
    command = [*COMPOSE, "--project-name", PROJECT, "--file", str(ROOT / "deploy" / "compose.yaml")]

    def compose(*arguments: str) -> None:
        done = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
        )
        assert done.returncode == 0, done.stderr[-4000:]

    compose("down", "--timeout", "0")  # what a killed run has left
    try:
        compose("up", "--detach", "--no-build")
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while len(servers_up(f"http://127.0.0.1:{port}")) < 3:
            assert time.monotonic() < deadline, "the three servers did not become ready"
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        compose("down", "--timeout", "3")


def servers_up(url: str) -> list[str]:
    """Return the servers whose health the proxy has found good twice, once the proxy itself answers."""
    try:
        if httpx.get(f"{url}/health/ready", timeout=5).status_code != 200:
            return []
    except httpx.TransportError:
        return []
    return [name for name in containers("server") if len(CHECKED.findall(engine("logs", name))) >= 2]


def containers(service: str) -> list[str]:
    """Return the names of the running containers of a service, or of those whose names begin like it."""
    return engine("ps", "--format", "{{.Names}}", "--filter", f"name={PROJECT}.{service}").splitlines()


@pytest.mark.parametrize("stack", [1_000_000], indirect=True)
def test_a_server_that_dies_under_load_loses_no_more_than_it_was_answering(stack: str) -> None:
    picture = png(seven())
    answers: list[str] = []
    enough = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            while not enough.is_set():
                try:
                    answer = client.post(f"{stack}/predict", content=picture, headers=PNG)
                    answers.append(answer.json()["text"] if answer.status_code == 200 else str(answer.status_code))
                except httpx.TransportError as error:
                    answers.append(type(error).__name__)

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    while len(answers) < 100:
        time.sleep(0.01)
    [victim] = containers("server-2")
    engine("kill", "--signal", "KILL", victim)
    before = len(answers)
    while len(answers) < before + 300:
        time.sleep(0.01)
    enough.set()
    for each in clients:
        each.join()
    lost = [answer for answer in answers if answer != "7"]
    print(f"{len(answers)} answers, lost {lost}")
    assert len(lost) <= CLIENTS, lost


@pytest.mark.parametrize("stack", [20], indirect=True)
def test_the_proxy_limits_and_hides_the_metrics(stack: str) -> None:
    assert httpx.get(f"{stack}/metrics").status_code == 404
    answers = [httpx.get(f"{stack}/health/live") for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    assert {answer.status_code for answer in refused} == {429}
    assert refused[0].headers["retry-after"] == "10"


@pytest.mark.parametrize("stack", [500], indirect=True)
def test_the_servers_know_who_asks_the_proxy(stack: str) -> None:
    for _ in range(3):
        assert httpx.get(f"{stack}/docs", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 200
    lines = [line for server in containers("server") for line in engine("logs", server).splitlines()]
    asked = [json.loads(line)["client"] for line in lines if '"path":"/docs"' in line]
    assert len(asked) == 3
    assert "203.0.113.9" not in asked, "whoever writes such a header himself is not believed"
