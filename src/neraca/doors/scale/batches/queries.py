"""SQL on batches of this door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
# Counts are exact: what is folded and what is not.
COLUMNS = (
    "b.id, b.mode, b.name, b.state, b.callback, b.calibration, b.self_label, b.metadata, b.priority, b.created_at,"
    " b.completed_at, b.project_id, p.name as project, p.archived, n.pending, n.completed, n.error, n.canceled"
)
JOINED = (
    " join scale_project p on p.id = b.project_id left join lateral (select"
    "  coalesce(sum(c.n) filter (where c.status = 'pending'), 0)::bigint as pending,"
    "  coalesce(sum(c.n) filter (where c.status = 'completed'), 0)::bigint as completed,"
    "  coalesce(sum(c.n) filter (where c.status = 'error'), 0)::bigint as error,"
    "  coalesce(sum(c.n) filter (where c.status = 'canceled'), 0)::bigint as canceled"
    "  from (select x.status, x.n from scale_count x where x.batch_id = b.id"
    "   union all select d.status, d.n from scale_delta d where d.batch_id = b.id) c) n on true"
)
DONE = "(b.state = 'in_progress' and n.pending = 0 and n.completed + n.error + n.canceled > 0)"
STATUS = f"case when {DONE} then 'completed' else b.state end"
FILTERS = (
    "b.mode = %(mode)s and (%(project)s::text is null or p.name = %(project)s)"
    " and (%(start)s::timestamptz is null or b.created_at >= %(start)s)"
    " and (%(end)s::timestamptz is null or b.created_at <= %(end)s)"
    " and not (%(exclude_archived)s and p.archived)"
    f" and (%(status)s::text is null or {STATUS} = %(status)s)"
)


async def add(db: Connection, values: dict[str, Any]) -> UUID | None:
    """None where the name is taken."""
    row = await (
        await db.execute(
            "insert into scale_batch (mode, project_id, name, state, callback, calibration, self_label, metadata)"
            " values (%(mode)s, %(project_id)s, %(name)s, %(state)s, %(callback)s, %(calibration)s, %(self_label)s,"
            " %(metadata)s) on conflict do nothing returning id",
            {**values, "metadata": Jsonb(values["metadata"])},
        )
    ).fetchone()
    return row["id"] if row else None


async def get(db: Connection, mode: str, name: str) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS}, {STATUS} as status from scale_batch b{JOINED} where b.mode = %(m)s and b.name = %(n)s",
            {"m": mode, "n": name},
        )
    ).fetchone()


async def by_id(db: Connection, batch_id: UUID) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS}, {STATUS} as status from scale_batch b{JOINED} where b.id = %(i)s", {"i": batch_id}
        )
    ).fetchone()


async def page(db: Connection, mode: str, filters: dict[str, Any], limit: int, offset: int) -> tuple[list[Row], int]:
    """Newest first, and how many there are in all."""
    values = {**filters, "mode": mode, "limit": limit, "offset": offset}
    rows = await (
        await db.execute(
            f"select {COLUMNS}, {STATUS} as status from scale_batch b{JOINED} where {FILTERS}"
            " order by b.created_at desc, b.id desc limit %(limit)s offset %(offset)s",
            values,
        )
    ).fetchall()
    counted = await (
        await db.execute(f"select count(*) as n from scale_batch b{JOINED} where {FILTERS}", values)
    ).fetchone()
    assert counted is not None
    return rows, int(counted["n"])


async def lock(db: Connection, batch_id: UUID) -> str:
    """The batch's state, which nobody else changes until this transaction ends."""
    row = await (
        await db.execute("select state from scale_batch where id = %(b)s for update", {"b": batch_id})
    ).fetchone()
    assert row is not None
    return str(row["state"])


async def set_state(db: Connection, batch_id: UUID, state: str) -> None:
    await db.execute("update scale_batch set state = %(s)s where id = %(b)s", {"b": batch_id, "s": state})


async def set_metadata(db: Connection, batch_id: UUID, metadata: dict[str, Any]) -> None:
    await db.execute("update scale_batch set metadata = %(d)s where id = %(b)s", {"b": batch_id, "d": Jsonb(metadata)})


async def set_priority(db: Connection, batch_id: UUID, priority: int | None) -> None:
    await db.execute("update scale_batch set priority = %(y)s where id = %(b)s", {"b": batch_id, "y": priority})


async def end(db: Connection, batch_id: UUID) -> datetime | None:
    """Notes the end of a batch that has no pending task left, once; gives its time.

    The lock is a statement of its own, so that the counts are those of everything committed before it.
    """
    await db.execute("select 1 from scale_batch where id = %(b)s for update", {"b": batch_id})
    row = await (
        await db.execute(
            f"update scale_batch set completed_at = clock_timestamp() from (select b.id from scale_batch b{JOINED}"
            f" where b.id = %(b)s and {DONE}) d where scale_batch.id = d.id and completed_at is null"
            " returning completed_at",
            {"b": batch_id},
        )
    ).fetchone()
    return row["completed_at"] if row else None
