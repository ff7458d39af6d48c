"""What an answer does to its task: the posterior moves, and the project's policy decides or asks on."""

from collections.abc import Sequence
from uuid import UUID

from neraca import kinds, projects
from neraca.answers import AnswerStored
from neraca.kind import NOBODY, Kind
from neraca.kit.session import Connection
from neraca.measure import online
from neraca.quality import gold, hints, objects, queries, rules


async def answer_stored(stored: AnswerStored) -> bool:
    """The hook in the transaction of a submit. True if the task is decided.

    Kinds with an online rule are decided here, the others by the worker. An answer to a decided task is
    kept and payable, and moves nothing.
    """
    if stored.gold:
        await gold.weigh(stored)
    if stored.state != "open":
        return stored.state == "decided"
    kind = kinds.get(stored.kind)
    assert kind is not None
    if not kind.online:
        await projects.outbox(stored.db, "consensus", project_id=stored.project_id, task_id=stored.task_id)
        return False
    own = {
        "id": str(stored.answer_id), "labeler_id": str(stored.labeler_id), "value": stored.value,
        "confirmed": stored.confirmed,
    }  # fmt: skip
    hint = hints.Hint(stored.suggestion, stored.suggested_by) if stored.suggestion and stored.suggested_by else None
    rows = rules.counting(kind, stored.config, [*stored.earlier, own])
    case = rules.Case(
        stored.task_id, stored.project_id, stored.priority, stored.config, online.policy(stored.policy),
        escalated=stored.escalated,
    )  # fmt: skip
    return await _written(stored.db, case, await _by_class(stored.db, kind, case, rows, hint, stored.told), rows)


async def hold_tasks(db: Connection, task_ids: Sequence[UUID]) -> None:
    """Locks tasks that are to be decided in one transaction; whoever does so locks all of them before the first."""
    await queries.lock(db, task_ids)


async def decide_task(db: Connection, task_id: UUID) -> bool:
    """Looks at a task anew, outside a submit: a kind without an online rule, or skills that have changed.

    True if it is decided by this. In a pipeline, what it writes travels with what is asked for next.
    """
    task = await queries.standing(db, task_id)
    if task is None or task["state"] != "open" or not task["answers"]:
        return False
    rows: Sequence[queries.Row] = task["answers"]
    kind = kinds.get(task["kind"])
    assert kind is not None
    case = rules.Case(
        task_id, task["project_id"], task["priority"], task["config"], online.policy(task["policy"]),
        escalated=task["escalated"],
    )  # fmt: skip
    if kind.online:
        rows = rules.counting(kind, task["config"], rows)
        standing = await _by_class(db, kind, case, rows, hints.of(task), task["told"])
    else:
        crowd = NOBODY
        if kind.objects is not None and task["crowd"] is not None:
            crowd = await objects.crowd(db, task["project_id"], [UUID(r["labeler_id"]) for r in rows], task["crowd"])
        voices = rules.votes_of(hints.voices(rows, hints.of(task)))
        answered = [r["labeler_id"] for r in rows]
        standing = rules.together(kind, case, await _limits(db, case), voices, crowd, answered)
    return await _written(db, case, standing, rows)


async def _limits(db: Connection, case: rules.Case) -> rules.Limits:
    """What most projects do not ask for costs them nothing."""
    if case.escalated:
        return rules.Limits(experts=frozenset(str(one) for one in await queries.experts(db, case.task_id)))
    how = case.how
    if isinstance(how, online.Target) and how.cost_cap is not None:
        paid = await queries.paid(db, case.task_id, case.project_id)
        return rules.Limits(left=online.payable(how.cost_cap, paid["price"], paid["spent"], paid["pending"]))
    return rules.Limits()


async def _by_class(
    db: Connection, kind: Kind, case: rules.Case, rows: Sequence[queries.Row], hint: hints.Hint | None,
    told: Sequence[float] | None,
) -> rules.Standing:  # fmt: skip
    limits = await _limits(db, case)
    said = kind.judgments(rules.votes_of(rows), case.config)
    names = kind.classes(case.config)
    number = {name: i for i, name in enumerate(names)}
    counted = [(UUID(j.labeler), number[j.value]) for j in said]
    hinted = hints.said(kind, case.config, hint, number)
    found = await queries.beliefs(db, case.project_id, counted + hinted, names)
    beliefs = [found[n] if n < len(found) else None for n in range(len(counted) + len(hinted))]
    confirming = hints.confirming(rows)
    own = beliefs[: len(counted)]
    heard = [
        rules.Heard(one, belief, str(who) in limits.experts, confirmed=who in confirming, repeated=again)
        for (who, one), belief, again in zip(counted, own, rules.repeating([c for _, c in counted], own), strict=True)
    ]
    heard += [rules.Heard(one, beliefs[-1], answer=False) for _, one in hinted]
    first = found[0] if found and found[0]["known"] else None
    return rules.by_class(kind, case, limits, said, heard, first, told)


async def _written(db: Connection, case: rules.Case, standing: rules.Standing, rows: Sequence[queries.Row]) -> bool:
    if standing.decision == "ask":
        await queries.ask(
            db, task_id=case.task_id, project_id=case.project_id, priority=case.priority,
            confidence=standing.confidence, posterior=standing.posterior, needs=case.to if case.escalated else None,
        )  # fmt: skip
        return False
    if case.to is not None and standing.decision in rules.UNMET:
        await queries.escalate(
            db, task_id=case.task_id, project_id=case.project_id, priority=case.priority,
            confidence=standing.confidence, posterior=standing.posterior, because=standing.decision, to=case.to,
        )  # fmt: skip
        return False
    await queries.decide(
        db, task_id=case.task_id, project_id=case.project_id, value=standing.answer, confidence=standing.confidence,
        posterior=standing.posterior, reason=standing.decision, answer_ids=[UUID(str(r["id"])) for r in rows],
        calibrated_on=standing.calibrated_on, objects=standing.objects, items=standing.items,
    )  # fmt: skip
    return True
