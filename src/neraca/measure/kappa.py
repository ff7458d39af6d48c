"""Kappas: agreement of classes beyond chance, each with its own idea of chance.

All are (p_a - p_e) / (1 - p_e), with weights w[k, l] in 0..1 for how far two classes agree (1 on the diagonal).

Cohen (1960, weighted 1968)   two labelers; p_e = sum_kl w[k, l] p_k q_l of their own shares p, q
Fleiss (1971)                 any labelers; p_e = sum_kl w[k, l] s_k s_l of the mean shares s
Gwet AC1 / AC2 (2008)         p_e = (sum of w) / (K (K - 1)) * sum_k s_k (1 - s_k); steady if one class rules
Brennan-Prediger (1981)       p_e = (sum of w) / K^2: every class as likely as any other

p_a is the mean over tasks with two or more answers of sum_k r_k (r*_k - 1) / (m (m - 1)), r = counts of a task,
r* = w r. Shares s are means over tasks of a task's shares, so tasks may have different numbers of answers (Gwet 2014).
Where p_e = 1 nothing could have been otherwise and the kappa is 1.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, indices, numbers, same_length

Weights = Literal["none", "linear", "quadratic"]
Chance = Literal["fleiss", "gwet", "uniform"]


def weights(k: int, kind: Weights) -> Floats:
    """K x K: 1 on the diagonal; elsewhere 0, or 1 - |i - j| / (K - 1), or 1 - ((i - j) / (K - 1))^2."""
    if kind == "none" or k == 1:
        return np.eye(k)
    away = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    if kind == "linear":
        return np.asarray(1 - away, dtype=np.float64)
    if kind == "quadratic":
        return np.asarray(1 - away**2, dtype=np.float64)
    raise ValueError(f"There are no weights {kind}; there are none, linear and quadratic.")


def cohen(left: ArrayLike, right: ArrayLike, classes: int, weighted: Weights = "none") -> float:
    """Cohen's kappa of two labelers' classes for the same n tasks."""
    a, b = indices(left, classes, "class"), indices(right, classes, "class")
    if same_length(left=a, right=b) == 0:
        raise ValueError("There is no task that both answered.")
    return cohen_table(np.bincount(a * classes + b, minlength=classes**2).reshape(classes, classes), weighted)


def cohen_table(table: ArrayLike, weighted: Weights = "none") -> float:
    """The same from a K x K table of counts or shares (row: the one, column: the other)."""
    p = numbers(table, "count")
    if p.ndim != 2 or p.shape[0] != p.shape[1] or (p < 0).any() or p.sum() <= 0:
        raise ValueError("The counts must be a square table, not negative and not all 0.")
    p = p / p.sum()
    w = weights(len(p), weighted)
    return _beyond(float((w * p).sum()), float(p.sum(axis=1) @ w @ p.sum(axis=0)))


def of_counts(counts: ArrayLike, chance: Chance = "fleiss", weighted: Weights = "none") -> float:
    """A kappa of many labelers from T x K counts of answers. Tasks without answers are left out.

    Raises ValueError if no task has two answers.
    """
    r = numbers(counts, "count")
    if r.ndim != 2 or (r < 0).any():
        raise ValueError("The counts must be a table of tasks and classes, not negative.")
    m = r.sum(axis=1)
    two = m >= 2
    if not two.any():
        raise ValueError("No task has two answers that could be compared.")
    w = weights(r.shape[1], weighted)
    pairs = (r[two] * ((r[two] @ w) - 1)).sum(axis=1) / (m[two] * (m[two] - 1))
    shares = (r[m > 0] / m[m > 0, None]).mean(axis=0)
    return _beyond(float(pairs.mean()), _expected(shares, w, chance))


def _expected(shares: Floats, w: Floats, chance: Chance) -> float:
    k = len(shares)
    if k == 1:
        return 1.0
    if chance == "fleiss":
        return float(shares @ w @ shares)
    if chance == "gwet":
        return float(w.sum()) / (k * (k - 1)) * float(shares @ (1 - shares))
    if chance == "uniform":
        return float(w.sum()) / k**2
    raise ValueError(f"There is no chance {chance}; there are fleiss, gwet and uniform.")


def _beyond(agreed: float, expected: float) -> float:
    return (agreed - expected) / (1 - expected) if expected < 1 - 1e-12 else 1.0


def fleiss(counts: ArrayLike, weighted: Weights = "none") -> float:
    """Fleiss' kappa from T x K counts."""
    return of_counts(counts, "fleiss", weighted)


def ac1(counts: ArrayLike) -> float:
    """Gwet's AC1 from T x K counts."""
    return of_counts(counts, "gwet")


def ac2(counts: ArrayLike, weighted: Weights = "quadratic") -> float:
    """Gwet's AC2: AC1 with partial credit for near classes, which must be in order."""
    return of_counts(counts, "gwet", weighted)
