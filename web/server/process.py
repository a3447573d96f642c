"""One server process: its socket, its event loop, and how it stops."""

import asyncio
import math
import resource
import signal
import socket
from collections.abc import Sequence

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from inference import ModelError
from web.app import create_app
from web.http.service import Service
from web.observability import logs
from web.server.connections import BoundedConnection
from web.server.heartbeat import Heart
from web.server.sockets import BACKLOG, HANDSHAKE_SECONDS, announce, turn_away
from web.settings import Settings

# Longer than the 60 seconds after which common proxies close an idle connection: whoever closes first risks that a
# request is on its way.
KEEP_ALIVE_SECONDS = 75


class Listening(socket.socket):
    """A socket with a queue of our own length, however few connections asyncio takes from it at a time."""

    def listen(self, _: int = BACKLOG) -> None:
        """Listen, with a queue of our own length."""
        super().listen(BACKLOG)


class Forwarded(ProxyHeadersMiddleware):
    """The service behind proxies that are believed when they say for whom they ask."""

    def __init__(self, service: Service, proxies: Sequence[str]) -> None:
        super().__init__(service, list(proxies))  # type: ignore[arg-type]  # ASGI, in Litestar's types and in uvicorn's
        self.limits = service.limits


class Server(uvicorn.Server):
    """uvicorn's server, which takes on the connections that were made before it stopped listening.

    Args:
        config: uvicorn's.
        heart: what tells another process that the event loop turns, if one watches.
    """

    def __init__(self, config: uvicorn.Config, heart: Heart | None) -> None:
        super().__init__(config)
        self._heart = heart

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and to beat."""
        if self._heart is not None:
            self._heart.beat()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, finish what is in flight, and close."""
        self.config.loaded_app.limits.draining = True
        for listening in sockets or []:
            # Of several workers the others may go on; `web.server.workers` does it for all.
            if self.config.loaded_app.limits.settings.workers == 1:
                turn_away(listening)
        await asyncio.sleep(HANDSHAKE_SECONDS)
        for listening in sockets or []:
            await self._accept_waiting(listening)
        await super().shutdown(sockets)

    async def _accept_waiting(self, listening: socket.socket) -> None:
        """Take what waits in the kernel's queue: closing the socket would reset these connections."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:  # nothing is left, or no file descriptor
                return
            accepted.setblocking(False)
            await loop.connect_accepted_socket(
                lambda: BoundedConnection(self.config, self.server_state, self.lifespan.state), accepted
            )


def run(settings: Settings, listening: socket.socket) -> str | None:
    """Serve with this process until SIGTERM or SIGINT; return why it could not start, if so."""
    try:
        app = create_app(settings)
    except ModelError as error:
        return str(error)
    announce(settings, listening)
    serve(app, settings, listening)
    return None


def serve(app: Service, settings: Settings, listening: socket.socket, heart: Heart | None = None) -> None:
    """Serve on a socket until SIGTERM or SIGINT; a heart tells the process that watches that the event loop turns."""
    logs.configure()
    # Each connection takes a file descriptor; the usual soft limit of 1024 is soon reached.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + 200
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
    config = uvicorn.Config(
        Forwarded(app, settings.trusted_proxies) if settings.trusted_proxies else app,
        http=BoundedConnection,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # By `Forwarded`, for connections ask the application for its limits.
        proxy_headers=False,
        # So many connections are taken at a time: of several workers, whichever wakes first would get all that wait,
        # and the others none; a single one must not let those that come last in a rush wait for seconds.
        backlog=1 if settings.workers > 1 else BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.grace_seconds),
    )
    server = Server(config, heart)
    # Before uvicorn sets the same handlers: a signal that comes while it starts must not get lost. Afterwards uvicorn
    # raises again what it caught, which does no more than this: a clean stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    server.run(sockets=[Listening(fileno=listening.detach())])
