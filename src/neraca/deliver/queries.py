"""SQL on the order of events: sealing, and what waits for a worker."""

from typing import Any

from neraca.kit.session import Connection

Row = dict[str, Any]
SEAL_BATCH = 20_000

# The lock is a statement of its own, so that the second one sees what the last sealer committed.
LOCK = "select pg_advisory_xact_lock(hashtextextended('sealer', 0))"
SEAL = """
with fresh as (
  select id, row_number() over (order by id) as r from event where pos is null order by id limit %(n)s
), sealed as (
  update event e set pos = (select coalesce(max(pos), 0) from event) + f.r from fresh f where e.id = f.id
  returning e.project_id, e.kind, e.n, e.data
), folded as (
  insert into tally (project_id, kind, n)
  select project_id, kind, sum(n)::bigint from sealed where project_id is not null group by project_id, kind
  union all
  select project_id, 'paid.micros', sum((data->>'price_micros')::bigint)::bigint from sealed
  where kind = 'answer.stored' and project_id is not null group by project_id
  union all
  select project_id, 'ended.' || (data->>'reason'), sum(n)::bigint from sealed
  where kind = 'task.decided' and data ? 'reason' and project_id is not null group by 1, 2
  on conflict (project_id, kind) do update set n = tally.n + excluded.n
)
select count(*) as n, (select coalesce(max(pos), 0) from event) + count(*) as position from sealed
"""


async def seal(db: Connection) -> tuple[int, int]:
    """Gives every committed event without a position the next ones and folds it into the counts.

    Gives how many were sealed and the last position. At this position every transaction that had
    committed before the call is whole: the last statement leaves nothing that it could see.
    """
    total = 0
    async with db.transaction():
        while True:
            async with db.pipeline():
                await db.execute(LOCK)
                cursor = await db.execute(SEAL, {"n": SEAL_BATCH})
                row = await cursor.fetchone()
            assert row is not None
            total += row["n"]
            if row["n"] < SEAL_BATCH:
                return total, int(row["position"])


async def pulse(db: Connection) -> Row:
    """Whether there is anything to do in this cell, in one cheap look."""
    row = await (
        await db.execute(
            "select exists (select 1 from event where pos is null) as unsealed,"
            " exists (select 1 from outbox where not_before <= clock_timestamp()) as outbox,"
            " exists (select 1 from slot where state = 1 and begun is not null"
            "   and lease_until < clock_timestamp()) as expired,"
            " exists (select 1 from delivery where state = 'pending' and next_at <= clock_timestamp()) as deliveries"
        )
    ).fetchone()
    assert row is not None
    return row


async def take(db: Connection, topics: list[str], limit: int) -> list[Row]:
    """Due outbox rows, locked until this transaction ends; another relay steps over them."""
    return await (
        await db.execute(
            "select id, topic, project_id, task_id, event_id, data, attempts from outbox"
            " where not_before <= clock_timestamp() and topic = any(%(t)s) order by id limit %(n)s"
            " for update skip locked",
            {"t": topics, "n": limit},
        )
    ).fetchall()


async def done(db: Connection, ids: list[int]) -> None:
    await db.execute("delete from outbox where id = any(%(ids)s)", {"ids": ids})


async def later(db: Connection, row_id: int, seconds: float) -> None:
    """Puts an outbox row off after a failure."""
    await db.execute(
        "update outbox set attempts = attempts + 1, not_before = clock_timestamp() + make_interval(secs => %(s)s)"
        " where id = %(i)s",
        {"s": seconds, "i": row_id},
    )


async def forget(db: Connection) -> None:
    """Drops idempotency keys that nobody may use any more."""
    await db.execute("delete from idempotency where created_at < clock_timestamp() - interval '48 hours'")


async def project(db: Connection, project_id: Any) -> Row:
    """A project's present terms."""
    row = await (
        await db.execute("select id, name, kind, config, mode from project where id = %(p)s", {"p": project_id})
    ).fetchone()
    assert row is not None
    return row
