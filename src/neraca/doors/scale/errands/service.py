"""The door's part of a worker's turn through a cell."""

from neraca.accounts import Cell, House
from neraca.doors.scale.errands import callbacks, queries
from neraca.doors.scale.errands.media import Media
from neraca.doors.scale.v2 import queries as batches
from neraca.kit import clock

BATCH = 50
TURNS = 20  # then the other cells have theirs


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
        while found["deltas"]:
            async with self._house.inside(cell) as db:
                if await queries.fold(db) < queries.FOLD_BATCH:
                    break
        for _ in range(TURNS if told else 0):
            async with self._house.inside(cell) as db:
                if await callbacks.step(db, self._house, self._now(), BATCH) < BATCH:
                    break

    async def close(self) -> None:
        """Breaks off what is under way."""
        await self.media.close()
