"""SQL on drafts and answers."""

from typing import Any
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]


async def save_draft(db: Connection, task_id: UUID, labeler_id: UUID, value: dict[str, Any]) -> None:
    await db.execute(
        "insert into draft (task_id, labeler_id, value) values (%(t)s, %(l)s, %(v)s)"
        " on conflict (task_id, labeler_id) do update set value = excluded.value, updated_at = clock_timestamp()",
        {"t": task_id, "l": labeler_id, "v": Jsonb(value)},
    )


# The slot is filled if its lease still lives at this moment; all the rest hangs on that.
STORE = """
with filled as (
  update slot set state = 2 where lease_id = %(lease)s and state = 1 and fence = %(fence)s
    and lease_until > clock_timestamp()
  returning task_id, project_id, labeler_id, n, price_micros, currency, version, gold
), noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'answer.stored', project_id, task_id, labeler_id::text, jsonb_build_object('slot', n, 'price_micros',
    price_micros, 'currency', currency, 'version', version, 'active_ms', %(ms)s::bigint)
    || case when gold then '{"gold": true}'::jsonb else '{}' end from filled returning id
), counted as (
  update task t set answers = answers + 1 from filled f where t.id = f.task_id
), gone as (
  delete from draft d using filled f where d.task_id = f.task_id and d.labeler_id = f.labeler_id
)
insert into answer (id, task_id, project_id, labeler_id, lease_id, value, project_version, active_ms, surplus,
  confirmed, event_id)
select %(i)s, task_id, project_id, labeler_id, %(lease)s, %(value)s, version, %(ms)s, %(surplus)s,
  %(confirmed)s, noted.id
from filled, noted returning id
"""


async def store(
    db: Connection,
    *,
    answer_id: UUID,
    lease_id: UUID,
    fence: int,
    value: dict[str, Any],
    active_ms: int,
    surplus: bool,
    confirmed: bool | None,
) -> AsyncCursor[Row]:
    """The slot filled, the event with the facts for pay, the answer that names it; the draft goes.

    One row, or none where the lease has ended. The caller holds the task's row lock.
    """
    return await db.execute(
        STORE,
        {
            "i": answer_id,
            "lease": lease_id,
            "fence": fence,
            "value": Jsonb(value),
            "ms": active_ms,
            "surplus": surplus,
            "confirmed": confirmed,
        },
    )


async def stored(db: Connection, lease_id: UUID, labeler_id: UUID) -> Row | None:
    """What this labeler submitted under a lease."""
    return await (
        await db.execute(
            "select a.id, a.task_id, a.value, t.state, p.kind, p.policy, exists (select 1 from slot s"
            " where s.task_id = a.task_id and s.labeler_id = a.labeler_id and s.fence > 0 and s.gold) as gold,"
            " (select count(*) from answer e where e.task_id = a.task_id and not e.surplus) as earlier"
            " from answer a join task t on t.id = a.task_id join project p on p.id = a.project_id"
            " where a.lease_id = %(i)s and a.labeler_id = %(l)s",
            {"i": lease_id, "l": labeler_id},
        )
    ).fetchone()
