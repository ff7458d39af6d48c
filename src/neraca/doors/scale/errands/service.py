"""The door's part of a worker's turn through a cell."""

from neraca import accounts
from neraca.accounts import Cell, House
from neraca.doors.scale.batches import order_queries
from neraca.doors.scale.errands import callbacks, queries
from neraca.doors.scale.errands.media import Media
from neraca.doors.scale.projects import access_queries
from neraca.doors.scale.v2 import queries as batches
from neraca.kit import clock

BATCH = 50
TURNS = 20  # then the other cells have theirs
INTRODUCE_SECONDS = 3.0


class Errands:
    """Several workers may run: rows are claimed, counts are folded under a lock."""

    def __init__(self, house: House, now: clock.Clock = clock.now) -> None:
        self._house = house
        self._now = now
        self.media = Media(house)

    async def step(self, cell: Cell, *, told: bool) -> None:
        """Does what there is to do; `told` says that commits left word in the outbox."""
        async with self._house.inside(cell, transaction=False) as db:
            found = await queries.pulse(db)
        if found["media"]:
            self.media.start(cell)
        if found["paused"]:  # what leases gave back meanwhile
            async with self._house.inside(cell) as db:
                await batches.hold(db)
        if found["unknown"]:
            await self._introduce(cell)
        if found["passed"]:
            await self._promote(cell)
        if found["moving"] or found["passed"]:
            await self._move(cell)
        while found["deltas"]:
            async with self._house.inside(cell) as db:
                if await queries.fold(db) < queries.FOLD_BATCH:
                    break
        for _ in range(TURNS if told else 0):
            async with self._house.inside(cell) as db:
                if await callbacks.step(db, self._house, self._now(), BATCH) < BATCH:
                    break

    async def _introduce(self, cell: Cell) -> None:
        """Looks once in a while whether somebody who was named has joined."""
        seen = b"introduced" + cell.client_id.bytes
        if self._house.recall(seen) is not None:
            return
        self._house.remember(seen, True, INTRODUCE_SECONDS)
        known = await accounts.labelers(self._house, cell)
        async with self._house.inside(cell) as db:
            named = {email.lower() for email in await access_queries.unknown(db)}
            met = {email: labeler for email, labeler in known.items() if email in named}
            if met:
                await access_queries.introduce(db, met)

    async def _promote(self, cell: Cell) -> None:
        """The level of a batch that is done goes to the next one of the order."""
        for mode in callbacks.MODES:
            async with self._house.inside(cell) as db:
                await order_queries.alone(db, mode)
                await order_queries.level(db, mode)

    async def _move(self, cell: Cell) -> None:
        """Brings open slots to the level and the lane of their batch, each step in a transaction of its own."""
        async with self._house.inside(cell) as db:
            batch_ids = await order_queries.moving(db)
        for batch_id in batch_ids:
            after = None
            while True:
                async with self._house.inside(cell) as db:
                    after = await order_queries.move(db, batch_id, after)
                if after is None:
                    break
            async with self._house.inside(cell) as db:
                await order_queries.arrived(db, batch_id)

    async def close(self) -> None:
        """Breaks off what is under way."""
        await self.media.close()
