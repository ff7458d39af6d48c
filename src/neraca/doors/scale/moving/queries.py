"""SQL of tasks that change their kind."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]

# What nobody has begun leaves its old project: its slots, itself, and its part in that project's counts.
TAKE_BACK = """
with gone as (
  delete from task k where k.id = %(i)s and k.state = 'open' and k.answers = 0
    and not exists (select 1 from slot s where s.task_id = k.id and s.state in (1, 2)) returning k.id, k.project_id
), slots as (
  delete from slot s using gone g where s.task_id = g.id
), drafts as (
  delete from draft d using gone g where d.task_id = g.id
)
insert into event (kind, project_id, task_id, actor, n, data)
select 'tasks.added', project_id, id, %(a)s, -1, '{"moved": true}' from gone returning id
"""


async def candidates(db: Connection, after: UUID, limit: int) -> list[Row]:
    """Open tasks of the kind `foreign` in the house's tables."""
    return await (
        await db.execute(
            "select t.id, t.mode, t.project_id, t.type, p.name as project_name, b.params::text as params,"
            " b.instruction, (select v.params->>'instruction' from scale_param v where v.project_id = t.project_id"
            "  order by v.version desc limit 1) as of_project"
            " from scale_task t join scale_body b on b.id = t.id join project q on q.id = t.place"
            " left join scale_project p on p.id = t.project_id"
            " where q.kind = 'foreign' and t.stage = 2 and t.status = 'pending' and t.id > %(a)s"
            " order by t.id limit %(n)s",
            {"a": after, "n": limit},
        )
    ).fetchall()


async def lock(db: Connection, task_id: UUID) -> bool:
    """Locks the task of the house against submits; False where it is gone."""
    row = await (await db.execute("select 1 as one from task where id = %(i)s for update", {"i": task_id})).fetchone()
    return row is not None


async def take_back(db: Connection, task_id: UUID, actor: str) -> bool:
    """Takes a task out of the house's tables; False where somebody has it or has answered it."""
    return await (await db.execute(TAKE_BACK, {"i": task_id, "a": actor})).fetchone() is not None


async def put(db: Connection, task_id: UUID, *, stage: int, place: UUID, native: str, suggestion: str | None) -> str:
    """Where the task goes. Gives its batch's state, `in_progress` without a batch."""
    row = await (
        await db.execute(
            "with moved as (update scale_task set stage = %(s)s, place = %(p)s, updated_at = clock_timestamp(),"
            "  fetch_at = case when %(s)s = 0 then clock_timestamp() end where id = %(i)s returning batch_id),"
            " told as (update scale_body set native = %(n)s::jsonb, suggestion = %(g)s::jsonb where id = %(i)s)"
            " select coalesce(b.state, 'in_progress') as state from moved m"
            " left join scale_batch b on b.id = m.batch_id",
            {"i": task_id, "s": stage, "p": place, "n": native, "g": suggestion},
        )
    ).fetchone()
    assert row is not None
    return str(row["state"])
