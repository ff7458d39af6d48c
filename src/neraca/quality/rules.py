"""Decisions about verdicts that need no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neraca.kind import Agreed, Crowd, Judgment, Kind, Vote
from neraca.measure import online

MATRIX_LIMIT = 64  # classes up to which a labeler's whole confusion is kept; beyond, their accuracy alone


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands after its answers. `confidence` is P(right) of `answer`; `posterior` is over class ids.

    `calibrated_on` is how many gold tasks taught the confidence what it is worth; 0: it is not calibrated.
    """

    decision: online.Decision
    answer: dict[str, Any]
    confidence: float
    posterior: dict[str, float] | None
    calibrated_on: int = 0


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


def weight(belief: Mapping[str, Any] | None) -> float:
    """What an answer counts for, from what an estimate believes of who gave it: more, the more it has seen of them."""
    if belief is None or not belief["known"]:
        return online.weight(None)
    return online.weight(belief["answers"] or 0)


def calibrated(p: Sequence[float], belief: Mapping[str, Any] | None) -> tuple[Sequence[float], int]:
    """The posterior through the map that gold taught, and by how many gold tasks; as it is where there is no map.

    `belief` is the first row of an estimate's, made for these classes.
    """
    if belief is None or not belief["calibrated_on"]:
        return p, 0
    return online.calibrated(p, belief["tau"], belief["bias"]), int(belief["calibrated_on"])


def by_class(
    kind: Kind, config: Mapping[str, Any], policy: Mapping[str, Any], said: Sequence[Judgment], p: Sequence[float],
    calibrated_on: int,
) -> Standing:  # fmt: skip
    """The decision of the online rule: `said` is every answer that counts, `p` the posterior over the classes."""
    names = kind.classes(config)
    top = online.best(p)
    posterior = dict(zip(names, p, strict=True))
    answer = kind.merge([Agreed(said[0].subject, names[top], p[top], posterior)], config) if said else {}
    return Standing(online.decide(online.policy(policy), p, len(said)), answer, p[top], posterior, calibrated_on)


def together(
    kind: Kind, config: Mapping[str, Any], policy: Mapping[str, Any], votes: Sequence[Vote], crowd: Crowd
) -> Standing:
    """The same for a kind without an online rule: its own way of agreeing, by what is believed of the labelers."""
    agreed = kind.agree(votes, config, crowd)
    sure = kind.confidence(agreed)
    return Standing(online.decide(online.policy(policy), [sure], len(votes)), kind.merge(agreed, config), sure, None)


def counting(kind: Kind, config: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers that say something of today's classes.

    One for a class that is gone is kept and paid, but decides nothing: the task is asked once more.
    """
    names = set(kind.classes(config))
    return [r for r in rows if all(j.value in names for j in kind.judgments(votes_of([r]), config))]


def votes_of(rows: Sequence[Mapping[str, Any]]) -> list[Vote]:
    """Answer rows as votes."""
    return [Vote(answer=r["value"], labeler=str(r["labeler_id"]), answer_id=str(r["id"])) for r in rows]
