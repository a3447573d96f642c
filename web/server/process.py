"""Runs one server process: its socket, its event loop and its shutdown."""

import asyncio
import math
import resource
import signal
import socket
import sys
from functools import partial

import uvicorn

from inference import ModelError
from web.app import create_app
from web.http.limits import Limits
from web.http.service import Service
from web.observability import logs
from web.server.connections import BoundedConnection
from web.server.heartbeat import Heart
from web.server.sockets import BACKLOG, HANDSHAKE_SECONDS, announce, drop_new_connections
from web.settings import Settings

# Idle connections are closed after this time. It is longer than the 60 seconds of common proxies, so that the proxy
# closes first: if the server did, a request could be on its way.
KEEP_ALIVE_SECONDS = 75


class ListeningSocket(socket.socket):
    """A socket that queues up to `BACKLOG` connections, even if asyncio accepts fewer of them at a time."""

    def listen(self, _: int = BACKLOG) -> None:
        """Listen with a queue of `BACKLOG` connections, whatever length the caller asks for."""
        super().listen(BACKLOG)


class Server(uvicorn.Server):
    """uvicorn's server, which on shutdown still accepts the connections that were made before it stopped listening."""

    def __init__(self, config: uvicorn.Config, limits: Limits, heart: Heart | None) -> None:
        super().__init__(config)
        self._limits = limits
        self._heart = heart

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to beat and to listen."""
        if self._heart is not None:
            self._heart.beat()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, finish the requests in progress, and close."""
        self._limits.draining = True
        for listening in sockets or []:
            # This affects all processes on the socket; with several, `web.server.workers` does it when all of them end.
            if self._limits.settings.workers == 1:
                drop_new_connections(listening)
        await asyncio.sleep(HANDSHAKE_SECONDS)
        for listening in sockets or []:
            await self._accept_waiting(listening)
        await super().shutdown(sockets)

    async def _accept_waiting(self, listening: socket.socket) -> None:
        """Accept the connections in the kernel's queue, because closing the socket would reset them."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:  # the queue is empty, or no file descriptor is left
                return
            accepted.setblocking(False)
            await loop.connect_accepted_socket(
                lambda: BoundedConnection(self._limits, self.config, self.server_state, self.lifespan.state), accepted
            )


def run(settings: Settings, listening: socket.socket) -> None:
    """Serve in this process until SIGTERM or SIGINT.

    Raises:
        SystemExit: as `load`.
    """
    app = load(settings)
    announce(settings, listening)
    serve(app, settings, listening)


def load(settings: Settings) -> Service:
    """Configure the log, and return the application.

    Raises:
        SystemExit: 2, after the reason is printed, if a model file cannot be used.
    """
    logs.configure()
    try:
        return create_app(settings)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def serve(app: Service, settings: Settings, listening: socket.socket, heart: Heart | None = None) -> None:
    """Serve on a socket until SIGTERM or SIGINT; `heart` tells the supervisor that the event loop runs."""
    # Each connection takes a file descriptor; the usual soft limit of 1024 is soon reached.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + 200
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    config = uvicorn.Config(
        app,
        http=partial(BoundedConnection, app.limits),  # type: ignore[arg-type]  # called like a class
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        # uvicorn takes * for all addresses only if it stands alone.
        forwarded_allow_ips="*" if "*" in settings.trusted_proxies else list(settings.trusted_proxies),
        # Number of connections accepted at a time. With several workers 1, because otherwise the first to wake would
        # take all that wait; a single worker takes many, because otherwise the last of a burst would wait for seconds.
        backlog=1 if settings.workers > 1 else BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.grace_seconds),
    )
    server = Server(config, app.limits, heart)
    # uvicorn sets the same handlers later; these keep a signal during startup from getting lost. After the shutdown
    # uvicorn raises the signals that it caught again; these handlers keep a clean stop from becoming a failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    server.run(sockets=[ListeningSocket(fileno=listening.detach())])
