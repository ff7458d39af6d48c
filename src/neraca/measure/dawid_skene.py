"""Dawid and Skene's model (1979), plain and hierarchical, by EM.

E:  p_i(c) ~ pi_c prod_w E_w[c, l_iw]            M:  C_w[c, l] = sum_i p_i(c) [l_iw = l],  pi = mean of p over tasks
    E_w[c, :] = (s G[c, :] + C_w[c, :]) / (s + sum)        G[c, :] ~ sum_w C_w[c, :]      (s = 0: the plain model)

Shapes: n answers as integer vectors `task`, `labeler`, `label`; T tasks, W labelers, K classes. One iteration costs
O(n K + W K^2); answers are read class by class, so nothing of size n x K is kept. Starts from the shares of the votes.
A labeler may answer a task more than once. Never NaN; stops after `iterations` at the latest and says so.
"""

from dataclasses import dataclass

import numpy as np

from neraca.measure.majority import Floats, Ints, check, labels, shares

CLIP = 1e-10
STRENGTH = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """posterior T x K, prior K, confusion and counts W x K x K, pooled K x K; `label` T, -1 where nobody answered."""

    posterior: Floats
    prior: Floats
    confusion: Floats
    counts: Floats
    pooled: Floats
    label: Ints
    iterations: int
    converged: bool


def estimate(
    task: Ints, labeler: Ints, label: Ints, *, tasks: int, labelers: int, classes: int,
    strength: float = STRENGTH, iterations: int = 100, tolerance: float = 1e-6, gold: Ints | None = None,
) -> Estimate:  # fmt: skip
    """EM until no posterior moves by more than `tolerance`, or `iterations`.

    `gold` (T) holds known classes, -1 elsewhere; they stay fixed. Raises ValueError naming a row out of range.
    """
    check(labeler, labelers, "labeler")
    p = shares(task, label, tasks=tasks, classes=classes)
    voted = np.bincount(task, minlength=tasks) > 0
    p[~voted] = 1.0 / classes
    known = np.full(tasks, -1, dtype=np.int64) if gold is None else gold
    fixed = np.flatnonzero(known >= 0)
    _fix(p, fixed, known)
    pair = labeler * classes + label
    converged = False
    done = 0
    prior, counts, pooled, confusion = _maximize(p, task, pair, voted, labelers, strength)
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        p = _expect(prior, confusion, task, pair, tasks)
        _fix(p, fixed, known)
        prior, counts, pooled, confusion = _maximize(p, task, pair, voted, labelers, strength)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return Estimate(p, prior, confusion, counts, pooled, labels(p, voted), done, converged)


def _fix(p: Floats, fixed: Ints, known: Ints) -> None:
    p[fixed] = 0.0
    p[fixed, known[fixed]] = 1.0


def _maximize(
    p: Floats, task: Ints, pair: Ints, voted: np.typing.NDArray[np.bool_], labelers: int, strength: float
) -> tuple[Floats, Floats, Floats, Floats]:
    k = p.shape[1]
    counts = np.empty((labelers, k, k))
    for c in range(k):
        counts[:, c, :] = np.bincount(pair, weights=p[task, c], minlength=labelers * k).reshape(labelers, k)
    prior = p[voted].mean(axis=0) if voted.any() else np.full(k, 1.0 / k)
    pooled = counts.sum(axis=0)
    # One pseudo-answer a row, three quarters right: a class that nobody met has a confusion too.
    start = np.full((k, k), 0.25 / max(k - 1, 1))
    np.fill_diagonal(start, 0.75 if k > 1 else 1.0)
    pooled = pooled + start
    pooled /= pooled.sum(axis=1, keepdims=True)
    confusion = np.maximum(counts + strength * pooled, CLIP)
    confusion /= confusion.sum(axis=2, keepdims=True)
    return np.maximum(prior, CLIP), counts, pooled, confusion


def _expect(prior: Floats, confusion: Floats, task: Ints, pair: Ints, tasks: int) -> Floats:
    k = len(prior)
    score = np.empty((tasks, k))
    logs = np.log(np.maximum(confusion, CLIP))
    for c in range(k):
        of_pair = np.ascontiguousarray(logs[:, c, :]).ravel()
        score[:, c] = np.bincount(task, weights=of_pair[pair], minlength=tasks)
    score += np.log(prior)
    score -= score.max(axis=1, keepdims=True)
    np.exp(score, out=score)
    score /= score.sum(axis=1, keepdims=True)
    return score
