"""What is believed of each labeler of a project, from all their answers: the background estimate.

posterior  the default of `aggregate` before its calibration: the mean over priors and steps
counts     C_w[c, l] = sum over w's answers of the posterior of c; prior = mean posterior; pooled = their sum
accuracy   Beta(m a + right, m (1 - a) + wrong), right = sum of the posteriors of what they said over their answers,
           a = the pooled accuracy, m = 4 pseudo-answers; `low` and `high` bound its central 95 %.
"""

from dataclasses import dataclass
from functools import cached_property
from math import lgamma

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import aggregate, copies, dawid_skene
from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.counts import Counts
from neraca.measure.majority import Flags, Floats, Ints, added, labels

PSEUDO = 4.0
TAIL = 0.025


@dataclass(frozen=True)
class SkillTable:
    """Counts (posterior-weighted), answers and right W, pooled K x K, prior K.

    `right` is how many of the answers are, in expectation; accuracy, low and high W are made when they are asked for.
    `copied` is who copies whom: of equal answers of a group one is counted in posteriors; a labeler's own counts are of
    all their answers. `posterior` T x K is what `online` gives by these skills, untempered, gold unknown; `label` T is
    the best class of the estimate itself (-1: nobody answered).
    """

    counts: Counts
    answers: Ints
    right: Floats
    pooled: Floats
    prior: Floats
    posterior: Floats
    label: Ints
    iterations: int
    converged: bool
    copied: copies.Copies

    @cached_property
    def _believed(self) -> tuple[Floats, Floats, Floats]:
        return accuracies(self.right, self.answers)

    @property
    def accuracy(self) -> Floats:
        """W: the share that is right, drawn to the crowd's."""
        return self._believed[0]

    @property
    def low(self) -> Floats:
        """W: below it with 2.5 %."""
        return self._believed[1]

    @property
    def high(self) -> Floats:
        """W: above it with 2.5 %."""
        return self._believed[2]


def telling(task: Ints, tasks: int) -> Flags:
    """n: which answers are to a task that has two or more.

    An answer that stands alone tells nothing of its labeler: its task's posterior would be the answer.
    """
    several: Flags = np.bincount(task, minlength=tasks)[task] >= 2
    return several


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    gold: ArrayLike | None = None, told: ArrayLike | None = None,
) -> SkillTable:  # fmt: skip
    """From a project's answers (n integer vectors). Raises ValueError naming a bad row.

    `told` T x K are logarithms of what else is known of each task (`features`).
    """
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    besides = None if told is None else np.asarray(told, dtype=np.float64)
    copied = copies.among(given, fixed)
    apart = copies.without(given, copied)
    p, iterations, converged = aggregate.mean(apart, fixed, besides)
    fix(p, fixed)
    table = given.collect(p)
    prior = p[given.voted].mean(axis=0) if given.voted.any() else np.full(classes, 1.0 / classes)
    pooled = dawid_skene.pooled(apart, apart.collect(p))
    said_truth = table[np.arange(len(given.said)), given.said]
    right = added(given.owner, said_truth, labelers)
    return SkillTable(
        counts=Counts(given, table), answers=given.given, right=right, pooled=pooled, prior=prior,
        posterior=_untempered(given, apart, table, pooled, prior, besides),
        label=labels(np.round(p, 12), given.voted), iterations=iterations, converged=converged,
        copied=copied,
    )  # fmt: skip


def _untempered(
    given: Answers, apart: Answers, table: Floats, pooled: Floats, prior: Floats, besides: Floats | None
) -> Floats:
    """T x K from the answers that count, by skills from all."""
    rows = dawid_skene.logarithms(given, table, pooled, dawid_skene.STRENGTH)
    if apart is not given:  # its pairs are some of those of all answers
        key = given.owner * given.classes + given.said
        rows = rows[np.searchsorted(key, apart.owner * given.classes + apart.said)]
    return softmax(
        apart.score(rows) + np.log(np.maximum(prior, dawid_skene.CLIP)) + (0.0 if besides is None else besides)
    )


def accuracies(right: Floats, answers: Ints, pool: float | None = None) -> tuple[Floats, Floats, Floats]:
    """W: accuracy, low and high from how many of how many answers are right (in expectation).

    `pool` is the accuracy of the whole crowd; that of these labelers if it is not given.
    """
    if pool is None:
        pool = float(right.sum() / answers.sum()) if answers.any() else 0.5
    pool = min(max(pool, 0.01), 0.99)
    a: Floats = np.asarray(PSEUDO * pool + right, dtype=np.float64)
    b: Floats = np.asarray(PSEUDO * (1 - pool) + np.maximum(answers - right, 0.0), dtype=np.float64)
    return a / (a + b), beta_quantile(a, b, TAIL), beta_quantile(a, b, 1 - TAIL)


def beta_quantile(a: Floats, b: Floats, q: float) -> Floats:
    """The x with P(Beta(a, b) <= x) = q, by bisection to 1e-9; vectors of one length."""
    low, high = np.zeros_like(a), np.ones_like(a)
    scale = _log_scale(a, b)  # once, and not at each step
    for _ in range(30):
        middle = (low + high) / 2
        under = _cdf(a, b, middle, scale) < q
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2


def _log_scale(a: Floats, b: Floats) -> Floats:
    """-ln B(a, b)."""
    gamma = np.vectorize(lgamma, otypes=[np.float64])
    scale: Floats = gamma(a + b) - gamma(a) - gamma(b) if len(a) else np.zeros(0)
    return scale


def _cdf(a: Floats, b: Floats, x: Floats, scale: Floats) -> Floats:
    """The regularized incomplete beta function, 0 < x < 1 (continued fraction, DLMF 8.17.22)."""
    swap = x > (a + 1) / (a + b + 2)
    p, q, z = np.where(swap, b, a), np.where(swap, a, b), np.where(swap, 1 - x, x)
    front = np.exp(scale + p * np.log(z) + q * np.log1p(-z)) / p
    value: Floats = front / _fraction(p, q, z)
    return np.where(swap, 1 - value, value)


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """1 + d1/(1 + d2/(1 + ...)), by Lentz's method."""
    tiny = 1e-300
    f, c, d = np.ones_like(x), np.ones_like(x), np.zeros_like(x)
    for n in range(1, 500):
        m = n // 2
        if n % 2 == 0:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + step * d
        d = 1 / np.where(np.abs(d) < tiny, tiny, d)
        c = 1 + step / c
        c = np.where(np.abs(c) < tiny, tiny, c)
        f = f * c * d
        if float(np.abs(c * d - 1).max(initial=0.0)) < 1e-12:
            break
    return f
