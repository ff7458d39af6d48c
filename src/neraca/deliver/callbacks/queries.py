"""SQL on callback endpoints, deliveries and their attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = "id, project_id, mode, url, state, notice, created_at"
CLAIM_SECONDS = 30  # longer than a batch of calls may take: then another worker may take it over

# One statement moves what committed transactions left in the outbox to the endpoints that listen.
FAN_OUT = """
with chosen as materialized (
  select id from outbox where topic = 'callback' and not_before <= clock_timestamp() order by id limit %(n)s
  for update skip locked
), due as (
  delete from outbox o using chosen c where o.id = c.id returning o.*
), made as (
  insert into delivery (endpoint_id, task_id, event_id, kind, payload, next_at)
  select e.id, o.task_id, o.event_id, ev.kind, jsonb_build_object(
    'type', ev.kind,
    'timestamp', ev.at,
    'data', jsonb_build_object(
      'project_id', p.id,
      'task', jsonb_build_object('id', t.id, 'external_id', t.external_id, 'batch_id', t.batch_id,
                                 'metadata', t.metadata,
                                 'state', case ev.kind when 'task.canceled' then 'canceled' else 'decided' end),
      'verdict', case when v.task_id is null then null else jsonb_build_object(
        'answer', v.value, 'confidence', v.confidence, 'reason', v.reason, 'version', v.version,
        'answers', v.answers, 'at', v.at, 'calibrated_on', v.calibrated_on, 'objects', v.objects,
        'items', v.items) end)),
    %(now)s
  from due o
  join task t on t.id = o.task_id
  join project p on p.id = t.project_id
  join event ev on ev.id = o.event_id
  join endpoint e on e.style = 'neraca' and e.mode = p.mode and e.state in ('active', 'paused')
    and (e.project_id is null or e.project_id = p.id) and e.created_at <= ev.at
  left join lateral (select * from verdict x where x.task_id = t.id and ev.kind <> 'task.canceled'
                     order by x.version desc limit 1) v on true
  order by o.id
  on conflict (endpoint_id, event_id, kind) do nothing
  returning 1
)
select (select count(*) from due) as taken, (select count(*) from made) as made
"""


async def fan_out(db: Connection, now: datetime, limit: int = 500) -> tuple[int, int]:
    """Gives how many outbox rows were taken and how many deliveries that made.

    One relay at a time in a cell: with two, a later event of a task could become a delivery, and be
    sent, before an earlier one. The lock is a statement of its own, so that the next one sees what the
    last holder committed.
    """
    lock = "select pg_try_advisory_xact_lock(hashtextextended('fan-out', 0)) as ok"
    free = await (await db.execute(lock)).fetchone()
    if not free or not free["ok"]:
        return 0, 0
    row = await (await db.execute(FAN_OUT, {"n": limit, "now": now})).fetchone()
    assert row is not None
    return row["taken"], row["made"]


async def due(db: Connection, now: datetime) -> list[Row]:
    """Active endpoints that have something to be sent now."""
    return await (
        await db.execute(
            "select e.id, e.url, e.secret from endpoint e where e.state = 'active' and exists ("
            " select 1 from delivery d where d.endpoint_id = e.id and d.state = 'pending' and d.next_at <= %(now)s)",
            {"now": now},
        )
    ).fetchall()


async def claim(db: Connection, endpoint_id: UUID, now: datetime, limit: int) -> list[Row]:
    """The next deliveries of an endpoint, of each task only the first that is open."""
    return await (
        await db.execute(
            "with ready as (select d.id from delivery d where d.endpoint_id = %(e)s and d.state = 'pending'"
            "   and d.next_at <= %(now)s and not exists (select 1 from delivery o where o.endpoint_id = %(e)s"
            "     and o.task_id = d.task_id and o.state = 'pending' and o.seq < d.seq)"
            "   order by d.next_at, d.seq limit %(n)s for update of d skip locked)"
            " update delivery d set attempts = d.attempts + 1, first_at = coalesce(d.first_at, %(now)s),"
            "   next_at = %(now)s::timestamptz + make_interval(secs => %(s)s)"
            " from ready r, endpoint e where d.id = r.id and e.id = d.endpoint_id and e.state = 'active'"
            " returning d.id, d.task_id, d.kind, d.payload::text as body, d.attempts, d.first_at, e.secret, e.style,"
            "   coalesce(d.url, e.url) as url",
            {"e": endpoint_id, "now": now, "n": limit, "s": CLAIM_SECONDS},
        )
    ).fetchall()


async def record(
    db: Connection,
    delivery_id: UUID,
    *,
    at: datetime,
    status: int | None,
    code: str,
    ms: int,
    body_sha256: str,
    state: str,
    next_at: datetime,
) -> None:
    """Writes an attempt into the log and what follows from it."""
    await db.execute(
        "with told as (update delivery set state = %(state)s, next_at = %(next)s"
        "   where id = %(i)s and state = 'pending' returning id)"
        " insert into delivery_attempt (delivery_id, n, at, status, code, ms, body_sha256)"
        " select %(i)s, coalesce((select max(n) from delivery_attempt where delivery_id = %(i)s), 0) + 1, %(at)s,"
        "   %(status)s, %(code)s, %(ms)s, %(sha)s where exists (select 1 from delivery where id = %(i)s)"
        " on conflict do nothing",
        {
            "i": delivery_id,
            "at": at,
            "status": status,
            "code": code,
            "ms": ms,
            "sha": body_sha256,
            "state": state,
            "next": next_at,
        },
    )


async def disable(db: Connection, endpoint_id: UUID, url: str, notice: str) -> None:
    """Stops an endpoint, unless its address has been changed meanwhile."""
    await db.execute(
        "update endpoint set state = 'disabled', notice = %(n)s where id = %(i)s and url = %(u)s",
        {"i": endpoint_id, "n": notice, "u": url},
    )


async def add(db: Connection, *, url: str, secret: str, mode: str, project_id: UUID | None) -> Row:
    row = await (
        await db.execute(
            f"insert into endpoint (url, secret, mode, project_id) values (%(u)s, %(s)s, %(m)s, %(p)s)"
            f" returning {COLUMNS}",
            {"u": url, "s": secret, "m": mode, "p": project_id},
        )
    ).fetchone()
    assert row is not None
    return row


async def page(db: Connection, mode: str | None, after: list[str] | None, limit: int) -> list[Row]:
    return await (
        await db.execute(
            f"select {COLUMNS} from endpoint where style = 'neraca' and (%(m)s::text is null or mode = %(m)s)"
            " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at, id limit %(n)s",
            {"m": mode, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def get(db: Connection, endpoint_id: UUID, mode: str | None) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from endpoint where id = %(i)s and style = 'neraca'"
            " and (%(m)s::text is null or mode = %(m)s)",
            {"i": endpoint_id, "m": mode},
        )
    ).fetchone()


async def change(db: Connection, endpoint_id: UUID, *, url: str | None, state: str | None) -> Row:
    """A new address or state; either lifts the notice."""
    row = await (
        await db.execute(
            "update endpoint set url = coalesce(%(u)s, url), state = coalesce(%(s)s, state),"
            " notice = case when %(s)s::text = 'active' then null else notice end where id = %(i)s"
            f" returning {COLUMNS}",
            {"i": endpoint_id, "u": url, "s": state},
        )
    ).fetchone()
    assert row is not None
    return row


async def remove(db: Connection, endpoint_id: UUID) -> None:
    await db.execute("delete from endpoint where id = %(i)s", {"i": endpoint_id})


async def deliveries(db: Connection, endpoint_id: UUID, before: int | None, limit: int) -> list[Row]:
    """Newest first, each with its attempts."""
    return await (
        await db.execute(
            "select d.id, d.seq, d.task_id, d.kind, d.state, d.next_at, d.created_at, coalesce((select jsonb_agg("
            "   jsonb_build_object('n', a.n, 'at', a.at, 'status', a.status, 'code', a.code, 'ms', a.ms,"
            "   'body_sha256', a.body_sha256) order by a.n) from delivery_attempt a where a.delivery_id = d.id),"
            "   '[]') as attempts"
            " from delivery d where d.endpoint_id = %(e)s and (%(b)s::bigint is null or d.seq < %(b)s)"
            " order by d.seq desc limit %(n)s",
            {"e": endpoint_id, "b": before, "n": limit + 1},
        )
    ).fetchall()


AGAIN = "state = 'pending', attempts = 0, first_at = null, next_at = %(now)s"


async def replay(db: Connection, delivery_id: UUID, mode: str | None, now: datetime) -> Row | None:
    """Sends one delivery again, under its old id."""
    return await (
        await db.execute(
            f"update delivery d set {AGAIN} from endpoint e where d.id = %(i)s and e.id = d.endpoint_id"
            " and (%(m)s::text is null or e.mode = %(m)s)"
            " returning d.id, d.seq, d.task_id, d.kind, d.state, d.next_at, d.created_at, '[]'::jsonb as attempts",
            {"i": delivery_id, "m": mode, "now": now},
        )
    ).fetchone()


async def replay_range(db: Connection, endpoint_id: UUID, since: datetime, until: datetime, now: datetime) -> int:
    """Sends again what was made in a stretch of time; gives how many."""
    done = await db.execute(
        f"update delivery set {AGAIN} where endpoint_id = %(e)s and created_at >= %(a)s and created_at < %(b)s",
        {"e": endpoint_id, "a": since, "b": until, "now": now},
    )
    return done.rowcount
