"""SQL on tasks that move in."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection


async def known(db: Connection, mode: str, ids: list[UUID]) -> set[UUID]:
    """Those that are here already."""
    rows = await (
        await db.execute("select id from scale_task where mode = %(m)s and id = any(%(i)s)", {"m": mode, "i": ids})
    ).fetchall()
    return {row["id"] for row in rows}


async def taken(db: Connection, task_id: UUID) -> bool:
    """Whether a task of this id is here, in either account; until this transaction ends nobody else brings it."""
    await db.execute(
        "select pg_advisory_xact_lock(hashtextextended('scale-arrival:' || %(i)s, 0))", {"i": str(task_id)}
    )
    row = await (await db.execute("select 1 as one from scale_task where id = %(i)s", {"i": task_id})).fetchone()
    return row is not None


async def as_it_was(db: Connection, task_id: UUID, values: dict[str, Any]) -> None:
    """The times, the review and whatever else it had where it comes from; whoever listened has been told there."""
    await db.execute("delete from outbox where topic = 'scale' and task_id = %(i)s", {"i": task_id})
    await db.execute(
        "update scale_task set created_at = coalesce(%(created_at)s, created_at),"
        " updated_at = coalesce(%(updated_at)s, updated_at), completed_at = %(completed_at)s,"
        " callback_url = coalesce(%(callback_url)s, callback_url),"
        " callback_succeeded = %(callback_succeeded)s, review_status = %(review_status)s where id = %(i)s",
        {**values, "i": task_id},
    )
    await db.execute(
        "update scale_body set review_comments = %(review_comments)s, audits = %(audits)s::jsonb,"
        " prior = %(prior)s::jsonb, beside = %(beside)s::jsonb where id = %(i)s",
        {**values, "i": task_id},
    )
