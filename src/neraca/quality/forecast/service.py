"""What a policy will take, told for one task and for a whole project."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from neraca import kinds, projects
from neraca.accounts import CellSession
from neraca.kind import NOBODY, Crowd, Kind
from neraca.kit import problems
from neraca.measure import expect, online, stopping
from neraca.quality import objects, rules
from neraca.quality.forecast import queries
from neraca.wire import quality as wire
from neraca.wire.errors import Fault, ValidationFailed
from neraca.wire.shape import Money

LABELERS = 100  # of a pilot, those with most answers
RECORDED = 60  # tasks of a pilot that are gone through again
LETTERS = 500_000  # of answers that are gone through
STEADY = 4.0  # answers that the pool is worth beside a labeler's own gold


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answers of each of some tasks, what they are of, and what is believed of who gave them."""

    kind: Kind
    config: dict[str, Any]
    tasks: list[list[queries.Row]]
    crowd: Crowd


@dataclass(frozen=True, slots=True)
class Basis:
    """Who is expected to answer, and whence that is known.

    Kinds whose answers are not one class have no `crowd`, but what a pilot's tasks were answered, if there is one.
    """

    source: Literal["pilot", "gold", "assumption"]
    crowd: expect.Crowd | None
    recorded: Recorded | None = None


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
        if pilot is None or pilot["kind"] != kind.id or asked.policy.type == "fixed":
            return Basis("assumption", None)
        return await _as_recorded(session, kind, pilot)
    known = kinds.get(pilot["kind"]) if pilot else None
    if pilot is None or known is None or not known.online:
        found = Basis("assumption", expect.assumed(asked.classes))
    else:
        found = await _of_pilot(session, pilot["id"], asked)
    if asked.policy.gold_share and found.crowd is not None:
        found = replace(found, crowd=replace(found.crowd, first=online.FIRST_WITH_GOLD))
    return found


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
    if found["calibrated_on"] and (asked.continued or asked.policy.gold_share):
        crowd = replace(crowd, tau=found["tau"], bias=found["bias"] if same else ())
    return Basis("pilot" if rows else "assumption", crowd)


async def _as_recorded(session: CellSession, kind: Kind, pilot: Mapping[str, Any]) -> Basis:
    tasks = await queries.recorded(session.db, pilot["id"], RECORDED)
    if not tasks:
        return Basis("assumption", None)
    who = {UUID(row["labeler_id"]) for rows in tasks for row in rows}
    crowd = NOBODY if kind.objects is None else await objects.crowd(session.db, pilot["id"], sorted(who))
    return Basis("pilot", None, Recorded(kind, pilot["config"], tasks, crowd))


def estimate(asked: wire.EstimateAsked, known: Basis) -> wire.Estimate:
    """Takes 20 to 200 ms of a processor, so it has a thread of its own and no connection."""
    how, price = online.policy(asked.policy.model_dump(exclude_none=True)), asked.price
    if known.crowd is None:
        if known.recorded is not None and isinstance(how, online.Target):
            return _of_recorded(asked, how, known.recorded)
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


def _of_recorded(asked: wire.EstimateAsked, how: online.Target, known: Recorded) -> wire.Estimate:
    """As a pilot's tasks would have gone under this policy."""
    price = asked.price.micros
    stops, sure = _stopped(known, how, price)
    if not stops:
        return _within(asked, how)
    allowed = online.payable(how.cost_cap, price, 0)
    most = how.max if allowed is None else max(min(how.max, allowed), 1)
    found = stopping.taken(stops, most)
    met = found.ended.get("met", 0.0)
    unmet = "escalated" if how.escalate else "capped" if most < how.max else "exhausted"
    experts = how.escalate.answers if how.escalate else 0
    passed_on = (1 - met) * (1 + experts) / 2 if experts else 0.0
    answers = wire.ExpectedAnswers(
        expected=found.mean + passed_on,
        low=found.low + (1 - met) * (experts > 0),
        high=found.high + (1 - met) * experts,
    )
    shares = dict.fromkeys(("count", "exhausted", "capped", "escalated"), 0.0)
    return wire.Estimate(
        source="pilot",
        pilot_tasks=len(stops),
        labelers=len({row["labeler_id"] for rows in known.tasks for row in rows}),
        answers=answers,
        expert_answers=passed_on,
        ended=wire.EndedShares(met=met, **(shares | {unmet: 1 - met})),
        confidence=sum(sure) / len(sure),
        cost_per_task=_cost(answers, asked.price, 1),
        cost=_cost(answers, asked.price, asked.tasks),
    )


def _stopped(known: Recorded, how: online.Target, price: int) -> tuple[list[stopping.Stop], list[float]]:
    """Each task's answers in a random order through the rule of its kind, until it ends; and how sure it is then.

    Tasks beyond LETTERS are left out: what is drawn by the thousand takes its time.
    """
    case = rules.Case(UUID(int=0), UUID(int=0), 0, known.config, how)
    stops: list[stopping.Stop] = []
    sure: list[float] = []
    letters = 0
    for rows in known.tasks:
        votes = rules.votes_of(random.Random(str(rows[0]["id"])).sample(rows, len(rows)))  # noqa: S311 - repeatable
        end: online.Decision = "ask"
        confidence, n = 0.0, 0
        while end == "ask" and n < len(votes):
            n += 1
            letters += sum(len(str(vote.answer)) for vote in votes[:n])
            if letters > LETTERS:
                return stops, sure
            limits = rules.Limits(left=online.payable(how.cost_cap, price, n * price))
            standing = rules.together(known.kind, case, limits, votes[:n], known.crowd, [v.labeler for v in votes[:n]])
            end, confidence = standing.decision, standing.confidence
        stops.append(stopping.Stop(n, end))
        sure.append(confidence)
    return stops, sure


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
