"""What a connection writes arrives at once and whole."""

import asyncio
from collections.abc import Callable

from web.server.connections import Writer


async def received(act: Callable[[Writer], None]) -> bytes:
    """Return what a client gets in one piece of what is written to a real connection."""
    made: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    class Side(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            made.set_result(transport)

    server = await asyncio.get_running_loop().create_server(Side, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        transport = await made
        act(Writer(transport))
        got = await asyncio.wait_for(reader.read(100_000), 5)
        writer.close()
        transport.close()
        return got


def test_head_and_body_go_out_together() -> None:
    def answer(writer: Writer) -> None:
        writer.write(b"head ")
        writer.write(b"body")

    assert asyncio.run(received(answer)) == b"head body"


def test_a_head_alone_does_not_wait() -> None:
    assert asyncio.run(received(lambda writer: writer.write(b"head"))) == b"head"


def test_closing_sends_what_is_held() -> None:
    def refuse(writer: Writer) -> None:
        writer.write(b"refused")
        writer.close()
        assert writer.is_closing()

    assert asyncio.run(received(refuse)) == b"refused"
