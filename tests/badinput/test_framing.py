"""IN-H01 to H06 and what else needs a socket: requests that cannot be framed, and senders that take their time."""

import asyncio
import resource

import httpx
import pytest
from tests.badinput.contract import nothing_stored
from tests.badinput.sockets import Line, answers, line
from tests.fixtures.door import Door

__all__ = ["line"]
BODY = b'{"name":"x"}'
CHUNKS = b"c\r\n" + BODY + b"\r\n0\r\n\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

FRAMES = {
    "cl-te": (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + SMUGGLED),
    "te-cl": (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n" + SMUGGLED),
    "te-xchunked": (["Transfer-Encoding: xchunked"], CHUNKS),
    "te-chunked-identity": (["Transfer-Encoding: chunked, identity"], CHUNKS),
    "te-identity": (["Transfer-Encoding: identity"], CHUNKS),
    "te-space-before-colon": (["Transfer-Encoding : chunked"], CHUNKS),
    "two-te": (["Transfer-Encoding: chunked", "Transfer-Encoding: x"], CHUNKS),
    "two-cl": (["Content-Length: 12", "Content-Length: 13"], BODY + b"x"),
    "two-cl-in-one": (["Content-Length: 12, 13"], BODY),
    "cl-space-before-colon": (["Content-Length : 12"], BODY),
    "cl-plus": (["Content-Length: +12"], BODY),
    "cl-minus": (["Content-Length: -1"], BODY),
    "cl-hex": (["Content-Length: 0xc"], BODY),
    "cl-huge": (["Content-Length: 18446744073709551628"], BODY),
    "chunk-size-sign": (["Transfer-Encoding: chunked"], b"+c\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk-size-underscore": (["Transfer-Encoding: chunked"], b"0_c\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk-without-end": (["Transfer-Encoding: chunked"], b"c\r\n" + BODY + b"xx0\r\n\r\n"),
    "chunk-bare-lf": (["Transfer-Encoding: chunked"], b"c\n" + BODY + b"\n0\n\n"),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_h01_two_readings_of_a_length(door: Door, line: Line, name: str) -> None:
    more, body = FRAMES[name]
    async with nothing_stored(door):
        answer = await line.last(line.head("POST /api/projects", "Content-Type: application/json", *more) + body)
    answer.told(400, code="bad-request")
    assert answer.headers["connection"] == "close"


async def test_h01_lengths_that_lie(door: Door, line: Line) -> None:
    async with nothing_stored(door):
        short = line.head("POST /api/projects", "Content-Type: application/json", "Content-Length: 5") + BODY
        said = answers(await line.raw(short))
        said[0].told(400, code="malformed-json")  # of the five bytes; what follows is no request
        assert len(said) <= 2
        long = line.head("POST /api/projects", "Content-Type: application/json", "Content-Length: 50") + BODY
        (await line.last(long)).told(408, code="request-timeout")


async def test_h02_http2_is_not_spoken(line: Line) -> None:
    (await line.last(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).told(400, code="bad-request")
    for request in ("GET /api/kinds x", "GET /api/kinds\r\nX: y", "GET /api /kinds"):
        assert (await line.last(line.head(request))).status == 400
    upgraded = await line.last(line.head("GET /api/kinds", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"))
    assert (upgraded.status, upgraded.headers.get("upgrade")) == (200, None)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\nY: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x7fb\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX\xff: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX y: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: \xe9\r\nConnection: close\r\n\r\n",
        b"GET /healthz\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /health\0z HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /healthz HTTP/1.1 \r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
    ],
)
async def test_h03_lines_and_bytes(line: Line, head: bytes) -> None:
    (await line.last(head)).told(400, code="bad-request")


async def test_h04_hosts(line: Line) -> None:
    close = "Connection: close"
    for head in (b"GET /api/kinds HTTP/1.1\r\nConnection: close\r\n\r\n", line.head("GET /", "Host: 127.0.0.1", close)):
        (await line.last(head)).told(400, code="bad-request")
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "127.0.0.1@evil.example", "[::2]"):
        (await line.last(line.head("GET /api/kinds", close, host=host))).told(400, 421)
    for target in ("http://evil.example/api/kinds", "https://evil.example", "http://x@127.0.0.1/api/kinds"):
        (await line.last(line.head(f"GET {target}", close))).told(421, code="wrong-host")
    for target in ("http://127.0.0.1/api/kinds", "HTTP://127.0.0.1/api/kinds", "/api/kinds"):
        assert (await line.ask(line.head(f"GET {target}"))).status == 200
    for host in ("127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"):
        assert (await line.ask(line.head(host=host))).status == 200


async def test_h05_large_heads(line: Line) -> None:
    fixed = sum(len(row) + 2 for row in line.head("GET /api/kinds", "X: ", "Connection: close").split(b"\r\n")[1:-2])
    for size, status in ((16384 - fixed, 200), (16385 - fixed, 431)):
        answer = await line.last(line.head("GET /api/kinds", "X: " + "a" * size, "Connection: close"))
        assert answer.status == status
    for count, status in ((97, 200), (98, 431)):  # with Host, Authorization and Connection
        more = [f"X{i}: a" for i in range(count)]
        assert (await line.last(line.head("GET /api/kinds", *more, "Connection: close"))).status == status
    for size, status in ((8192, 404), (8193, 414)):
        answer = await line.last(line.head("GET /api/" + "a" * (size - 5), "Connection: close"))
        answer.told(status)


async def test_h05_endless_heads_are_not_kept(line: Line) -> None:
    for begin in (b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n"):
        reader, writer = await line.connect()
        writer.write(begin)
        sent = 0
        piece = b"X: y\r\n" * 10_000 if begin.endswith(b"\n") else b"a" * 60_000
        try:
            while sent < 2**26 and not reader.at_eof():
                writer.write(piece)
                sent += len(piece)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        finally:
            writer.close()
        assert sent < 2**23, begin


async def test_h06_slow_senders(door: Door, line: Line) -> None:
    """Twelve sorts of slowness at once; each is closed within its patience."""

    ticks = 0  # a tenth of a second or more each: a slow machine makes fewer of them

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.1)
            ticks += 1

    async def trickle(begin: bytes, drop: bytes) -> bytes:
        reader, writer = await line.connect()
        writer.write(begin)

        async def drip() -> None:
            while drop:
                writer.write(drop)
                await asyncio.sleep(0.2)

        dripping, got = asyncio.create_task(drip()), b""
        try:
            async with asyncio.timeout(60):
                while piece := await reader.read(65536):
                    got += piece
        except ConnectionError:
            pass  # the server has closed while drops were under way; what came before has come
        finally:
            dripping.cancel()
            writer.close()
        return got

    long = ("Content-Type: application/json", "Content-Length: 5000")
    chunked = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    ticking = asyncio.create_task(tick())
    async with nothing_stored(door):
        said = await asyncio.gather(
            trickle(b"", b""),
            trickle(b"", b"\r\n"),
            trickle(b"GE", b""),
            trickle(b"GET /healthz HTTP/1.1\r\nHost: ", b"a"),
            trickle(b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n"),
            trickle(line.head("POST /api/projects", *long), b" "),
            trickle(line.head("POST /api/projects", *long), b""),
            trickle(line.head("POST /api/projects", *chunked), b"1\r\n \r\n"),
            trickle(line.head("GET /api/kinds", *long), b" "),  # nobody waits for this body
            trickle(line.head(), b""),
            trickle(line.head(), b"\r\n"),
            trickle(line.head(), b"G"),
        )
    ticking.cancel()
    assert ticks < 50
    statuses = [answers(s)[0].status if s else None for s in said]
    assert statuses[:2] == [None, None]
    assert statuses[2] == statuses[6] == 408
    assert set(statuses[3:8]) <= {408, None}  # who still sends when the answer comes may see the connection cut instead
    assert statuses[8:] == [200, 200, 200, 200]
    for slow in said[2:8]:
        if slow:
            answers(slow)[0].told(408, code="request-timeout")


async def test_h06_others_are_served_meanwhile(line: Line) -> None:
    """Idle sockets cost the honest nothing: the share of 5,000 that this process may open."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    held = [await line.connect() for _ in range(min(5000, (most - 200) // 2))]
    assert len(held) >= 300
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{line.port}", trust_env=False) as client:
        statuses = [(await client.get("/healthz")).status_code for _ in range(20)]
    assert statuses == [200] * 20
    async with asyncio.timeout(10):
        ends = await asyncio.gather(*(reader.read() for reader, _ in held))
    assert set(ends) == {b""}
    for _, writer in held:
        writer.close()


async def test_h08_methods_on_the_wire(line: Line) -> None:
    (await line.last(line.head("CONNECT 127.0.0.1:1"))).told(405)
    (await line.last(line.head("OPTIONS *"))).told(400)
    (await line.ask(line.head("TRACE /api/kinds"))).told(405)
    assert (await line.last(line.head("BREW /api/kinds"))).status == 400
    body = line.head("GET /api/kinds", "Content-Length: 12", "Connection: close") + BODY
    assert (await line.last(body)).status == 200


async def test_h13_websockets_are_not_spoken(line: Line) -> None:
    for origin in ("https://evil.example", "http://127.0.0.1"):
        more = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Origin: {origin}")
        for path, status in (("/api/kinds", 200), ("/api/ws", 404)):
            answer = await line.last(line.head(f"GET {path}", *more, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="))
            assert answer.status == status
            assert "upgrade" not in answer.headers


PATHS = [
    "/api/tasks/../projects", "/api/./projects", "/api/x/..%2fprojects", "/api/%2e%2e/api/projects", "/api%2fprojects",
    "/api/%252e%252e/projects", "/api/projects;jsessionid=1", "/api//projects", "//api/projects", "/api/projects/",
    "/api/projects.", "/api/projects%20", "/api/projects%00", "/api/projects%C0%AE", "/api/%70rojects", "/api/\\",
    "/api/projects%5c", "/api/projects%0a", "/api/projects%zz", "/api/projects%", "/API/projects", "/api/projects/%2e",
    "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets/..%2findex.html", "/api", "/media",
    "/media/", "/api/", "/api/projects%E2%80%AE", "/api/Projects",
]  # fmt: skip


async def test_h16_paths_have_one_spelling(line: Line) -> None:
    assert (await line.ask(line.head("GET /api/projects"))).status == 200
    for path in PATHS:
        answer = await line.ask(line.head(f"GET {path}"))
        if path == "/API/projects":  # a page of the app, which knows no such place
            assert answer.status == 404 or answer.headers["content-type"].startswith("text/html")
        else:
            answer.told(404, code="not-found")


async def test_a_bad_request_behind_a_good_one_leaves_it_its_answer(line: Line) -> None:
    said = answers(await line.raw(line.head() + b"nonsense\r\n\r\n"))
    assert [a.status for a in said] in ([200], [200, 400])
    said = answers(await line.raw(line.head("GET http://evil.example/") + line.head("DELETE /api/kinds")))
    assert [a.status for a in said] == [421]
