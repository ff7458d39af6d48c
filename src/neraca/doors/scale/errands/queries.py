"""SQL of the door's errands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
FOLD_BATCH = 20_000
CLAIM_SECONDS = 120  # longer than a fetch may take: then another worker may take it over

# One statement, so that whoever counts sees a row either as a delta or in the sum.
FOLD = """
with gone as (
  delete from scale_delta where id in (select id from scale_delta order by id limit %(n)s)
  returning mode, project_id, batch_id, type, status, n
), sums as (
  select mode, project_id, batch_id, type, status, sum(n)::bigint as n from gone
  group by mode, project_id, batch_id, type, status having sum(n) <> 0
), folded as (
  insert into scale_count (mode, project_id, batch_id, type, status, n) select * from sums
  on conflict (batch_id, project_id, mode, type, status) do update set n = scale_count.n + excluded.n
)
select count(*) as n from gone
"""


async def pulse(db: Connection) -> Row:
    """Whether there is anything to do, in one cheap look."""
    row = await (
        await db.execute(
            "select exists (select 1 from scale_delta) as deltas,"
            " exists (select 1 from scale_batch where state = 'paused') as paused,"
            " exists (select 1 from scale_task where stage = 0 and fetch_at <= clock_timestamp())"
            "  or exists (select 1 from scale_quality_task where stage = 0 and fetch_at <= clock_timestamp()) as media,"
            " exists (select 1 from scale_batch where moving) as moving,"
            " exists (select 1 from scale_batch where completed_at is not null and studio_priority is not null"
            "  and level is not null) as passed,"
            " exists (select 1 from scale_assignment where labeler_id is null)"
            "  or exists (select 1 from scale_group_member where labeler_id is null) as unknown"
        )
    ).fetchone()
    assert row is not None
    return row


async def fold(db: Connection) -> int:
    """Folds deltas into the counts; one process at a time. Gives how many."""
    lock = "select pg_try_advisory_xact_lock(hashtextextended('scale-fold', 0)) as ok"
    free = await (await db.execute(lock)).fetchone()
    if not free or not free["ok"]:
        return 0
    row = await (await db.execute(FOLD, {"n": FOLD_BATCH})).fetchone()
    assert row is not None
    return int(row["n"])


async def claim(db: Connection, limit: int) -> list[Row]:
    """Tasks whose media are due; they come back to others after a while, should this worker die."""
    return await (
        await db.execute(
            "with d as materialized (select id from scale_task where stage = 0 and fetch_at <= clock_timestamp()"
            "  order by fetch_at limit %(n)s for update skip locked)"
            " update scale_task t set fetches = fetches + 1,"
            " fetch_at = clock_timestamp() + make_interval(secs => %(s)s) from d, scale_body b, project p"
            " where t.id = d.id and b.id = t.id and p.id = t.place"
            " returning t.id, t.mode, t.fetches, b.params->>'attachment' as url, b.native, b.suggestion,"
            " p.kind, p.config",
            {"s": CLAIM_SECONDS, "n": limit},
        )
    ).fetchall()


async def later(db: Connection, task_id: UUID, seconds: float) -> None:
    await db.execute(
        "update scale_task set fetch_at = clock_timestamp() + make_interval(secs => %(s)s)"
        " where id = %(i)s and stage = 0",
        {"s": seconds, "i": task_id},
    )


async def ready(db: Connection, task_id: UUID, native: dict[str, Any], suggestion: dict[str, Any] | None) -> str | None:
    """A task's media are here. Gives its batch's state (`in_progress` without a batch), None if it ended meanwhile."""
    batch = await (
        await db.execute(
            "select b.state from scale_batch b"
            " where b.id = (select batch_id from scale_task where id = %(i)s) for share",
            {"i": task_id},
        )
    ).fetchone()
    done = await db.execute(
        "update scale_task set stage = 1, fetch_at = null where id = %(i)s and stage = 0 and status = 'pending'",
        {"i": task_id},
    )
    if done.rowcount != 1:
        return None
    await db.execute(
        "update scale_body set native = %(v)s, suggestion = %(s)s where id = %(i)s",
        {"i": task_id, "v": Jsonb(native), "s": Jsonb(suggestion) if suggestion else None},
    )
    return str(batch["state"]) if batch else "in_progress"


async def failed(db: Connection, task_id: UUID, response: dict[str, Any]) -> None:
    """A task whose media cannot be had ends in error."""
    await db.execute(
        "with gone as (update scale_task t set status = 'error', stage = 3, fetch_at = null,"
        "  updated_at = clock_timestamp(), unique_id = case when lower(b.params->>'clear_unique_id_on_error') = 'true'"
        "   then null else unique_id end"
        "  from scale_body b where b.id = t.id and t.id = %(i)s and t.stage = 0 and t.status = 'pending'"
        "  returning t.id)"
        " update scale_body set response = %(r)s where id = (select id from gone)",
        {"i": task_id, "r": Jsonb(response)},
    )


async def callback_key(db: Connection, mode: str, fresh: str) -> str:
    """The account's callback key; `fresh` becomes it the first time."""
    row = await (
        await db.execute(
            "insert into scale_account (mode, callback_key) values (%(m)s, %(k)s)"
            " on conflict (mode) do update set mode = excluded.mode returning callback_key",
            {"m": mode, "k": fresh},
        )
    ).fetchone()
    assert row is not None
    return str(row["callback_key"])


async def alone(db: Connection) -> bool:
    """Whether this transaction is the one that tells. A statement of its own: the next sees what this one committed."""
    lock = "select pg_try_advisory_xact_lock(hashtextextended('scale-tell', 0)) as ok"
    row = await (await db.execute(lock)).fetchone()
    return bool(row and row["ok"])


async def deliver(
    db: Connection, *, mode: str, origin: str, url: str, secret: str, about: UUID, event: int, kind: str,
    payload: dict[str, Any], now: datetime,
) -> None:  # fmt: skip
    """Puts a callback on its way; the same event is sent once."""
    await db.execute(
        "with e as (insert into endpoint (mode, url, secret, style) values (%(m)s, %(o)s, %(k)s, 'scale')"
        "  on conflict (mode, url) where style = 'scale' do update set secret = excluded.secret returning id)"
        " insert into delivery (endpoint_id, task_id, event_id, kind, payload, url, next_at)"
        " select id, %(t)s, %(v)s, %(w)s, %(p)s, %(u)s, %(n)s from e"
        " on conflict (endpoint_id, event_id, kind) do nothing",
        {
            "m": mode, "o": origin, "k": secret, "t": about, "v": event, "w": kind, "p": Jsonb(payload), "u": url,
            "n": now,
        },
    )  # fmt: skip
