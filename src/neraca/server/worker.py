"""The background worker: `python -m neraca.server.worker`. One process, one event loop."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable

import structlog

from neraca import accounts, deliver
from neraca.accounts import Cell, House
from neraca.kit import lifeline
from neraca.server import logs, settings
from neraca.server.hooks import ANSWER_STORED
from neraca.server.jobs import Jobs
from neraca.server.modeling import Modeling
from neraca.server.relay import Relay

IDLE_SECONDS = 1.0
BUSY_SECONDS = 0.5
BEAT_SECONDS = 10.0
RESCUE_SECONDS = 5.0
FORGET_SECONDS = 3600.0
CELLS_SECONDS = 5.0
AFTER_FAILURE_SECONDS = 2.0
log = structlog.get_logger("neraca.worker")


async def _every(seconds: float, work: Callable[[], Awaitable[object]], name: str) -> None:
    """Does `work` again and again; a failure is logged and does not end it."""
    while True:
        try:
            await work()
        except Exception as wrong:  # noqa: BLE001 - the database may be away for a moment
            log.warning("interrupted", part=name, error=type(wrong).__name__)
            await asyncio.sleep(AFTER_FAILURE_SECONDS)
        await asyncio.sleep(seconds)


class Worker:
    """All parts of a worker over one house."""

    def __init__(self, house: House, jobs: Jobs, sender: deliver.Sender) -> None:
        self._house = house
        self._jobs = jobs
        self._sender = sender
        self._relay = Relay(house, jobs, sender)
        self._models = Modeling(house, ANSWER_STORED)
        self._cells: list[Cell] = []
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    async def _directory(self) -> None:
        self._cells = await self._house.cells()

    async def _beat(self) -> None:
        async with self._house.control() as control:
            await accounts.beat(control, self._name)

    async def _forget(self) -> None:
        for cell in self._cells:
            async with self._house.inside(cell) as db:
                await deliver.forget(db)

    async def _serve(self) -> None:
        """Takes the cells in turn, each at least once a second."""
        while True:
            busy = False
            for cell in self._cells:
                try:
                    busy = await self._relay.turn(cell) or busy
                    busy = bool(await self._models.step(cell)) or busy
                except Exception as wrong:
                    log.warning("cell-interrupted", cell=cell.database, error=type(wrong).__name__, exc_info=wrong)
            await asyncio.sleep(BUSY_SECONDS if busy else IDLE_SECONDS)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until told to stop; what is under way then is taken up again by the next worker."""
        async with self._jobs.opened():
            parts = [
                asyncio.create_task(part)
                for part in (
                    _every(CELLS_SECONDS, self._directory, "directory"),
                    _every(BEAT_SECONDS, self._beat, "beat"),
                    _every(RESCUE_SECONDS, self._jobs.rescue, "rescue"),
                    _every(FORGET_SECONDS, self._forget, "forget"),
                    _every(AFTER_FAILURE_SECONDS, self._jobs.work, "jobs"),
                    self._serve(),
                )
            ]
            await stop.wait()
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._models.close()
            await self._relay.close()
            await self._sender.close()


async def _main() -> None:
    known = settings.load()
    house = known.house()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await Worker(house, Jobs(known.dsn), deliver.Sender(house)).run(stop)
    finally:
        await house.close()


def main() -> int:
    """Works until told to stop. Several workers may run side by side."""
    lifeline.follow()
    lifeline.follow()
    logs.configure()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
    return 0


if __name__ == "__main__":
    sys.exit(main())
