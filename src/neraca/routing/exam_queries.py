"""SQL that gives out the tasks of an exam."""

from typing import Any
from uuid import UUID

from psycopg import AsyncCursor

from neraca.kit.session import Connection
from neraca.routing.queries import HAD, LEASE_GOLD, LEASES

Row = dict[str, Any]
LOOK = 500  # gold tasks of one exam that are looked through

# Whoever has answered as much gold as the exam asks, and as much of it rightly, has passed it already.
BEGIN = """
insert into exam (labeler_id, project_id, state, answered, correct, decided_by, decided_at)
select %(l)s, p.id, case when g.known then 'passed' else 'open' end, case when g.known then m.answered else 0 end,
  case when g.known then m.correct else 0 end, case when g.known then 'engine' end,
  case when g.known then clock_timestamp() end
from project p left join labeler_gold m on m.labeler_id = %(l)s and m.project_id = p.id
cross join lateral (select coalesce(m.answered >= (p.policy->'exam'->>'tasks')::int
  and m.correct >= (p.policy->'exam'->>'right')::float8 * m.answered, false) as known) g
where p.id = %(p)s and p.mode = %(m)s and p.state = 'active' and p.policy ? 'exam'
on conflict do nothing
"""
STANDING = """
select e.state, e.attempt, e.answered, e.correct, p.policy->'exam' as terms from exam e
join project p on p.id = e.project_id
where e.labeler_id = %(l)s and e.project_id = %(p)s and p.policy ? 'exam'
"""

# A gold task of the exam that the labeler has not had, in an order of their own. Leases count as answered ones: no
# attempt is asked more tasks than it has.
DEAL = f"""
with live as (
  select * from slot where state = 1 and labeler_id = %(l)s and project_id = %(p)s
    and lease_until > clock_timestamp()
), wanting as (
  select p.* from project p join exam e on e.labeler_id = %(l)s and e.project_id = p.id and e.state = 'open'
  where p.id = %(p)s and p.mode = %(m)s and p.state = 'active' and p.policy ? 'exam' and (
    select count(*) < least(%(most)s, (p.policy->'exam'->>'tasks')::int - e.answered)
      and count(*) filter (where not begun) = 0 from live)
), given as (
  {LEASE_GOLD} (
    select s.task_id from (select task_id from gold_live where project_id = p.id and use = 'exam'
                           order by task_id limit {LOOK}) s
    where true {HAD.strip()} order by md5(%(l)s::text || s.task_id::text) limit 1) c
  on conflict do nothing returning *
), noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'lease.granted', project_id, task_id, %(l)s::text,
    jsonb_build_object('slot', n, 'fence', fence, 'price_micros', price_micros, 'currency', currency,
                       'version', version, 'gold', true) from given
)
{LEASES}"""


async def of_lease(db: Connection, lease_id: UUID) -> Row | None:
    """The open exam of whoever holds a lease on gold of it; the tasks before it count as answered."""
    return await (
        await db.execute(
            "select e.state, e.attempt, e.correct, p.policy->'exam' as terms,"
            " e.answered + (select count(*) from slot o where o.labeler_id = s.labeler_id and o.state = 1 and o.begun"
            "   and o.project_id = s.project_id and not s.begun and o.lease_until > clock_timestamp()) as answered"
            " from slot s"
            " join gold_live g on g.project_id = s.project_id and g.task_id = s.task_id and g.use = 'exam'"
            " join exam e on e.labeler_id = s.labeler_id and e.project_id = s.project_id and e.state = 'open'"
            " join project p on p.id = s.project_id and p.policy ? 'exam' where s.lease_id = %(i)s and s.gold",
            {"i": lease_id},
        )
    ).fetchone()


async def begin(db: Connection, labeler_id: UUID, project_id: UUID, mode: str) -> Row | None:
    """Where the labeler stands in the project's exam, which begins with this; None where it has none."""
    values = {"l": labeler_id, "p": project_id, "m": mode}
    await db.execute(BEGIN, values)
    return await standing(db, labeler_id, project_id)


async def standing(db: Connection, labeler_id: UUID, project_id: UUID) -> Row | None:
    """The same for one who may not have begun."""
    return await (await db.execute(STANDING, {"l": labeler_id, "p": project_id})).fetchone()


async def deal(
    db: Connection, labeler_id: UUID, project_id: UUID, mode: str, *, prefetch: bool, most: int
) -> AsyncCursor[Row]:
    """A lease on a task of the exam that the labeler has not had. None where there is no more of it.

    The caller holds the labeler's lock.
    """
    values = {"l": labeler_id, "p": project_id, "m": mode, "prefetch": prefetch, "most": most}
    return await db.execute(DEAL, values)
