"""What a second look does to a decided task."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from neraca import kinds, tasks
from neraca.accounts import CellSession
from neraca.review import queries
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed


async def hold(session: CellSession, task_id: UUID) -> queries.Row:
    """A decided task, which nobody else changes until this transaction ends. Raises conflict, not-found."""
    task = await queries.lock(session.db, task_id, session.who.mode)
    if task is None:
        raise NotFound
    if task["state"] != "decided":
        raise Conflict(why=f"the task is {task['state']}")
    return task


async def send_back(session: CellSession, task_id: UUID, note: str | None) -> None:
    """The verdict does not stand: others are asked anew, as many as the policy asks at first.

    The answers so far stay and are paid, but count no more, and nobody gets the task a second time. A task that is
    gold is gold no more. Raises conflict where it is not decided, not-found.
    """
    task = await hold(session, task_id)
    if task["gold"]:
        await tasks.retire_gold(
            session.db, project_id=task["project_id"], task_id=task_id, actor=session.who.actor, reason="manager",
            note=note,
        )  # fmt: skip
    slots = tasks.first_slots(task["policy"])
    await queries.send_back(session.db, task, slots=slots, actor=session.who.actor, note=note)


async def fix(session: CellSession, task_id: UUID, raw: Mapping[str, Any], note: str | None) -> None:
    """A new version of the verdict: this answer.

    Raises validation-failed, conflict where it is not decided, not-found.
    """
    task = await hold(session, task_id)
    kind = kinds.get(task["kind"])
    assert kind is not None
    config = kind.config.model_validate(task["config"], strict=False)
    value, flaws = tasks.known(kind, config, task["params"], raw)
    if flaws:
        raise ValidationFailed([Fault("#/answer" + f.pointer[1:], f.code, f.detail) for f in flaws])
    await queries.fix(session.db, task, value, actor=session.who.actor, note=note)
