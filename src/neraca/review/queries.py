"""SQL on second looks. Every verdict stays as a version; what a second look changes names its event."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]

# The answers up to this event count no more: they stay, paid, and the next verdict rests on later ones. What was
# counted as decided is counted back.
SEND_BACK = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data)
  values ('task.reopened', %(p)s, %(t)s, %(a)s, jsonb_build_object('note', %(w)s::text)) returning id
), uncounted as (
  insert into event (kind, project_id, task_id, actor, n, data)
  select 'task.decided', %(p)s, %(t)s, %(a)s, -1, jsonb_build_object('reason', v.reason) from verdict v
  where v.task_id = %(t)s and v.reason <> 'fixed' order by v.version desc limit 1
), moved as (
  update task set state = 'open', reason = null, redo_event_id = noted.id, confidence = null, posterior = null
  from noted where task.id = %(t)s
), gone as (
  delete from slot where task_id = %(t)s and state = 3 and labeler_id is null
)
insert into slot (task_id, n, project_id, priority, needs)
select %(t)s, had.n + g.n, %(p)s, %(y)s, had.needs
from (
  select coalesce(max(n), 0) as n, (array_agg(needs order by n) filter (where needs like 'studio:%%'))[1] as needs
  from slot where task_id = %(t)s) had
cross join generate_series(1, %(s)s::int) g(n)
"""

FIX = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data)
  values ('task.fixed', %(p)s, %(t)s, %(a)s, jsonb_build_object('note', %(w)s::text)) returning id
), moved as (
  update task set reason = 'fixed', confidence = 1, posterior = null where id = %(t)s
), told as (
  insert into outbox (topic, project_id, task_id, event_id, data)
  select 'callback', %(p)s, %(t)s, id, jsonb_build_object('type', 'task.decided') from noted
)
insert into verdict (task_id, version, project_id, value, confidence, reason, answers, event_id)
select %(t)s, coalesce((select max(version) from verdict where task_id = %(t)s), 0) + 1, %(p)s, %(v)s, 1, 'fixed', '{}',
  id from noted
"""


async def lock(db: Connection, task_id: UUID, mode: str | None) -> Row | None:
    """A task with its project's present terms; its row is locked until the transaction ends."""
    return await (
        await db.execute(
            "select t.id, t.project_id, t.state, t.params, t.priority, p.kind, p.config, p.policy,"
            " exists (select 1 from gold_live g where g.project_id = t.project_id and g.task_id = t.id) as gold"
            " from task t join project p on p.id = t.project_id"
            " where t.id = %(t)s and (%(m)s::text is null or p.mode = %(m)s) for update of t",
            {"t": task_id, "m": mode},
        )
    ).fetchone()


async def send_back(db: Connection, task: Row, *, slots: int, actor: str, note: str | None) -> None:
    """A decided task is open again, with so many further slots."""
    await db.execute(
        SEND_BACK,
        {"t": task["id"], "p": task["project_id"], "y": task["priority"], "s": slots, "a": actor, "w": note},
    )


async def fix(db: Connection, task: Row, value: Mapping[str, Any], *, actor: str, note: str | None) -> None:
    """An answer that somebody who may say so put in the verdict's place."""
    await db.execute(FIX, {"t": task["id"], "p": task["project_id"], "v": Jsonb(value), "a": actor, "w": note})
