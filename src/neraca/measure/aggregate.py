"""One verdict a task from many answers: the default that adapts, and every method by its name.

auto:  p = mean over priors (`bayes`: pool, skill, guess) and over steps 1, 2, 4, 8 and 16 of the walk from the
majority (weights `STEPS`), then `calibrate`. No single method wins everywhere, and no score that answers alone can give
picks the winner (held-out likelihood was tried: see the decision record). So it averages: over how crowds err, and over
how far to trust EM. Where the models agree it is the best of them; where answers are few the early steps hold it near
the majority.

Copies of a labeler weigh as one (`copies`): an answer that repeats what another of the group said is left out.

Gold answers enter twice: the truth of their tasks is known, and the map from posteriors to confidences is fitted to
them, by posteriors that were computed without.

Shapes: n answers as integer vectors; T tasks, W labelers, K classes. O(48 (n + P) K), twice with gold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import bayes, calibrate, copies, dawid_skene, glad, mace, majority, one_coin, wawa, zero_based
from neraca.measure.answers import Answers, fix, known, read
from neraca.measure.majority import Floats, Ints

STEPS = {1: 0.1, 2: 0.1, 4: 0.1, 8: 0.1, 16: 0.6}  # the weight of each; the walk ends with the last
EVEN = dict.fromkeys(STEPS, 0.2)  # where features speak too: a classifier that errs is repeated by every step
SETTLED = 1e-4  # a walk that moves less has arrived: its later steps are this one


@dataclass(frozen=True, slots=True)
class Aggregate:
    """posterior T x K; `label` T, -1 where nobody answered; `confidence` T, P(label is right), 0 where there is none.

    `skill` W by the method's own measure (auto: P(right), drawn towards the crowd's). `calibrated`: the confidences
    were fitted to enough gold; else they are what the method believes. `repeated`: answers left out as copies (auto).
    `apart` T x K (auto): the posterior before `calibrate`, as if labelers erred each on their own.
    """

    method: str
    posterior: Floats
    label: Ints
    confidence: Floats
    skill: Floats
    calibrated: bool
    iterations: int
    converged: bool
    repeated: int = 0
    apart: Floats | None = None


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike,
    *, tasks: int, labelers: int, classes: int, method: str = "auto",
    gold: ArrayLike | None = None,
) -> Aggregate:  # fmt: skip
    """Aggregates. `gold` (T) holds known classes, -1 elsewhere. Raises ValueError naming a bad row or method."""
    if method == "auto":
        given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
        return of(given, known(gold, tasks, classes))
    if method not in METHODS:
        raise ValueError(f"There is no method {method}; take auto, {', '.join(METHODS)}.")
    return METHODS[method](task, labeler, label, tasks=tasks, labelers=labelers, classes=classes, gold=gold)


def of(everything: Answers, gold: Ints, copied: copies.Copies | None = None) -> Aggregate:
    """The default. `copied` is who copies whom; that is found if it is not given."""
    given = copies.without(everything, copies.among(everything, gold) if copied is None else copied)
    free = np.full_like(gold, -1)
    p, done, converged = mean(given, free)
    how = calibrate.fit(p, given.votes, np.where(given.voted, gold, -1))
    if how.gold:
        p, done, converged = mean(given, gold)
    apart, p = p, calibrate.apply(how, p, given.votes)
    fix(p, gold)
    skill = bayes.accuracy(everything, everything.collect(p))
    told = _told("auto", p, given.voted, skill, how.gold >= calibrate.ENOUGH, done, converged)
    return replace(told, repeated=len(everything.task) - len(given.task), apart=apart)


def mean(given: Answers, gold: Ints, told: Floats | None = None) -> tuple[Floats, int, bool]:
    """The mean over priors and steps, by answers alone in every row; steps taken, and whether every walk arrived.

    `told` T x K are logarithms of what else is known of each task (`features`).
    """
    weights = STEPS if told is None else EVEN
    total = np.zeros((given.tasks, given.classes))
    taken, arrived = 0, True
    for prior in bayes.PRIORS:
        left = 1.0
        for n, step in enumerate(bayes.walk(given, prior, strength=bayes.STRENGTH, gold=gold, told=told), start=1):
            taken += 1
            settled = step.moved <= SETTLED
            end = settled or n == max(weights)
            weight = left if end else weights.get(n, 0.0)
            if weight:
                total += weight * step.posterior
            left -= weight
            if end:
                arrived &= settled
                break
    return total / len(bayes.PRIORS), taken, arrived


def _told(
    method: str, p: Floats, voted: majority.Flags, skill: Floats, calibrated: bool, iterations: int, converged: bool
) -> Aggregate:
    label = majority.labels(np.round(p, 12), voted)
    top = p.max(axis=1, initial=0.0)
    confidence: Floats = np.where(voted, top, 0.0)
    return Aggregate(method, p, label, confidence, skill, calibrated, iterations, converged)


def _of(name: str, method: Any, **settings: Any) -> Callable[..., Aggregate]:
    def run(task: ArrayLike, labeler: ArrayLike, label: ArrayLike, **sizes: Any) -> Aggregate:
        got = method(task, labeler, label, **sizes, **settings)
        voted = got.label >= 0
        return _told(name, got.posterior, voted, got.skill, False, got.iterations, got.converged)

    return run


def _majority(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, gold: ArrayLike | None = None, **sizes: int
) -> Aggregate:
    given = read(task, labeler, label, **sizes)
    p = given.shares()
    fix(p, known(gold, given.tasks, given.classes))
    return _told("majority", p, given.voted, wawa.agreement(given, p), False, 0, True)


def _dawid_skene(name: str, strength: float) -> Callable[..., Aggregate]:
    def run(task: ArrayLike, labeler: ArrayLike, label: ArrayLike, **sizes: Any) -> Aggregate:
        got = dawid_skene.estimate(task, labeler, label, strength=strength, **sizes)
        given = read(task, labeler, label, tasks=sizes["tasks"], labelers=sizes["labelers"], classes=sizes["classes"])
        skill = bayes.accuracy(given, given.collect(got.posterior))
        return _told(name, got.posterior, given.voted, skill, False, got.iterations, got.converged)

    return run


METHODS: Mapping[str, Callable[..., Aggregate]] = {
    "majority": _majority,
    "wawa": _of("wawa", wawa.estimate),
    "zero-based": _of("zero-based", zero_based.estimate),
    "one-coin": _of("one-coin", one_coin.estimate),
    "dawid-skene": _dawid_skene("dawid-skene", 0.0),
    "hierarchical": _dawid_skene("hierarchical", dawid_skene.STRENGTH),
    "bayes": _of("bayes", bayes.estimate),
    "glad": _of("glad", glad.estimate),
    "mace": _of("mace", mace.estimate),
}
