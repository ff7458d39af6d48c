"""How a quality task becomes gold of the house, and what its project's terms say of gold from then on.

An evaluation task is woven into the work. A training task belongs to the exam that comes before any work.
"""

import json
from collections.abc import Mapping
from typing import Any

from neraca import projects, tasks
from neraca.accounts import CellSession
from neraca.doors.scale import translate, words
from neraca.doors.scale.gold import queries
from neraca.doors.scale.tasks import hypotheses
from neraca.doors.scale.tasks.service import NEVER, PLACED, READY, WANTED, place_for
from neraca.doors.scale.translate import Fit
from neraca.tables import event
from neraca.wire.projects import ProjectChange

SHARE = 0.1  # of the work of a new labeler, until the operator says otherwise
RIGHT = 0.7  # of the training tasks
USES = {"training": "exam", "evaluation": "work"}
Json = dict[str, Any]


async def located(session: CellSession, values: Json, params: Json, of_project: str | None) -> Json:
    """Where a task will be gold, and as what; it is kept alone where no kind works it. Raises 400."""
    nowhere: Json = {"stage": NEVER, "place": None, "media": None, "native": None, "answer": None}
    found = translate.fit(values["type"], params)
    if values["mode"] == "test" or found.kind == "foreign":
        return nowhere
    try:
        answer = translate.answer(found.kind, values["expected_response"], params, found.config)
    except ValueError as refusal:
        raise words.wrong("expected_response", f"expected_response.{refusal}") from None
    place = await place_for(session, {**values, "params": json.dumps(params)}, found, of_project)
    if place is None:  # too many questions in one project: they have no editor either
        return nowhere
    native = translate.native(found, values["instruction"])
    stage = READY if found.media is None else WANTED
    if stage == READY:
        _fits(found, native, answer)
    return {"stage": stage, "place": place, "media": found.media, "native": native, "answer": answer}


def _fits(found: Fit, native: Json, answer: Json) -> None:
    try:
        hypotheses.fitted(found.kind, found.config, native, answer, "expected_response")
    except ValueError as refusal:
        raise words.wrong("expected_response", str(refusal)) from None


async def weave(session: CellSession, row: Mapping[str, Any], native: Json) -> None:
    """The task is gold from now on. Raises ValueError with a sentence where its answer does not fit."""
    place = await queries.terms(session.db, row["place"])
    answer = hypotheses.fitted(place["kind"], place["config"], native, row["answer"], "expected_response")
    use = USES[row["purpose"]]
    made = tasks.NewTask(
        id=row["id"], params=native, priority=place["priority"], metadata=row["metadata"], gold=answer, gold_use=use
    )
    added = await projects.add_event(
        session.db, event.TASKS_ADDED, project_id=place["id"], actor=session.who.actor, n=1
    )
    await tasks.copy_tasks(session.db, [made], project_id=place["id"], event_id=added, slots=0)
    await tasks.keep_gold(session.db, [made], project_id=place["id"], actor=session.who.actor)
    await queries.settled(session.db, row["id"], stage=PLACED, native=native)
    await _set_terms(session, place, use)


async def _set_terms(session: CellSession, place: queries.Row, use: str) -> None:
    """Has the project ask its gold: a share of the work, or an exam. What an operator has said stays."""
    policy, exam = place["policy"], place["exam"]
    if use == "work" and not place["woven"]:
        share = policy.get("gold_share") or SHARE
        await _change(session, place, {**policy, "gold_share": share}, exam)
    elif use == "exam" and policy.get("exam") == (None if exam is None else exam_of(exam)):
        asked = await queries.asked_in_exam(session.db, place["id"])
        await _change(session, place, {**policy, "exam": exam_of(asked)}, asked)


async def _change(session: CellSession, place: queries.Row, policy: Json, exam: int | None) -> None:
    woven = place["woven"] or bool(policy.get("gold_share"))
    await queries.note_terms(session.db, place["id"], woven=woven, exam=exam)
    if policy != place["policy"]:
        await projects.change(session, place["id"], ProjectChange.model_validate({"policy": policy}))


def exam_of(asked: int) -> Json:
    """The exam of so many training tasks: one in five may be skipped."""
    return {"tasks": min(max(asked - asked // 5, 1), 100), "right": RIGHT, "attempts": 1}
