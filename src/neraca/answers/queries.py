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


async def earlier(db: Connection, lease_id: UUID) -> AsyncCursor[Row]:
    """The answers of a leased task that its verdict rests on: those that came after it do not move it."""
    return await db.execute(
        "select a.id, a.labeler_id, a.value from slot s join answer a on a.task_id = s.task_id"
        " where s.lease_id = %(i)s and s.state = 1 and not a.surplus order by a.event_id",
        {"i": lease_id},
    )


async def store(
    db: Connection, *, answer_id: UUID, lease: Row, lease_id: UUID, labeler_id: UUID, value: dict[str, Any],
    active_ms: int,
) -> None:  # fmt: skip
    """The event with the facts for pay, the answer that names it, the task's count; the draft goes."""
    await db.execute(
        "with noted as (insert into event (kind, project_id, task_id, actor, data) values ('answer.stored',"
        "   %(p)s, %(t)s, %(l)s::text, jsonb_build_object('slot', %(n)s::int, 'price_micros', %(price)s::bigint,"
        "   'currency', %(currency)s::text, 'version', %(version)s::int, 'active_ms', %(ms)s::bigint))"
        "   returning id),"
        " counted as (update task set answers = answers + 1 where id = %(t)s),"
        " gone as (delete from draft where task_id = %(t)s and labeler_id = %(l)s)"
        " insert into answer (id, task_id, project_id, labeler_id, lease_id, value, project_version, active_ms,"
        "   surplus, event_id) select %(i)s, %(t)s, %(p)s, %(l)s, %(lease)s, %(value)s, %(version)s, %(ms)s,"
        "   %(surplus)s, id from noted",
        {
            "i": answer_id,
            "p": lease["project_id"],
            "t": lease["task_id"],
            "l": labeler_id,
            "n": lease["n"],
            "price": lease["price_micros"],
            "currency": lease["currency"],
            "version": lease["version"],
            "ms": active_ms,
            "lease": lease_id,
            "value": Jsonb(value),
            "surplus": lease["state"] != "open",
        },
    )


async def stored(db: Connection, lease_id: UUID, labeler_id: UUID) -> Row | None:
    """What this labeler submitted under a lease."""
    return await (
        await db.execute(
            "select a.id, a.value, t.state, p.kind from answer a join task t on t.id = a.task_id"
            " join project p on p.id = a.project_id where a.lease_id = %(i)s and a.labeler_id = %(l)s",
            {"i": lease_id, "l": labeler_id},
        )
    ).fetchone()
