"""The API process: `python -m neraca.server.api`."""

import sys

import uvicorn

from neraca.kit import lifeline
from neraca.server import app, settings
from neraca.server.protocol import Protocol
from neraca.server.settings import Settings


def server(known: Settings) -> uvicorn.Server:
    """The server of this installation, not yet begun."""
    return uvicorn.Server(
        uvicorn.Config(
            app.create(known),
            host="127.0.0.1",
            port=known.port,
            http=Protocol,
            loop="uvloop",
            access_log=False,
            log_level="warning",
            log_config=None,  # ours: its own would print what exceptions say
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=5,
            ws="none",
        )
    )


def main() -> int:
    """Serves until told to stop."""
    lifeline.follow()
    serving = server(settings.load())
    serving.run()
    return 0 if serving.started else 1


if __name__ == "__main__":
    sys.exit(main())
