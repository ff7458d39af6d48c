"""SQL on what is known of a pilot's labelers."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]


async def estimate(db: Connection, project_id: UUID) -> Row | None:
    """What the last estimate of a project believes of it; None where it learnt nothing of classes."""
    return await (
        await db.execute(
            "select classes, prior, answers, pairs, agreement, tau, bias, calibrated_on from project_skill"
            " where project_id = %(p)s and jsonb_array_length(classes) > 0 and jsonb_array_length(prior) > 0",
            {"p": project_id},
        )
    ).fetchone()


async def labelers(db: Connection, project_id: UUID, limit: int, *, rows: bool) -> list[Row]:
    """Those with most answers: how many, their accuracy, and with `rows` their confusions."""
    return await (
        await db.execute(
            "select answers, accuracy, case when %(r)s then confusion end as confusion from labeler_skill"
            " where project_id = %(p)s and answers > 0 order by answers desc, labeler_id limit %(n)s",
            {"p": project_id, "n": limit, "r": rows},
        )
    ).fetchall()


async def recorded(db: Connection, project_id: UUID, limit: int) -> list[list[Row]]:
    """The answers of the latest decided tasks, one list a task, as `quality.rules` takes them."""
    rows = await (
        await db.execute(
            "with latest as (select id from task where project_id = %(p)s and state = 'decided'"
            "   and reason is distinct from 'gold' order by seq desc limit %(n)s)"
            " select json_agg(json_build_object('id', a.id, 'labeler_id', a.labeler_id, 'value', a.value)"
            "   order by a.event_id) as given from latest l join answer a on a.task_id = l.id group by l.id",
            {"p": project_id, "n": limit},
        )
    ).fetchall()
    return [row["given"] for row in rows]


async def gold(db: Connection, project_id: UUID, limit: int) -> list[Row]:
    """Those who answered most gold: how much, and how much of it rightly."""
    return await (
        await db.execute(
            "select answered, correct from labeler_gold where project_id = %(p)s and answered > 0"
            " order by answered desc, labeler_id limit %(n)s",
            {"p": project_id, "n": limit},
        )
    ).fetchall()
