"""Fetching the pictures that tasks name by their address."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from neraca import assets, kinds
from neraca.accounts import Cell, CellSession, House
from neraca.doors.scale.acting import acting
from neraca.doors.scale.errands import queries
from neraca.doors.scale.fetching import Unfetched, fetch
from neraca.doors.scale.files import service as files
from neraca.doors.scale.gold import queries as gold
from neraca.doors.scale.gold import weaving
from neraca.doors.scale.tasks import hypotheses
from neraca.doors.scale.tasks import queries as tasks
from neraca.doors.scale.tasks.service import NEVER, WANTED
from neraca.kind import check
from neraca.kit.problems import Problem

AT_ONCE = 8
TRIES = 6
ACTOR = "door:scale"
TASK, KNOWN = "task", "quality task"
log = structlog.get_logger("neraca.scale")


def _suggestion(row: queries.Row, native: dict[str, Any]) -> dict[str, Any] | None:
    """What the task comes with, for this picture. Raises `Unfetched` for what cannot be meant."""
    made: dict[str, Any] | None = row["suggestion"]
    if made is None:
        return None
    try:
        return {**made, "answer": hypotheses.fitted(row["kind"], row["config"], native, made["answer"])}
    except ValueError as refusal:
        raise Unfetched(str(refusal)) from None


async def _woven(session: CellSession, row: queries.Row, native: dict[str, Any]) -> None:
    """A quality task whose picture has come is gold. Raises `Unfetched` where its answer does not fit."""
    if not await gold.lock(session.db, row["id"], [WANTED]):
        return
    try:
        await weaving.weave(session, row, native)
    except ValueError as refusal:
        raise Unfetched(str(refusal)) from None


def _shown(row: queries.Row, wrong: Unfetched) -> dict[str, Any]:
    """The response of a task that ends in error."""
    shown: dict[str, Any] = {"url": row["url"]}
    if wrong.status is not None:
        shown["statusCode"] = wrong.status
    return {"error": str(wrong), "attachments": [shown]}


class Media:
    """The fetches of one worker process. Another may run: a task is claimed in its row."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._running: dict[UUID, asyncio.Task[None]] = {}

    def start(self, cell: Cell) -> None:
        """Begins to fetch what is due in a cell, unless that is under way; nobody waits for a slow host."""
        running = self._running.get(cell.client_id)
        if running is None or running.done():
            self._running[cell.client_id] = asyncio.create_task(self._run(cell))

    async def settled(self) -> None:
        """Waits until nothing is under way."""
        await asyncio.gather(*self._running.values())

    async def close(self) -> None:
        """Breaks off what is under way; it is fetched again later."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _run(self, cell: Cell) -> None:
        while True:
            async with self._house.inside(cell) as db:
                rows = [(TASK, row) for row in await queries.claim(db, AT_ONCE)] or [
                    (KNOWN, row) for row in await gold.claim(db, AT_ONCE)
                ]
            if not rows:
                return
            for found in await asyncio.gather(
                *(self._one(cell, row, what) for what, row in rows), return_exceptions=True
            ):
                if isinstance(found, Exception):
                    log.warning("fetch-interrupted", cell=cell.database, error=type(found).__name__)

    async def _one(self, cell: Cell, row: queries.Row, what: str) -> None:
        try:
            body = await self._bytes(cell, row)
            await self._stored(cell, row, body, what)
        except Unfetched as wrong:
            async with self._house.inside(cell) as db:
                if wrong.again and row["fetches"] < TRIES:
                    later = queries.later if what == TASK else gold.later
                    await later(db, row["id"], 2.0 ** row["fetches"])
                elif what == TASK:
                    await queries.failed(db, row["id"], _shown(row, wrong))
                else:
                    await gold.settled(db, row["id"], stage=NEVER, refused=str(wrong))
                    log.warning("quality-task-refused", cell=cell.database, task=str(row["id"]), reason=str(wrong))

    async def _bytes(self, cell: Cell, row: queries.Row) -> bytes:
        """From the account's own files, or from the address."""
        if not row["url"].startswith(files.SCHEME):
            return await fetch(self._house, row["url"])
        async with self._house.inside(cell) as db:
            body = await files.bytes_of(db, self._house.blobs, cell.client_id, row["mode"], row["url"])
        if body is None:
            raise Unfetched("There is no such file in this account.", 404)
        return body

    async def _stored(self, cell: Cell, row: queries.Row, body: bytes, what: str) -> None:
        """One transaction: the asset, the task's parameters with it, and the task in the house's tables."""
        kind = kinds.get(row["kind"])
        assert kind is not None
        try:
            picture = await assets.examine(body)
        except Problem as problem:
            raise Unfetched(problem.detail) from None
        async with self._house.inside(cell) as db:
            asset = await assets.store(self._house, cell, db, body, picture)
            native = {**row["native"], "image": f"asset:{asset['id']}"}
            if "width" in kind.params.model_fields:
                native |= {"width": asset["width"], "height": asset["height"]}
            _, flaws = check(kind.params, native)
            if flaws:
                raise Unfetched(f"The attachment does not fit: {flaws[0].detail}")
            if what == KNOWN:
                await _woven(acting(db, self._house, cell, mode=row["mode"], actor=ACTOR), row, native)
            elif await queries.ready(db, row["id"], native, _suggestion(row, native)) == "in_progress":
                await tasks.place_one(db, row["id"], ACTOR)
