"""Decisions about verdicts that need no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any
from uuid import UUID

from neraca.kind import Agreed, Crowd, Judgment, Kind, Vote
from neraca.measure import online

MATRIX_LIMIT = 64  # classes up to which a labeler's whole confusion is kept; beyond, their accuracy alone
UNMET = frozenset({"exhausted", "capped", "hopeless"})  # what is passed on, where there is somebody to pass it on to


@dataclass(frozen=True, slots=True)
class Case:
    """An open task, and the terms under which it is decided. `escalated`: it was passed on to those with a skill."""

    task_id: UUID
    project_id: UUID
    priority: int
    config: Mapping[str, Any]
    how: online.Policy
    escalated: bool = False

    @property
    def to(self) -> str | None:
        """The skill of those who are asked where nobody else can tell."""
        escalate = self.how.escalate if isinstance(self.how, online.Target) else None
        return escalate.to if escalate else None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many answers the cost cap still allows (None: any), and who of those who answered have the skill."""

    left: int | None = None
    experts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """A class that was said, what an estimate believes of who said it, and whether they have the skill.

    `confirmed`: they were shown it as a suggestion. `answer`: it is one, and not the suggestion itself. `repeated`:
    one whose answers are copies of theirs has said it already, so it tells nothing.
    """

    said: int
    belief: Mapping[str, Any] | None
    expert: bool = False
    confirmed: bool = False
    answer: bool = True
    repeated: bool = False

    def likelihood(self, k: int) -> Sequence[float]:
        """P(it was said | truth = c) for each of `k` classes."""
        if self.repeated:
            return [1.0] * k
        own = expert_column(k, self) if self.expert else column(k, self.said, self.belief)
        return leant(own, self.belief) if self.confirmed else own


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands after its answers. `confidence` is P(right) of `answer`; `posterior` is over class ids.

    `calibrated_on` is how many gold tasks taught the confidence what it is worth; 0: it is not calibrated. `objects`
    are P(right) of each object of `answer`, in its order. `items` is P(class) by the task's features alone.
    """

    decision: online.Decision
    answer: dict[str, Any]
    confidence: float
    posterior: dict[str, float] | None
    calibrated_on: int = 0
    objects: list[float] | None = None
    items: dict[str, float] | None = None


def likely(told: Sequence[float]) -> Sequence[float]:
    """The likelihood, by class, of what a task's features say in logarithms."""
    top = max(told)
    return tuple(exp(one - top) for one in told)


def leant(own: Sequence[float], belief: Mapping[str, Any] | None) -> Sequence[float]:
    """The likelihood of what confirms a suggestion, from what an estimate believes of how they lean on suggestions."""
    leaning = belief["leaning"] if belief is not None and belief["known"] else None
    return online.leant(own, online.LEANING if leaning is None else leaning)


def repeating(said: Sequence[int], beliefs: Sequence[Mapping[str, object] | None]) -> list[bool]:
    """Of each class that was said, in its order, whether one of the same group of copies has said it before."""
    before: set[tuple[object, int]] = set()
    found = []
    for one, belief in zip(said, beliefs, strict=True):
        group = belief["copy_of"] if belief is not None and belief["known"] else None
        found.append(group is not None and (group, one) in before)
        if group is not None:
            before.add((group, one))
    return found


def column(k: int, one: int, belief: Mapping[str, Any] | None) -> Sequence[float]:
    """P(said = one | truth = c) for each of `k` classes, from what an estimate believes of who said it.

    `belief` has `known` (made for these classes?), `col` and `accuracy`; a new labeler has no accuracy.
    """
    if belief is None or not belief["known"]:
        return online.start_column(k, one)
    if len(belief["col"]) == k:
        col: Sequence[float] = belief["col"]
        return col
    accuracy = belief["accuracy"]
    return online.start_column(k, one, online.START_ACCURACY if accuracy is None else accuracy)


def weight(belief: Mapping[str, Any] | None, of: int) -> float:
    """What one `of` so many answers counts for: more, the more an estimate has seen of who gave it."""
    if belief is None or not belief["known"]:
        return online.weight(None, of)
    return online.weight(belief["answers"] or 0, of)


def calibrated(p: Sequence[float], belief: Mapping[str, Any] | None) -> tuple[Sequence[float], int]:
    """The posterior through the map that gold taught, and by how many gold tasks; as it is where there is no map.

    `belief` is the first row of an estimate's, made for these classes.
    """
    if belief is None or not belief["calibrated_on"]:
        return p, 0
    return online.calibrated(p, belief["tau"], belief["bias"]), int(belief["calibrated_on"])


def expert_column(k: int, heard: Heard) -> Sequence[float]:
    """The same as `column`, of one who has the skill."""
    seen = heard.belief["answers"] if heard.belief is not None and heard.belief["known"] else None
    own = column(k, heard.said, heard.belief) if seen else None
    return online.expert_column(k, heard.said, own, seen or 0)


def by_class(
    kind: Kind, case: Case, limits: Limits, said: Sequence[Judgment], heard: Sequence[Heard],
    first: Mapping[str, Any] | None, told: Sequence[float] | None = None,
) -> Standing:  # fmt: skip
    """The decision of the online rule: `said` is every answer that counts, `first` what is believed of the project.

    `told` is what the task's features say, by the same estimate: it counts as one answer more.

    Gold teaches what the answers of all are worth; those of experts come on top, each at its full weight.
    """
    names = kind.classes(case.config)
    k = len(names)
    others, experts = ([one for one in heard if one.expert is of] for of in (False, True))
    prior: Sequence[float] = first["prior"] if first else online.uniform(k)
    heard_of = sum(not one.repeated for one in others)  # what a copy said again tells nothing
    item = [likely(told)] if told is not None and first and len(told) == k else []
    p: Sequence[float] = online.posterior_of(
        prior,
        [*(one.likelihood(k) for one in others), *item],
        temper=[*(weight(one.belief, heard_of) for one in others), *([online.TEMPER] * len(item))],
    )
    p, calibrated_on = calibrated(p, first)
    if experts:
        p = online.posterior_of(p, [one.likelihood(k) for one in experts])
    sway = first["sway"] if first else None
    if sway is not None and item and told is not None:
        sway += online.ALIKE * online.TEMPER * (max(told) - min(told))  # as the prior does, see `online.sway`
    if sway is not None and calibrated_on and first:
        sway = online.sway_through(sway, first["tau"], first["bias"])
    top = online.best(p)
    posterior = dict(zip(names, p, strict=True))
    answer = kind.merge([Agreed(said[0].subject, names[top], p[top], posterior)], case.config) if said else {}
    decision = _decision(case, limits, p, sum(one.answer for one in others), len(experts), sway, heard_of)
    alone = dict(zip(names, online.posterior_of(prior, item, temper=online.TEMPER), strict=True)) if item else None
    return Standing(decision, answer, p[top], posterior, calibrated_on, items=alone)


def together(
    kind: Kind, case: Case, limits: Limits, votes: Sequence[Vote], crowd: Crowd, answered: Sequence[str]
) -> Standing:
    """The same for a kind without an online rule: its own way of agreeing, by what is believed of the labelers.

    `votes` are those that speak for themselves, `answered` the labelers of all answers.
    """
    agreed = kind.agree(votes, case.config, with_experts(crowd, limits.experts))
    sure = kind.confidence(agreed)
    experts = sum(one in limits.experts for one in answered)
    decision = _decision(case, limits, [sure], len(answered) - experts, experts, None)
    parts = None if kind.objects is None else [a.confidence for a in agreed if a.value is not None]
    return Standing(decision, kind.merge(agreed, case.config), sure, None, crowd.calibrated_on, parts)


def with_experts(crowd: Crowd, experts: frozenset[str]) -> Crowd:
    """The crowd, where those who have the skill are believed at least as much as all who have it."""
    if not experts:
        return crowd
    known = {one: crowd.of(one) for one in experts}
    trusted = {
        one: replace(
            who, recall=max(who.recall, online.EXPERT), invents=min(who.invents, 1 - online.EXPERT), weight=1.0,
            accuracy=max(who.accuracy, online.EXPERT), confusion=(),
        )
        for one, who in known.items()
    }  # fmt: skip
    return replace(crowd, drawers={**crowd.drawers, **trusted})


def _decision(
    case: Case, limits: Limits, p: Sequence[float], others: int, experts: int, sway: float | None,
    told: int | None = None,
) -> online.Decision:  # fmt: skip
    if case.escalated and isinstance(case.how, online.Target):
        return online.after_experts(case.how, p, experts)
    return online.decide(case.how, p, others + experts, left=limits.left, sway=sway, told=told)


def counting(kind: Kind, config: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers that say something of today's classes.

    One for a class that is gone is kept and paid, but decides nothing: the task is asked once more.
    """
    names = set(kind.classes(config))
    return [r for r in rows if all(j.value in names for j in kind.judgments(votes_of([r]), config))]


def votes_of(rows: Sequence[Mapping[str, Any]]) -> list[Vote]:
    """Answer rows as votes."""
    return [Vote(answer=r["value"], labeler=str(r["labeler_id"]), answer_id=str(r["id"])) for r in rows]
