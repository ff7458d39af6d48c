"""The online rule over a whole project at once, by what an estimate has just found: in its process, with NumPy.

posteriors   what the submit of each task's last answer would have given, before the map of gold
closed       the same of tasks whose class is known, each judged without its own truth: `taught` fits the map to them

A gold task is asked of many, so all its answers would be surer than any task is when the rule closes it. It is taken as
it stood when the rule, by the map before, would have closed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neraca.measure import calibrate, copies, online, skills
from neraca.measure.answers import softmax
from neraca.measure.arrays import Floats, Ints
from neraca.measure.majority import Flags

LOOKED = 2000


@dataclass(frozen=True, slots=True)
class Given:
    """Suggestions, and every answer in the order of its event: n of `task`, `labeler`, `label`, over `tasks` tasks.

    `how`: 1 confirmed a suggestion, 0 departed from it, -1 saw none, 2 is one; None: there are none.
    """

    task: Ints
    labeler: Ints
    label: Ints
    tasks: int
    how: Ints | None = None
    told: Floats | None = None  # T x K, by the tasks' features: logarithms

    def start(self, prior: Floats) -> Floats:
        """T x K: the logarithms of each task's posterior before any answer."""
        first = np.tile(_logs(prior), (self.tasks, 1))
        return first if self.told is None else first + online.TEMPER * self.told

    def repeats(self, copied: copies.Copies) -> Flags:
        """Which rows say what another of their group said of the task before them."""
        return copied.repeats(self.task, self.labeler, self.label)

    def answers(self) -> Flags:
        """Which rows are answers."""
        return np.ones(len(self.task), dtype=np.bool_) if self.how is None else self.how != 2


@dataclass(frozen=True, slots=True)
class Believed:
    """What the online rule knows of labelers: an estimate, whether their whole confusions are kept, how they lean."""

    found: skills.SkillTable
    whole: bool
    leaning: Floats | None = None

    def lean(self, w: int) -> float | None:
        """How much a labeler leans on suggestions, None where they never had one."""
        return None if self.leaning is None or np.isnan(self.leaning[w]) else float(self.leaning[w])

    def leant(self, column: Floats, labeler: Ints, how: Ints | None) -> Floats:
        """The columns of answers, those that confirm mixed with a yes that nobody thought about."""
        if how is None or self.leaning is None:
            return column
        a = np.where(how == 1, np.nan_to_num(self.leaning[labeler], nan=online.LEANING), 0.0)[:, None]
        mixed: Floats = a + (1 - a) * column
        return mixed

    def columns(self, labeler: Ints, label: Ints, known: Ints | None = None) -> Floats:
        """P(said | truth = c), n x K. With `known`, the class of each answer's task, as if it had not been given."""
        found, k = self.found, len(self.found.prior)
        n = found.answers[labeler] - (known is not None)
        if not self.whole:
            rate = found.accuracy[labeler]
            if known is not None:
                left = rate * (skills.PSEUDO + n + 1) - (label == known)
                rate = np.clip(left / (skills.PSEUDO + n), 0.0, 1.0)
            return _by_rate(rate, label, k)
        counts, rows = found.counts.said(labeler, label), found.counts.met(labeler)
        if known is not None:
            at = np.arange(len(label))
            counts[at, known] -= 1.0
            rows[at, known] -= 1.0
        pooled: Floats = online.STRENGTH * found.pooled.T[label]
        column: Floats = (pooled + np.maximum(counts, 0.0)) / (online.STRENGTH + np.maximum(rows, 0.0))
        return column

    def weights(self, labeler: Ints, *, without: bool = False) -> Floats:
        """What each answer counts for where it stands alone; `without` the answer itself."""
        n = np.maximum(self.found.answers[labeler] - without, 0)
        weight: Floats = (n + online.NEW) / (n + online.MET)
        return weight


def _by_rate(rate: Floats, label: Ints, k: int) -> Floats:
    """`online.start_column` for each answer."""
    right = np.clip(rate, online.FLOOR, 1 - online.FLOOR) if k > 1 else np.ones_like(rate)
    column = np.repeat(((1 - right) / max(k - 1, 1))[:, None], k, axis=1)
    column[np.arange(len(label)), label] = right
    return column


def posteriors(given: Given, believed: Believed, page: int = 200_000) -> Floats:
    """T x K, uncalibrated: `online.posterior_of` for every task."""
    k = len(believed.found.prior)
    score = np.zeros((given.tasks, k))
    counted = ~given.repeats(believed.found.copied)
    for start in range(0, len(given.task), page):
        rows = slice(start, start + page)
        task, who, said = given.task[rows], given.labeler[rows], given.label[rows]
        column = believed.leant(believed.columns(who, said), who, None if given.how is None else given.how[rows])
        told = _logs(column) * (believed.weights(who) * counted[rows])[:, None]
        for c in range(k):
            score[:, c] += np.bincount(task, weights=told[:, c], minlength=given.tasks)
    shared = _together(np.bincount(given.task[counted], minlength=given.tasks))
    return softmax(given.start(believed.found.prior) + shared[:, None] * score)


@dataclass(frozen=True, slots=True)
class Closed:
    """Gold tasks with answers as they stood when the rule would have closed them: posteriors G x K, and their truth."""

    posterior: Floats
    truth: Ints


def closed(given: Given, believed: Believed, gold: Ints, policy: Mapping[str, Any], before: calibrate.Map) -> Closed:
    """`gold` T is the known class, -1 where there is none; `before` the map that tasks were closed by."""
    rows = np.flatnonzero(gold[given.task] >= 0)
    rows = rows[np.argsort(given.task[rows], kind="stable")]
    there, first = np.unique(given.task[rows], return_index=True)
    if not len(there):
        return Closed(np.zeros((0, len(believed.found.prior))), np.zeros(0, dtype=np.int64))
    who, known = given.labeler[rows], gold[given.task[rows]]
    column = believed.columns(who, given.label[rows], known)
    column = believed.leant(column, who, None if given.how is None else given.how[rows])
    counted = ~given.repeats(believed.found.copied)[rows]
    told = _logs(column) * (believed.weights(who, without=True) * counted)[:, None]
    counts = given.answers()[rows]
    how, start = online.policy(policy), given.start(believed.found.prior)[there]
    ends = [*first[1:].tolist(), len(rows)]
    p = [
        _closed(before_any, told[a:b], counted[a:b], counts[a:b], how, before)[0]
        for before_any, a, b in zip(start, first.tolist(), ends, strict=True)
    ]
    return Closed(np.stack(p), gold[there])


def taught(known: Closed) -> calibrate.Map | None:
    """The map for this project, or None where fewer than `calibrate.ENOUGH` gold tasks have answers."""
    if len(known.truth) < calibrate.ENOUGH or known.posterior.shape[1] < 2:
        return None
    return calibrate.of_rule(known.posterior, known.truth, least=online.FLOOR)


def saved(given: Given, believed: Believed, policy: Mapping[str, Any], how: calibrate.Map | None) -> float | None:
    """The share of the answers that the rule asks for which features make unnecessary, over LOOKED tasks at most.

    Of the answers that were given: what had to be asked beyond them is not known. None where no rule waits.
    """
    rule = online.policy(policy)
    if given.told is None or not isinstance(rule, online.Target):
        return None
    alone = replace(given, told=None)
    rows = np.flatnonzero(given.task < LOOKED)
    rows = rows[np.argsort(given.task[rows], kind="stable")]
    there, first = np.unique(given.task[rows], return_index=True)
    who, said = given.labeler[rows], given.label[rows]
    column = believed.leant(believed.columns(who, said), who, None if given.how is None else given.how[rows])
    heard = ~given.repeats(believed.found.copied)[rows]
    told = _logs(column) * (believed.weights(who) * heard)[:, None]
    counts, ends = given.answers()[rows], [*first[1:].tolist(), len(rows)]
    how = how or calibrate.Map(1.0, 0.0, np.zeros(len(believed.found.prior)), 0)
    asked = [
        sum(
            _closed(start, told[a:b], heard[a:b], counts[a:b], rule, how)[1]
            for start, a, b in zip(one.start(believed.found.prior)[there], first.tolist(), ends, strict=True)
        )
        for one in (given, alone)
    ]
    return 1 - asked[0] / asked[1] if asked[1] else None


def _closed(
    prior: Floats, told: Floats, heard: Flags, counts: Flags, how: online.Policy, before: calibrate.Map
) -> tuple[Floats, int]:
    """The posterior of one task when the rule would have closed it, and by how many answers.

    With all its answers where it would still ask. What was not `heard` is what a copy said again: it tells nothing.
    """
    shared = _together(np.cumsum(heard))
    steps = softmax(prior + shared[:, None] * np.cumsum(told, axis=0))
    stated = softmax(before.tau * _logs(steps) + before.bias)
    for at, (q, n) in enumerate(zip(stated.tolist(), np.cumsum(counts).tolist(), strict=True)):
        if counts[at] and online.decide(how, q, n) != "ask":
            return np.asarray(steps[at]), n
    return np.asarray(steps[-1]), int(counts.sum())


def decided(p: Floats, given: Given, policy: Mapping[str, Any], how: calibrate.Map | None) -> Ints:
    """The tasks that the rule would close now, as met, were they open: nobody need look at the others."""
    rule = online.policy(policy)
    if not isinstance(rule, online.Target):
        return np.zeros(0, dtype=np.int64)
    q = p if how is None else softmax(how.tau * _logs(p) + how.bias)
    size = np.bincount(given.task[given.answers()], minlength=given.tasks)
    near = q.max(axis=1) >= rule.confidence - 1e-9  # sums are not exact here; the submit's own rule decides
    return np.flatnonzero(near & (size >= rule.min))


def _together(n: Ints) -> Floats:
    """`online.together` for each."""
    shared: Floats = 1.0 / (1.0 + online.ALIKE * np.maximum(n - 1, 0))
    return shared


def _logs(p: Floats) -> Floats:
    return np.log(np.maximum(p, online.FLOOR))
