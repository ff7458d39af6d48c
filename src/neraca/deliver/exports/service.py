"""Ask for an export, read it, stream a project's state."""

from collections.abc import AsyncIterator
from uuid import UUID

from neraca import kinds, projects
from neraca.accounts import Cell, CellSession, House
from neraca.deliver import queries as order
from neraca.deliver.exports import queries
from neraca.wire import deliver as wire
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed

FIRST_PAGE = 100
PAGE = 1000


def shown(row: queries.Row) -> wire.Export:
    """A row as the API tells it."""
    return wire.Export(
        id=str(row["id"]),
        project_id=str(row["project_id"]),
        **{
            name: row[name]
            for name in (
                "format",
                "state",
                "position",
                "rows",
                "rows_total",
                "bytes",
                "sha256",
                "failure",
                "created_at",
                "updated_at",
            )
        },
    )


async def create(session: CellSession, project_id: UUID, form: str) -> wire.Export:
    """Asks for a file of the project's state. Raises validation-failed if its kind has no such format."""
    project = await projects.get(session, project_id)
    if form == "coco" and project["kind"] != "image":
        raise ValidationFailed([Fault("#/format", "not-for-kind", "COCO is a format of the kind image only.")])
    assert kinds.get(project["kind"]) is not None
    row = await queries.add(session.db, project_id, form)
    await projects.outbox(session.db, "export", project_id=project_id, data={"id": str(row["id"])})
    return shown(row)


async def get(session: CellSession, export_id: UUID) -> queries.Row:
    """An export of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, export_id, session.who.mode)
    if row is None:
        raise NotFound
    return row


async def finished(session: CellSession, export_id: UUID) -> queries.Row:
    """An export whose file is complete. Raises not-found, conflict."""
    row = await get(session, export_id)
    if row["state"] != "done":
        raise Conflict(why=f"the export is {row['state']}, not done")
    return row


async def position(session: CellSession, asked: str | None) -> int:
    """The sealed position to show: now, with everything acknowledged before, or one given earlier.

    Raises validation-failed for a position that was never reached.
    """
    _, last = await order.seal(session.db)
    if asked is None:
        return last
    if asked.isascii() and asked.isdigit() and len(asked) <= 18 and int(asked) <= last:
        return int(asked)
    raise ValidationFailed(
        [Fault("?position", "out-of-range", f'"position" must be a whole number up to the last one, {last}.')]
    )


async def after(session: CellSession, project_id: UUID, asked: UUID | None) -> int:
    """Behind which task a stream goes on. Raises not-found."""
    if asked is None:
        return 0
    found = await queries.place(session.db, project_id, asked)
    if found is None:
        raise NotFound
    return found


async def stream(house: House, cell: Cell, project_id: UUID, at: int, begin: int) -> AsyncIterator[bytes]:
    """The project's tasks at position `at` as JSON Lines; each page is a transaction of its own."""
    size = FIRST_PAGE
    while True:
        async with house.inside(cell, transaction=False) as db:
            page = await queries.lines(db, project_id, at, begin, size)
        if page["n"]:
            yield page["text"].encode()
        if page["n"] < size:
            return
        begin, size = page["seq"], PAGE
