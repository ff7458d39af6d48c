"""SQL on imports and their checkpoints."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = (
    "id, project_id, batch_id, name, format, state, blob, bytes_total, bytes_received, bytes_read, rows_read,"
    " tasks_created, rows_failed, failure, actor, source_key, created_at, updated_at"
)


async def add(db: Connection, values: dict[str, Any]) -> Row:
    """A new import, or the one there is of the same source."""
    row = await (
        await db.execute(
            "insert into import (id, project_id, batch_id, name, format, blob, bytes_total, actor, source_key) values"
            " (%(id)s, %(project_id)s, %(batch_id)s, %(name)s, %(format)s, %(blob)s, %(bytes)s, %(actor)s,"
            " %(source_key)s) on conflict (project_id, source_key) where source_key is not null"
            f" do update set updated_at = import.updated_at returning {COLUMNS}",
            values,
        )
    ).fetchone()
    assert row is not None
    return row


async def get(db: Connection, import_id: UUID, mode: str | None, *, lock: bool = False) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from import where id = %(i)s and exists (select 1 from project p"
            " where p.id = import.project_id and (%(m)s::text is null or p.mode = %(m)s))"
            + (" for update" if lock else ""),
            {"i": import_id, "m": mode},
        )
    ).fetchone()


async def page(db: Connection, project_id: UUID, after: list[str] | None, limit: int) -> list[Row]:
    """Newest first."""
    return await (
        await db.execute(
            f"select {COLUMNS} from import where project_id = %(p)s"
            " and (%(t)s::timestamptz is null or (created_at, id) < (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at desc, id desc limit %(n)s",
            {"p": project_id, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def received(db: Connection, import_id: UUID, size: int) -> Row:
    row = await (
        await db.execute(
            "update import set bytes_received = %(n)s, updated_at = clock_timestamp() where id = %(i)s"
            f" returning {COLUMNS}",
            {"i": import_id, "n": size},
        )
    ).fetchone()
    assert row is not None
    return row


async def queue(db: Connection, import_id: UUID) -> Row:
    row = await (
        await db.execute(
            "update import set state = 'queued', bytes_total = bytes_received, updated_at = clock_timestamp()"
            f" where id = %(i)s returning {COLUMNS}",
            {"i": import_id},
        )
    ).fetchone()
    assert row is not None
    return row


async def errors(db: Connection, import_id: UUID, after: int, limit: int) -> list[Row]:
    return await (
        await db.execute(
            "select row, errors from import_error where import_id = %(i)s and row > %(a)s order by row limit %(n)s",
            {"i": import_id, "a": after, "n": limit + 1},
        )
    ).fetchall()


async def alone(db: Connection, import_id: UUID) -> bool:
    """Takes the right to work on an import until this connection ends; False if another has it."""
    row = await (
        await db.execute(
            "select pg_try_advisory_lock(hashtextextended('import:' || %(i)s::text, 0)) as ok", {"i": import_id}
        )
    ).fetchone()
    return bool(row and row["ok"])


async def begin(db: Connection, import_id: UUID) -> Row | None:
    """The import to work on, None if it is finished."""
    return await (
        await db.execute(
            "update import set state = 'running', updated_at = clock_timestamp()"
            f" where id = %(i)s and state in ('queued', 'running') returning {COLUMNS}",
            {"i": import_id},
        )
    ).fetchone()


async def checkpoint(
    db: Connection,
    import_id: UUID,
    *,
    bytes_read: int,
    rows_read: int,
    created: int,
    failed: Sequence[tuple[int, list[dict[str, str]]]],
) -> None:
    """Written in the transaction of the tasks it stands for: a killed import goes on behind it."""
    if failed:
        async with db.cursor() as cursor, cursor.copy("copy import_error (import_id, row, errors) from stdin") as copy:
            for row, found in failed:
                await copy.write_row((import_id, row, msgspec.json.encode(found).decode()))
    await db.execute(
        "update import set bytes_read = %(b)s, rows_read = %(r)s, tasks_created = tasks_created + %(c)s,"
        " rows_failed = rows_failed + %(f)s, updated_at = clock_timestamp() where id = %(i)s",
        {"i": import_id, "b": bytes_read, "r": rows_read, "c": created, "f": len(failed)},
    )


async def finish(db: Connection, import_id: UUID, state: str, failure: dict[str, Any] | None = None) -> None:
    await db.execute(
        "update import set state = %(s)s, failure = %(f)s, updated_at = clock_timestamp()"
        " where id = %(i)s and state in ('queued', 'running')",
        {"i": import_id, "s": state, "f": Jsonb(failure) if failure else None},
    )


async def project(db: Connection, project_id: UUID) -> Row:
    row = await (
        await db.execute(
            "select id, kind, config, policy, priority, state from project where id = %(p)s", {"p": project_id}
        )
    ).fetchone()
    assert row is not None
    return row
