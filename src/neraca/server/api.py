"""The API process: `python -m neraca.server.api`."""

import asyncio
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from neraca.kit import lifeline
from neraca.server import app, settings

HEADER_SECONDS = 10


class Protocol(HttpToolsProtocol):
    """uvicorn's own protocol, with an end to waiting for a request's headers."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._patience = asyncio.get_running_loop().call_later(HEADER_SECONDS, transport.close)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._forget()
        self._patience = asyncio.get_running_loop().call_later(HEADER_SECONDS, self.transport.close)

    def on_headers_complete(self) -> None:
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def main() -> int:
    """Serves until told to stop."""
    lifeline.follow()
    known = settings.load()
    server = uvicorn.Server(
        uvicorn.Config(
            app.create(known),
            host="127.0.0.1",
            port=known.port,
            http=Protocol,
            loop="uvloop",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
            ws="none",
        )
    )
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
