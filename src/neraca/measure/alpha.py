"""Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability"): agreement beyond chance, for any distance.

alpha = 1 - D_o / D_e
D_o = (1/n) sum_u sum_{i != j in u} d(x_i, x_j) / (m_u - 1)         within units (tasks) of m_u >= 2 values
D_e = (1/(n (n - 1))) sum_{i != j} d(x_i, x_j)                      over all n values of such units

nominal   d = [x != y]
interval  d = (x - y)^2
ordinal   d = (R(x) - R(y))^2,  R = the midrank of a value among all n: Krippendorff's sum of counts between two ranks
matrix    d = delta[x, y], any symmetric K x K with a zero diagonal (`ratio` makes one)

The first three are moments: O(n) time and memory, whatever the number of classes. 1 = no disagreement, 0 = what chance
gives, below 0 = systematic disagreement. The interval is the central 95 % of a bootstrap over units. Where everybody
always says the same there is nothing that chance could have got wrong: alpha is 1 and `varied` is False.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length

Metric = Literal["nominal", "ordinal", "interval"]
METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval")
TAILS = (2.5, 97.5)
CHUNK = 4_000_000  # cells of a table of counts that is held at once
PAIRS = 20_000  # pairs of answers whose distance is computed for what chance gives

X = TypeVar("X")


@dataclass(frozen=True, slots=True)
class Alpha:
    """alpha <= 1 with its 95 % interval; D_o, D_e in the unit of the distance; n `values` in `units` of two or more."""

    alpha: float
    low: float
    high: float
    observed: float
    expected: float
    units: int
    values: int
    varied: bool
    resamples: int


def alpha(
    unit: ArrayLike, value: ArrayLike, metric: Metric = "nominal", *,
    delta: Floats | None = None, resamples: int = 1000, seed: int = 0,
) -> Alpha:  # fmt: skip
    """Alpha of n values (`value[i]` was given to `unit[i]`, an integer). `delta` K x K replaces the metric.

    Raises ValueError naming a bad row, and if no unit has two values.
    """
    units, codes, kept = pairable(unit, value)
    scale = 1.0
    if delta is not None:
        weigh = _matrix(units, indices(codes.astype(np.int64), len(delta), "class"), _checked(delta))
    elif metric == "nominal":
        weigh = _nominal(units, np.unique(codes, return_inverse=True)[1])
    elif metric == "ordinal":
        weigh = _ordinal(units, np.unique(codes, return_inverse=True)[1])
    elif metric == "interval":
        weigh, scale = _interval(units, codes)
    else:
        raise ValueError(f"There is no metric {metric}; there are {', '.join(METRICS)}.")
    return _summary(weigh, kept, len(codes), resamples, seed, scale * scale)


def pairable(unit: ArrayLike, value: ArrayLike) -> tuple[Ints, Floats, int]:
    """The values of units that have two or more, with units numbered 0..U-1, and U."""
    which, given = indices(unit, None, "unit"), numbers(value, "value")
    same_length(unit=which, value=given)
    _, number, size = np.unique(which, return_inverse=True, return_counts=True)
    keep = size[number] >= 2 if len(number) else np.zeros(0, dtype=np.bool_)
    if not keep.any():
        raise ValueError("No task has two answers that could be compared.")
    kept, units = np.unique(number[keep], return_inverse=True)
    return units.astype(np.int64), given[keep], len(kept)


Weigh = Callable[[Floats], tuple[float, float, float]]  # weights of the units -> sum of D_o parts, of D_e parts, n


def _sizes(unit: Ints) -> Floats:
    return np.bincount(unit).astype(np.float64)


def _nominal(unit: Ints, code: Ints) -> Weigh:
    k = int(code.max()) + 1
    cell, count = np.unique(unit * k + code, return_counts=True)
    of_unit, of_class = cell // k, cell % k
    size = _sizes(unit)
    equal = np.bincount(of_unit, weights=count.astype(np.float64) ** 2)
    apart = (size**2 - equal) / (size - 1)

    def weigh(w: Floats) -> tuple[float, float, float]:
        n = float(w @ size)
        classes = np.bincount(of_class, weights=w[of_unit] * count, minlength=k)
        return float(w @ apart), n * n - float(classes @ classes), n

    return weigh


def _spread(unit: Ints, x: Floats, size: Floats) -> Floats:
    """sum_{i != j in u} (x_i - x_j)^2 / (m_u - 1) of each unit, exactly 0 for equal values."""
    one = np.zeros(len(size))
    one[unit] = x
    x = x - one[unit]  # from one of the unit's own: a mean of equal numbers may be a little off, this is 0
    off = x - (np.bincount(unit, weights=x) / size)[unit]
    return 2 * size * np.bincount(unit, weights=off**2) / (size - 1)


def _interval(unit: Ints, x: Floats) -> tuple[Weigh, float]:
    """For numbers in units of their largest distance from the mean, which is told: the square of it may be 0."""
    size = _sizes(unit)
    x = x - x[0]  # equal numbers are 0 now, and their mean is
    x = x - x.mean()
    scale = float(np.abs(x).max()) or 1.0
    x = x / scale
    apart, first, second = _spread(unit, x, size), np.bincount(unit, weights=x), np.bincount(unit, weights=x**2)

    def weigh(w: Floats) -> tuple[float, float, float]:
        n, total = float(w @ size), float(w @ first)
        unlike = 2 * max(n * float(w @ second) - total * total, 0.0)
        return float(w @ apart), unlike, n

    return weigh, scale


def _ordinal(unit: Ints, code: Ints) -> Weigh:
    size = _sizes(unit)
    k = int(code.max()) + 1

    def weigh(w: Floats) -> tuple[float, float, float]:
        each = w[unit]
        count = np.bincount(code, weights=each, minlength=k)
        rank = np.cumsum(count) - count / 2
        x = rank[code] - float(count @ rank) / float(count.sum())
        n, total = float(w @ size), float(each @ x)
        return float(w @ _spread(unit, x, size)), 2 * max(n * float(each @ x**2) - total * total, 0.0), n

    return weigh


def _matrix(unit: Ints, code: Ints, delta: Floats) -> Weigh:
    k = len(delta)
    size = _sizes(unit)
    apart = np.zeros(len(size))
    order = np.argsort(unit, kind="stable")
    unit, code = unit[order], code[order]
    step = max(CHUNK // k, 1)
    for start in range(0, len(size), step):
        stop = min(start + step, len(size))
        a, b = np.searchsorted(unit, [start, stop])
        flat = np.bincount((unit[a:b] - start) * k + code[a:b], minlength=(stop - start) * k)
        table = flat.reshape(-1, k).astype(np.float64)
        apart[start:stop] = ((table @ delta) * table).sum(axis=1) / (size[start:stop] - 1)

    def weigh(w: Floats) -> tuple[float, float, float]:
        count = np.bincount(code, weights=w[unit], minlength=k)
        return float(w @ apart), float(count @ delta @ count), float(w @ size)

    return weigh


def _checked(delta: Floats) -> Floats:
    given = numbers(delta, "distance")
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise ValueError("The distances must be a square matrix.")
    if (given < 0).any() or (np.diag(given) != 0).any() or not np.array_equal(given, given.T):
        raise ValueError("The distances must be symmetric, not negative, and 0 on the diagonal.")
    return given


def ratio(values: ArrayLike) -> Floats:
    """The matrix of the ratio metric for K numbers >= 0: ((x - y) / (x + y))^2."""
    x = numbers(values, "value")
    if (x < 0).any():
        raise ValueError(f"Row {int((x < 0).argmax())}: a ratio needs a number that is not negative.")
    total = x[:, None] + x[None, :]
    part = np.divide(x[:, None] - x[None, :], total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(part**2, dtype=np.float64)


def _ratio(observed: float, expected: float, n: float) -> float:
    return 1.0 - (n - 1) * observed / expected if expected > 0 else 1.0


def _summary(weigh: Weigh, units: int, values: int, resamples: int, seed: int, unit: float = 1.0) -> Alpha:
    """`unit` is what the distances were divided by."""
    observed, expected, n = weigh(np.ones(units))
    found = _ratio(observed, expected, n)
    rng = np.random.default_rng(seed)
    again = [
        _ratio(*weigh(np.bincount(rng.integers(0, units, units), minlength=units).astype(np.float64)))
        for _ in range(resamples)
    ]
    low, high = (float(p) for p in np.percentile(again, TAILS)) if again else (found, found)
    return Alpha(
        alpha=found, low=min(low, found), high=max(high, found), observed=observed / n * unit,
        expected=expected / (n * (n - 1)) * unit, units=units, values=values, varied=expected > 0, resamples=resamples,
    )  # fmt: skip


def alpha_of(
    units: Sequence[Sequence[X]], distance: Callable[[X, X], float], *, resamples: int = 1000, seed: int = 0
) -> Alpha:
    """Alpha of answers of any sort, given d(x, y) >= 0, symmetric, with d(x, x) = 0.

    D_o is exact. D_e is exact up to `PAIRS` pairs, else the mean over that many drawn at random (by `seed`).
    """
    kept = [answers for answers in units if len(answers) >= 2]
    if not kept:
        raise ValueError("No task has two answers that could be compared.")
    size = np.array([len(answers) for answers in kept], dtype=np.float64)
    apart = np.array([_within(answers, distance) for answers in kept])
    owner = np.repeat(np.arange(len(kept)), size.astype(np.int64))
    flat = [x for answers in kept for x in answers]
    left, right = _pairs(len(flat), np.random.default_rng(seed))
    gap = np.array([distance(flat[i], flat[j]) for i, j in zip(left, right, strict=True)])
    if not (np.isfinite(apart).all() and np.isfinite(gap).all()) or (gap < 0).any() or (apart < 0).any():
        raise ValueError("A distance must be a finite number that is not negative.")

    def weigh(w: Floats) -> tuple[float, float, float]:
        n = float(w @ size)
        both = w[owner[left]] * w[owner[right]]
        mean = float(both @ gap) / float(both.sum()) if both.any() else 0.0
        return float(w @ apart), mean * n * (n - 1), n

    return _summary(weigh, len(kept), len(flat), resamples, seed)


def _within(answers: Sequence[X], distance: Callable[[X, X], float]) -> float:
    m = len(answers)
    return 2 * sum(distance(answers[i], answers[j]) for i in range(m) for j in range(i)) / (m - 1)


def _pairs(n: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    if n * (n - 1) // 2 <= PAIRS:
        left, right = np.triu_indices(n, 1)
        return left.astype(np.int64), right.astype(np.int64)
    left = rng.integers(0, n, PAIRS)
    return left, (left + rng.integers(1, n, PAIRS)) % n
