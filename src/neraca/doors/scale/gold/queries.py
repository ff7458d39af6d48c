"""SQL on tasks whose right answer is known."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
JSONS = ("params", "expected_response", "initial_response", "metadata", "native", "answer")
CLAIM_SECONDS = 120  # longer than a fetch may take: then another worker may take it over
MOST = 10_000

# What labelers said to gold that stands now; what they said to gold that is retired counts neither way.
SCORES = """
select q.id, q.purpose, g.labeler_id, l.handle, g.correct, g.score, a.submitted_at
from scale_quality_task q join gold_live v on v.project_id = q.place and v.task_id = q.id
join gold_answer g on g.task_id = q.id and g.version = v.version
join answer a on a.id = g.answer_id join labeler l on l.id = g.labeler_id
where q.mode = %(m)s and (%(i)s::uuid[] is null or q.id = any(%(i)s))
  and (%(l)s::uuid[] is null or g.labeler_id = any(%(l)s))
order by a.submitted_at desc, g.answer_id limit %(n)s
"""


async def add(db: Connection, values: dict[str, Any]) -> None:
    jsons = {name: None if values[name] is None else Jsonb(values[name]) for name in JSONS}
    await db.execute(
        "insert into scale_quality_task (id, mode, purpose, project_id, type, params, expected_response,"
        " initial_response, metadata, instruction, stage, place, media, native, answer, fetch_at)"
        " values (%(id)s, %(mode)s, %(purpose)s, %(project_id)s, %(type)s, %(params)s, %(expected_response)s,"
        " %(initial_response)s, %(metadata)s, %(instruction)s, %(stage)s, %(place)s, %(media)s, %(native)s,"
        " %(answer)s, case when %(stage)s = 0 then clock_timestamp() end)",
        {**values, **jsons},
    )


async def known(db: Connection, mode: str, ids: list[UUID]) -> int:
    """How many of these there are."""
    row = await (
        await db.execute(
            "select count(*) as n from scale_quality_task where mode = %(m)s and id = any(%(i)s)",
            {"m": mode, "i": ids},
        )
    ).fetchone()
    assert row is not None
    return int(row["n"])


async def scores(db: Connection, mode: str, ids: list[UUID] | None, labelers: list[UUID] | None) -> list[Row]:
    """How near the answers of labelers came to the expected ones, the latest first."""
    return await (await db.execute(SCORES, {"m": mode, "i": ids, "l": labelers, "n": MOST})).fetchall()


async def terms(db: Connection, place_id: UUID) -> Row:
    """A place with its policy; nobody else changes it until this transaction ends."""
    row = await (
        await db.execute(
            "select p.id, p.policy, p.priority, p.kind, p.config, l.woven, l.exam from project p"
            " join scale_place l on l.id = p.id where p.id = %(p)s for update of p",
            {"p": place_id},
        )
    ).fetchone()
    assert row is not None
    return row


async def asked_in_exam(db: Connection, place_id: UUID) -> int:
    """How many tasks there are for the exam of a place."""
    row = await (
        await db.execute(
            "select count(*) as n from gold_live where project_id = %(p)s and use = 'exam'", {"p": place_id}
        )
    ).fetchone()
    assert row is not None
    return int(row["n"])


async def note_terms(db: Connection, place_id: UUID, *, woven: bool, exam: int | None) -> None:
    """What the door has set of a place's terms."""
    await db.execute(
        "update scale_place set woven = %(w)s, exam = %(e)s where id = %(p)s", {"p": place_id, "w": woven, "e": exam}
    )


async def settled(
    db: Connection, task_id: UUID, *, stage: int, native: dict[str, Any] | None = None, refused: str | None = None
) -> None:
    """Where a task has come to."""
    await db.execute(
        "update scale_quality_task set stage = %(s)s, native = coalesce(%(v)s, native), refused = %(r)s,"
        " fetch_at = null where id = %(i)s",
        {"i": task_id, "s": stage, "v": None if native is None else Jsonb(native), "r": refused},
    )


async def claim(db: Connection, limit: int) -> list[Row]:
    """Tasks whose media are due; they come back to others after a while, should this worker die."""
    return await (
        await db.execute(
            "with d as materialized (select id from scale_quality_task where stage = 0"
            "  and fetch_at <= clock_timestamp() order by fetch_at limit %(n)s for update skip locked)"
            " update scale_quality_task t set fetches = fetches + 1,"
            " fetch_at = clock_timestamp() + make_interval(secs => %(s)s) from d, project p"
            " where t.id = d.id and p.id = t.place"
            " returning t.id, t.mode, t.fetches, t.media as url, t.native, t.answer, t.purpose, t.place, t.metadata,"
            " p.kind, p.config",
            {"s": CLAIM_SECONDS, "n": limit},
        )
    ).fetchall()


async def later(db: Connection, task_id: UUID, seconds: float) -> None:
    await db.execute(
        "update scale_quality_task set fetch_at = clock_timestamp() + make_interval(secs => %(s)s)"
        " where id = %(i)s and stage = 0",
        {"s": seconds, "i": task_id},
    )


async def lock(db: Connection, task_id: UUID, stages: Sequence[int]) -> bool:
    """Locks a task in one of these stages; False where it has gone on."""
    row = await (
        await db.execute(
            "select 1 as one from scale_quality_task where id = %(i)s and stage = any(%(s)s) for update",
            {"i": task_id, "s": list(stages)},
        )
    ).fetchone()
    return row is not None


async def candidates(db: Connection, after: UUID, limit: int) -> list[Row]:
    """Tasks that are kept alone, for want of a kind."""
    return await (
        await db.execute(
            "select q.id, q.mode, q.purpose, q.project_id, q.type, p.name as project_name, q.instruction, q.metadata,"
            " q.expected_response, q.params, coalesce((select v.params from scale_param v"
            "  where v.project_id = q.project_id order by v.version desc limit 1), '{}') as of_project"
            " from scale_quality_task q left join scale_project p on p.id = q.project_id"
            " where q.stage = 3 and q.refused is null and q.mode = 'live' and q.id > %(a)s"
            " order by q.id limit %(n)s",
            {"a": after, "n": limit},
        )
    ).fetchall()


async def located(db: Connection, values: dict[str, Any]) -> None:
    """Where a task that was kept alone will be gold."""
    await db.execute(
        "update scale_quality_task set stage = %(stage)s, place = %(place)s, media = %(media)s, native = %(native)s,"
        " answer = %(answer)s, fetch_at = case when %(stage)s = 0 then clock_timestamp() end where id = %(id)s",
        {**values, "native": Jsonb(values["native"]), "answer": Jsonb(values["answer"])},
    )
