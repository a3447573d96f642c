"""The head of an answer is sent with the start of its body."""

import asyncio
from collections.abc import Callable

from web.connections import Writer


class Sends(asyncio.Transport):
    """A transport that keeps what it is given to send, piece by piece: a socket's reader cannot tell the pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_closing(), "nothing is sent after the end"
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def sent(act: Callable[[Writer], None]) -> tuple[list[bytes], list[bytes]]:
    """Return the pieces that are sent at once, and all that are after the event loop's next turn."""

    async def story() -> tuple[list[bytes], list[bytes]]:
        sends = Sends()
        act(Writer(sends))
        at_once = list(sends.pieces)
        await asyncio.sleep(0)
        return at_once, sends.pieces

    return asyncio.run(story())


def test_head_and_body_go_out_together() -> None:
    def answer(writer: Writer) -> None:
        writer.write(b"head ")
        writer.write(b"body")

    assert sent(answer) == ([b"head body"], [b"head body"])


def test_a_head_alone_waits_for_one_turn_of_the_loop() -> None:
    assert sent(lambda writer: writer.write(b"head")) == ([], [b"head"])


def test_closing_sends_what_is_held() -> None:
    def refuse(writer: Writer) -> None:
        writer.write(b"refused")
        writer.close()
        assert writer.is_closing()

    assert sent(refuse) == ([b"refused"], [b"refused"])
