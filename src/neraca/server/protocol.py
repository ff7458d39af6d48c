"""HTTP/1.1 on a socket: uvicorn's protocol, with an end to waiting, a bound on heads, and problem documents."""

import asyncio
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from neraca.kit import ids
from neraca.kit.problems import Problem
from neraca.server import faults
from neraca.wire.errors import BadRequest, HeadersTooLarge, MethodNotAllowed, RequestTimeout, WrongHost

PATIENCE_SECONDS = 10.0  # for a whole head, for a first byte, and for what follows an answer
HEAD_BYTES = 2**16  # of a head that is not complete; `Front` holds a complete one to less
NO_HTTP = "it is not valid HTTP/1.1"
TARGET = "its target is not an address of this server"
SMALL_BYTES = 8192
log = structlog.get_logger("neraca.http")


class Joined(asyncio.Transport):
    """Holds back what is small until the next write, or until the loop's next turn: a head travels with its body.

    uvicorn writes them one after the other, and each write wakes who reads.
    """

    def __init__(self, under: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._under = under
        self._loop = loop
        self._held = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._under.write(held + data)
        elif len(data) > SMALL_BYTES:
            self._under.write(data)
        elif data:
            self._held = bytes(data)
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Writes what is held back."""
        if self._held:
            held, self._held = self._held, b""
            self._under.write(held)

    def close(self) -> None:
        self.flush()
        self._under.close()


class Protocol(HttpToolsProtocol):
    """Refuses what cannot be framed with one problem document and closes; nobody holds a connection by being slow."""

    _patience: asyncio.TimerHandle | None = None
    _head: int | None = None  # bytes of the head that is being read

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._joined = Joined(transport, self.loop)
        self._wait()

    def data_received(self, data: bytes) -> None:
        before = self._head
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head is not None:
            self._head += len(data) if before is not None else 0  # the first piece may hold an earlier body
            if self._head > HEAD_BYTES:
                self._refuse(HeadersTooLarge())
        elif self._patience is None and self._idle():  # stray bytes between requests, or the rest of an unread body
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._wait()

    def on_headers_complete(self) -> None:
        self._head = None
        self._forget()
        if self.transport.is_closing():
            return  # refused already: nothing that came along with it is begun
        if self.parser.get_http_version() not in {"1.0", "1.1"}:
            self._refuse(BadRequest(why=NO_HTTP))
            return
        if not self.url.startswith(b"/"):
            if b"://" not in self.url:
                self._refuse(MethodNotAllowed() if self.parser.get_method() == b"CONNECT" else BadRequest(why=TARGET))
                return
            if not self._is_ours():
                self._refuse(WrongHost())
                return
            self.url = b"/" + self.url.split(b"/", 3)[3] if self.url.count(b"/") > 2 else b"/"
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:  # it runs in the loop's next turn
            self.cycle.transport = self._joined

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature and sentence
        self._refuse(BadRequest(why=NO_HTTP))

    def _unsupported_upgrade_warning(self) -> None:
        """We speak HTTP/1.1 only: the request is answered as if no upgrade had been asked for, the last here."""
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def _is_ours(self) -> bool:
        """Whether a target in absolute form names the host that the Host header names."""
        scheme, _, rest = self.url.partition(b"://")
        hosts = [value for name, value in self.headers if name == b"host"]
        return scheme.lower() in {b"http", b"https"} and hosts == [rest.split(b"/", 1)[0].split(b"?", 1)[0]]

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._forget()
        self._patience = self.loop.call_later(PATIENCE_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if self._head is not None:
            self._refuse(RequestTimeout())
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """One answer, then the end. An earlier request that is still being answered is left to finish instead."""
        self._forget()
        if not self._idle() and not self.cycle.more_body:
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        if self.transport.is_closing():
            return
        request_id = str(ids.new())
        log.info("refused", id=request_id, status=problem.status, code=problem.slug)
        answer = faults.response(problem, request_id)
        self._joined.flush()
        head = [(b"connection", b"close"), (b"cache-control", b"no-store"), *answer.raw_headers]
        self.transport.write(
            STATUS_LINE[problem.status]
            + b"".join(name + b": " + value + b"\r\n" for name, value in head)
            + b"\r\n"
            + bytes(answer.body)
        )
        self.transport.close()
