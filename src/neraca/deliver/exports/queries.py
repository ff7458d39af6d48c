"""SQL on exports: the state of a project at one sealed position, in short pages."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = (
    "id, project_id, format, state, blob, position, after_seq, rows, rows_total, bytes, sha256, failure, checkpoint,"
    " created_at, updated_at"
)
STRAIGHT = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off"

PAGE = """
page as (
  select t.id, t.seq, t.batch_id, t.external_id, t.params, t.metadata, t.canceled_event_id, t.redo_event_id
  from task t join event e on e.id = t.event_id
  where t.project_id = %(project)s and t.seq > %(after)s and e.pos <= %(position)s
  order by t.seq limit %(n)s
)"""
VERDICT = """
left join lateral (
  select v.* from verdict v join event e on e.id = v.event_id and e.pos <= %(position)s
  where v.task_id = t.id and (t.redo_event_id is null or not exists (
    select 1 from event r where r.task_id = t.id and r.id > v.event_id and r.kind = 'task.reopened'
      and r.pos <= %(position)s))
  order by v.version desc limit 1
) v on true"""

# PostgreSQL writes the JSON text: no row is built in Python.
LINES = f"""
with {PAGE}, line as (
  select t.seq, '{{"id":"' || t.id || '","external_id":' || coalesce(to_json(t.external_id)::text, 'null')
    || ',"batch_id":' || coalesce('"' || t.batch_id || '"', 'null')
    || ',"params":' || t.params::text || ',"metadata":' || coalesce(t.metadata::text, 'null')
    || ',"state":"' || case when v.task_id is not null then 'decided' when c.id is not null then 'canceled'
                            else 'open' end
    || '","verdict":' || case when v.task_id is null then 'null' else
         '{{"answer":' || v.value::text || ',"confidence":' || to_json(v.confidence)::text
         || ',"reason":"' || v.reason || '","version":' || v.version || ',"answers":' || to_json(v.answers)::text
         || ',"at":' || to_json(v.at)::text || ',"calibrated_on":' || v.calibrated_on
         || ',"objects":' || coalesce(v.objects::text, 'null')
         || ',"items":' || coalesce(v.items::text, 'null') || '}}' end
    || ',"answers":[' || coalesce(a.list, '') || ']}}' as text
  from page t
  left join event c on c.id = t.canceled_event_id and c.pos <= %(position)s {VERDICT}
  left join lateral (
    select string_agg('{{"id":"' || a.id || '","labeler":"' || a.labeler_id || '","answer":' || a.value::text
      || ',"submitted_at":' || to_json(a.submitted_at)::text || ',"active_ms":' || a.active_ms
      || ',"surplus":' || a.surplus::text || '}}', ',' order by a.event_id) as list
    from answer a join event e on e.id = a.event_id and e.pos <= %(position)s where a.task_id = t.id
  ) a on true
)
select max(seq) as seq, count(*) as n, coalesce(string_agg(text, e'\\n' order by seq) || e'\\n', '') as text from line
"""

ROWS = f"""
with {PAGE}
select t.id, t.seq, t.external_id, t.params, v.value as verdict, v.confidence
from page t {VERDICT} order by t.seq
"""


async def lines(db: Connection, project_id: UUID, position: int, after: int, limit: int) -> Row:
    """One page as JSON Lines: `text`, the number of tasks `n`, the last `seq`; about 20 µs a task."""
    values = {"project": project_id, "position": position, "after": after, "n": limit}
    async with db.transaction():
        await db.execute(STRAIGHT)
        row = await (await db.execute(LINES, values)).fetchone()
    assert row is not None
    return row


async def rows(db: Connection, project_id: UUID, position: int, after: int, limit: int) -> list[Row]:
    """One page as rows with the verdict's answer, for formats that Python writes."""
    values = {"project": project_id, "position": position, "after": after, "n": limit}
    async with db.transaction():
        await db.execute(STRAIGHT)
        return await (await db.execute(ROWS, values)).fetchall()


async def place(db: Connection, project_id: UUID, task_id: UUID) -> int | None:
    """Where a task stands in its project's order."""
    row = await (
        await db.execute(
            "select seq from task where id = %(t)s and project_id = %(p)s", {"t": task_id, "p": project_id}
        )
    ).fetchone()
    return row["seq"] if row else None


async def add(db: Connection, project_id: UUID, form: str) -> Row:
    row = await (
        await db.execute(
            f"insert into export (project_id, format) values (%(p)s, %(f)s) returning {COLUMNS}",
            {"p": project_id, "f": form},
        )
    ).fetchone()
    assert row is not None
    return row


async def get(db: Connection, export_id: UUID, mode: str | None) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from export where id = %(i)s and exists (select 1 from project p"
            " where p.id = export.project_id and (%(m)s::text is null or p.mode = %(m)s))",
            {"i": export_id, "m": mode},
        )
    ).fetchone()


async def page(db: Connection, project_id: UUID, after: list[str] | None, limit: int) -> list[Row]:
    """Newest first."""
    return await (
        await db.execute(
            f"select {COLUMNS} from export where project_id = %(p)s"
            " and (%(t)s::timestamptz is null or (created_at, id) < (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at desc, id desc limit %(n)s",
            {"p": project_id, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def alone(db: Connection, export_id: UUID) -> bool:
    """Takes the right to work on an export until this connection ends; False if another has it."""
    row = await (
        await db.execute(
            "select pg_try_advisory_lock(hashtextextended('export:' || %(i)s::text, 0)) as ok", {"i": export_id}
        )
    ).fetchone()
    return bool(row and row["ok"])


async def begin(db: Connection, export_id: UUID, position: int, blob: str) -> Row | None:
    """Fixes the position and counts the tasks at it, unless that was done before."""
    return await (
        await db.execute(
            "update export x set state = 'running', position = coalesce(x.position, %(pos)s), blob = %(b)s,"
            " rows_total = coalesce(x.rows_total, (select n from tally where project_id = x.project_id"
            "   and kind = 'tasks.added'), 0), updated_at = clock_timestamp()"
            f" where id = %(i)s and state in ('queued', 'running') returning {COLUMNS}",
            {"i": export_id, "pos": position, "b": blob},
        )
    ).fetchone()


async def checkpoint(
    db: Connection, export_id: UUID, *, after: int, count: int, size: int, state: dict[str, Any]
) -> None:
    """What is durable in the file: all tasks up to `after`, `size` bytes."""
    await db.execute(
        "update export set after_seq = %(a)s, rows = %(r)s, bytes = %(b)s, checkpoint = %(c)s,"
        " updated_at = clock_timestamp() where id = %(i)s",
        {"i": export_id, "a": after, "r": count, "b": size, "c": Jsonb(state)},
    )


async def finish(db: Connection, export_id: UUID, *, count: int, size: int, sha256: str) -> None:
    await db.execute(
        "update export set state = 'done', rows = %(r)s, rows_total = %(r)s, bytes = %(b)s, sha256 = %(s)s,"
        " updated_at = clock_timestamp() where id = %(i)s",
        {"i": export_id, "r": count, "b": size, "s": sha256},
    )


async def fail(db: Connection, export_id: UUID, failure: dict[str, Any]) -> None:
    await db.execute(
        "update export set state = 'failed', failure = %(f)s, updated_at = clock_timestamp()"
        " where id = %(i)s and state <> 'done'",
        {"i": export_id, "f": Jsonb(failure)},
    )
