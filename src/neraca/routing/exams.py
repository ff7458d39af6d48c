"""Exams on the labeler's side: their tasks come before any work, and say what they are."""

from typing import NamedTuple
from uuid import UUID

from neraca.accounts import CellSession
from neraca.kit.session import pipelined
from neraca.routing import exam_queries, queries, rules
from neraca.wire import work as wire


class Sitting(NamedTuple):
    """Where a labeler stands who found no work, and the next task of their exam; `just`: they began now."""

    state: str
    just: bool
    lease: queries.Row | None


async def sit(session: CellSession, project_id: UUID, *, prefetch: bool, most: int) -> Sitting:
    """Begins an exam, or goes on with it. The project has one."""
    labeler, mode = session.who.labeler_id, session.who.mode or "live"
    async with pipelined(session.db):
        await queries.alone(session.db, labeler)
        before = await exam_queries.standing(session.db, labeler, project_id)
        row = before or await exam_queries.begin(session.db, labeler, project_id, mode)
        if row is None or row["state"] != "open":
            return Sitting(row["state"] if row else "failed", before is None, None)
        dealt = await exam_queries.deal(session.db, labeler, project_id, mode, prefetch=prefetch, most=most)
    return Sitting("open", False, next((row for row in await dealt.fetchall() if row["fresh"]), None))


async def of_lease(session: CellSession, lease_id: UUID) -> wire.ExamStanding | None:
    """The exam that a lease is a part of; None for work."""
    row = await exam_queries.of_lease(session.db, lease_id)
    return None if row is None else _shown(row)


async def standing(session: CellSession, project: queries.Row) -> wire.ExamStanding | None:
    """Where the caller stands in a project's exam; None where it has none."""
    terms = project["policy"].get("exam")
    if terms is None:
        return None
    row = await exam_queries.standing(session.db, session.who.labeler_id, project["id"])
    return _shown(row or {"state": "open", "attempt": 1, "answered": 0, "correct": 0, "terms": terms})


def _shown(row: queries.Row) -> wire.ExamStanding:
    terms = row["terms"]
    return wire.ExamStanding(
        state=row["state"],
        tasks=terms["tasks"],
        wanted=rules.wanted(terms),
        answered=row["answered"],
        correct=None if row["state"] == "open" else row["correct"],
        attempt=row["attempt"],
        attempts=max(terms["attempts"], row["attempt"]),
    )
