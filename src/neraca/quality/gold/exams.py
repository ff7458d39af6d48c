"""Exams: what an answer to a gold task of the exam does to where its labeler stands.

A machine may keep somebody from new work for want of a passed exam, with the figures told; whether they are let in all
the same, or try again, is a manager's word.
"""

from uuid import UUID

import msgspec

from neraca import projects
from neraca.accounts import CellSession
from neraca.answers import AnswerStored
from neraca.quality.gold import exam_queries as queries
from neraca.quality.gold import rules
from neraca.wire.errors import NotFound


async def mark(stored: AnswerStored, *, correct: bool) -> None:
    """Counts an answer in its labeler's open exam; the last one of an attempt decides it."""
    terms = stored.policy.get("exam")
    row = await queries.standing(stored.db, stored.project_id, stored.labeler_id)
    if terms is None or row is None or row["state"] != "open":
        return  # the exam was taken out of the policy, or decided by hand, while this lease was held
    before = rules.Exam(row["state"], row["attempt"], row["answered"], row["correct"])
    now, decided = rules.after(before, correct=correct, terms=terms)
    told = None
    if decided is not None:
        facts = {"labeler": str(stored.labeler_id), "state": "passed" if now.state == "passed" else "failed", **decided}
        told = msgspec.json.encode(facts).decode()
    await queries.mark(stored.db, stored.project_id, stored.labeler_id, now._asdict(), told)


async def by_hand(session: CellSession, project_id: UUID, labeler_id: UUID, state: str) -> None:
    """Lets a labeler in, or gives them another attempt; a word before there is an exam stands too. Raises not-found."""
    project = await projects.get(session, project_id)
    if not await queries.by_hand(session.db, project["id"], labeler_id, state, session.who.actor):
        raise NotFound
