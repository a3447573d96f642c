"""Starting and stopping the real process."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.servers import MODEL, ROOT, command_of, free_port, serving


def start(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m web` until it ends by itself."""
    environment = {"MODEL_PATH": str(MODEL), "PORT": "0"} | os.environ | settings
    command = [sys.executable, "-m", "web", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def refused(**settings: str) -> str:
    """Return the one line with which the server refuses to start."""
    ended = start(**settings)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    [line] = ended.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_it_prints_its_url_and_stops_with_0_on_sigterm() -> None:
    with serving() as server:
        assert f"Serving on {server.url}/" in server.log
        assert server.stop() == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_without_room_for_its_output(workers: str) -> None:
    port = free_port()
    settings = {"MODEL_PATH": str(MODEL), "PORT": str(port), "WORKERS": workers}
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env=os.environ | settings, stdout=full) as process,
    ):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == 200:
                    break
            time.sleep(0.05)
        process.terminate()
        assert process.wait(60) == 0


def test_help_lists_the_settings_and_any_other_argument_is_refused() -> None:
    told = start("--help")
    assert told.returncode == 0
    assert "usage: [SETTING=VALUE ...] python -m web [-h], as in PORT=8001 python -m web\n" in told.stdout
    assert "MAX_BODY_BYTES " in told.stdout
    wrong = start("--port", "8001")
    assert wrong.returncode == 2
    assert "unrecognized arguments: --port 8001" in wrong.stderr
    assert "PORT=8001 python -m web" in wrong.stderr


def test_without_a_model_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert "make train export" in refused(MODEL_PATH=str(tmp_path / "model.onnx"))
    (tmp_path / "model.onnx").write_bytes(MODEL.read_bytes()[:2000])
    assert "make train export" in refused(MODEL_PATH=str(tmp_path / "model.onnx"))
    # Artifacts of a time before there was a page network.
    (tmp_path / "model.onnx").write_bytes(MODEL.read_bytes())
    line = refused(MODEL_PATH=str(tmp_path / "model.onnx"))
    assert str(tmp_path / "page.onnx") in line
    assert "make train export" in line


def test_a_broken_page_network_beside_the_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(MODEL.read_bytes())
    (tmp_path / "page.onnx").write_bytes(b"cut off")
    line = refused(MODEL_PATH=str(tmp_path / "model.onnx"))
    assert str(tmp_path / "page.onnx") in line
    assert "make train export" in line


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is in use" in refused(PORT=str(port))
    assert "Cannot listen on HOST=192.0.2.1" in refused(HOST="192.0.2.1")


@pytest.mark.parametrize("host", ["a..b", "a" * 300])
def test_a_host_that_is_no_name_is_named(host: str) -> None:
    assert f"HOST={host!r} is not a host name" in refused(HOST=host)


@contextmanager
def starting(workers: int, until: str) -> Iterator[subprocess.Popen[str]]:
    """Start a server, and go on once it has loaded a library, or has a child, with `until` in its name."""
    environment = {"MODEL_PATH": str(MODEL), **os.environ, "PORT": "0", "WORKERS": str(workers)}
    command = [sys.executable, "-m", "web"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    ) as process:
        try:
            while until not in _seen(process.pid):
                assert process.poll() is None
                time.sleep(0.01)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _seen(process: int) -> str:
    """Return the libraries that a process has loaded, and the commands of its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return Path(f"/proc/{process}/maps").read_text() + " ".join(map(command_of, map(int, children)))


@pytest.mark.parametrize(("workers", "until"), [(1, "msgspec"), (1, "numpy"), (2, "spawn_main")])
def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(workers: int, until: str) -> None:
    with starting(workers, until) as process:
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said, _ = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode in (0, -signal.SIGINT)


def test_told_to_stop_while_it_starts_it_leaves_no_process() -> None:
    with starting(2, "spawn_main") as process:
        process.terminate()
        # Its children have the same output: it ends when the last of them has ended.
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "http", "a whole number from 0 to 65535"),
        ("PORT", "65536", "a whole number from 0 to 65535"),
        ("MAX_BODY_BYTES", "10MB", "a whole number from"),
        ("GRACE_SECONDS", "nan", "seconds from 0"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    line = refused(**{name: value})
    assert f"{name}={value!r}" in line
    assert allowed in line
