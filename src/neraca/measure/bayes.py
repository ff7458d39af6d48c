"""Dawid and Skene's model with what is believed of labelers before they answer, by variational Bayes.

Confusion rows are Dirichlet(s B_w[c, :]), so a labeler with few answers is as the prior says, and certain of nothing:

ln p_i(c) = E[ln pi_c] + sum_w E[ln E_w[c, l_iw]] + const
E[ln E_w[c, l]] = psi(s B_w[c, l] + C_w[c, l]) - psi(s + sum_l C_w[c, l])

B_w is one of three, each learnt from the crowd itself (empirical Bayes), since crowds err in different ways:

pool   G, the pooled confusion: everybody is like the others until they show it         (Kim and Ghahramani 2012)
skill  G with its diagonal moved by how much better than G they are                      (a labeler's own accuracy)
guess  theta_w I + (1 - theta_w) m_w: they know, or say one of what they always say      (MACE, Hovy and others 2013)

EM from the majority walks to where the likelihood wants it, which on sparse crowds is away from the truth. `walk` gives
every step, so that `aggregate` can average over how far to trust it.

Shapes as in `dawid_skene`; P pairs of labeler and class that occur. O((n + P) K) a step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import dawid_skene
from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.found import Found, found, right
from neraca.measure.majority import Floats, Ints

Prior = Literal["pool", "skill", "guess"]
PRIORS: tuple[Prior, ...] = get_args(Prior)
STRENGTH = 2.0
PSEUDO = 4.0
LEAST = 1e-6
PAGE = 16_384


@dataclass(frozen=True, slots=True)
class Step:
    """Posterior T x K by the answers alone (gold is not yet set in it), the counts it used, how far it moved."""

    posterior: Floats
    table: Floats
    moved: float


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike,
    *, tasks: int, labelers: int, classes: int, prior: Prior = "skill",
    strength: float = STRENGTH, iterations: int = 100, tolerance: float = 1e-4, gold: ArrayLike | None = None,
) -> Found:  # fmt: skip
    """Until no posterior moves by more than `tolerance`, or `iterations`. `skill` is P(right) over a labeler's answers.

    Raises ValueError naming a bad row.
    """
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    last, done = None, 0
    for done, last in enumerate(walk(given, prior, strength=strength, gold=fixed), start=1):
        if last.moved <= tolerance or done >= iterations:
            break
    assert last is not None
    p = last.posterior
    fix(p, fixed)
    skill = accuracy(given, given.collect(p))
    return found(given, p, skill, iterations=done, converged=last.moved <= tolerance)


def accuracy(given: Answers, table: Floats) -> Floats:
    """W: the share of answers that are the truth, drawn by four pseudo-answers towards that of all labelers."""
    good = right(given, table)
    pooled = float(good.sum()) / max(len(given.task), 1)
    share: Floats = (PSEUDO * pooled + good) / (PSEUDO + given.given)
    return share


def walk(
    given: Answers, prior: Prior, *, strength: float, gold: Ints, told: Floats | None = None
) -> Iterator[Step]:  # fmt: skip
    """The steps from the majority, without end.

    `told` T x K: the logarithms of what else each task's truth is likely by. There it begins from the majority of the
    answers and that one voice.
    """
    p = given.shares() if told is None else _with_voice(given, told)
    fix(p, gold)
    while True:
        table = given.collect(p)
        pseudo = strength * believed(given, table, prior)
        logs = digamma(np.maximum(table + pseudo, LEAST)) - given.spread(digamma(given.sums(table) + strength))
        often = p[given.voted].sum(axis=0) + 1.0
        score = given.score(logs) + digamma(often) - digamma(np.array([often.sum()]))
        new = softmax(score if told is None else score + told)
        after = new.copy()
        fix(after, gold)
        moved = float(np.abs(after - p).max(initial=0.0))
        yield Step(new, table, moved)
        p = after


def _with_voice(given: Answers, told: Floats) -> Floats:
    """T x K: the shares of the votes, where `told` is one vote."""
    voice = softmax(told + np.log((given.votes.sum(axis=0) + 1.0) / (given.answered.sum() + given.classes)))
    shares: Floats = (given.votes + voice) / (given.answered + 1.0)[:, None]
    return shares


def believed(given: Answers, table: Floats, prior: Prior) -> Floats:
    """P x K: B_w[c, l] for each pair's labeler and class said, from the counts of all."""
    k = given.classes
    pooled = dawid_skene.pooled(given, table)
    if prior == "pool":
        rows: Floats = pooled.T[given.said]
        return rows
    pair = np.arange(len(given.said))
    truth = table[pair, given.said]
    if prior == "skill":
        return _by_skill(given, table, truth, pooled)
    times = given.by_labeler(given.times)
    habit = (given.times + 1.0) / (times + k)
    lucky = given.by_labeler(given.by_labeler(table)[pair, given.said] * habit)
    knew = (given.by_labeler(truth) - lucky + PSEUDO / 2) / (times - lucky + PSEUDO)
    theta = np.clip(knew, 0.02, 0.98)
    rows = np.repeat(((1 - theta) * habit)[:, None], k, axis=1)
    rows[pair, given.said] += theta
    return rows


def _by_skill(given: Answers, table: Floats, truth: Floats, pooled: Floats) -> Floats:
    """The pooled rows with the diagonal times (right + a m) / (expected + a m), the rest scaled to sum to one."""
    diagonal = np.diag(pooled)
    met = given.by_labeler(table)
    even = 0.7 * PSEUDO
    better = (given.by_labeler(truth) + even) / (met @ diagonal + even)
    own = np.clip(diagonal[None, :] * better[:, None], 0.01, 0.99)
    rest = (1 - own) / np.maximum(1 - diagonal, LEAST)
    rows: Floats = pooled.T[given.said] * rest
    pair = np.arange(len(given.said))
    rows[pair, given.said] = own[pair, given.said]
    return rows


def digamma(x: Floats) -> Floats:
    """Psi(x) for 0 < x < 1e70 to 1e-12: psi(x + 8) by its asymptotic series (DLMF 5.11.2), less sum_{i<8} 1 / (x + i).

    With z = x (x + 7) the terms i and 7 - i are (2 x + 7) / (z + i (7 - i)), so all eight take two divisions.
    """
    flat = np.ascontiguousarray(x, dtype=np.float64).ravel()
    value = np.empty_like(flat)
    for start in range(0, len(flat), PAGE):  # what is passed over so often stays in the cache
        part = slice(start, start + PAGE)
        y = flat[part]
        z = y * (y + 7.0)
        shift = (2.0 * z + 6.0) / (z * (z + 6.0)) + (2.0 * z + 22.0) / ((z + 10.0) * (z + 12.0))
        shift *= 2.0 * y + 7.0
        y = y + 8.0
        value[part] = np.log(y) - shift
        np.reciprocal(y, out=y)
        z = y * y
        value[part] -= 0.5 * y + z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132)))))
    return value.reshape(np.shape(x))
