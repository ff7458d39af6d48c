"""SQL on quality reports."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]

# The latest thousand verdicts of a project, by themselves. Prices are those of the filled slots, under the terms that
# each answer was given.
LATEST = """
with latest as (
  select task_id, confidence, reason, cardinality(answers) as n from verdict where project_id = %(p)s
  order by event_id desc limit 1000
), paid as (
  select coalesce(sum(s.price_micros), 0)::bigint as micros from slot s
  where s.state = 2 and s.task_id in (select task_id from latest)
)
select count(*) as verdicts, avg(confidence) as confidence, avg(n)::float8 as answers,
  count(*) filter (where reason = 'count') as by_count, count(*) filter (where reason = 'met') as met,
  count(*) filter (where reason = 'exhausted') as exhausted, count(*) filter (where reason = 'capped') as capped,
  count(*) filter (where reason = 'escalated') as escalated, (select micros from paid) as micros,
  array(select count(l.confidence) from generate_series(0, 19) as step
    left join latest l on least(floor(l.confidence * 20)::int, 19) = step group by step order by step) as spread,
  coalesce((select calibrated_on from project_skill where project_id = %(p)s), 0) as calibrated_on,
  (select coalesce(jsonb_agg(jsonb_build_array(n, tasks) order by n), '[]') from
    (select n, count(*) as tasks from latest group by n) c) as per_task
from latest
"""

# Verdicts that no estimate has looked at, the least sure of the latest thousand; how many answers say the same.
UNSURE = """
with latest as (
  select task_id, value, confidence, posterior, answers from verdict
  where project_id = %(p)s and event_id > %(e)s order by event_id desc limit 1000
), least as (
  select * from latest where confidence < %(c)s order by confidence limit %(n)s
)
select l.task_id, t.external_id, l.value, l.confidence, l.posterior, cardinality(l.answers) as answers,
  (select count(*) from answer a where a.id = any(l.answers) and a.value = l.value) as agree
from least l join task t on t.id = l.task_id
"""


async def latest(db: Connection, project_id: UUID) -> Row:
    """Confidences, reasons, answers and prices of the latest thousand verdicts."""
    row = await (await db.execute(LATEST, {"p": project_id})).fetchone()
    assert row is not None
    return row


async def unsure(db: Connection, project_id: UUID, after: int, below: float, limit: int) -> list[Row]:
    """The least sure of the latest verdicts after an event."""
    given = {"p": project_id, "e": after, "c": below, "n": limit}
    return await (await db.execute(UNSURE, given)).fetchall()


async def report(db: Connection, project_id: UUID) -> Row | None:
    """What the last estimate wrote."""
    return await (
        await db.execute(
            "select answers, verdict_event_id, report, updated_at from quality_report where project_id = %(p)s",
            {"p": project_id},
        )
    ).fetchone()


async def put_report(
    db: Connection, project_id: UUID, *, answers: int, verdict_event_id: int, report: Mapping[str, Any]
) -> None:
    await db.execute(
        "insert into quality_report (project_id, answers, verdict_event_id, report)"
        " values (%(p)s, %(n)s, %(e)s, %(r)s) on conflict (project_id) do update set answers = excluded.answers,"
        " verdict_event_id = excluded.verdict_event_id, report = excluded.report, updated_at = clock_timestamp()",
        {"p": project_id, "n": answers, "e": verdict_event_id, "r": Jsonb(report)},
    )


# One labeler of a project, with what is believed of them and what the last estimate wrote.
LABELER = """
select l.id, l.handle, l.kind, s.accuracy, s.low, s.high, r.report, r.updated_at,
  (select count(*) from answer a where a.project_id = p.id and a.labeler_id = l.id) as answers,
  coalesce(g.answered, 0) as gold_answers, coalesce(g.correct, 0) as gold_right
from project p join labeler l on l.id = %(l)s
left join labeler_skill s on s.project_id = p.id and s.labeler_id = l.id
left join labeler_report r on r.project_id = p.id and r.labeler_id = l.id
left join labeler_gold g on g.project_id = p.id and g.labeler_id = l.id
where p.id = %(p)s
"""


async def labeler(db: Connection, project_id: UUID, labeler_id: UUID) -> Row | None:
    """None for who never answered there."""
    row = await (await db.execute(LABELER, {"p": project_id, "l": labeler_id})).fetchone()
    return row if row and row["answers"] else None


async def own(db: Connection, project_id: UUID, labeler_id: UUID, mode: str) -> Row | None:
    """The same for who asks; None where the project is not theirs to work in. Who never answered has no figures."""
    row = await (
        await db.execute(
            "select count(*) as answers from answer where project_id = %(p)s and labeler_id = %(l)s"
            " having exists (select 1 from project where id = %(p)s and mode = %(m)s and state <> 'archived')",
            {"p": project_id, "l": labeler_id, "m": mode},
        )
    ).fetchone()
    if row is None:
        return None
    nothing = dict.fromkeys(("accuracy", "low", "high", "report", "updated_at"))
    return await labeler(db, project_id, labeler_id) or nothing | {"answers": 0, "gold_answers": 0}


async def forget_pages(db: Connection, project_id: UUID) -> None:
    await db.execute("delete from labeler_report where project_id = %(p)s", {"p": project_id})


async def put_pages(db: Connection, project_id: UUID, rows: Sequence[tuple[UUID, Mapping[str, Any]]]) -> None:
    """What the pages of labelers tell."""
    statement = "copy labeler_report (project_id, labeler_id, report) from stdin"
    async with db.cursor() as cursor, cursor.copy(statement) as to:
        for labeler_id, told in rows:
            await to.write_row((project_id, labeler_id, Jsonb(told)))


async def names(db: Connection, task_ids: Sequence[UUID]) -> dict[str, str | None]:
    """The client's own names of tasks; a task that is gone has none here."""
    rows = await (
        await db.execute("select id, external_id from task where id = any(%(t)s)", {"t": list(task_ids)})
    ).fetchall()
    return {str(r["id"]): r["external_id"] for r in rows}


async def labelers(db: Connection, project_id: UUID, labeler_ids: Sequence[UUID]) -> dict[str, Row]:
    """Who they are, and what is believed of them now."""
    rows = await (
        await db.execute(
            "select l.id, l.handle, l.kind, s.accuracy, s.low, s.high from labeler l left join labeler_skill s"
            " on s.project_id = %(p)s and s.labeler_id = l.id where l.id = any(%(l)s)",
            {"p": project_id, "l": list(labeler_ids)},
        )
    ).fetchall()
    return {str(r["id"]): r for r in rows}
