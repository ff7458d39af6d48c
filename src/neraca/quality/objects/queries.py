"""SQL on skills of those who draw objects."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]

PUT_PROJECT = """
insert into project_skill (project_id, classes, pooled, prior, answers, iterations, converged, objects, tau,
  bias, calibrated_on)
values (%(p)s, %(c)s, %(g)s, %(r)s, %(n)s, %(i)s, %(v)s, %(o)s, %(t)s, %(b)s, %(k)s)
on conflict (project_id) do update set classes = excluded.classes, pooled = excluded.pooled, prior = excluded.prior,
  answers = excluded.answers, iterations = excluded.iterations, converged = excluded.converged,
  objects = excluded.objects, tau = excluded.tau, bias = excluded.bias, calibrated_on = excluded.calibrated_on,
  updated_at = clock_timestamp()
"""
PUT_SKILL = """
insert into labeler_skill (project_id, labeler_id, answers, confusion, accuracy, low, high, objects)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (project_id, labeler_id) do update set answers = excluded.answers, confusion = excluded.confusion,
  accuracy = excluded.accuracy, low = excluded.low, high = excluded.high, objects = excluded.objects,
  updated_at = clock_timestamp()
"""


async def project(db: Connection, project_id: UUID) -> Row | None:
    """What the last estimate believes of a project's crowd; `objects` is null where there was none of objects."""
    return await (
        await db.execute(
            "select classes, pooled, prior, objects, tau, bias, calibrated_on from project_skill"
            " where project_id = %(p)s",
            {"p": project_id},
        )
    ).fetchone()


async def labelers(db: Connection, project_id: UUID, labeler_ids: Sequence[UUID]) -> list[Row]:
    """What it believes of these; those whom it has not seen are missing."""
    return await (
        await db.execute(
            "select labeler_id, answers, confusion, objects from labeler_skill"
            " where project_id = %(p)s and labeler_id = any(%(l)s) and objects is not null",
            {"p": project_id, "l": list(labeler_ids)},
        )
    ).fetchall()


async def put_project(
    db: Connection, project_id: UUID, *, classes: list[str], pooled: list[list[float]], prior: list[float],
    answers: int, iterations: int, converged: bool, objects: Row,
    tau: float = 1.0, bias: Sequence[float] = (), calibrated_on: int = 0,
) -> None:  # fmt: skip
    await db.execute(
        PUT_PROJECT,
        {
            "p": project_id, "c": Jsonb(classes), "g": Jsonb(pooled), "r": Jsonb(prior), "n": answers,
            "i": iterations, "v": converged, "o": Jsonb(objects), "t": tau, "b": Jsonb(list(bias)), "k": calibrated_on,
        },
    )  # fmt: skip


async def put_skills(db: Connection, project_id: UUID, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (labeler, answers, confusion, expected F1, low, high, objects)."""
    async with db.cursor() as cursor:
        await cursor.executemany(
            PUT_SKILL,
            [(project_id, who, n, Jsonb(confusion), *rest, Jsonb(told)) for who, n, confusion, *rest, told in rows],
        )


async def answers_of(db: Connection, task_ids: Sequence[UUID]) -> list[Row]:
    """All answers of some tasks."""
    return await (
        await db.execute(
            "select id, task_id, labeler_id, value from answer where task_id = any(%(t)s) order by task_id, event_id",
            {"t": list(task_ids)},
        )
    ).fetchall()
