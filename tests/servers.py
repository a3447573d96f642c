"""A real server in a process of its own, for every test that talks HTTP or drives a browser."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
MODEL = Path(os.environ.get("MODEL_PATH", ROOT / "artifacts" / "model.onnx"))
# `make image-test` names another command here: one that takes the same environment and runs the image.
COMMAND = shlex.split(os.environ.get("SERVER_COMMAND", "")) or [sys.executable, "-m", "web"]
# Generous: a busy machine is no failure.
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: its address, without a slash at the end.
        process: its process.
        log_path: where its output goes.
    """

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path

    def client(self) -> httpx.Client:
        """Return a client that keeps its connections; paths are enough as addresses."""
        # verify=False: loading the certificates of the whole world takes longer than most tests.
        return httpx.Client(base_url=self.url, timeout=TIMEOUT_SECONDS, verify=False)  # noqa: S501

    @property
    def log(self) -> str:
        """What it has printed so far, both streams."""
        return self.log_path.read_text(errors="replace")

    def workers(self) -> list[int]:
        """Return the process ids of the workers that the process watches."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        lines = {int(child): command_of(int(child)) for child in children}
        return [child for child, line in lines.items() if "spawn_main" in line]

    def stop(self) -> int:
        """Send SIGTERM, wait, and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_SECONDS)


def command_of(process: int) -> str:
    """Return the command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:  # it has just ended
        return ""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(**settings: object) -> Iterator[Server]:
    """Start `python -m web` on a free port, wait until it is ready, and stop it with SIGTERM.

    Args:
        settings: environment variables, as `WORKERS=2`.

    Raises:
        AssertionError: it did not become ready, or did not stop in time; its log is in the message.
    """
    port = free_port()
    environment = {"MODEL_PATH": str(MODEL), **os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    environment |= {name: str(value) for name, value in settings.items()}
    with tempfile.TemporaryDirectory() as folder:
        log_path = Path(folder) / "server.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        server = Server(f"http://127.0.0.1:{environment['PORT']}", process, log_path)
        try:
            _wait_until_ready(server)
            yield server
            server.stop()
        except BaseException as error:
            error.add_note(f"the server's log:\n{server.log[-2000:]}")
            raise
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with server.client() as client:
        while time.monotonic() < deadline:
            assert server.process.poll() is None, f"the server ended with {server.process.returncode}"
            try:
                if client.get("/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise AssertionError("the server did not become ready")
