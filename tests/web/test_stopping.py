"""Processes that end: one killed under load, all told to stop under load."""

import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.servers import Server, serving
from tests.web.pictures import png, seven

# Some wait for what the server must do some time, and would wait for ever where it does not.
pytestmark = pytest.mark.timeout(240)

PICTURE = png(seven())


@dataclass
class Load:
    """Clients that send one canvas after the other until they are told to stop, or the server no longer listens.

    Attributes:
        answered: how many were answered with 200.
        refused: how many connections were refused, because nobody listens any more.
        failed: what else went wrong.
    """

    server: Server
    keep_alive: bool
    clients: int = 6
    answered: int = 0
    refused: int = 0
    failed: list[str] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int) -> None:
        """Wait for so many more answers."""
        wanted = self.answered + answers
        while self.answered < wanted:
            assert not self._stop.is_set()
            time.sleep(0.01)

    def _run(self) -> None:
        headers = {"content-type": "image/png"} | ({} if self.keep_alive else {"connection": "close"})
        with self.server.client() as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/predict", content=PICTURE, headers=headers)
                except httpx.ConnectError:
                    with self._lock:
                        self.refused += 1
                    time.sleep(0.02)
                    continue
                except httpx.TransportError as error:
                    with self._lock:
                        self.failed.append(repr(error))
                    continue
                with self._lock:
                    if answer.status_code == 200 and answer.json()["text"] == "7":
                        self.answered += 1
                    else:
                        self.failed.append(answer.text)


@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize("workers", [1, 2])
def test_told_to_stop_under_load_it_answers_everything_and_ends_with_0(workers: int, keep_alive: bool) -> None:
    with serving(WORKERS=workers) as server:
        with Load(server, keep_alive) as load:
            load.wait_for(20)
            assert server.stop() == 0
            time.sleep(0.1)
        assert load.refused > 0
        # Whatever the server took, its client got the answer to.
        assert server.log.count('"path":"/predict"') == load.answered
        assert load.failed == []


def test_a_killed_worker_takes_only_its_own_requests_with_it() -> None:
    with serving(WORKERS=2) as server, Load(server, keep_alive=True) as load:
        load.wait_for(30)
        victim, survivor = server.workers()
        os.kill(victim, signal.SIGKILL)
        load.wait_for(60)
        deadline = time.monotonic() + 60
        while len(server.workers()) < 2:
            assert time.monotonic() < deadline, "the dead worker was not replaced"
            time.sleep(0.05)
        load.wait_for(30)
        assert survivor in server.workers()
        assert victim not in server.workers()
        # Each client had at most one request on its way.
        assert len(load.failed) <= load.clients
        assert load.refused == 0
        assert "another takes its place" in server.log


def test_workers_end_with_the_process_that_watches_them() -> None:
    with serving(WORKERS=2) as server:
        orphans = server.workers()
        server.process.kill()
        deadline = time.monotonic() + 60
        while any(_runs(orphan) for orphan in orphans):
            assert time.monotonic() < deadline, "a worker outlived its parent"
            time.sleep(0.05)


def test_a_request_in_flight_is_finished_and_the_port_is_free_meanwhile() -> None:
    with serving() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connected:
            length = f"Content-Length: {len(PICTURE)}\r\n\r\n".encode()
            head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n" + length
            connected.sendall(head + PICTURE[:100])
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            while True:
                try:
                    socket.create_connection((host, int(port)), timeout=60).close()
                except ConnectionRefusedError:
                    break
                time.sleep(0.05)
            connected.sendall(PICTURE[100:])
            answer = b"".join(iter(lambda: connected.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b'"text":"7"' in answer
        assert server.process.wait(60) == 0


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
