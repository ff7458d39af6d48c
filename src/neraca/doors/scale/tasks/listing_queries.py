"""SQL on many tasks of this door: filters, pages, counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from neraca.doors.scale.tasks.queries import JOINED, SHOWN
from neraca.kit.session import Connection

Row = dict[str, Any]
COUNTED = frozenset({"mode", "project_id", "batch_id", "type", "status"})  # these are kept as counts

CONDITIONS = {
    "mode": "t.mode = %(mode)s",
    "project_id": "t.project_id = %(project_id)s",
    "batch_id": "t.batch_id = %(batch_id)s",
    "type": "t.type = %(type)s",
    "status": "t.status = %(status)s",
    "unique_ids": "t.unique_id = any(%(unique_ids)s)",
    "tags": "t.tags && %(tags)s",
    "reviews": "t.review_status = any(%(reviews)s)",
    "created_from": "t.created_at >= %(created_from)s",
    "created_to": "t.created_at <= %(created_to)s",
    "updated_from": "t.updated_at >= %(updated_from)s",
    "updated_to": "t.updated_at <= %(updated_to)s",
    "completed_from": "t.completed_at >= %(completed_from)s",
    "completed_to": "t.completed_at <= %(completed_to)s",
}


async def named(db: Connection, mode: str, project: str | None, batch: str | None) -> tuple[UUID | None, UUID | None]:
    """The ids behind names; None for what there is not."""
    row = await (
        await db.execute(
            "select (select id from scale_project where mode = %(m)s and name = %(p)s) as project_id,"
            " (select id from scale_batch where mode = %(m)s and name = %(b)s) as batch_id",
            {"m": mode, "p": project, "b": batch},
        )
    ).fetchone()
    assert row is not None
    return row["project_id"], row["batch_id"]


def _where(filters: Mapping[str, Any]) -> str:
    return " and ".join(CONDITIONS[name] for name in filters)


async def page(
    db: Connection, filters: Mapping[str, Any], before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Newest first, one more than `limit` where there is more."""
    where = _where(filters)
    values: dict[str, Any] = {**filters, "n": limit + 1}
    if before is not None:
        where += " and (t.created_at, t.id) < (%(at)s, %(id)s)"
        values |= {"at": before[0], "id": before[1]}
    return await (
        await db.execute(
            f"select {SHOWN} from (select t.* from scale_task t where {where} order by t.created_at desc, t.id desc"
            f" limit %(n)s) t{JOINED} order by t.created_at desc, t.id desc".encode(),
            values,
        )
    ).fetchall()


async def count(db: Connection, filters: Mapping[str, Any]) -> int:
    """How many there are, exactly: from kept counts where they know, else counted."""
    if filters.keys() <= COUNTED:
        where = _where(filters)
        sql = (
            f"select coalesce(sum(n), 0)::bigint as n from (select t.n from scale_count t where {where}"
            f" union all select t.n from scale_delta t where {where}) c"
        )
    else:
        sql = f"select count(*) as n from scale_task t where {_where(filters)}"
    row = await (await db.execute(sql.encode(), dict(filters))).fetchone()
    assert row is not None
    return int(row["n"])
