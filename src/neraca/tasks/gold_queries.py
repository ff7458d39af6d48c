"""SQL that makes tasks gold and ends it. Every change is a version with its event."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

# The caller holds the task's row lock. `told`: what stands at the end.
MAKE = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data)
  values ('gold.made', %(p)s, %(t)s, %(a)s, jsonb_build_object('use', %(u)s::text)) returning id
), made as (
  insert into gold (task_id, version, project_id, answer, source, event_id)
  select %(t)s, coalesce((select max(version) from gold where task_id = %(t)s), 0) + 1, %(p)s, %(v)s, 'manager', id
  from noted returning task_id, project_id, version
)
insert into gold_live (project_id, task_id, version, use) select project_id, task_id, version, %(u)s from made
"""

# From one use to another: what was said to it goes on counting.
MOVE = """
with moved as (
  update gold_live set use = %(u)s where project_id = %(p)s and task_id = %(t)s and use <> %(u)s returning 1
)
insert into event (kind, project_id, task_id, actor, data)
select 'gold.moved', %(p)s, %(t)s, %(a)s, jsonb_build_object('use', %(u)s::text) from moved
"""

# Gold that is no more: what labelers said to it counts neither for nor against them from now on.
RETIRE = """
with gone as (
  delete from gold_live where project_id = %(p)s and task_id = %(t)s returning project_id, task_id, version
), noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'gold.retired', project_id, task_id, %(a)s, jsonb_build_object('reason', %(r)s::text) from gone returning id
), ended as (
  insert into gold (task_id, version, project_id, answer, source, event_id, made_at, retired_at, retired_reason, note)
  select g.task_id, g.version + 1, g.project_id, g.answer, g.source, noted.id, g.made_at, clock_timestamp(), %(r)s,
    %(n)s
  from gone join gold g on g.task_id = gone.task_id and g.version = gone.version cross join noted
), counted as (
  update labeler_gold m set answered = m.answered - s.n, correct = m.correct - s.correct
  from (select a.labeler_id, count(*) as n, count(*) filter (where a.correct) as correct from gone
        join gold_answer a on a.task_id = gone.task_id and a.version = gone.version group by a.labeler_id) s
  where m.labeler_id = s.labeler_id and m.project_id = %(p)s
)
select 1 as one from gone
"""


async def make(
    db: Connection, *, project_id: UUID, task_id: UUID, answer: Mapping[str, Any], actor: str, use: str
) -> None:
    """A decided task is gold from now on."""
    await db.execute(MAKE, {"p": project_id, "t": task_id, "v": Jsonb(answer), "a": actor, "u": use})


async def move(db: Connection, *, project_id: UUID, task_id: UUID, actor: str, use: str) -> None:
    """Gold serves something else from now on."""
    await db.execute(MOVE, {"p": project_id, "t": task_id, "a": actor, "u": use})


async def retire(
    db: Connection, *, project_id: UUID, task_id: UUID, actor: str, reason: str, note: str | None = None
) -> bool:
    """A task is gold no more; False if it was not."""
    values = {"p": project_id, "t": task_id, "a": actor, "r": reason, "n": note}
    return await (await db.execute(RETIRE, values)).fetchone() is not None


async def copy(
    db: Connection, known: Sequence[tuple[UUID, Mapping[str, Any], str]], *, project_id: UUID, made: int, decided: int
) -> None:
    """Gold for tasks that come in with their answer and its use, and the verdict that says so.

    `made`, `decided`: the events.
    """
    rows = [(task_id, msgspec.json.encode(answer).decode(), use) for task_id, answer, use in known]
    async with db.cursor() as cursor:
        async with cursor.copy("copy gold (task_id, version, project_id, answer, source, event_id) from stdin") as sent:
            for task_id, answer, _ in rows:
                await sent.write_row((task_id, 1, project_id, answer, "import", made))
        async with cursor.copy("copy gold_live (project_id, task_id, version, use) from stdin") as sent:
            for task_id, _, use in rows:
                await sent.write_row((project_id, task_id, 1, use))
        async with cursor.copy(
            "copy verdict (task_id, version, project_id, value, confidence, reason, answers, event_id) from stdin"
        ) as sent:
            for task_id, answer, _ in rows:
                await sent.write_row((task_id, 1, project_id, answer, 1.0, "gold", "{}", decided))


async def of_task(db: Connection, task_id: UUID) -> dict[str, Any] | None:
    """The known answer of a task that is gold."""
    row = await (
        await db.execute(
            "select g.answer from gold_live l join gold g on g.task_id = l.task_id and g.version = l.version"
            " join task t on t.id = l.task_id and t.project_id = l.project_id where t.id = %(t)s",
            {"t": task_id},
        )
    ).fetchone()
    return None if row is None else dict(row["answer"])
