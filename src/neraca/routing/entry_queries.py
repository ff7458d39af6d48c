"""SQL for answers that were made elsewhere: a lease for a labeler of a name."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
SECONDS = 60  # the lease is filled in the transaction that gave it
LEASE = f"gen_random_uuid(), clock_timestamp() + interval '{SECONDS} seconds', true"
BACK = "lease_id, fence, labeler_id"


async def lock(db: Connection, task_id: UUID, mode: str | None) -> Row | None:
    """A task and its project's present terms; its row is locked until the transaction ends."""
    return await (
        await db.execute(
            "select t.id as task_id, t.project_id, t.state, t.priority, p.version, p.price_micros, p.currency"
            " from task t join project p on p.id = t.project_id"
            " where t.id = %(t)s and (%(m)s::text is null or p.mode = %(m)s) for update of t",
            {"t": task_id, "m": mode},
        )
    ).fetchone()


async def had(db: Connection, task_id: UUID, labeler_id: UUID) -> bool:
    """Whether this labeler has had the task."""
    row = await (
        await db.execute(
            "select 1 as one from slot where task_id = %(t)s and labeler_id = %(l)s", {"t": task_id, "l": labeler_id}
        )
    ).fetchone()
    return row is not None


async def lease(db: Connection, values: Row) -> Row:
    """Leases an open slot that this labeler may fill, or one more where there is none.

    The caller holds the task's row.
    """
    row = await (
        await db.execute(
            "update slot set state = 1, fence = fence + 1, labeler_id = %(labeler_id)s, version = %(version)s,"
            f" price_micros = %(price_micros)s, currency = %(currency)s, (lease_id, lease_until, begun) = row({LEASE})"
            " where (task_id, n) = (select task_id, n from slot s where task_id = %(task_id)s and state = 0"
            "  and (needs is null or exists (select 1 from labeler_grant g where g.labeler_id = %(labeler_id)s"
            "   and g.skill = s.needs)) order by needs is null, n limit 1 for update skip locked)"
            f" returning {BACK}",
            values,
        )
    ).fetchone()
    if row is None:
        row = await (
            await db.execute(
                "insert into slot (task_id, n, project_id, priority, state, fence, labeler_id, version, price_micros,"
                " currency, lease_id, lease_until, begun) select %(task_id)s, coalesce(max(n), 0) + 1, %(project_id)s,"
                f" %(priority)s, 1, 1, %(labeler_id)s, %(version)s, %(price_micros)s, %(currency)s, {LEASE}"
                f" from slot where task_id = %(task_id)s returning {BACK}",
                values,
            )
        ).fetchone()
    assert row is not None
    return row
