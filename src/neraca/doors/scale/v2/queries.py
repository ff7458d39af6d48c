"""SQL of the newer protocol: batches that pause and end, names and ids, annotations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.doors.scale.batches.queries import COLUMNS, JOINED, STATUS
from neraca.kit.session import Connection

Row = dict[str, Any]

# Nobody is asked while a batch is paused; whoever has a lease may finish.
HOLD = """
update slot s set state = 3 from scale_task t join scale_batch b on b.id = t.batch_id
where t.id = s.task_id and s.state = 0 and t.status = 'pending' and b.state = 'paused'
"""
GO_ON = """
update slot s set state = 0, pos = nextval('slot_pos'), opened_at = clock_timestamp() from scale_task t
where t.id = s.task_id and t.batch_id = %(b)s and t.status = 'pending' and s.state = 3
"""

# Everything that is pending ends; who has a lease keeps it and is paid.
END = """
with mine as materialized (
  select k.id, k.project_id from scale_task t join task k on k.id = t.id
  where t.batch_id = %(b)s and t.status = 'pending' and t.stage = 2 and k.state = 'open' order by k.id for update of k
), noted as (
  insert into event (kind, project_id, task_id, actor) select 'task.canceled', project_id, id, %(a)s from mine
  returning id, task_id
), told as (
  insert into outbox (topic, project_id, task_id, event_id, data)
  select 'callback', m.project_id, m.id, n.id, '{"type": "task.canceled"}' from mine m join noted n on n.task_id = m.id
), closed as (
  update slot s set state = 3 from mine m where s.task_id = m.id and s.state = 0
)
update task t set state = 'canceled', reason = null, canceled_event_id = n.id from noted n where t.id = n.task_id
"""
END_OTHERS = """
update scale_task set status = 'canceled', stage = 3, fetch_at = null, updated_at = clock_timestamp()
where batch_id = %(b)s and status = 'pending' and stage < 2
"""


async def batch(db: Connection, mode: str, batch_id: UUID | None, name: str | None) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS}, {STATUS} as status from scale_batch b{JOINED} where b.mode = %(m)s"
            " and (b.id = %(i)s or (%(i)s::uuid is null and b.name = %(n)s))",
            {"m": mode, "i": batch_id, "n": name},
        )
    ).fetchone()


async def project(db: Connection, mode: str, project_id: UUID | None, name: str | None) -> Row | None:
    return await (
        await db.execute(
            "select id, name, type, created_at, (select v.params from scale_param v where v.project_id = p.id"
            "  order by v.version desc limit 1) as params from scale_project p where mode = %(m)s"
            " and (id = %(i)s or (%(i)s::uuid is null and name = %(n)s))",
            {"m": mode, "i": project_id, "n": name},
        )
    ).fetchone()


async def projects(db: Connection, mode: str, since: datetime | None, until: datetime | None) -> list[Row]:
    return await (
        await db.execute(
            "select id, name, type, created_at from scale_project where mode = %(m)s"
            " and (%(s)s::timestamptz is null or created_at >= %(s)s)"
            " and (%(u)s::timestamptz is null or created_at <= %(u)s) order by created_at desc, id desc",
            {"m": mode, "s": since, "u": until},
        )
    ).fetchall()


async def batches(db: Connection, filters: Row, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
    """Newest first, one more than `limit` where there is more."""
    return await (
        await db.execute(
            f"select {COLUMNS}, {STATUS} as status from scale_batch b{JOINED} where b.mode = %(mode)s"
            " and (%(project_id)s::uuid is null or b.project_id = %(project_id)s)"
            f" and (%(status)s::text is null or {STATUS} = %(status)s)"
            " and (%(created_after)s::timestamptz is null or b.created_at >= %(created_after)s)"
            " and (%(created_before)s::timestamptz is null or b.created_at <= %(created_before)s)"
            " and (%(completed_after)s::timestamptz is null or b.completed_at >= %(completed_after)s)"
            " and (%(completed_before)s::timestamptz is null or b.completed_at <= %(completed_before)s)"
            " and (%(at)s::timestamptz is null or (b.created_at, b.id) < (%(at)s::timestamptz, %(id)s::uuid))"
            " order by b.created_at desc, b.id desc limit %(n)s",
            {**filters, "at": before[0] if before else None, "id": before[1] if before else None, "n": limit + 1},
        )
    ).fetchall()


async def hold(db: Connection) -> int:
    """Closes what is open in paused batches; gives how many slots."""
    return (await db.execute(HOLD)).rowcount


async def go_on(db: Connection, batch_id: UUID) -> None:
    await db.execute(GO_ON, {"b": batch_id})


async def end(db: Connection, batch_id: UUID, actor: str) -> None:
    await db.execute(END, {"b": batch_id, "a": actor})
    await db.execute(END_OTHERS, {"b": batch_id})


async def with_annotation(db: Connection, mode: str, annotation_id: str) -> Any | None:
    """The response that has this annotation."""
    row = await (
        await db.execute(
            "select coalesce(b.response, v.value->'response') as response from scale_task t"
            " join scale_body b on b.id = t.id left join lateral (select x.value from verdict x where x.task_id = t.id"
            "  order by x.version desc limit 1) v on true"
            " where t.mode = %(m)s and t.status = 'completed' and jsonb_path_exists(coalesce(b.response,"
            "  v.value->'response'), '$.threads.**.annotations[*] ? (@.id == $i)', %(v)s) limit 1",
            {"m": mode, "v": Jsonb({"i": annotation_id})},
        )
    ).fetchone()
    return row["response"] if row else None
