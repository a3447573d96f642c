"""Supervises several server processes on one socket: replaces those that die or hang, and stops all together.

Guarantees that uvicorn's supervisor does not give, because it has no deadline for stopping and keeps the socket open
until its last worker has ended: workers that are told to stop under load answer every request, and end with the
supervisor (tests/web/test_stopping.py); a dead worker's counts are kept (tests/web/test_observability.py).
"""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from web.observability import logs
from web.server.heartbeat import CHECKS_PER_LIMIT, Heart
from web.server.sockets import announce, drop_new_connections
from web.settings import Settings, share_metrics

logger = logging.getLogger("web")
SPAWN = multiprocessing.get_context("spawn")
# Minimum seconds from the start of a worker to that of its replacement, so that a broken one is not restarted nonstop.
MIN_RESTART_SECONDS = 2.0
# Seconds after the grace period until workers that still run are killed.
SLACK_SECONDS = 3.0


class Workers:
    """Keeps `settings.workers` processes serving on one socket."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        # The start of each worker, in seconds of the monotonic clock, and its heart.
        self._processes: dict[BaseProcess, tuple[float, Heart]] = {}
        # Holds a message once this process is told to stop.
        self._told, self._tell = SPAWN.Pipe(duplex=False)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises:
            SystemExit: 2, after the reason is printed, if the workers could not start.
        """
        logs.configure()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._check()
        if not self._told.poll():
            announce(self._settings, self._listening)
            self._serve()

    def _check(self) -> None:
        """Check that the workers can start, in a process of its own, so that this one stays small."""
        process = SPAWN.Process(target=_load, args=(self._settings,))
        _start_without_sigint(process)
        wait([self._told, process.sentinel])
        if self._told.poll():
            process.terminate()
        process.join()
        if process.exitcode and not self._told.poll():
            if process.exitcode != 2:  # `load` exits with 2 after it has printed the reason
                why = f"The process that loads the model ended with {process.exitcode}. Is there enough memory?"
                print(f"error: {why}", file=sys.stderr)
            raise SystemExit(2)

    def _serve(self) -> None:
        # In memory if possible, because the file system may be read-only.
        memory = Path("/dev/shm")  # noqa: S108
        shared = memory if os.access(memory, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="digits-metrics-", dir=shared) as folder:
            share_metrics(folder)
            for _ in range(self._settings.workers):
                self._start()
            pause = self._settings.hang_seconds / CHECKS_PER_LIMIT
            next_check = time.monotonic() + pause
            while not self._told.poll():
                ended = [process.sentinel for process in self._processes]
                wait([self._told, *ended], max(0.0, next_check - time.monotonic()))
                if time.monotonic() >= next_check:
                    self._kill_hanging()
                    next_check = time.monotonic() + pause
                self._replace(folder)
            self._end()

    def _on_signal(self, *_: object) -> None:
        if not self._told.poll():
            self._tell.send_bytes(b"stop")

    def _start(self) -> None:
        heart = Heart(self._settings.hang_seconds)
        process = SPAWN.Process(target=_work, args=(self._settings, self._listening, heart))
        _start_without_sigint(process)
        self._processes[process] = time.monotonic(), heart

    def _kill_hanging(self) -> None:
        """Kill the workers that hang; `_replace` then replaces them like any that ended."""
        for process, (_, heart) in self._processes.items():
            if heart.hangs() and process.is_alive():
                seconds = self._settings.hang_seconds
                logger.error("worker %s hangs: nothing was heard of it for %g seconds", process.pid, seconds)
                process.kill()

    def _replace(self, folder: str) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        for process in [each for each in self._processes if not each.is_alive()]:
            if self._told.poll():
                return
            started, _ = self._processes.pop(process)
            lived = time.monotonic() - started
            logger.error("worker %s ended with %s; another takes its place", process.pid, process.exitcode)
            mark_process_dead(process.pid, folder)  # type: ignore[no-untyped-call]
            if lived < MIN_RESTART_SECONDS and self._told.poll(MIN_RESTART_SECONDS - lived):
                return
            self._start()

    def _end(self) -> None:
        drop_new_connections(self._listening)
        self._listening.close()
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + self._settings.grace_seconds + SLACK_SECONDS
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                logger.error("worker %s did not end in time and was killed", process.pid)
                process.kill()
                process.join()


def _start_without_sigint(process: BaseProcess) -> None:
    """Start a process that Ctrl-C does not reach: a terminal sends it to all, and the supervisor ends the others."""
    # Its own first start, which is otherwise part of another process's, would unblock the signal.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _load(settings: Settings) -> None:
    from web.server.process import load

    load(settings)


def _work(settings: Settings, listening: socket.socket, heart: Heart) -> None:
    from web.server.process import load, serve

    parent = multiprocessing.parent_process()

    def stop_with_supervisor() -> None:
        """Stop this worker once the supervisor is gone, for whatever reason."""
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop_with_supervisor, daemon=True).start()
    serve(load(settings), settings, listening, heart)
