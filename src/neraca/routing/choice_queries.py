"""SQL for the choice among open slots: what is believed of who asks, and what lies ahead of them. Nothing is locked."""

from typing import Any
from uuid import UUID

from neraca.kit.session import KEEP_PLANS, Connection, pipelined
from neraca.routing.queries import HAD, LEVEL, SLACK

Row = dict[str, Any]
LOOK = 64  # open slots that are looked at

# Where there is a target to reach and an estimate of this labeler: else there is nothing to choose by.
TERMS = """
select (p.policy->>'confidence')::float8 as confidence, (p.policy->>'min')::int as least, k.classes, k.pooled, k.prior,
  k.tau, s.confusion, s.answers, s.copy_of
from project p join project_skill k on k.project_id = p.id
join labeler_skill s on s.project_id = p.id and s.labeler_id = %(l)s
where p.id = %(p)s and p.mode = %(m)s and p.state = 'active' and p.policy->>'type' = 'target'
"""

# The first open slots of the labeler's walk. The cursor moves up to the first of them and never past it, since it may
# be passed over.
SEEN = f"""
with recursive wanting as (select %(p)s::uuid as id), {LEVEL}, seen as (
  select c.* from level l cross join lateral (
    select s.task_id, s.n, s.pos, s.priority, s.opened_at from slot s
    where s.project_id = %(p)s and s.state = 0 and s.needs is null and s.priority = l.priority
      and s.pos > coalesce((select w.pos from walk w where w.labeler_id = %(l)s and w.project_id = %(p)s
                            and w.priority = l.priority and w.needs = ''), 0)
      {HAD.strip()}
    order by s.pos limit {LOOK}
  ) c limit {LOOK}
), walked as (
  insert into walk (labeler_id, project_id, priority, needs, pos)
  select %(l)s, %(p)s, f.priority, '', f.pos - 1 from (select * from seen order by priority desc, pos limit 1) f
  where f.opened_at < clock_timestamp() - interval '{SLACK}'
  on conflict (labeler_id, project_id, priority, needs) do update set pos = excluded.pos where walk.pos < excluded.pos
)
select c.task_id, c.n, c.priority, c.opened_at, t.answers, t.posterior, $told as told from seen c
cross join lateral (select answers, posterior from task where id = c.task_id offset 0) t order by c.priority desc, c.pos
"""
# Whether another one of their group of copies has answered a task, or is about to.
TOLD = """exists (
  select 1 from slot o where o.task_id = c.task_id and o.state in (1, 2) and %(c)s = (
    select copy_of from labeler_skill g where g.project_id = %(p)s and g.labeler_id = o.labeler_id))"""
ALONE, GROUPED = SEEN.replace("$told", "false"), SEEN.replace("$told", TOLD)


async def look(db: Connection, labeler_id: UUID, project_id: UUID, mode: str) -> tuple[Row | None, list[Row]]:
    """What a choice is made by, and from: see `TERMS` and `SEEN`.

    The target, the classes, and the confusion of this labeler and of all; None where one of them is not there. Then
    up to `LOOK` open slots that this labeler may have, in the order of their walk, with where their tasks stand, and
    whether one whose answers are copies of theirs has `told` of it.
    """
    values = {"l": labeler_id, "p": project_id, "m": mode}
    async with pipelined(db):
        await db.execute(f"select {KEEP_PLANS}")
        terms = await (await db.execute(TERMS, values)).fetchone()
        if terms is None:
            return None, []
        group = terms["copy_of"]
        seen = await db.execute(*((ALONE, values) if group is None else (GROUPED, {**values, "c": group})))
    return terms, await seen.fetchall()
