"""The head of a response travels with its body."""

import asyncio

from neraca.server.protocol import SMALL_BYTES, Joined


class Wire(asyncio.Transport):
    """Remembers each write, and that it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.seen.append(bytes(data))

    def close(self) -> None:
        self.seen.append(b"closed")


def wired() -> tuple[Wire, Joined]:
    wire = Wire()
    return wire, Joined(wire, asyncio.get_running_loop())


async def test_a_head_and_its_body_are_one_write() -> None:
    wire, joined = wired()
    for head, body in ((b"head", b"body"), (b"next", b""), (b"large", b"x" * SMALL_BYTES * 2)):
        joined.write(head)
        joined.write(body)
        assert wire.seen.pop() == head + body
    await asyncio.sleep(0)
    assert wire.seen == []


async def test_nothing_waits_longer_than_a_turn_of_the_loop() -> None:
    wire, joined = wired()
    joined.write(b"alone")
    assert wire.seen == []
    await asyncio.sleep(0)
    assert wire.seen == [b"alone"]
    joined.write(b"x" * (SMALL_BYTES + 1))
    assert len(wire.seen) == 2


async def test_what_is_held_back_goes_before_the_end() -> None:
    wire, joined = wired()
    joined.write(b"last")
    joined.close()
    assert wire.seen == [b"last", b"closed"]
