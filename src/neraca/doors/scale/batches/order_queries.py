"""SQL on where batches put their tasks among the open slots: their level, their lane, and the way there."""

from datetime import UTC, datetime
from uuid import UUID

from neraca.kit.session import Connection

STEP = 500
FIRST = datetime(1900, 1, 1, tzinfo=UTC)
STUDIO = "studio:"

# The first nine of a Studio's order that are not done have a level each, whoever is behind them shares the last.
# What the order does not name comes after it. Without an order a batch's own priority counts, calibrations first.
LEVELS = """
with alive as (
  select b.* from scale_batch b where b.mode = %(m)s and b.state <> 'cancelled' and b.completed_at is null
), ranked as (
  select id, project_id, row_number() over (partition by project_id order by studio_priority) as n
  from alive where studio_priority is not null
), wanted as (
  select b.id, (case
    when r.n is not null then greatest(10 - r.n, 1)
    when exists (select 1 from ranked o where o.project_id = b.project_id) then 0
    when b.priority is not null then round((least(greatest(b.priority, 10), 30) - 10) * 9 / 20.0)
    when b.calibration then 9 end)::smallint as level
  from alive b left join ranked r on r.id = b.id
), passed as (
  update scale_batch set level = null
  where mode = %(m)s and completed_at is not null and studio_priority is not null and level is not null
)
update scale_batch b set level = w.level, moving = true from wanted w
where w.id = b.id and b.level is distinct from w.level
"""

LANE = f"""
update scale_batch b set lane = g.lane, moving = true from (
  select '{STUDIO}' || md5(string_agg(group_id::text, ',' order by group_id)) as lane
  from scale_batch_group where batch_id = %(b)s) g
where b.id = %(b)s and b.lane is distinct from g.lane
"""

# A skill that a slot wants for another reason stays.
OURS = f"s.state in (0, 1) and (s.needs is null or s.needs like '{STUDIO}%%')"
OFF = f"""(k.priority <> coalesce(b.level, t.priority) or exists (
      select 1 from slot s where s.task_id = k.id and {OURS} and s.needs is distinct from b.lane))"""

# A task's row is locked before its slots, as a submit does it; whoever is at work on one is passed over and comes with
# a later step. What lies open gets a fresh position, so that no labeler's cursor is beyond it.
MOVE = f"""
with due as materialized (
  select k.id, coalesce(b.level, t.priority) as priority, b.lane, t.created_at
  from scale_batch b join scale_task t on t.batch_id = b.id join task k on k.id = t.id
  where b.id = %(b)s and t.status = 'pending' and t.stage = 2 and k.state = 'open'
    and (t.created_at, t.id) > (%(at)s, %(after)s) and {OFF}
  order by t.created_at, t.id limit %(n)s for update of k skip locked
), moved as (
  update task k set priority = d.priority from due d where k.id = d.id and k.priority <> d.priority
), slots as (
  update slot s set priority = d.priority, needs = d.lane,
    pos = case when s.state = 0 then nextval('slot_pos') else s.pos end,
    opened_at = case when s.state = 0 then clock_timestamp() else s.opened_at end
  from due d where s.task_id = d.id and {OURS}
)
select created_at, id from due order by created_at desc, id desc limit 1
"""

ARRIVED = f"""
update scale_batch b set moving = false where b.id = %(b)s and not exists (
  select 1 from scale_task t join task k on k.id = t.id
  where t.batch_id = b.id and t.status = 'pending' and t.stage = 2 and k.state = 'open'
    and {OFF})
"""


async def alone(db: Connection, mode: str) -> None:
    """One at a time changes the order of an account's batches."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended('scale-order:' || %(m)s, 0))", {"m": mode})


async def level(db: Connection, mode: str) -> None:
    """Gives every batch of an account its level. The caller is `alone`."""
    await db.execute(LEVELS, {"m": mode})


async def settle(db: Connection, batch_id: UUID) -> None:
    """The level of a new batch, which has no tasks yet: behind an order, if its project has one."""
    await db.execute(
        "update scale_batch b set level = case when exists (select 1 from scale_batch o"
        "  where o.project_id = b.project_id and o.studio_priority is not null and o.completed_at is null) then 0"
        " when calibration then 9 end where id = %(b)s",
        {"b": batch_id},
    )


async def lane(db: Connection, batch_id: UUID) -> None:
    """A batch's slots lie in the lane of its groups: the same for the same groups, none without any."""
    await db.execute(LANE, {"b": batch_id})


async def moving(db: Connection) -> list[UUID]:
    """Batches whose slots are on their way."""
    rows = await (await db.execute("select id from scale_batch where moving order by level desc nulls last")).fetchall()
    return [row["id"] for row in rows]


async def move(db: Connection, batch_id: UUID, after: tuple[datetime, UUID] | None) -> tuple[datetime, UUID] | None:
    """One step of at most 500 tasks behind `after`; gives where the next one begins, None at the end."""
    at, last = after or (FIRST, UUID(int=0))
    row = await (await db.execute(MOVE, {"b": batch_id, "n": STEP, "at": at, "after": last})).fetchone()
    return (row["created_at"], row["id"]) if row else None


async def arrived(db: Connection, batch_id: UUID) -> None:
    """Notes the end of the way, if it is one.

    The lock is a statement of its own, so that tasks of whoever made some under the old level are seen.
    """
    await db.execute("select 1 from scale_batch where id = %(b)s for update", {"b": batch_id})
    await db.execute(ARRIVED, {"b": batch_id})
