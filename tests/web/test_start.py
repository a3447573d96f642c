"""Starting and stopping the real process."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import MODEL, ROOT, serving


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


def test_help_lists_the_settings_and_any_other_argument_is_refused() -> None:
    told = start("--help")
    assert told.returncode == 0
    assert "usage: python -m web" in told.stdout
    assert "MAX_BODY_BYTES " in told.stdout
    wrong = start("8001")
    assert wrong.returncode == 2
    assert "unrecognized arguments: 8001" in wrong.stderr


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
