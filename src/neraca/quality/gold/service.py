"""Make gold, end it, and weigh what labelers say to it."""

from typing import Any
from uuid import UUID

from neraca import kinds, tasks
from neraca.accounts import CellSession
from neraca.answers import AnswerStored
from neraca.quality.gold import exams, queries, rules
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed
from neraca.wire.tasks import Gold, GoldNew


def shown(row: queries.Row) -> Gold:
    """A row as the API tells it."""
    return Gold(
        task_id=str(row["task_id"]),
        project_id=str(row["project_id"]),
        external_id=row["external_id"],
        answer=row["answer"],
        use=row["use"],
        source=row["source"],
        version=row["version"],
        made_at=row["made_at"],
        retired_at=row["retired_at"],
        retired_reason=row["retired_reason"],
        note=row["note"],
        asked=row["asked"],
        answered=row["answered"],
        right=row["correct"],
        score=row["score"],
    )


async def _told(session: CellSession, task_id: UUID) -> Gold:
    row = await queries.one(session.db, task_id)
    if row is None:
        raise NotFound
    return shown(row)


def _checked(task: queries.Row, raw: dict[str, Any]) -> dict[str, Any]:
    kind = kinds.get(task["kind"])
    assert kind is not None
    config = kind.config.model_validate(task["config"], strict=False)
    answer, flaws = tasks.known(kind, config, task["params"], raw)
    if flaws:
        raise ValidationFailed([Fault("#/answer" + f.pointer[1:], f.code, f.detail) for f in flaws])
    return answer


async def make(session: CellSession, task_id: UUID, asked: GoldNew) -> Gold:
    """The verdict of a task, or the answer given in its place, is known to be right from now on.

    The verdict stays as it is. What is gold with this answer already is moved to the use that is asked for. Raises
    validation-failed with every flaw, conflict where the task is not decided, not-found.
    """
    task = await queries.lock(session.db, task_id, session.who.mode)
    if task is None:
        raise NotFound
    if task["state"] != "decided":
        raise Conflict(why=f"the task is {task['state']}: only the answer of a decided one is known")
    answer = _checked(task, dict(task["verdict"] if asked.answer is None else asked.answer))
    before = await queries.known(session.db, task["project_id"], task_id)
    if before is not None and before["answer"] != answer:
        await tasks.retire_gold(
            session.db, project_id=task["project_id"], task_id=task_id, actor=session.who.actor, reason="corrected"
        )
    about: Any = {"project_id": task["project_id"], "task_id": task_id, "actor": session.who.actor, "use": asked.use}
    if before is None or before["answer"] != answer:
        await tasks.make_gold(session.db, answer=answer, **about)
    else:
        await tasks.move_gold(session.db, **about)
    return await _told(session, task_id)


async def retire(session: CellSession, task_id: UUID, note: str | None) -> Gold:
    """A task is gold no more; twice is the same as once. Raises not-found for one that never was."""
    task = await queries.lock(session.db, task_id, session.who.mode)
    if task is None:
        raise NotFound
    await tasks.retire_gold(
        session.db, project_id=task["project_id"], task_id=task_id, actor=session.who.actor, reason="manager",
        note=note,
    )  # fmt: skip
    return await _told(session, task_id)


async def weigh(stored: AnswerStored) -> None:
    """Keeps whether an answer to gold was right; one to gold that was retired meanwhile is not weighed."""
    known = await queries.known(stored.db, stored.project_id, stored.task_id)
    if known is None:
        return
    kind = kinds.get(stored.kind)
    assert kind is not None
    score = rules.score(kind, stored.value, known["answer"], stored.config)
    correct = rules.right(kind, score)
    if known["use"] == "exam":
        await exams.mark(stored, correct=correct)
    await queries.weigh(
        stored.db, answer_id=stored.answer_id, task_id=stored.task_id, version=known["version"],
        project_id=stored.project_id, labeler_id=stored.labeler_id,
        correct=correct, score=score,
    )  # fmt: skip
