"""The API on a real socket of this process, and requests written byte by byte."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from tests.badinput.contract import Told, document
from tests.fixtures.door import Door
from tests.fixtures.served import free_port

from neraca.server import api, settings
from neraca.server.protocol import Protocol


@dataclass(frozen=True)
class Answer:
    """One response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def told(self, *statuses: int, code: str | None = None) -> Told:
        assert self.status in statuses, self
        assert self.headers["content-type"] == "application/problem+json", self
        return document(json.loads(self.body), self.status, code)


@dataclass(frozen=True)
class Line:
    """Where the server listens."""

    port: int
    key: str

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    def head(self, request: str = "GET /api/kinds", *more: str, host: str = "127.0.0.1") -> bytes:
        """A good head, and headers as they are given."""
        lines = [f"{request} HTTP/1.1", f"Host: {host}", f"Authorization: {self.key}", *more]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    async def raw(self, sent: bytes, seconds: float = 10) -> bytes:
        """Everything that comes back until the server closes."""
        reader, writer = await self.connect()
        try:
            writer.write(sent)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            async with asyncio.timeout(seconds):
                return await reader.read()
        finally:
            writer.close()

    async def last(self, sent: bytes, seconds: float = 10) -> Answer:
        """The only answer of a connection that the server closes after it."""
        said = await self.raw(sent, seconds)
        assert said.count(b"HTTP/1.1 ") == 1, said
        return answers(said)[0]

    async def ask(self, sent: bytes) -> Answer:
        """The answer to a good request that asks for the end of the connection."""
        return await self.last(sent.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))


def answers(said: bytes) -> list[Answer]:
    """The responses in a stream; each tells its length."""
    found = []
    while said:
        head, _, rest = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(headers.get("content-length", 0))
        found.append(Answer(int(first.split(" ")[1]), headers, rest[:size]))
        said = rest[size:]
    return found


@pytest.fixture
async def line(door: Door, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """The server of `neraca.server.api`, less patient."""
    monkeypatch.setattr("neraca.server.protocol.PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr("neraca.kit.requests.GRACE_SECONDS", 1.0)
    server = api.server(replace(settings.load(), port=free_port()))
    server.config.timeout_keep_alive = 1
    assert server.config.http is Protocol
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    yield Line(server.config.port, door.live.headers["authorization"])
    server.should_exit = True
    await running
