"""The socket that the server listens on.

The promise that only `turn_away` holds: a server that is told to stop under load answers every connection that it took
(tests/web/test_stopping.py; without it two of 16 runs of that test failed, with it none of 20).
"""

import contextlib
import ctypes
import errno
import socket
import struct
import sys

from web.settings import Settings

BACKLOG = 1024
# From Linux' asm-generic/socket.h; Python does not name it.
SO_ATTACH_FILTER = 26
# A classic BPF program (McCanne and Jacobson, "The BSD Packet Filter", USENIX 1993, section 3) over a TCP header: drop
# what has SYN set and ACK not, so the first packet of a connection only. Connections inherit the filter, and have none.
DROP_NEW = (
    (0x30, 0, 0, 13),  # load the byte of the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # then drop
    (0x06, 0, 0, 0xFFFFFFFF),  # else let it through
)
# How long handshakes that had begun are waited for: a round trip, and the slowest of them may lose.
HANDSHAKE_SECONDS = 0.3


class PortError(Exception):
    """The address cannot be listened on; the message says what to do."""


def listen(settings: Settings) -> socket.socket:
    """Return a socket that is bound and listens.

    Raises:
        PortError: it cannot be.
    """
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000
            raise PortError(
                f"Port {port} on {host} is in use. Stop what uses it, or choose another: PORT={other}."
            ) from None
        raise PortError(f"Cannot listen on HOST={host} PORT={port}: {error.strerror or error}.") from None
    return listening


def turn_away(listening: socket.socket) -> None:
    """Let no new connection begin on a socket that is about to be closed, for all processes that share it.

    Closing it resets whatever is still in its queue or in the middle of TCP's handshake, and between the last look at
    the queue and the close there is always a moment. So first its new connections are dropped: whoever tries in that
    moment is tried again by its own kernel, a second later, and refused. What has begun goes on; see
    `HANDSHAKE_SECONDS`. Only Linux has this; elsewhere the moment stays.
    """
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in DROP_NEW))
    program = struct.pack("HL", len(DROP_NEW), ctypes.addressof(instructions))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def announce(settings: Settings, listening: socket.socket) -> None:
    """Print the address that a person on this machine opens."""
    port = listening.getsockname()[1]
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # not bound here
    address = f"[{host}]" if ":" in host else host
    print(f"Serving on http://{address}:{port}/ (Ctrl-C stops it)", flush=True)
