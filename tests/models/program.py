"""A model behind a real socket, which answers as a test says: well, badly, late or never."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
RAW = {
    "error": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "busy": b"HTTP/1.1 429 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",
    "moved": b"HTTP/1.1 307 Moved\r\nLocation: {url}/elsewhere\r\nContent-Length: 0\r\n\r\n",
    "nonsense": b"hello\r\n\r\n",
    "half": b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"answer": {"cho',
}


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def task(self) -> Json:
        return dict(json.loads(self.body)["task"])


@dataclass
class Program:
    """What was asked, and how the next calls are answered: a reply as JSON, bytes of a body, or a name of `RAW`.

    `hang` never answers, `huge` never ends. What `says` and `gate` are when a call arrives holds for it: its answer,
    and what that waits for.
    """

    url: str = ""
    says: Callable[[Call], object] = lambda _: {"answer": {"choice": "a"}}
    gate: asyncio.Event | None = None
    calls: list[Call] = field(default_factory=list)
    open_now: int = 0
    most_at_once: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
        call = Call(first.split()[1], headers, await reader.readexactly(int(headers["content-length"])))
        said = self.says(call)
        self.calls.append(call)
        self.open_now += 1
        self.most_at_once = max(self.most_at_once, self.open_now)
        if self.gate is not None:
            await self.gate.wait()
        self.open_now -= 1
        if said == "hang":
            await asyncio.Event().wait()  # until the test is over
        elif said == "huge":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        elif isinstance(said, str):
            writer.write(RAW[said].replace(b"{url}", self.url.encode()))
        else:
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


async def asked(there: Program, calls: int = 1) -> None:
    """Waits until so many calls have come."""
    async with asyncio.timeout(60):
        while len(there.calls) < calls:  # noqa: ASYNC110 - a socket sets no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def program() -> AsyncIterator[Program]:
    """One at an address of its own, for the time of the block."""
    found, open_now = Program(), set[asyncio.Task[None] | None]()

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await found.handle(reader, writer)
        writer.close()
        open_now.discard(asyncio.current_task())

    server = await asyncio.start_server(handled, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()
        for task in [t for t in open_now if t is not None]:
            task.cancel()
        await asyncio.sleep(0)
