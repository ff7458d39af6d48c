"""Answers that were given with a suggestion on the screen: who confirms it may not have looked.

confirmed   P(w says s | truth c, s shown) = a_w + (1 - a_w) E_w[c, s]     a_w: how w leans on suggestions
departed    P(w says l | truth c, s shown) ~ E_w[c, l]                     l != s; it counts like any other answer
suggestion  one labeler, by what it comes from, with a confusion of its own

So five who lean hard on a wrong suggestion hardly move its task, and who is known to look counts nearly in full. a_w
is the share of suggestions known to be wrong that w confirmed, drawn by PSEUDO answers towards LEANING:

a_w = (PSEUDO LEANING + sum wrong_i [w confirmed i]) / (PSEUDO + sum wrong_i [w was shown i])
wrong_i = max(0, 1 - 2 P(s is right by everything but w's own answer)); 1 or 0 for gold

What a confirmation tells of E_w is weighted by the chance that w looked, (1 - a_w) E_w[c, s] / P(confirmed | c):
counting departures alone would make a careful labeler look as bad as the suggestions are good. What nobody else tells
of a suggestion counts as its source's share on gold (START_ACCURACY before there is any), by 1 - entropy / ln K of the
posterior without it: else a source whom everybody confirms would be right by its own word.

Shapes: n answers, W labelers (the sources among them), K classes; O(iterations n K). The rest is the hierarchical
model of Dawid and Skene (`dawid_skene`). A mixture in the manner of MACE (Hovy and others 2013), with the suggestion
for a spammer's habit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import copies, dawid_skene, online, skills
from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.counts import Counts
from neraca.measure.majority import Flags, Floats, Ints, added, labels

PSEUDO = 10.0
ITERATIONS = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is believed of labelers, and W: how much each leans on suggestions, and who was ever `shown` one.

    Who was not leans as is expected of anybody.
    """

    skills: skills.SkillTable
    leaning: Floats
    shown: Flags


@dataclass(frozen=True, slots=True)
class _Rows:
    """The answers, and which of them confirmed, departed, or are suggestions themselves."""

    given: Answers
    label: Ints
    confirmed: Flags
    shown: Flags
    source: Flags
    said: Ints  # what the task's suggestion says, -1 where it has none


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, confirmed: ArrayLike, *, tasks: int, labelers: int,
    classes: int, gold: ArrayLike | None = None, besides: ArrayLike | None = None, iterations: int = ITERATIONS,
) -> Estimate:  # fmt: skip
    """`confirmed` (n): 1 said what the suggestion says, 0 departed, -1 was shown none, 2 is the suggestion itself.

    `besides` T x K are logarithms of what else is known of each task (`features`).
    Raises ValueError naming a bad row, or a task with two suggestions or with none that was confirmed.
    """
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    rows = _rows(given, np.asarray(label, dtype=np.int64), np.asarray(confirmed))
    fixed = known(gold, tasks, classes)
    who = given.owner[given.pair]
    more = np.zeros((tasks, classes)) if besides is None else np.asarray(besides, dtype=np.float64)
    lean = np.full(labelers, online.LEANING)
    p = _shares(rows)
    fix(p, fixed)
    weight = np.where(rows.confirmed[:, None], 1.0 - online.LEANING, np.ones((len(who), classes)))
    own = p[given.task]
    start = _start(rows, who, fixed, labelers)
    done, converged = 0, False
    for done in range(1, max(iterations, 1) + 1):  # noqa: B007 - reported
        counts = _counts(given, own * weight)
        pooled = dawid_skene.pooled(given, counts)
        often = p[given.voted].mean(axis=0) if given.voted.any() else np.full(classes, 1.0 / classes)
        prior = np.maximum(often, dawid_skene.CLIP)
        column = np.exp(dawid_skene.logarithms(given, counts, pooled, dawid_skene.STRENGTH))[given.pair]
        a = np.where(rows.confirmed, lean[who], 0.0)[:, None]
        weight = np.where(rows.confirmed[:, None], (1 - a) * column / (a + (1 - a) * column), 1.0)
        told = np.log(np.maximum(a + (1 - a) * column, dawid_skene.CLIP))
        score = np.log(prior) + more + np.stack([added(given.task, told[:, c], tasks) for c in range(classes)], axis=1)
        before, free = p, softmax(score.copy())
        p = free.copy()
        fix(p, fixed)
        without = softmax(score[given.task] - told)  # each answer's task, without that answer
        fix(without, fixed[given.task])
        tell = np.where(rows.source[:, None], _told(without), 1.0)
        own = tell * p[given.task] + (1 - tell) * start
        lean = _leaning(rows, who, without, labelers)
        if converged := float(np.abs(p - before).max(initial=0.0)) <= 1e-4:
            break
    seen = np.bincount(who[rows.shown], minlength=labelers) > 0
    table = _table(given, own * weight, p, free, prior, done, converged=converged)
    return Estimate(table, np.where(seen, lean, online.LEANING), seen)


def _rows(given: Answers, label: Ints, how: Ints) -> _Rows:
    if how.shape != label.shape or not np.isin(how, (-1, 0, 1, 2)).all():
        raise ValueError("Say of each answer whether it confirmed (1), departed (0), saw none (-1) or suggests (2).")
    said = np.full(given.tasks, -1, dtype=np.int64)
    at = np.flatnonzero(how == 2)
    said[given.task[at]] = label[at]
    if len(np.unique(given.task[at])) < len(at):
        raise ValueError("A task has two suggestions.")
    if (odd := np.flatnonzero((how == 1) & (said[given.task] != label))).size:
        raise ValueError(f"Row {int(odd[0])}: it confirms what was not suggested.")
    return _Rows(given, label, how == 1, (how == 0) | (how == 1), how == 2, said)


def _counts(given: Answers, weight: Floats) -> Floats:
    """P x K: the sums of `weight` (n x K) over the answers of each pair."""
    return np.stack([added(given.pair, weight[:, c], len(given.owner)) for c in range(given.classes)], axis=1)


def _shares(rows: _Rows) -> Floats:
    """T x K: the shares of the votes, where a confirmation is a fifth of one; where EM starts."""
    given = rows.given
    one = np.where(rows.confirmed, 1.0 - online.LEANING, 1.0)
    cell = given.task.astype(np.int64) * given.classes + rows.label
    votes = added(cell, one, given.tasks * given.classes).reshape(given.tasks, given.classes)
    total = votes.sum(axis=1, keepdims=True)
    share: Floats = np.divide(votes, total, out=np.full_like(votes, 1.0 / given.classes), where=total > 0)
    return share


def _start(rows: _Rows, who: Ints, gold: Ints, labelers: int) -> Floats:
    """P(truth | suggested), n x K, of a suggestion of whose task nobody tells anything: as often right as on gold."""
    k = rows.given.classes
    known_ = gold[rows.given.task]
    at = rows.source & (known_ >= 0)
    right = added(who[at], (known_ == rows.label)[at], labelers)
    rate = (PSEUDO * online.START_ACCURACY + right) / (PSEUDO + np.bincount(who[at], minlength=labelers))
    start = np.repeat(((1 - rate[who]) / max(k - 1, 1))[:, None], k, axis=1)
    start[np.arange(len(who)), rows.label] = rate[who]
    return start


def _told(p: Floats) -> Floats:
    """How much n distributions tell, n x 1: 1 - entropy / ln K: nothing where all classes are as likely."""
    k = max(p.shape[1], 2)
    told: Floats = 1.0 + (p * np.log(np.maximum(p, dawid_skene.CLIP))).sum(axis=1, keepdims=True) / np.log(k)
    return np.clip(told, 0.0, 1.0)


def _leaning(rows: _Rows, who: Ints, without: Floats, labelers: int) -> Floats:
    at = np.flatnonzero(rows.shown & (rows.said[rows.given.task] >= 0))
    right = without[at, rows.said[rows.given.task[at]]]
    wrong = np.maximum(0.0, 1.0 - 2.0 * right)
    took = added(who[at], wrong * rows.confirmed[at], labelers)
    lean: Floats = (PSEUDO * online.LEANING + took) / (PSEUDO + added(who[at], wrong, labelers))
    return lean


def _table(
    given: Answers, weight: Floats, p: Floats, free: Floats, prior: Floats, iterations: int, *, converged: bool
) -> skills.SkillTable:
    counts = _counts(given, weight)
    total = np.rint(added(given.owner, counts.sum(axis=1), given.labelers)).astype(np.int64)
    right = added(given.owner, counts[np.arange(len(given.said)), given.said], given.labelers)
    return skills.SkillTable(
        counts=Counts(given, counts), answers=total, right=right,
        pooled=dawid_skene.pooled(given, counts), prior=prior, posterior=free,
        label=labels(np.round(p, 12), given.voted), iterations=iterations, converged=converged,
        copied=copies.none(given.labelers),
    )  # fmt: skip
