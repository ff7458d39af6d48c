"""Create, change and read projects."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from neraca import kinds
from neraca.accounts import CellSession
from neraca.kind import Kind, check
from neraca.kit import problems
from neraca.projects import queries
from neraca.tables import event
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed
from neraca.wire.projects import (
    Ended,
    Hand,
    ObjectSkill,
    Policy,
    Progress,
    Project,
    ProjectChange,
    ProjectNew,
    TargetPolicy,
)
from neraca.wire.shape import Money

POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)
VERSIONED = {"config", "instructions", "policy", "price_micros", "currency", "minutes"}


def shown(row: queries.Row) -> Project:
    """A row as the API tells it."""
    return Project(
        id=str(row["id"]),
        name=row["name"],
        kind=row["kind"],
        mode=row["mode"],
        state=row["state"],
        config=row["config"],
        config_version=row["version"],
        instructions=row["instructions"],
        policy=row["policy"],
        price=Money(micros=row["price_micros"], currency=row["currency"]),
        minutes=row["minutes"],
        lease_seconds=row["lease_seconds"],
        priority=row["priority"],
        created_at=row["created_at"],
    )


def policy_faults(policy: Policy, price: Money) -> list[Fault]:
    """What is wrong between the parts of a policy, and between it and the price of an answer."""
    if not isinstance(policy, TargetPolicy):
        return []
    found = []
    if policy.min > policy.max:
        found.append(Fault("#/policy/min", "out-of-range", '"min" may not be more than "max".'))
    cap = policy.cost_cap
    if cap is not None and cap.currency != price.currency:
        why = f"The price of an answer is in {price.currency}, so the cap is too."
        found.append(Fault("#/policy/cost_cap/currency", "out-of-range", why))
    elif cap is not None and cap.micros < policy.min * price.micros:
        why = f"This pays for fewer than {policy.min} answers, the least that the policy asks for."
        found.append(Fault("#/policy/cost_cap", "out-of-range", why))
    return found


def _faults_after(row: queries.Row, asked: ProjectChange) -> list[Fault]:
    """The same where only one of the two is changed."""
    if asked.policy is None and asked.price is None:
        return []
    policy = asked.policy or POLICY.validate_python(row["policy"])
    price = asked.price or Money(micros=row["price_micros"], currency=row["currency"])
    found = policy_faults(policy, price)
    if asked.policy is None:
        return [Fault("#/price/micros", f.code, f"{f.detail} Raise the cap first.") for f in found]
    return found


def _terms(policy: Policy) -> dict[str, Any]:
    """A policy as it is stored; of what it does not have it says nothing."""
    return policy.model_dump(exclude_none=True, exclude=None if policy.gold_share else {"gold_share"})


def _config(kind: Kind, raw: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    model, flaws = check(kind.config, raw)
    if model is not None:
        flaws = list(kind.config_flaws(model))
    found = [Fault("#/config" + f.pointer[1:], f.code, f.detail) for f in flaws]
    return (model.model_dump(mode="json", exclude_none=True) if model is not None else raw), found


async def create(session: CellSession, asked: ProjectNew) -> Project:
    """A new project. Raises validation-failed with every fault of the kind's configuration."""
    errors = policy_faults(asked.policy, asked.price)
    kind = kinds.get(asked.kind)
    if kind is None:
        errors.insert(
            0,
            Fault(
                "#/kind", "unknown-kind", f"There is no kind {problems.shown(asked.kind)}; `GET /api/kinds` lists them."
            ),
        )
        raise ValidationFailed(errors)
    config, wrong = _config(kind, dict(asked.config))
    if errors or wrong:
        raise ValidationFailed(wrong + errors)
    row = await queries.add(
        session.db,
        {
            "name": asked.name,
            "kind": asked.kind,
            "mode": session.who.mode or "live",
            "config": config,
            "instructions": asked.instructions,
            "policy": _terms(asked.policy),
            "price_micros": asked.price.micros,
            "currency": asked.price.currency,
            "minutes": asked.minutes,
            "lease_seconds": asked.lease_seconds,
            "priority": asked.priority,
        },
    )
    made = await queries.add_event(
        session.db, event.PROJECT_CREATED, project_id=row["id"], actor=session.who.actor, data={"version": 1}
    )
    await queries.add_version(session.db, row["id"], made)
    return shown(row)


async def change(session: CellSession, project_id: UUID, asked: ProjectChange) -> Project:
    """Changes a project; new terms are a new version, and leases keep the terms they were given under."""
    row = await queries.get(session.db, project_id, session.who.mode, lock=True)
    if row is None:
        raise NotFound
    given = asked.model_dump(exclude_none=True)
    values = {k: v for k, v in given.items() if k not in {"price", "config"}}
    if asked.policy is not None:
        values["policy"] = _terms(asked.policy)
    if asked.price is not None:
        values |= {"price_micros": asked.price.micros, "currency": asked.price.currency}
        if asked.price.currency != row["currency"]:
            raise Conflict(why="the currency of a project cannot change")
    errors = _faults_after(row, asked)
    if asked.config is not None:
        kind = kinds.get(row["kind"])
        assert kind is not None
        config, wrong = _config(kind, dict(asked.config))
        errors = wrong + errors
        values["config"] = config
    if errors:
        raise ValidationFailed(errors)
    if not values:
        return shown(row)
    new_version = bool(VERSIONED & values.keys())
    changed = await queries.change(session.db, project_id, values, new_version=new_version)
    assert changed is not None
    made = await queries.add_event(
        session.db,
        event.PROJECT_CHANGED,
        project_id=project_id,
        actor=session.who.actor,
        data={"version": changed["version"], "changed": sorted(values)},
    )
    if new_version:
        await queries.add_version(session.db, project_id, made)
    return shown(changed)


async def get(session: CellSession, project_id: UUID) -> queries.Row:
    """A project of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, project_id, session.who.mode)
    if row is None:
        raise NotFound
    return row


async def progress(session: CellSession, project_id: UUID) -> Progress:
    """Exact counts at this moment: folded ones plus what is not folded yet.

    Spent is the sum of the prices under which each answer was given, whatever the price is now.
    """
    project = await get(session, project_id)
    n = await queries.counts(session.db, project_id)
    more = await queries.summary(session.db, project_id)
    tasks, decided, canceled = (n.get(k, 0) for k in (event.TASKS_ADDED, event.TASK_DECIDED, event.TASK_CANCELED))
    answers = n.get(event.ANSWER_STORED, 0)
    return Progress(
        tasks=tasks,
        open=tasks - decided - canceled,
        decided=decided,
        canceled=canceled,
        ended=Ended(
            met=n.get(event.ENDED + "met", 0),
            count=n.get(event.ENDED + "count", 0),
            exhausted=n.get(event.ENDED + "exhausted", 0),
            capped=n.get(event.ENDED + "capped", 0),
            escalated=n.get(event.ENDED + "escalated", 0),
            gold=n.get(event.ENDED + "gold", 0),
        ),
        escalated=more["escalated"],
        answers=answers,
        live_leases=more["live"],
        labelers=more["labelers"],
        answers_per_task=answers / decided if decided else None,
        mean_confidence=more["confidence"],
        confidence_spread=more["spread"],
        spent=Money.model_construct(micros=n.get(event.PAID_MICROS, 0), currency=project["currency"]),
        updated_at=more["at"],
    )


def object_skill(told: Mapping[str, Any] | None) -> ObjectSkill | None:
    """What an estimate wrote of somebody who draws, as the API tells it."""
    if told is None:
        return None
    (recall, recall_low, recall_high), (precision, precision_low, precision_high) = told["recall"], told["precision"]
    classes_low, classes_high = told.get("classes_between", (None, None))
    return ObjectSkill(
        drawn=told["drawn"], recall=recall, recall_low=recall_low, recall_high=recall_high, precision=precision,
        precision_low=precision_low, precision_high=precision_high, classes=told["classes"],
        classes_low=classes_low, classes_high=classes_high,
        hands=[Hand(shape=name, noise=h["noise"], bias=h["bias"]) for name, h in told["shapes"].items()],
    )  # fmt: skip
