"""SQL on audits."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]


async def note(db: Connection, task_id: UUID, *, result: str, comments: str | None, line: dict[str, Any]) -> None:
    """What stands on the task after an audit."""
    await db.execute(
        "with t as (update scale_task set review_status = %(r)s, updated_at = clock_timestamp() where id = %(i)s)"
        " update scale_body set review_comments = %(c)s, audits = coalesce(audits, '[]') || %(a)s where id = %(i)s",
        {"i": task_id, "r": result, "c": comments, "a": Jsonb([line])},
    )


async def set_aside(db: Connection, task_id: UUID, former: str) -> None:
    """The response so far goes to the former ones, the oldest first."""
    await db.execute(
        "update scale_body set prior = coalesce(prior, '[]') || %(p)s::jsonb, response = null where id = %(i)s",
        {"i": task_id, "p": former},
    )


async def put_response(db: Connection, task_id: UUID, response: dict[str, Any]) -> None:
    """The response of a task that the house has no verdict of."""
    await db.execute("update scale_body set response = %(v)s where id = %(i)s", {"i": task_id, "v": Jsonb(response)})


async def add_fixless(db: Connection, task_id: UUID, by: str, body: dict[str, Any]) -> Row:
    row = await (
        await db.execute(
            "insert into scale_audit (task_id, audited_by, body) values (%(t)s, %(b)s, %(v)s)"
            " returning id, audited_by, body, created_at",
            {"t": task_id, "b": by, "v": Jsonb(body)},
        )
    ).fetchone()
    assert row is not None
    return row


async def fixless(db: Connection, task_id: UUID) -> list[Row]:
    """The audits of a task, the latest first."""
    return await (
        await db.execute(
            "select id, audited_by, body, created_at from scale_audit where task_id = %(t)s"
            " order by created_at desc, id desc",
            {"t": task_id},
        )
    ).fetchall()
