"""The outermost layer: limits, hosts, security headers, problem documents, metrics and the log line."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, unquote_to_bytes

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neraca.kit import ids
from neraca.kit.problems import Problem
from neraca.wire.errors import (
    BadRequest,
    HeadersTooLarge,
    NotFound,
    PreconditionFailed,
    Unavailable,
    UriTooLong,
    WrongHost,
)

URI_LIMIT = 8192
HEADER_BYTES = 16384
HEADER_COUNT = 100
METHODS = frozenset({"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"})
CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; script-src 'self';"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_UNFIT = re.compile(rb"[^\t\x20-\x7e]")
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_NEEDLESS = re.compile(rb"[A-Za-z0-9._~/\\-]")
SECURITY = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
REQUESTS = Counter("neraca_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "neraca_request_seconds",
    "Wall time of requests",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
log = structlog.get_logger("neraca.http")
Respond = Callable[[Problem, Scope], Awaitable[None]]


def canonical(path: bytes, *, names: bool = False) -> bool:
    """Whether a path as it came is the one spelling of its address.

    Nothing is normalised: an empty or dotted segment, a backslash, and an escape of what needs none (or that hides a
    slash or a control character) belong to no address. Where a segment is somebody's name (`names`), every character
    of it may be escaped, a slash too.
    """
    if b"//" in path or b"\\" in path or b"%" in _ESCAPE.sub(b"", path):
        return False
    try:
        plain = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    hidden = not names and any(_NEEDLESS.fullmatch(unquote_to_bytes(escape)) for escape in _ESCAPE.findall(path))
    return not hidden and plain.isprintable() and not {".", ".."} & {unquote(part) for part in path.decode().split("/")}


def _oversized(scope: Scope) -> Problem | None:
    headers = scope["headers"]
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > URI_LIMIT:
        return UriTooLong(limit=URI_LIMIT)
    if len(headers) > HEADER_COUNT or sum(len(k) + len(v) + 4 for k, v in headers) > HEADER_BYTES:
        return HeadersTooLarge()
    return None


class Front:
    """Checks what the framework does not, before it sees the request."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str], port: int, names: bytes | None = None) -> None:
        self.app = app
        self.hosts = hosts
        self.port = port
        self.names = names  # below this address, segments are names that others chose

    def _refused(self, scope: Scope) -> Problem | None:
        headers = scope["headers"]
        if (large := _oversized(scope)) is not None:
            return large
        named = [v for k, v in headers if k == b"host"]
        if len(named) != 1:
            return BadRequest(why="there must be exactly one Host header")
        if any(
            _UNFIT.search(value) for name, value in headers if name != b"cookie"
        ):  # other apps of this host set some
            return BadRequest(why="a header has characters other than printable ASCII")
        host = named[0].decode("latin-1").rsplit(":", 1)
        name = host[0] if len(host) == 1 or host[1].isdigit() else ":".join(host)
        if name.lower() not in self.hosts and "*" not in self.hosts:
            return WrongHost()
        if scope["method"] not in {"GET", "HEAD"} and any(k == b"if-match" and v != b"*" for k, v in headers):
            return PreconditionFailed()
        return None if self._spelled(scope.get("raw_path") or b"/") else NotFound()

    def _spelled(self, path: bytes) -> bool:
        return canonical(path, names=self.names is not None and path.startswith(self.names))

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        """The app's answer, or ours: for what is refused, and for what a stopping server has no more time for."""
        from neraca.server.faults import response  # noqa: PLC0415 - faults knows the app's types

        answered = False

        async def noticed(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        problem = self._refused(scope)
        if problem is None:
            try:
                await self.app(scope, receive, noticed)
            except asyncio.CancelledError:
                if answered:
                    raise
                problem = Unavailable(headers={"Retry-After": "1"})
            else:
                return
        await response(problem, request_id, scope["path"])(scope, receive, send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = request_id = str(ids.new())
        begun, status = time.perf_counter(), 500
        head_only = scope["method"] == "HEAD"
        if head_only:
            scope = {**scope, "method": "GET"}

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {k for k, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k, v) for k, v in SECURITY if k not in present),
                    (b"x-request-id", request_id.encode()),
                ]
                if scope["path"].startswith("/api") and b"cache-control" not in present:
                    message["headers"].append((b"cache-control", b"no-store"))
            elif head_only:
                message = {**message, "body": b""}
            await send(message)

        await self._serve(scope, receive, told, request_id)
        seconds = time.perf_counter() - begun
        route = getattr(scope.get("route"), "path", None) or "other"
        method = "HEAD" if head_only else scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(method, route, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        log.info(
            "request",
            id=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )
