"""The locked-down container: what it may do, how it stops, and that it keeps to itself."""

import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.container.containers import (
    ENGINE,
    IMAGE,
    LABEL,
    LOCKED_DOWN,
    TIMEOUT_SECONDS,
    Container,
    configuration,
    engine,
    remove,
    running,
)
from tests.web.pictures import png, seven

PNG = {"content-type": "image/png"}


def test_it_reads_with_all_that_taken_away(container: Container) -> None:
    answer = httpx.post(f"{container.url}/predict", files={"image": ("7.png", png(seven()), "image/png")})
    assert answer.json()["text"] == "7"
    assert httpx.get(f"{container.url}/").text.startswith("<!doctype html>")
    assert httpx.get(f"{container.url}/metrics").status_code == 200
    assert httpx.get(f"{container.url}/v2/health/ready").json() == {"live": True, "ready": True}


def test_the_process_has_no_rights(container: Container) -> None:
    status = container.status()
    assert set(status["Uid"].split()) == {"65532"}
    assert set(status["Gid"].split()) == {"65532"}
    assert int(status["CapEff"], 16) == 0
    assert int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_it_can_write_nowhere_and_has_not(container: Container) -> None:
    for place in ("/", "/app", "/tmp", "/packages"):  # noqa: S108  # nothing can be left there
        tried = container.python(f"open({place!r} + '/x', 'w')")
        assert "Read-only file system" in tried.stderr, (place, tried.stderr)
    # What the engine mounts for itself lies in /etc, /run, /dev, /proc and /sys.
    changed = engine("diff", container.name).splitlines()
    assert not [line for line in changed if not re.match(r"\S /(etc|run|dev|proc|sys|$)", line)], changed


def test_its_health_check_tells_health_from_sickness(container: Container) -> None:
    check = configuration()["Healthcheck"]["Test"]
    command = [ENGINE, "exec", container.name, *check[1:]]
    assert subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS).returncode == 0
    deaf = [ENGINE, "exec", "--env", "PORT=9", container.name, *check[1:]]
    assert subprocess.run(deaf, capture_output=True, timeout=TIMEOUT_SECONDS).returncode == 1


def test_it_listens_on_the_port_that_it_is_told() -> None:
    with running("--env", "PORT=8123", port=8123) as container:
        assert httpx.get(f"{container.url}/health/live").status_code == 200


def test_several_workers_run_in_it_too() -> None:
    with running("--env", "WORKERS=2", "--memory=256m", "--memory-swap=256m") as container:
        answer = httpx.post(f"{container.url}/predict", content=png(seven()), headers=PNG)
        assert answer.json()["text"] == "7"
        assert container.stop() == 0


def test_it_stops_with_0_and_answers_what_it_had_begun() -> None:
    answered: list[int] = []
    ended: list[Exception] = []
    picture = png(seven())
    with running("--env", "GRACE_SECONDS=20") as container:

        def ask() -> None:
            with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
                for _ in range(1000):
                    try:
                        answer = client.post(f"{container.url}/predict", content=picture, headers=PNG)
                        answered.append(answer.status_code)
                    except httpx.TransportError as error:
                        ended.append(error)
                        return

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for each in asking:
            each.start()
        while len(answered) < 8:
            time.sleep(0.01)
        started = time.monotonic()
        assert container.stop(grace=25) == 0
        assert time.monotonic() - started < 25
        for each in asking:
            each.join()
    assert set(answered) == {200}
    # Nobody got half an answer: connections are refused, or closed while nothing was asked on them.
    for error in ended:
        assert isinstance(error, httpx.ConnectError) or "without sending a response" in str(error), error


def test_a_bad_setting_ends_it_with_2_and_one_line() -> None:
    command = [ENGINE, "run", "--rm", "--label", LABEL, *LOCKED_DOWN, "--env", "PORT=http", IMAGE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    assert done.returncode == 2
    assert "PORT='http'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_thousand_canvases_fit_into_96_mb() -> None:
    picture = png(seven())
    with running("--memory=96m", "--memory-swap=96m") as container, httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        for _ in range(1000):
            answer = client.post(f"{container.url}/predict", content=picture, headers=PNG)
            assert answer.json()["text"] == "7"
        assert container.stop() == 0


def test_without_a_network_it_works_as_well() -> None:
    ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/health/ready', timeout=5).status)"
    with running("--network=none", publish=False) as container:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline and "200" not in container.python(ask).stdout:
            time.sleep(0.1)
        assert "200" in container.python(ask).stdout
        assert container.stop() == 0


def calls_out(*options: str) -> list[str]:
    """Return the system calls with which the server, from its start on, reaches for anybody or keeps a report."""
    name = f"digits-test-traced-{time.monotonic_ns()}"
    engine("create", "--name", name, "--label", LABEL, "--no-healthcheck", *LOCKED_DOWN, *options, IMAGE)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        command = ["strace", "-f", "-o", str(trace), "-e", "trace=execve,connect,sendto,sendmmsg,openat,mkdir"]
        tracing = subprocess.Popen([*command, ENGINE, "start", name], stdout=subprocess.DEVNULL)
        try:
            known = Container(name, "")
            deadline = time.monotonic() + TIMEOUT_SECONDS
            while "Serving on" not in known.log() and time.monotonic() < deadline:
                time.sleep(0.2)
            time.sleep(2)
        finally:
            remove([name])
            tracing.wait(TIMEOUT_SECONDS)
        lines = trace.read_text(errors="replace").splitlines()
    return _of_server(lines)


def _of_server(lines: list[str]) -> list[str]:
    """Keep what the server's process and its threads do to look up a name, connect, or note what to report later."""
    started = next(at for at, line in enumerate(lines) if 'execve("/usr/local/bin/python3"' in line)
    # Its threads are new since then, and start no program; what the engine does meanwhile is one or the other.
    others = {line.split()[0] for line in lines[:started]}
    others |= {line.split()[0] for line in lines[started + 1 :] if "execve(" in line}
    others -= {lines[started].split()[0]}
    own = [line for line in lines[started + 1 :] if line.split()[0] not in others]
    assert len(own) > 100
    return [line for line in own if re.search(r"AF_INET|AF_UNIX|resolv\.conf|/etc/hosts|Microsoft", line)]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
def test_it_reports_to_nobody() -> None:
    # onnxruntime keeps no report where it finds no place to write: give it one.
    assert not calls_out("--tmpfs=/tmp")
    # The measure sees what there would be to see: onnxruntime's own report, when it is let.
    assert calls_out("--tmpfs=/tmp", "--env", "ORT_DISABLE_TELEMETRY=0")
