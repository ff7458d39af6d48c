"""What an answer does to its task: the posterior moves, and the project's policy decides or asks on."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from neraca import kinds, projects
from neraca.answers import AnswerStored
from neraca.kind import NOBODY, Kind
from neraca.kit.session import Connection
from neraca.measure import online
from neraca.quality import gold, objects, queries, rules


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
    own = {"id": str(stored.answer_id), "labeler_id": str(stored.labeler_id), "value": stored.value}
    rows = rules.counting(kind, stored.config, [*stored.earlier, own])
    standing = await _by_class(stored.db, kind, stored.project_id, stored.config, stored.policy, rows)
    return await _written(stored.db, stored.task_id, stored.project_id, stored.priority, standing, rows)


async def decide_task(db: Connection, task_id: UUID) -> bool:
    """Looks at a task anew, outside a submit: a kind without an online rule, or skills that have changed.

    True if it is decided by this.
    """
    task = await queries.lock(db, task_id)
    if task is None or task["state"] != "open":
        return False
    rows = await queries.answers(db, task_id)
    if not rows:
        return False
    kind = kinds.get(task["kind"])
    assert kind is not None
    if kind.online:
        rows = rules.counting(kind, task["config"], rows)
        standing = await _by_class(db, kind, task["project_id"], task["config"], task["policy"], rows)
    else:
        crowd = NOBODY
        if kind.objects is not None:
            crowd = await objects.crowd(db, task["project_id"], [r["labeler_id"] for r in rows])
        standing = rules.together(kind, task["config"], task["policy"], rules.votes_of(rows), crowd)
    return await _written(db, task_id, task["project_id"], task["priority"], standing, rows)


async def _by_class(
    db: Connection, kind: Kind, project_id: UUID, config: Mapping[str, Any], policy: Mapping[str, Any],
    rows: Sequence[queries.Row],
) -> rules.Standing:  # fmt: skip
    said = kind.judgments(rules.votes_of(rows), config)
    names = kind.classes(config)
    number = {name: i for i, name in enumerate(names)}
    counted = [(UUID(j.labeler), number[j.value]) for j in said]
    found = await queries.beliefs(db, project_id, counted, names)
    beliefs = [found[n] if n < len(found) else None for n in range(len(counted))]
    columns = [rules.column(len(names), one, belief) for (_, one), belief in zip(counted, beliefs, strict=True)]
    first = found[0] if found and found[0]["known"] else None
    prior = first["prior"] if first else online.uniform(len(names))
    p = online.posterior_of(prior, columns, temper=[rules.weight(belief) for belief in beliefs])
    return rules.by_class(kind, config, policy, said, *rules.calibrated(p, first))


async def _written(
    db: Connection, task_id: UUID, project_id: UUID, priority: int, standing: rules.Standing,
    rows: Sequence[queries.Row],
) -> bool:  # fmt: skip
    if standing.decision == "ask":
        await queries.ask(
            db, task_id=task_id, project_id=project_id, priority=priority, confidence=standing.confidence,
            posterior=standing.posterior,
        )  # fmt: skip
        return False
    await queries.decide(
        db, task_id=task_id, project_id=project_id, value=standing.answer, confidence=standing.confidence,
        posterior=standing.posterior, reason=standing.decision, answer_ids=[UUID(str(r["id"])) for r in rows],
        calibrated_on=standing.calibrated_on,
    )  # fmt: skip
    return True
