"""Containers of the image, run as an operations team would: nothing allowed that the server does not need."""

import json
import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENGINE = os.environ.get("ENGINE", "")
IMAGE = os.environ.get("IMAGE", "digits")
# Every container of these tests carries it, so that none is left behind.
LABEL = "digits.test"
LOCKED_DOWN = (
    "--read-only",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--memory=128m",
    "--memory-swap=128m",
    "--pids-limit=64",
    # podman would mount writable folders at /tmp, /run and /var/tmp; docker mounts none.
    *(["--read-only-tmpfs=false"] if ENGINE.endswith("podman") else []),
)
TIMEOUT_SECONDS = 120.0


def engine(*arguments: str, timeout: float = TIMEOUT_SECONDS) -> str:
    """Run docker or podman and return what it prints.

    Raises:
        AssertionError: it failed.
    """
    done = subprocess.run([ENGINE, *arguments], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, f"{ENGINE} {' '.join(arguments)}: {done.stderr[-4000:]}"
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Container:
    """A running container.

    Attributes:
        name: its name.
        url: where its server answers on this machine.
    """

    name: str
    url: str

    def state(self) -> dict[str, object]:
        """Return what the engine knows of its state."""
        [known] = json.loads(engine("inspect", self.name))
        state: dict[str, object] = known["State"]
        return state

    def status(self) -> dict[str, str]:
        """Return what the kernel says of the server's process."""
        lines = Path(f"/proc/{self.state()['Pid']}/status").read_text().splitlines()
        return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run code with the image's own interpreter inside it."""
        command = [ENGINE, "exec", self.name, "/usr/local/bin/python3", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)

    def stop(self, grace: int = 25) -> object:
        """Stop it as an engine does, with SIGTERM, and return its exit status."""
        engine("stop", "--time", str(grace), self.name)
        return self.state()["ExitCode"]

    def log(self) -> str:
        """What it has printed so far."""
        done = subprocess.run([ENGINE, "logs", self.name], capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        return done.stdout + done.stderr


def configuration() -> dict[str, Any]:
    """Return the image's configuration, its size in bytes as `Size`."""
    [known] = json.loads(engine("image", "inspect", IMAGE))
    config: dict[str, Any] = known["Config"]
    # podman 4 shows the health check outside the configuration, later ones and docker inside.
    check = known.get("HealthCheck") or known.get("Healthcheck") or config.get("Healthcheck")
    return config | {"Size": known["Size"], "Healthcheck": check}


@contextmanager
def running(*options: str, port: int = 8000, publish: bool = True) -> Iterator[Container]:
    """Run the image locked down until the end of the block.

    Args:
        options: more options, which win over those of `LOCKED_DOWN`.
        port: where the server listens inside.
        publish: make that port reachable from this machine, on a free one.
    """
    name = f"digits-test-{uuid.uuid4().hex[:12]}"
    published = ["--publish", f"127.0.0.1::{port}"] if publish else []
    try:
        around = ["--detach", "--name", name, "--label", LABEL, "--no-healthcheck", *published]
        engine("run", *around, *LOCKED_DOWN, *options, IMAGE)
        url = f"http://{engine('port', name, str(port)).splitlines()[0]}" if publish else ""
        container = Container(name, url)
        if publish:
            wait_until_ready(container)
        yield container
    finally:
        remove([name])


def wait_until_ready(container: Container) -> None:
    """Wait until the server answers that it is ready.

    Raises:
        AssertionError: it ended, or did not become ready; its log is in the message.
    """
    host, _, port = container.url.removeprefix("http://").partition(":")
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, int(port)), 5) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.0\r\n\r\n")
                if b" 200 " in connection.recv(64):
                    return
        except OSError:
            pass
        assert container.state()["Status"] == "running", container.log()[-4000:]
        time.sleep(0.02)
    raise AssertionError(f"the server did not become ready: {container.log()[-4000:]}")


def remove(names: Sequence[str]) -> None:
    """Remove containers, running or not."""
    if names:
        subprocess.run([ENGINE, "rm", "--force", "--time", "0", *names], capture_output=True, timeout=TIMEOUT_SECONDS)


def remove_all() -> None:
    """Remove what a killed test left behind."""
    remove(engine("ps", "--all", "--quiet", "--filter", f"label={LABEL}").split())
