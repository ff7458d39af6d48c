"""Moves open foreign tasks to a kind that fits them now, and quality tasks that were kept alone."""

import json

from neraca.accounts import Cell, CellSession, House
from neraca.doors.scale import translate
from neraca.doors.scale.acting import NOBODY, acting
from neraca.doors.scale.gold import service as gold
from neraca.doors.scale.moving import queries
from neraca.doors.scale.tasks import hypotheses, service
from neraca.doors.scale.tasks import queries as tasks

PAGE = 500


async def move(house: House, cell: Cell, actor: str) -> dict[str, int]:
    """One transaction a task, so that it can be broken off; gives how many of each type were moved.

    A task that somebody has begun stays where it is.
    """
    moved = await gold.move(house, cell, actor)
    after = NOBODY
    while True:
        async with house.inside(cell) as db:
            rows = await queries.candidates(db, after, PAGE)
        for row in rows:
            found = translate.fit(row["type"], json.loads(row["params"]))
            if found.kind == "foreign":
                continue
            async with house.inside(cell) as db:
                if await _moved(acting(db, house, cell, mode=row["mode"], actor=actor), row, found):
                    moved[row["type"]] = moved.get(row["type"], 0) + 1
        if len(rows) < PAGE:
            return moved
        after = rows[-1]["id"]


async def _moved(session: CellSession, row: queries.Row, found: translate.Fit) -> bool:
    db = session.db
    if not await queries.lock(db, row["id"]) or not await queries.take_back(db, row["id"], session.who.actor):
        return False
    place = await service.place_for(session, row, found, row["of_project"])
    if place is None:  # too many questions: it goes back to where it was
        found = translate.foreign(row["type"], json.loads(row["params"]))
        place = await service.place_for(session, row, found, row["of_project"])
    assert place is not None
    own = row["instruction"] if row["instruction"] != row["of_project"] else None
    stage = service.WANTED if found.media is not None else service.READY
    native = json.dumps(translate.native(found, own))
    suggestion = await hypotheses.forgiving(session, row["type"], json.loads(row["params"]), found)
    state = await queries.put(db, row["id"], stage=stage, place=place, native=native, suggestion=suggestion)
    if stage == service.READY and state not in service.HELD:
        await tasks.place_one(db, row["id"], session.who.actor)
    return found.kind != "foreign"
