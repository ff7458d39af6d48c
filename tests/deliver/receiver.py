"""A receiver of callbacks that behaves badly on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REPLIES = {
    "ok": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "error": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "moved": b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "gone": b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal",
    "nonsense": b"hello\r\n\r\n",
    "busy": b"HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n",
}


@dataclass
class Call:
    headers: dict[str, str]
    body: bytes
    behaviour: str


@dataclass
class Receiver:
    """What was received, and how the next calls are answered: a name of `REPLIES`, hang, huge or drip."""

    url: str = ""
    behaviour: Callable[[Call], str] = lambda _: "ok"
    calls: list[Call] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in head)}
        call = Call(headers, await reader.readexactly(int(headers["content-length"])), "")
        call.behaviour = self.behaviour(call)
        self.calls.append(call)
        if call.behaviour == "hang":
            await asyncio.Event().wait()  # until the test is over
        elif call.behaviour == "huge":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        elif call.behaviour == "drip":
            for byte in REPLIES["ok"]:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        else:
            writer.write(REPLIES[call.behaviour])
            await writer.drain()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    found = Receiver()
    open_now: set[asyncio.Task[None] | None] = set()

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(asyncio.current_task())
        try:
            await found.handle(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            open_now.discard(asyncio.current_task())

    server = await asyncio.start_server(handled, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield found
    finally:
        server.close()
        for task in [t for t in open_now if t is not None]:
            task.cancel()
        await asyncio.sleep(0)
