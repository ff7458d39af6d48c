"""The outermost layer when the server stops in the middle of a request."""

import asyncio

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from neraca.server.front import Front


async def test_a_request_that_is_broken_off_by_a_stop_may_be_sent_again() -> None:
    """uvicorn cancels what is under way at the end of its grace; left alone it would answer 500 in plain text."""
    begun = asyncio.Event()
    running: list[asyncio.Task[None]] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.sleep(60)

    front = Front(slow, hosts=frozenset({"127.0.0.1"}), port=8000)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        running.append(asyncio.create_task(front(scope, receive, send)))
        await running[0]

    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://127.0.0.1:8000") as client:
        asking = asyncio.create_task(client.post("/api/work/next", json={}))
        await begun.wait()
        running[0].cancel()
        said = await asking
    assert (said.status_code, said.json()["code"], said.headers["retry-after"]) == (503, "unavailable", "1")
    assert said.headers["content-type"] == "application/problem+json"


async def test_a_response_that_has_begun_is_not_begun_again() -> None:
    started = asyncio.Event()

    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        started.set()
        await asyncio.sleep(60)

    seen: list[str] = []

    async def send(message: dict[str, object]) -> None:
        seen.append(str(message["type"]))

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "headers": [(b"host", b"127.0.0.1:8000")]}
    running = asyncio.create_task(Front(half, hosts=frozenset({"127.0.0.1"}), port=8000)(scope, receive, send))  # type: ignore[arg-type] # plain dicts
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["http.response.start"]
