"""What a policy will take, told for one task and for a whole project."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from neraca import kinds, projects
from neraca.accounts import CellSession
from neraca.kit import problems
from neraca.measure import expect, online
from neraca.quality.forecast import queries
from neraca.wire import quality as wire
from neraca.wire.errors import Fault, ValidationFailed
from neraca.wire.shape import Money

LABELERS = 100  # of a pilot, those with most answers
STEADY = 4.0  # answers that the pool is worth beside a labeler's own gold


@dataclass(frozen=True, slots=True)
class Basis:
    """Who is expected to answer, and whence that is known; no crowd for kinds whose answers are not one class."""

    source: Literal["pilot", "gold", "assumption"]
    crowd: expect.Crowd | None


async def basis(session: CellSession, asked: wire.EstimateAsked) -> Basis:
    """Whatever is known that fits. Raises validation-failed, not-found for a pilot that is not the client's."""
    faults = projects.policy_faults(asked.policy, asked.price)
    kind = kinds.get(asked.kind)
    if kind is None:
        why = f"There is no kind {problems.shown(asked.kind)}; `GET /api/kinds` lists them."
        faults.insert(0, Fault("#/kind", "unknown-kind", why))
    pilot = await projects.get(session, UUID(asked.pilot_id)) if asked.pilot_id else None
    if faults or kind is None:
        raise ValidationFailed(faults)
    if not kind.online:
        return Basis("assumption", None)
    known = kinds.get(pilot["kind"]) if pilot else None
    if pilot is None or known is None or not known.online:
        return Basis("assumption", expect.assumed(asked.classes))
    return await _of_pilot(session, pilot["id"], asked)


async def _of_pilot(session: CellSession, pilot: UUID, asked: wire.EstimateAsked) -> Basis:
    """Confusions where the pilot has as many classes, else how often its labelers are right; before that, gold."""
    found = await queries.estimate(session.db, pilot)
    if found is None:
        rows = await queries.gold(session.db, pilot, LABELERS)
        if not rows:
            return Basis("assumption", expect.assumed(asked.classes))
        answered = sum(row["answered"] for row in rows)
        pool = sum(row["correct"] for row in rows) / answered
        given = [(row["answered"], (row["correct"] + STEADY * pool) / (row["answered"] + STEADY)) for row in rows]
        return Basis("gold", expect.of_accuracies(asked.classes, given, pilot=expect.Pilot(answered)))
    seen = found["answers"] if asked.continued else 0
    pairs = expect.Pilot(found["pairs"], found["agreement"])
    same = len(found["classes"]) == asked.classes <= expect.CLASSES
    rows = await queries.labelers(session.db, pilot, LABELERS, rows=same)
    if same and all(len(row["confusion"]) == asked.classes for row in rows):
        crowd = expect.of_rows(found["prior"], [(r["answers"], r["confusion"]) for r in rows], pilot=pairs, seen=seen)
    else:
        given = [(row["answers"], row["accuracy"]) for row in rows]
        crowd = expect.of_accuracies(asked.classes, given, pilot=pairs, seen=seen)
    return Basis("pilot" if rows else "assumption", crowd)


def estimate(asked: wire.EstimateAsked, known: Basis) -> wire.Estimate:
    """Takes some 50 ms of a processor, so it has a thread of its own and no connection."""
    how, price = online.policy(asked.policy.model_dump(exclude_none=True)), asked.price
    if known.crowd is None:
        return _within(asked, how)
    found = expect.expect(how, known.crowd, tasks=asked.tasks, price=price.micros)
    shares = wire.EndedShares(
        met=found.met, count=found.count, exhausted=found.exhausted, capped=found.capped, escalated=found.escalated
    )
    answers = wire.ExpectedAnswers(expected=found.answers, low=found.low, high=found.high)
    return wire.Estimate(
        source=known.source,
        pilot_tasks=known.crowd.tasks,
        labelers=0 if known.source == "assumption" else sum(one.members for one in known.crowd.labelers),
        answers=answers,
        expert_answers=found.experts,
        ended=shares,
        confidence=found.confidence,
        cost_per_task=_cost(answers, price, 1),
        cost=_cost(answers, price, asked.tasks),
    )


def _within(asked: wire.EstimateAsked, how: online.Policy) -> wire.Estimate:
    """For kinds whose answers are not one class: between the least and the most that a policy allows."""
    low, high = expect.bounds(how, asked.price.micros)
    answers = wire.ExpectedAnswers(expected=low if low == high else None, low=low, high=high)
    return wire.Estimate(
        source="assumption",
        pilot_tasks=0,
        labelers=0,
        answers=answers,
        expert_answers=None,
        ended=None,
        confidence=None,
        cost_per_task=_cost(answers, asked.price, 1),
        cost=_cost(answers, asked.price, asked.tasks),
    )


def _cost(answers: wire.ExpectedAnswers, price: Money, tasks: int) -> wire.ExpectedCost:
    def money(n: float) -> Money:  # of a whole project it may be more than a price is
        return Money.model_construct(micros=round(n * tasks * price.micros), currency=price.currency)

    return wire.ExpectedCost(
        expected=None if answers.expected is None else money(answers.expected),
        low=money(answers.low),
        high=money(answers.high),
    )
