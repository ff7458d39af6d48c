"""SQL on batches and tasks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from neraca.kit.session import Connection

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A checked task on its way into the table."""

    id: UUID
    params: dict[str, Any]
    priority: int
    external_id: str | None = None
    metadata: dict[str, Any] | None = None
    batch_id: UUID | None = None
    import_row: int | None = None
    gold: dict[str, Any] | None = None  # the right answer: such a task is decided and asks for none
    gold_use: str = "work"
    suggestion: dict[str, Any] | None = None
    suggested_by: UUID | None = None
    features: Sequence[float] | None = None
    probabilities: Mapping[str, float] | None = None


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def copy_tasks(
    db: Connection,
    tasks: Sequence[NewTask],
    *,
    project_id: UUID,
    event_id: int,
    slots: int,
    import_id: UUID | None = None,
) -> None:
    """Writes tasks and `slots` open slots for each, by COPY; about 30 µs a task."""
    async with db.cursor() as cursor:
        async with cursor.copy(
            "copy task (id, project_id, batch_id, external_id, params, metadata, priority, event_id, import_id,"
            " import_row, state, reason, confidence, suggestion, suggested_by) from stdin"
        ) as copy:
            for t in tasks:
                await copy.write_row(
                    (
                        t.id,
                        project_id,
                        t.batch_id,
                        t.external_id,
                        _json(t.params),
                        _json(t.metadata),
                        t.priority,
                        event_id,
                        import_id,
                        t.import_row,
                        "open" if t.gold is None else "decided",
                        None if t.gold is None else "gold",
                        None if t.gold is None else 1.0,
                        _json(t.suggestion),
                        t.suggested_by,
                    )
                )
        async with cursor.copy("copy slot (task_id, n, project_id, priority) from stdin") as copy:
            for t in tasks:
                for n in range(1, slots + 1 if t.gold is None else 1):
                    await copy.write_row((t.id, n, project_id, t.priority))


async def batches_known(db: Connection, project_id: UUID, batch_ids: Iterable[UUID]) -> set[UUID]:
    rows = await (
        await db.execute(
            "select id from batch where project_id = %(p)s and id = any(%(ids)s)",
            {"p": project_id, "ids": list(batch_ids)},
        )
    ).fetchall()
    return {r["id"] for r in rows}


async def add_batch(db: Connection, project_id: UUID, name: str, event_id: int) -> Row:
    row = await (
        await db.execute(
            "insert into batch (project_id, name, event_id) values (%(p)s, %(n)s, %(e)s)"
            " returning id, project_id, name, created_at",
            {"p": project_id, "n": name, "e": event_id},
        )
    ).fetchone()
    assert row is not None
    return row


async def batches(db: Connection, project_id: UUID, after: list[str] | None, limit: int) -> list[Row]:
    return await (
        await db.execute(
            "select id, project_id, name, created_at from batch where project_id = %(p)s"
            " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at, id limit %(n)s",
            {"p": project_id, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


TASK = (
    "t.id, t.project_id, t.seq, t.batch_id, t.external_id, t.params, t.metadata, t.state, t.reason, t.priority,"
    " t.answers, t.confidence, t.created_at, t.suggestion, b.name as suggested_by,"
    " v.value as v_value, v.confidence as v_confidence, v.posterior as v_posterior,"
    " v.reason as v_reason, v.version as v_version, v.answers as v_answers, v.at as v_at,"
    " v.calibrated_on as v_calibrated_on, v.objects as v_objects, v.items as v_items"
)
LATEST = (
    " left join suggester b on b.id = t.suggested_by"
    " left join lateral (select * from verdict x where x.task_id = t.id and x.event_id > coalesce(t.redo_event_id, 0)"
    " order by x.version desc limit 1) v on true"
)


async def page(
    db: Connection,
    project_id: UUID,
    *,
    state: str | None,
    reason: str | None,
    batch_id: UUID | None,
    after: int,
    limit: int,
) -> list[Row]:
    where = ["t.project_id = %(p)s", "t.seq > %(a)s"]
    if state is not None:
        where.append("t.state = %(s)s")
    if reason is not None:
        where.append("t.reason = %(r)s")
    if batch_id is not None:
        where.append("t.batch_id = %(b)s")
    return await (
        await db.execute(
            f"select {TASK} from task t{LATEST} where {' and '.join(where)} order by t.seq limit %(n)s".encode(),
            {"p": project_id, "s": state, "r": reason, "b": batch_id, "a": after, "n": limit + 1},
        )
    ).fetchall()


async def get(db: Connection, task_id: UUID, mode: str | None) -> Row | None:
    return await (
        await db.execute(
            f"select {TASK}, p.kind from task t join project p on p.id = t.project_id{LATEST}"
            " where t.id = %(id)s and (%(m)s::text is null or p.mode = %(m)s)",
            {"id": task_id, "m": mode},
        )
    ).fetchone()


async def answers(db: Connection, task_id: UUID) -> list[Row]:
    return await (
        await db.execute(
            "select a.id, a.labeler_id, l.handle, l.kind, a.value, a.submitted_at, a.active_ms, a.surplus,"
            " a.confirmed"
            " from answer a join labeler l on l.id = a.labeler_id where a.task_id = %(t)s order by a.event_id",
            {"t": task_id},
        )
    ).fetchall()


async def lock(db: Connection, task_id: UUID, mode: str | None) -> Row | None:
    return await (
        await db.execute(
            "select t.id, t.project_id, t.state from task t join project p on p.id = t.project_id"
            " where t.id = %(id)s and (%(m)s::text is null or p.mode = %(m)s) for update of t",
            {"id": task_id, "m": mode},
        )
    ).fetchone()


async def cancel(db: Connection, task_id: UUID, event_id: int) -> None:
    """Ends a task; open slots close, leased ones stay with their labelers and are paid."""
    await db.execute(
        "update task set state = 'canceled', reason = null, canceled_event_id = %(e)s where id = %(t)s",
        {"e": event_id, "t": task_id},
    )
    await db.execute("update slot set state = 3 where task_id = %(t)s and state = 0", {"t": task_id})
