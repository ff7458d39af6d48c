"""Drafts and submits."""

import dataclasses
import hmac
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from neraca import kinds, routing, tasks
from neraca.accounts import CellSession
from neraca.answers import queries
from neraca.answers.hooks import AnswerStored, Handlers
from neraca.kind import check
from neraca.kit import ids
from neraca.wire import work as wire
from neraca.wire.errors import AlreadySubmitted, Fault, LeaseLost, Problem, ValidationFailed


async def save_draft(session: CellSession, lease_id: UUID, asked: wire.Drafted) -> None:
    """Keeps an unfinished answer as it is. Raises lease-lost, already-submitted, not-found."""
    lease = await routing.held(session, lease_id, asked.fence)
    await queries.save_draft(session.db, lease["task_id"], session.who.labeler_id, dict(asked.answer))


def _checked(lease: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is stored. Raises validation-failed with every flaw."""
    kind = kinds.get(lease["kind"])
    assert kind is not None
    answer, flaws = check(kind.answer, raw)
    if answer is not None:
        config = kind.config.model_validate(lease["shown_config"], strict=False)
        params = kind.params.model_validate(lease["params"], strict=False)
        flaws = list(kind.flaws(answer, params, config))
    if flaws or answer is None:
        raise ValidationFailed([Fault("#/answer" + f.pointer[1:], f.code, f.detail) for f in flaws])
    return _stored_form(answer)


def _confirmed(lease: dict[str, Any], value: dict[str, Any]) -> bool | None:
    """Whether the answer says what the task's suggestion says; None where it has none."""
    if lease["suggestion"] is None:
        return None
    kind = kinds.get(lease["kind"])
    assert kind is not None
    return tasks.confirms(kind, lease["shown_config"], lease["suggestion"], value)


def _stored_form(answer: BaseModel) -> dict[str, Any]:
    value: dict[str, Any] = answer.model_dump(mode="json", exclude_none=True)
    return value


async def _again(
    session: CellSession, lease_id: UUID, raw: dict[str, Any], refusal: Problem
) -> tuple[int, wire.Receipt]:
    """The receipt of an earlier submit of the same answer under this lease.

    Two may run at once: the later one waits for the task's row, and then finds the slot filled.
    """
    before = await queries.stored(session.db, lease_id, session.who.labeler_id)
    if before is None:
        raise refusal
    kind = kinds.get(before["kind"])
    assert kind is not None
    answer, _ = check(kind.answer, raw)
    if answer is None or _stored_form(answer) != before["value"]:
        raise AlreadySubmitted
    decided = before["state"] == "decided"
    if before["gold"]:
        decided = _told(session, before["task_id"], before["policy"], before["earlier"])
    return 200, wire.Receipt(answer_id=str(before["id"]), task_decided=decided)


def _told(session: CellSession, task_id: UUID, policy: dict[str, Any], earlier: int) -> bool:
    """What a receipt for gold says: as often that it decided as one for a task that took so many answers.

    The same each time it is asked, by a secret that the labeler does not have.
    """
    after = max(int(policy.get("answers", policy.get("min", 1))), earlier, 1)
    mark = hmac.digest(session.cell.pseudonym_key, b"receipt" + task_id.bytes + session.who.labeler_id.bytes, "sha256")
    return int.from_bytes(mark[:8], "big") * after < 2**64


async def submit(
    session: CellSession, lease_id: UUID, asked: wire.Submitted, handlers: Handlers, *, shown: bool = True
) -> tuple[int, wire.Receipt]:
    """Stores an answer under a live lease, once: the same submit again gives the same receipt.

    `shown`: whoever answers was shown the task's suggestion, if it has one.
    Raises validation-failed, lease-lost, already-submitted, not-found.
    """
    who = session.who
    try:
        lease = await routing.held(session, lease_id, asked.fence)
    except (LeaseLost, AlreadySubmitted) as refusal:
        return await _again(session, lease_id, dict(asked.answer), refusal)
    value = _checked(lease, dict(asked.answer))
    answer_id = ids.new()
    confirmed = _confirmed(lease, value) if shown else None
    sent = await queries.store(
        session.db, answer_id=answer_id, lease_id=lease_id, fence=asked.fence, value=value, active_ms=asked.active_ms,
        surplus=lease["state"] != "open", confirmed=confirmed,
    )  # fmt: skip
    stored = AnswerStored(
        db=session.db,
        task_id=lease["task_id"],
        project_id=lease["project_id"],
        labeler_id=who.labeler_id,
        answer_id=answer_id,
        value=value,
        confirmed=confirmed,
        suggestion=lease["suggestion"],
        suggested_by=lease["suggested_by"],
        told=lease["told"],
        earlier=lease["earlier"],
        kind=lease["kind"],
        config=lease["config"],
        policy=lease["policy"],
        priority=lease["priority"],
        state=lease["state"],
        escalated=lease["escalated"],
        gold=lease["gold"],
    )
    decided = [await handler(stored) for handler in handlers]
    if await sent.fetchone() is None:  # fetched last: in a pipeline it has come with what the handlers asked for
        raise LeaseLost
    told = any(decided)
    if lease["gold"]:
        told = _told(session, lease["task_id"], lease["policy"], len(lease["earlier"]))
    return 201, wire.Receipt(answer_id=str(answer_id), task_decided=told)


async def enter(session: CellSession, task_id: UUID, asked: wire.Entered, handlers: Handlers) -> wire.Receipt:
    """Submits an answer made elsewhere, as a labeler of a name, through the same checks as the editor's.

    Raises validation-failed, already-submitted, conflict where the task is not open, not-found.
    """
    lease = await routing.take(session, task_id, asked.labeler)
    named = dataclasses.replace(session.who, labeler_id=lease["labeler_id"], labeler_kind="person")
    given = wire.Submitted(fence=lease["fence"], answer=asked.answer, active_ms=asked.active_ms)
    _, receipt = await submit(dataclasses.replace(session, who=named), lease["lease_id"], given, handlers, shown=False)
    return receipt
