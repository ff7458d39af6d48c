"""Agreement of a whole crowd, and where it comes from: by class, by labeler, over time.

class     alpha of "this class, or another": low where people mix it up with others
labeler   a_w = 1 - D_w / D_e; D_w = mean distance of w's answers to the others' on the same tasks, so the mean of a_w,
          weighted by answers, is the crowd's alpha (Krippendorff 2011, observed disagreement taken apart by observer);
          the interval is a_w +- 1.96 standard errors over the labeler's answers, whose variance counts one more answer
          that is as far off as answers are on average, so that two equal answers do not prove much
time      alpha of consecutive stretches with equally many tasks, by the time of each task's last answer
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.alpha import Alpha, Metric, alpha
from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length


@dataclass(frozen=True, slots=True)
class OfClass:
    """Alpha of one class against all others, and its share of the answers (0..1)."""

    label: int
    share: float
    alpha: Alpha


@dataclass(frozen=True, slots=True)
class OfLabeler:
    """How far a labeler's answers go with the others' on `tasks` shared tasks; None where nothing could be compared."""

    labeler: int
    answers: int
    tasks: int
    alpha: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OfTime:
    """Alpha of the tasks whose last answer came in `start`..`end`."""

    start: float
    end: float
    tasks: int
    alpha: Alpha


def by_class(task: ArrayLike, label: ArrayLike, *, classes: int, resamples: int = 200, seed: int = 0) -> list[OfClass]:
    """One row for every class of 0..classes-1 that somebody named in a task with two or more answers."""
    units, codes = indices(task, None, "task"), indices(label, classes, "class")
    n = same_length(task=units, label=codes)
    share = np.bincount(codes, minlength=classes) / max(n, 1)
    _, units = np.unique(units, return_inverse=True)
    size = np.bincount(units)[units] if n else np.zeros(0)
    told = np.unique(codes[size >= 2])
    return [
        OfClass(int(c), float(share[c]), alpha(units, (codes == c).astype(np.int64), resamples=resamples, seed=seed))
        for c in told
    ]


def by_labeler(
    task: ArrayLike, labeler: ArrayLike, value: ArrayLike, metric: Metric = "nominal", *, labelers: int
) -> list[OfLabeler]:
    """One row for every labeler 0..labelers-1, also for those without an answer."""
    units, who, x = indices(task, None, "task"), indices(labeler, labelers, "labeler"), numbers(value, "value")
    same_length(task=units, labeler=who, value=x)
    answers = np.bincount(who, minlength=labelers)
    _, units = np.unique(units, return_inverse=True)
    size = np.bincount(units).astype(np.float64)
    keep = size[units] >= 2
    units, who, x = units[keep], who[keep], x[keep]
    if not len(x):
        return [OfLabeler(w, int(answers[w]), 0, None, None, None) for w in range(labelers)]
    away, chance = _away(units, x, size, metric)
    loss = away / chance if chance > 0 else np.zeros_like(away)
    n = np.bincount(who, minlength=labelers)
    mean = np.bincount(who, weights=loss, minlength=labelers) / np.maximum(n, 1)
    square = np.bincount(who, weights=(loss - mean[who]) ** 2, minlength=labelers)
    pooled = float(square.sum()) / max(len(loss) - int((n > 0).sum()), 1)
    return [_row(w, int(answers[w]), int(n[w]), float(mean[w]), float(square[w]), pooled) for w in range(labelers)]


def _row(w: int, answers: int, n: int, mean: float, square: float, pooled: float) -> OfLabeler:
    """`square` sums the squared deviations of a labeler's distances, `pooled` is the variance of everybody's."""
    if n == 0:
        return OfLabeler(w, answers, 0, None, None, None)
    error = 1.96 * sqrt((square + pooled) / n / n)
    return OfLabeler(w, answers, n, 1 - mean, 1 - mean - error, min(1 - mean + error, 1.0))


def _away(units: Ints, x: Floats, size: Floats, metric: Metric) -> tuple[Floats, float]:
    """The mean distance of each value to the others of its unit, and that of two values of any units."""
    m = size[units]
    n = len(x)
    if metric == "nominal":
        _, code = np.unique(x, return_inverse=True)
        k = int(code.max()) + 1
        _, place, count = np.unique(units * k + code, return_inverse=True, return_counts=True)
        total = np.bincount(code).astype(np.float64)
        return (m - count[place]) / (m - 1), 1 - float((total * (total - 1)).sum()) / (n * (n - 1))
    if metric == "ordinal":
        _, code = np.unique(x, return_inverse=True)
        count = np.bincount(code)
        x = (np.cumsum(count) - count / 2)[code]
    elif metric != "interval":
        raise ValueError(f"There is no metric {metric}.")
    x = x - x.mean()
    if float(np.ptp(x)) <= 1e-12 * (float(np.abs(x).max()) or 1.0):
        return np.zeros(n), 0.0
    first = np.bincount(units, weights=x, minlength=len(size)) / np.maximum(size, 1)
    spread = np.bincount(units, weights=(x - first[units]) ** 2, minlength=len(size))
    # sum_j (x - x_j)^2 = m (x - mean)^2 + sum_j (x_j - mean)^2
    away = (m * (x - first[units]) ** 2 + spread[units]) / (m - 1)
    return away, 2 * float((x**2).sum()) / (n - 1)


def over_time(
    task: ArrayLike, value: ArrayLike, at: ArrayLike, metric: Metric = "nominal", *,
    stretches: int = 10, resamples: int = 200, seed: int = 0,
) -> list[OfTime]:  # fmt: skip
    """Alpha of up to `stretches` stretches of time (`at`: seconds, or anything that grows), the earliest first."""
    units, x, when = indices(task, None, "task"), numbers(value, "value"), numbers(at, "time")
    same_length(task=units, value=x, time=when)
    _, units, size = np.unique(units, return_inverse=True, return_counts=True)
    last = np.full(len(size), -np.inf)
    np.maximum.at(last, units, when)
    told = np.flatnonzero(size >= 2)
    told = told[np.lexsort((told, last[told]))]
    found = []
    for part in np.array_split(told, max(min(stretches, len(told) // 2), 1)):
        if not len(part):
            continue
        inside = np.isin(units, part)
        one = alpha(units[inside], x[inside], metric, resamples=resamples, seed=seed)
        found.append(OfTime(float(last[part[0]]), float(last[part[-1]]), len(part), one))
    return found
