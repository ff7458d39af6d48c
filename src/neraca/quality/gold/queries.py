"""SQL on gold: what stands, what labelers said to it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]

# One row for each answer and one for its labeler, whom no other answer at this moment is from.
WEIGH = """
with kept as (
  insert into gold_answer (answer_id, task_id, version, project_id, labeler_id, correct, score)
  values (%(a)s, %(t)s, %(n)s, %(p)s, %(l)s, %(c)s, %(s)s) returning correct
)
insert into labeler_gold (labeler_id, project_id, answered, correct) select %(l)s, %(p)s, 1, correct::int from kept
on conflict (labeler_id, project_id) do update set answered = labeler_gold.answered + 1,
  correct = labeler_gold.correct + excluded.correct
"""

SHOWN = """
select g.task_id, g.project_id, t.external_id, g.answer, g.source, g.version, g.event_id, g.made_at, g.retired_at,
  g.retired_reason, g.note, s.asked, a.answered, a.correct, a.score, l.use
from gold g join task t on t.id = g.task_id
left join gold_live l on l.task_id = g.task_id and l.project_id = g.project_id
cross join lateral (select count(*) filter (where s.gold and s.opened_at >= g.made_at) as asked from slot s
  where s.task_id = g.task_id) s
cross join lateral (select count(*) as answered, count(*) filter (where a.correct) as correct,
    avg(a.score) as score from gold_answer a
  where a.task_id = g.task_id and a.version = case when g.retired_at is null then g.version else g.version - 1 end) a
where not exists (select 1 from gold x where x.task_id = g.task_id and x.version > g.version)
"""


async def known(db: Connection, project_id: UUID, task_id: UUID) -> Row | None:
    """The version, the answer and the use of a task that is gold now."""
    return await (
        await db.execute(
            "select l.version, l.use, g.answer from gold_live l join gold g on g.task_id = l.task_id"
            " and g.version = l.version where l.project_id = %(p)s and l.task_id = %(t)s",
            {"p": project_id, "t": task_id},
        )
    ).fetchone()


async def weigh(
    db: Connection, *, answer_id: UUID, task_id: UUID, version: int, project_id: UUID, labeler_id: UUID, correct: bool,
    score: float,
) -> None:  # fmt: skip
    """Keeps how near an answer to gold came, and whether that was right."""
    await db.execute(
        WEIGH,
        {"a": answer_id, "t": task_id, "n": version, "p": project_id, "l": labeler_id, "c": correct, "s": score},
    )


async def page(db: Connection, project_id: UUID, after: Sequence[Any] | None, limit: int) -> list[Row]:
    """A project's gold as it stands, the latest change first; retired gold too."""
    return await (
        await db.execute(
            f"{SHOWN} and g.project_id = %(p)s"
            " and (%(e)s::bigint is null or (g.event_id, g.task_id) < (%(e)s::bigint, %(i)s::uuid))"
            " order by g.event_id desc, g.task_id desc limit %(n)s",
            {"p": project_id, "e": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def one(db: Connection, task_id: UUID) -> Row | None:
    """A task's gold as it stands, retired or not."""
    return await (await db.execute(f"{SHOWN} and g.task_id = %(t)s", {"t": task_id})).fetchone()


async def live(db: Connection, project_id: UUID) -> list[Row]:
    """Everything that may be handed out in a project, with how often it was."""
    return await (
        await db.execute(
            "select l.task_id, g.answer, t.params, (select count(*) from slot s where s.task_id = l.task_id and s.gold"
            " and s.opened_at >= g.made_at) as asked"
            " from gold_live l join gold g on g.task_id = l.task_id and g.version = l.version"
            " join task t on t.id = l.task_id"
            " where l.project_id = %(p)s order by l.task_id",
            {"p": project_id},
        )
    ).fetchall()


async def weighed(db: Connection, project_id: UUID) -> list[Row]:
    """For each answer to live gold: was it right, and its labeler's share of right ones among their others."""
    return await (
        await db.execute(
            "select a.task_id, a.correct, m.answered - 1 as others, m.correct - a.correct::int as others_correct"
            " from gold_live l join gold_answer a on a.task_id = l.task_id and a.version = l.version"
            " join labeler_gold m on m.labeler_id = a.labeler_id and m.project_id = l.project_id"
            " where l.project_id = %(p)s order by a.task_id",
            {"p": project_id},
        )
    ).fetchall()


async def lock(db: Connection, task_id: UUID, mode: str | None) -> Row | None:
    """A task with its verdict and its project's present terms; its row is locked until the transaction ends."""
    return await (
        await db.execute(
            "select t.id, t.project_id, t.state, t.params, p.kind, p.config, (select v.value from verdict v"
            " where v.task_id = t.id order by v.version desc limit 1) as verdict"
            " from task t join project p on p.id = t.project_id"
            " where t.id = %(t)s and (%(m)s::text is null or p.mode = %(m)s) for update of t",
            {"t": task_id, "m": mode},
        )
    ).fetchone()
