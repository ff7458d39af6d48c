"""Begin an import, take in its bytes, start it."""

import asyncio
import errno
from pathlib import Path
from uuid import UUID

from neraca import kinds, projects
from neraca.accounts import CellSession
from neraca.kit import blobs, ids
from neraca.tasks import queries as tasks
from neraca.tasks.imports import queries, rules
from neraca.tasks.imports.reading import HeaderError, Table
from neraca.wire import deliver as wire
from neraca.wire.errors import (
    Conflict,
    Fault,
    NotFound,
    OffsetMismatch,
    PayloadTooLarge,
    StorageExhausted,
    ValidationFailed,
)

CHUNK = 8 * 2**20
LARGEST = 2**36


def shown(row: queries.Row) -> wire.Import:
    """A row as the API tells it."""
    return wire.Import(
        id=str(row["id"]),
        project_id=str(row["project_id"]),
        batch_id=str(row["batch_id"]) if row["batch_id"] else None,
        **{
            name: row[name]
            for name in (
                "name",
                "format",
                "state",
                "bytes_total",
                "bytes_received",
                "bytes_read",
                "rows_read",
                "tasks_created",
                "rows_failed",
                "failure",
                "created_at",
                "updated_at",
            )
        },
    )


async def create(session: CellSession, project_id: UUID, asked: wire.ImportNew) -> wire.Import:
    """A new import, or with a known `source_key` the one there is: it can be continued.

    Raises validation-failed, conflict.
    """
    project = await projects.get(session, project_id)
    if project["state"] == "archived":
        raise Conflict(why="the project is archived")
    batch_id = UUID(asked.batch_id) if asked.batch_id else None
    if batch_id and batch_id not in await tasks.batches_known(session.db, project_id, [batch_id]):
        raise ValidationFailed([Fault("#/batch_id", "not-found", "There is no such batch in this project.")])
    import_id = ids.new()
    row = await queries.add(
        session.db,
        {
            "id": import_id,
            "project_id": project_id,
            "batch_id": batch_id,
            "name": asked.name,
            "format": asked.format,
            "blob": f"{session.cell.database}/imports/{import_id}",
            "bytes": asked.bytes,
            "actor": session.who.actor,
            "source_key": asked.source_key,
        },
    )
    if row["format"] != asked.format:
        raise Conflict(why="there is an import of this source in another format")
    return shown(row)


async def get(session: CellSession, import_id: UUID, *, lock: bool = False) -> queries.Row:
    """An import of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, import_id, session.who.mode, lock=lock)
    if row is None:
        raise NotFound
    return row


async def receive(session: CellSession, import_id: UUID, offset: int, body: bytes) -> wire.Import:
    """Appends bytes; they are durable before this returns.

    Raises offset-mismatch with the byte expected, conflict, payload-too-large, storage-exhausted.
    """
    row = await get(session, import_id, lock=True)
    if row["state"] != "receiving":
        raise Conflict(why="the import has been started")
    if offset != row["bytes_received"]:
        raise OffsetMismatch(expected=row["bytes_received"], headers={"Upload-Offset": str(row["bytes_received"])})
    most = row["bytes_total"] or LARGEST
    if offset + len(body) > most:
        raise PayloadTooLarge(limit=most)
    try:
        await asyncio.to_thread(blobs.write_at, session.house.blobs / row["blob"], offset, body)
    except OSError as wrong:
        if wrong.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageExhausted from None
        raise
    return shown(await queries.received(session.db, import_id, offset + len(body)))


def _header(path: Path, project: queries.Row) -> None:
    kind = kinds.get(project["kind"])
    assert kind is not None
    with path.open("rb") as file:
        try:
            rules.columns(Table(file), kind.params)
        except HeaderError as wrong:
            raise ValidationFailed(wrong.faults) from None


async def start(session: CellSession, import_id: UUID) -> wire.Import:
    """Hands the file to a worker; starting twice is the same as once.

    Raises conflict for an incomplete file, validation-failed for a CSV whose header does not fit.
    """
    row = await get(session, import_id, lock=True)
    if row["state"] != "receiving":
        return shown(row)
    if row["bytes_received"] == 0 or row["bytes_received"] != (row["bytes_total"] or row["bytes_received"]):
        raise Conflict(why=f"{row['bytes_received']} of {row['bytes_total'] or 'some'} bytes are here")
    project = await projects.get(session, row["project_id"])
    if project["state"] == "archived":
        raise Conflict(why="the project is archived")
    if row["format"] == "csv":
        await asyncio.to_thread(_header, session.house.blobs / row["blob"], project)
    await projects.outbox(session.db, "import", project_id=row["project_id"], data={"id": str(import_id)})
    return shown(await queries.queue(session.db, import_id))
