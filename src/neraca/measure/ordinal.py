"""Classes in an order (bad < fair < good), given by several people: the truth, and each labeler's bias and noise.

A labeler reads z = c + b_w + s_w e, e ~ N(0, 1), off the truth c in 0..K-1 and says the class between whose thresholds
z lies; one answer in a hundred is a slip, any class alike (a cumulative probit; Raykar et al. 2010, section 4.4, with
thresholds as in McCullagh 1980):

M_w[c, l] = (1 - e) (F((h_{l+1} - c - b_w) / s_w) - F((h_l - c - b_w) / s_w)) + e / K,   h_0 = -inf, h_K = inf, e = 0.01

Two numbers describe a labeler where Dawid-Skene has K (K - 1), so little data goes further. (b, s) live on a grid; the
model M_w is the mean over the grid by posterior weight, given counts C_w[c, l] = sum_i p_i(c) [l_iw = l] and a prior
around the crowd's best (b, s): no gradient, no local optimum in a labeler's parameters, nothing to diverge. Thresholds
are the crowd's, moved one at a time while the expected likelihood grows. Who does not fit the model (a class that one
simply knows when one sees it) is heard by their own counts, row by row: E_w = (30 M_w + C_w) / (30 + sum C_w).

p_i(c) ~ pi_c prod_w E_w[c, l_iw]       the answer is the median of p_i, which has the least expected distance

Shapes: n answers as vectors; T tasks, W labelers, K classes. O(n K + W G K^2) an iteration, G = 182 points.
"""

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import answers
from neraca.measure.arrays import Bools, Floats, Ints, indices, same_length

BIASES = np.linspace(-1.5, 1.5, 13)
NOISES = np.geomspace(0.15, 4.0, 14)
SPREAD = (0.5, 0.6)  # standard deviations of b and ln s over labelers
LOOSE = 0.25  # standard deviation of a threshold about l + 1/2
STEP = 0.05
SLIP = 0.01
OWN = 30.0  # answers of a class after which a labeler's own counts weigh as much as the model; best of 3..50
SETTLED = 30  # iterations after which thresholds stay where they are
CHUNK = 20_000  # labelers at once

_erf = np.vectorize(erf, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class Estimate:
    """posterior T x K; label T (the median; -1 without answers), mean T (of 0..K-1); bias, noise W in steps of a class.

    thresholds K - 1, prior K, confusion W x K x K.
    """

    posterior: Floats
    label: Ints
    mean: Floats
    bias: Floats
    noise: Floats
    thresholds: Floats
    prior: Floats
    confusion: Floats
    iterations: int
    converged: bool


def medians(task: ArrayLike, label: ArrayLike, *, tasks: int, classes: int) -> Ints:
    """The naive judge: the lower median of each task's answers, -1 without."""
    where, said = indices(task, tasks, "task"), indices(label, classes, "class")
    same_length(task=where, label=said)
    counts = np.bincount(where * classes + said, minlength=tasks * classes).reshape(tasks, classes)
    return _median(counts.astype(np.float64), counts.sum(axis=1) > 0)


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    gold: ArrayLike | None = None, iterations: int = 400, tolerance: float = 1e-4,
) -> Estimate:  # fmt: skip
    """Until no posterior moves by more than `tolerance`. `gold` (T) holds known classes, -1 elsewhere.

    Raises ValueError naming a row out of range.
    """
    where, who = indices(task, tasks, "task"), indices(labeler, labelers, "labeler")
    said = indices(label, classes, "class")
    same_length(task=where, labeler=who, label=said)
    known = answers.known(gold, tasks, classes)
    answered = np.bincount(where, minlength=tasks) > 0
    p = _start(where, said, tasks, classes)
    _fix(p, known)
    thresholds: Floats = np.arange(classes - 1, dtype=np.float64) + 0.5
    table = tables(thresholds)
    crowd = _skills(np.zeros((labelers, classes, classes)), table)
    prior, done, converged = np.full(classes, 1 / classes), 0, False
    for done in range(1, iterations + 1):
        before = p
        counts = _counts(p, where, who, said, labelers)
        crowd = _skills(counts, table)
        if done <= SETTLED:
            thresholds = _moved(crowd.pooled, thresholds)
            table = tables(thresholds)
        seen = p[answered].sum(axis=0) if answered.any() else np.ones(classes)
        prior = (seen + 1 / classes) / (seen.sum() + 1)
        p = _posterior(crowd.confusion, prior, where, who, said, tasks)
        _fix(p, known)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return Estimate(
        posterior=p, label=_median(p, answered | (known >= 0)), mean=p @ np.arange(classes), bias=crowd.bias,
        noise=crowd.noise, thresholds=thresholds, prior=prior, confusion=crowd.confusion, iterations=done,
        converged=converged,
    )  # fmt: skip


def _median(p: Floats, told: Bools) -> Ints:
    half = p.sum(axis=1, keepdims=True) / 2
    return np.where(told, (np.cumsum(p, axis=1) >= half - 1e-12).argmax(axis=1), -1)


def _start(task: Ints, said: Ints, tasks: int, k: int) -> Floats:
    counts = np.bincount(task * k + said, minlength=tasks * k).reshape(tasks, k) + 1e-3 / k
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float64)


def _fix(p: Floats, known: Ints) -> None:
    fixed = np.flatnonzero(known >= 0)
    p[fixed] = 0.0
    p[fixed, known[fixed]] = 1.0


def _counts(p: Floats, task: Ints, who: Ints, said: Ints, labelers: int) -> Floats:
    k = p.shape[1]
    counts = np.empty((labelers, k, k))
    for c in range(k):
        counts[:, c, :] = np.bincount(who * k + said, weights=p[task, c], minlength=labelers * k).reshape(-1, k)
    return counts


def tables(thresholds: Floats) -> Floats:
    """E of every point of the grid, G x K x K; the bias runs slower than the noise."""
    k = len(thresholds) + 1
    return _between(_under(np.concatenate([[-np.inf], thresholds, [np.inf]]), k), k)


def _under(edge: Floats, k: int) -> Floats:
    """G x K x E: F((h - c - b) / s) for each of E edges h."""
    away = edge[None, None, None, :] - np.arange(k)[None, None, :, None] - BIASES[:, None, None, None]
    under: Floats = (0.5 * (1 + _erf(away / NOISES[None, :, None, None] / sqrt(2)))).reshape(-1, k, len(edge))
    return under


def _between(under: Floats, k: int) -> Floats:
    """The cells between neighbouring edges."""
    cells: Floats = (1 - SLIP) * np.diff(under, axis=2) + SLIP / k
    return cells


@dataclass(frozen=True, slots=True)
class _Skills:
    confusion: Floats
    bias: Floats
    noise: Floats
    pooled: Floats  # G x K x K: the counts of all labelers by how likely each point of the grid is theirs


def _skills(counts: Floats, table: Floats) -> _Skills:
    labelers, k, _ = counts.shape
    logs = np.log(table).reshape(len(table), -1)
    bias, noise = (a.ravel() for a in np.meshgrid(BIASES, np.log(NOISES), indexing="ij"))
    best = int((counts.sum(axis=0).ravel() @ logs.T).argmax())
    prior = -((bias - bias[best]) ** 2) / (2 * SPREAD[0] ** 2) - (noise - noise[best]) ** 2 / (2 * SPREAD[1] ** 2)
    confusion, pooled = np.empty_like(counts), np.zeros((len(table), k * k))
    biases, noises = np.empty(labelers), np.empty(labelers)
    for start in range(0, labelers, CHUNK):
        part = slice(start, start + CHUNK)
        flat = counts[part].reshape(-1, k * k)
        weight = flat @ logs.T + prior
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        model = (weight @ table.reshape(len(table), -1)).reshape(-1, k, k)
        confusion[part] = (OWN * model + counts[part]) / (OWN + counts[part].sum(axis=2, keepdims=True))
        pooled += weight.T @ flat
        biases[part], noises[part] = weight @ bias, np.exp(weight @ noise)
    return _Skills(confusion, biases, noises, pooled.reshape(-1, k, k))


def _moved(pooled: Floats, thresholds: Floats) -> Floats:
    """Each threshold goes one step up or down, or stays, as the expected likelihood is greatest.

    It is an edge of two columns: the others' cells stay as they are. O(G K^2) for all.
    """
    k = len(thresholds) + 1
    here = np.concatenate([[-np.inf], thresholds, [np.inf]])
    under = _under(here, k)

    def worth(at: Floats, i: int) -> float:
        two = pooled[:, :, i - 1 : i + 1] * np.log(_between(at, k))
        return float(two.sum()) - float(here[i] - i + 0.5) ** 2 / (2 * LOOSE**2)

    for i in range(1, k):
        was, before = worth(under[:, :, i - 1 : i + 2], i), here[i]
        for step in (-STEP, STEP):
            here[i] = before + step
            there = under[:, :, i - 1 : i + 2].copy()
            there[:, :, 1:2] = _under(here[i : i + 1], k)
            if min(here[i] - here[i - 1], here[i + 1] - here[i]) > STEP and worth(there, i) > was:
                under[:, :, i] = there[:, :, 1]
                break
            here[i] = before
    return here[1:-1]


def _posterior(confusion: Floats, prior: Floats, task: Ints, who: Ints, said: Ints, tasks: int) -> Floats:
    k = len(prior)
    logs = np.log(confusion)
    score = np.empty((tasks, k))
    for c in range(k):
        score[:, c] = np.bincount(task, weights=logs[who, c, said], minlength=tasks) + log(prior[c])
    score = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(score / score.sum(axis=1, keepdims=True), dtype=np.float64)
