"""What follows commits in a cell: positions, counts, callbacks, verdicts, jobs, expired leases."""

import time
from typing import Any
from uuid import UUID

import psycopg
import structlog

from neraca import accounts, deliver, doors, kinds, quality, routing
from neraca.accounts import Cell, House
from neraca.kit import clock
from neraca.kit.session import Connection
from neraca.server.jobs import KINDS, Jobs

BATCH = 500
TOGETHER = 8  # tasks that one transaction decides: a submit to one of them waits for it
LONGEST_WAIT = 3600.0
ESTIMATE_SECONDS = 5.0
ESTIMATE_AGAIN_SECONDS = 30.0  # of one project: its process costs about a CPU-second before it begins
OFFER_SECONDS = (2.0, 60.0)  # refreshed after a change, and without one
log = structlog.get_logger("neraca.relay")


class Relay:
    """Serves the cells in turn. Several may run: rows are claimed, positions are given under a lock."""

    def __init__(self, house: House, jobs: Jobs, sender: deliver.Sender, now: clock.Clock = clock.now) -> None:
        self._house = house
        self._jobs = jobs
        self._sender = sender
        self._now = now
        self._doors = doors.Errands(house, now)
        self._offered: dict[UUID, float] = {}
        self._stale: set[UUID] = set()
        self._looked: dict[UUID, float] = {}
        self._estimated: dict[UUID, tuple[int, float]] = {}

    async def turn(self, cell: Cell) -> bool:
        """Does what there is to do in a cell; True if there was something."""
        async with self._house.inside(cell, transaction=False) as db:
            found = await deliver.pulse(db)
            if found["unsealed"]:
                await deliver.seal(db)
                self._stale.add(cell.client_id)
            if found["expired"]:
                async with db.transaction():
                    await routing.sweep(db)
        if found["outbox"]:
            await self._callbacks(cell)
            await self._consensus(cell)
            await self._start_jobs(cell)
        await self._doors.step(cell, told=found["outbox"])
        if found["deliveries"] or found["outbox"]:
            await self._sender.step(cell)
        await self._estimates(cell)
        await self._offer(cell)
        return bool(found["unsealed"] or found["outbox"])

    async def close(self) -> None:
        """Breaks off what is under way; it is taken up again later."""
        await self._doors.close()

    async def _callbacks(self, cell: Cell) -> None:
        while True:
            async with self._house.inside(cell) as db:
                taken, _ = await deliver.fan_out(db, self._now(), BATCH)
            if taken < BATCH:
                return

    async def _consensus(self, cell: Cell) -> None:
        """Decides tasks of kinds without an online rule, in the order in which they were asked for.

        A few in one transaction, of which most of the cost is that there is one.
        """
        for _ in range(BATCH // TOGETHER):
            try:
                taken = await self._together(cell)
            except psycopg.Error as wrong:  # the database took nothing of them, and does not say whose fault it was
                log.warning("one-by-one", cell=cell.database, error=type(wrong).__name__)
                taken = await self._one_by_one(cell)
            if taken < TOGETHER:
                return

    async def _together(self, cell: Cell) -> int:
        """Gives how many there were. What is wrong with one before it has written is no matter of the others."""
        async with self._house.inside(cell, pipeline=True) as db:
            rows = await deliver.take(db, ["consensus"], TOGETHER)
            if not rows:
                return 0
            done = []
            if len(rows) > 1:
                await quality.hold_tasks(db, [row["task_id"] for row in rows])
            for row in rows:
                try:
                    await quality.decide_task(db, row["task_id"])
                except psycopg.Error:
                    raise
                except Exception as wrong:  # noqa: BLE001 - its neighbours must not wait for it
                    await self._put_off(db, cell, row, wrong)
                else:
                    done.append(row["id"])
            await deliver.done(db, done)
        return len(rows)

    async def _one_by_one(self, cell: Cell) -> int:
        """The same with a transaction for each: the one of which the database takes nothing is put off."""
        for at in range(TOGETHER):
            async with self._house.inside(cell) as db:
                rows = await deliver.take(db, ["consensus"], 1)
                if not rows:
                    return at
                row = rows[0]
                try:
                    async with db.transaction():
                        await quality.decide_task(db, row["task_id"])
                except Exception as wrong:  # noqa: BLE001 - its neighbours must not wait for it
                    await self._put_off(db, cell, row, wrong)
                else:
                    await deliver.done(db, [row["id"]])
        return TOGETHER

    async def _start_jobs(self, cell: Cell) -> None:
        async with self._house.inside(cell) as db:
            rows = await deliver.take(db, [*KINDS, "offer"], BATCH)
            for row in rows:
                if row["topic"] == "offer":
                    self._stale.add(cell.client_id)
                    continue
                which = UUID(row["data"]["id"]) if "id" in row["data"] else row["project_id"]
                await self._jobs.start(row["topic"], cell.client_id, which)
            await deliver.done(db, [row["id"] for row in rows])

    async def _estimates(self, cell: Cell) -> None:
        """Has the skills of projects estimated whose answers have grown enough."""
        if time.monotonic() - self._looked.get(cell.client_id, float("-inf")) < ESTIMATE_SECONDS:
            return
        self._looked[cell.client_id] = time.monotonic()
        async with self._house.inside(cell) as db:
            rows = await quality.due(db, [kind.id for kind in kinds.all() if kind.online or kind.objects is not None])
        for row in rows:
            answers, at = self._estimated.get(row["id"], (-1, float("-inf")))
            if answers != row["n"] and time.monotonic() - at >= ESTIMATE_AGAIN_SECONDS:
                await self._jobs.start("estimate", cell.client_id, row["id"])  # a failed one waits for the next answer
                self._estimated[row["id"]] = (row["n"], time.monotonic())

    async def _put_off(self, db: Connection, cell: Cell, row: dict[str, Any], wrong: Exception) -> None:
        seconds = min(2.0 ** min(row["attempts"], 20), LONGEST_WAIT)
        log.error(
            "outbox-row-failed",
            cell=cell.database,
            topic=row["topic"],
            id=row["id"],
            attempts=row["attempts"] + 1,
            error=type(wrong).__name__,
            exc_info=wrong,
        )
        await deliver.later(db, row["id"], seconds)

    async def _offer(self, cell: Cell) -> None:
        """Tells the control plane what work there is, without content."""
        age = time.monotonic() - self._offered.get(cell.client_id, float("-inf"))
        if age < OFFER_SECONDS[0] or (cell.client_id not in self._stale and age < OFFER_SECONDS[1]):
            return
        self._stale.discard(cell.client_id)
        async with self._house.inside(cell) as db:
            rows = await routing.offers(db)
        async with self._house.control() as control:
            await accounts.put_offers(control, cell.client_id, rows)
        self._offered[cell.client_id] = time.monotonic()
