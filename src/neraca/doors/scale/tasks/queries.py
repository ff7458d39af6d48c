"""SQL on tasks of this door: made, shown, changed, put into the house's tables."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from neraca.doors.scale.projects import access_queries
from neraca.kit.session import Connection

Row = dict[str, Any]

# The names in a request. The batch is locked against its own finalize, pause or cancel until this commits.
NAMED = """
with b as (
  select id, project_id, state, completed_at from scale_batch where mode = %(m)s and name = %(b)s for share
)
select b.id as batch_id, b.project_id as batch_project, b.state as batch_state, b.completed_at as batch_completed,
  p.id as project_id, p.name as project_name, p.type, p.rapid or p.studio as staged,
  (select v.params from scale_param v where v.project_id = p.id order by v.version desc limit 1) as params
from (select 1) one left join b on true left join scale_project p on p.mode = %(m)s
  and (p.name = %(p)s or (%(p)s::text is null and p.id = b.project_id))
"""

ADD = """
with made as (
  insert into scale_task (id, mode, project_id, batch_id, type, status, stage, place, priority, unique_id,
    idempotency_key, tags, callback_url, fetch_at, completed_at)
  values (%(id)s, %(mode)s, %(project_id)s, %(batch_id)s, %(type)s, %(status)s, %(stage)s, %(place)s, %(priority)s,
    %(unique_id)s, %(idempotency_key)s, %(tags)s, %(callback_url)s,
    case when %(stage)s = 0 then clock_timestamp() end, case when %(status)s = 'completed' then clock_timestamp() end)
  on conflict do nothing returning id, created_at, updated_at, completed_at
), kept as (
  insert into scale_body (id, instruction, params, metadata, native, response, suggestion)
  select id, %(instruction)s, %(params)s::jsonb, %(metadata)s::jsonb, %(native)s::jsonb, %(response)s::jsonb,
    %(suggestion)s::jsonb from made
)
select created_at, updated_at, completed_at from made
"""

# What is ready goes into the house's own tables: task, slots, and one event for each place. `{which}` says
# which of them; the slots are those of the place's policy.
PLACE = """
with ready as (
  select t.id, t.place, coalesce(a.level, t.priority) as priority, a.lane, t.unique_id, b.native, b.metadata,
    b.suggestion
  from scale_task t join scale_body b on b.id = t.id left join scale_batch a on a.id = t.batch_id
  where {which} and t.stage = 1 and t.status = 'pending'
), moved as (
  update scale_task t set stage = 2 from ready r where t.id = r.id
), noted as (
  insert into event (kind, project_id, actor, n)
  select 'tasks.added', place, %(actor)s, count(*) from ready group by place returning id, project_id
), made as (
  insert into task (id, project_id, external_id, params, metadata, priority, event_id, suggestion, suggested_by)
  select r.id, r.place, r.unique_id, r.native, r.metadata, r.priority, n.id, r.suggestion->'answer',
    (r.suggestion->>'by')::uuid
  from ready r join noted n on n.project_id = r.place returning id, project_id, priority
)
insert into slot (task_id, n, project_id, priority, needs)
select m.id, g.n, m.project_id, m.priority, r.lane from made m join ready r on r.id = m.id
join project p on p.id = m.project_id
cross join lateral generate_series(1, coalesce((p.policy->>'answers')::int, (p.policy->>'min')::int)) g(n)
"""
PLACE_ONE = PLACE.format(which="t.id = %(id)s")
PLACE_BATCH = PLACE.format(which="t.batch_id = %(id)s")

SHOWN = (
    "t.id, t.mode, t.type, t.status, t.stage, t.place, t.unique_id, t.tags, t.callback_url, t.callback_succeeded,"
    " t.review_status, t.created_at, t.updated_at, t.completed_at, t.project_id, t.batch_id, b.instruction,"
    " b.params::text as params, b.metadata::text as metadata, b.native->>'image' as image,"
    " b.response::text as response, b.review_comments, b.audits::text as audits, b.prior::text as prior,"
    " b.beside::text as beside,"
    " p.name as project, a.name as batch, v.value::text as verdict"
)
JOINED = (
    " join scale_body b on b.id = t.id left join scale_project p on p.id = t.project_id"
    " left join scale_batch a on a.id = t.batch_id"
    " left join lateral (select x.value from verdict x where x.task_id = t.id and t.status = 'completed'"
    "  order by x.version desc limit 1) v on true"
)


async def named(db: Connection, mode: str, project: str | None, batch: str | None) -> Row:
    row = await (await db.execute(NAMED, {"m": mode, "p": project, "b": batch})).fetchone()
    assert row is not None
    return row


async def add(db: Connection, values: dict[str, Any]) -> Row | None:
    """The new task's times; None where its unique id or idempotency key is taken."""
    return await (await db.execute(ADD, values)).fetchone()


async def place_one(db: Connection, task_id: UUID, actor: str) -> None:
    """Puts a task that is ready into the house's tables."""
    await db.execute(PLACE_ONE, {"id": task_id, "actor": actor})


async def place_batch(db: Connection, batch_id: UUID, actor: str) -> None:
    """Puts all tasks of a batch that are ready into the house's tables, in one statement."""
    await db.execute(PLACE_BATCH, {"id": batch_id, "actor": actor})


async def reopen_batch(db: Connection, batch_id: UUID) -> None:
    """A batch that was complete has a new task."""
    await db.execute("update scale_batch set completed_at = null where id = %(b)s", {"b": batch_id})


async def taken_by(db: Connection, mode: str, unique_id: str | None) -> UUID | None:
    row = await (
        await db.execute(
            "select id from scale_task where mode = %(m)s and unique_id = %(u)s", {"m": mode, "u": unique_id}
        )
    ).fetchone()
    return row["id"] if row else None


async def place_of(db: Connection, values: dict[str, Any]) -> UUID | None:
    """The house's project for a question that was asked before."""
    row = await (
        await db.execute(
            "select id from scale_place where mode = %(mode)s and project_id is not distinct from %(project_id)s"
            " and type = %(type)s and fingerprint = %(fingerprint)s",
            values,
        )
    ).fetchone()
    return row["id"] if row else None


async def lock_places(db: Connection, values: dict[str, Any]) -> None:
    """One maker of places at a time for each Scale project and type."""
    await db.execute(
        "select pg_advisory_xact_lock(hashtextextended("
        "concat('place:', %(mode)s::text, ':', %(project_id)s::text, ':', %(type)s::text), 0))",
        values,
    )


async def places(db: Connection, mode: str, project_id: UUID | None, word: str) -> list[Row]:
    """The places of a Scale project and type with their terms, newest first."""
    return await (
        await db.execute(
            "select l.id, q.policy, q.price_micros, q.currency, q.minutes, q.lease_seconds, q.priority"
            " from scale_place l join project q on q.id = l.id where l.mode = %(m)s"
            " and l.project_id is not distinct from %(p)s and l.type = %(t)s order by l.created_at desc",
            {"m": mode, "p": project_id, "t": word},
        )
    ).fetchall()


async def add_place(db: Connection, place_id: UUID, values: dict[str, Any]) -> None:
    """The place of a question; who may work in it is who may work in its Scale project."""
    await db.execute(
        "insert into scale_place (id, mode, project_id, type, fingerprint)"
        " values (%(id)s, %(mode)s, %(project_id)s, %(type)s, %(fingerprint)s)",
        {**values, "id": place_id},
    )
    if values["project_id"] is not None:
        await access_queries.spread(db, [values["project_id"]])


async def get(db: Connection, task_id: UUID, mode: str) -> Row | None:
    return await (
        await db.execute(
            f"select {SHOWN} from scale_task t{JOINED} where t.id = %(i)s and t.mode = %(m)s",
            {"i": task_id, "m": mode},
        )
    ).fetchone()


async def configs(db: Connection, place_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Kind and configuration of places."""
    rows = await (
        await db.execute("select id, kind, config from project where id = any(%(p)s)", {"p": list(place_ids)})
    ).fetchall()
    return {row["id"]: row for row in rows}


async def change(db: Connection, task_id: UUID, mode: str, sets: str, values: dict[str, Any]) -> bool:
    """Changes the task's own columns; `sets` is written by the service."""
    done = await db.execute(
        f"update scale_task set {sets}, updated_at = clock_timestamp() where id = %(i)s and mode = %(m)s".encode(),
        {**values, "i": task_id, "m": mode},
    )
    return done.rowcount == 1


async def change_body(db: Connection, task_id: UUID, sets: str, values: dict[str, Any]) -> None:
    """Changes what is kept beside the task; `sets` is written by the service."""
    await db.execute(f"update scale_body set {sets} where id = %(i)s".encode(), {**values, "i": task_id})


async def tell(db: Connection, task_id: UUID) -> None:
    """Has the task's callback sent again."""
    await db.execute("insert into outbox (topic, task_id) values ('scale', %(t)s)", {"t": task_id})
