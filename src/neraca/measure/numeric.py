"""Numbers given by several people: the truth of each task, and each labeler's bias and noise (robust LFC-N).

x_iw = t_i + b_w + e_iw,   e_iw ~ Student-t(nu, v_w),   b_w ~ N(0, omega^2),   v_w ~ scaled inverse chi^2(d, v_0)

Mean-field EM (Raykar et al. 2010 for the precision weights; Lange, Little & Taylor 1989 for the t):
t_i = sum_w u_iw (x_iw - b_w) / sum_w u_iw,       u_iw = lambda_iw / v_w,  variance s_i = 1 / sum_w u_iw
b_w = sum_i u_iw (x_iw - t_i) / (1 / omega^2 + sum_i u_iw),   variance c_w
r_iw^2 = (x_iw - t_i - b_w)^2 + s_i + c_w,        lambda_iw = (nu + 1) / (nu + r_iw^2 / v_w)
v_w = (d v_0 + sum_i lambda_iw r_iw^2) / (d + n_w)

d, how much labelers are alike, comes from the spread of their log variances beyond that of sampling (Smyth 2004): a
crowd whose labelers differ by chance alone is averaged with equal weights. Biases are 0 on average over the answers:
only their differences can be seen. nu = infinity (normal) unless a heavy tail is more likely by `EVIDENCE` nats.
`shrunk` draws t_i to the mean of all by tau^2 / (tau^2 + s_i): smaller squared error, but unanimity no longer gives
itself back.

Shapes: n answers as vectors; T tasks, W labelers. O(n) time and memory an iteration. Units: those of the values.
"""

from dataclasses import dataclass
from math import inf, lgamma, log, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Bools, Floats, Ints, indices, numbers, same_length

TAILS = (inf, 8.0, 3.0)
EVIDENCE = 4.0  # nats: one more parameter must earn its keep
ALIKE = (1.0, 1000.0)  # bounds of d
UNKNOWN = 8.0  # d, where too few labelers have answers enough to tell
LEAST_BIAS = 1e-3  # of the biases' variance, in units of the pooled noise: an EM creeps towards 0 for ever
FLOOR = 1e-10  # of a variance, in units of the spread of all values


@dataclass(frozen=True, slots=True)
class Estimate:
    """truth, sd, shrunk T (0, and `answered` False, where nobody answered); bias, noise W; what was found of the crowd.

    `sd` is that of the truth given the model, `noise` a labeler's standard deviation (of the t's core if `tail` is
    finite). `alike` is d. `weight` n is the share of an answer in its task's truth.
    """

    truth: Floats
    sd: Floats
    shrunk: Floats
    answered: Bools
    bias: Floats
    noise: Floats
    weight: Floats
    tail: float
    alike: float
    iterations: int
    converged: bool


def means(task: ArrayLike, value: ArrayLike, *, tasks: int) -> tuple[Floats, Bools]:
    """The naive judge: the mean of each task's answers (0 without), and which tasks have any."""
    where, x = indices(task, tasks, "task"), numbers(value, "value")
    same_length(task=where, value=x)
    count = np.bincount(where, minlength=tasks)
    return _sum(where, x, tasks) / np.maximum(count, 1), count > 0


def _sum(index: Ints, weights: Floats, size: int) -> Floats:
    return np.bincount(index, weights=weights, minlength=size).astype(np.float64)  # of nothing it makes integers


def medians(task: ArrayLike, value: ArrayLike, *, tasks: int) -> tuple[Floats, Bools]:
    """The median of each task's answers (0 without), and which tasks have any. O(n log n)."""
    where, x = indices(task, tasks, "task"), numbers(value, "value")
    same_length(task=where, value=x)
    count = np.bincount(where, minlength=tasks)
    ranked = x[np.lexsort((x, where))]
    first = np.cumsum(count) - count
    any_ = count > 0
    low = np.where(any_, first + (count - 1) // 2, 0)
    high = np.where(any_, first + count // 2, 0)
    if not len(ranked):
        return np.zeros(tasks), any_
    return np.where(any_, ranked[low] / 2 + ranked[high] / 2, 0.0), any_


def estimate(
    task: ArrayLike, labeler: ArrayLike, value: ArrayLike, *, tasks: int, labelers: int,
    tail: float | None = None, biased: bool = True, iterations: int = 200, tolerance: float = 1e-6,
) -> Estimate:  # fmt: skip
    """Truth, bias and noise of n answers. `tail` fixes nu; `biased` False holds every bias at 0.

    Raises ValueError naming a row out of range or not finite.
    """
    where, who = indices(task, tasks, "task"), indices(labeler, labelers, "labeler")
    x = numbers(value, "value")
    same_length(task=where, labeler=who, value=x)
    middle = float(np.median(x)) if len(x) else 0.0
    spread = float(np.abs(x - middle).mean()) * sqrt(pi / 2) if len(x) else 0.0
    spread = spread or 1.0
    crowd = _Crowd((x - middle) / spread, where, who, tasks, labelers, biased)
    tried = [_fit(crowd, nu, iterations, tolerance) for nu in ((tail,) if tail is not None else TAILS)]
    best = tried[0]
    for other in tried[1:]:
        if other.likelihood > best.likelihood + EVIDENCE:
            best = other
    return _told(crowd, best, middle, spread)


@dataclass(frozen=True, slots=True)
class _Crowd:
    x: Floats
    task: Ints
    labeler: Ints
    tasks: int
    labelers: int
    biased: bool

    def by_task(self, a: Floats) -> Floats:
        return _sum(self.task, a, self.tasks)

    def by_labeler(self, a: Floats) -> Floats:
        return _sum(self.labeler, a, self.labelers)


@dataclass(frozen=True, slots=True)
class _Fit:
    truth: Floats
    variance: Floats
    bias: Floats
    noise: Floats
    use: Floats
    tail: float
    alike: float
    likelihood: float
    iterations: int
    converged: bool


def _fit(crowd: _Crowd, nu: float, iterations: int, tolerance: float) -> _Fit:
    x, task, who = crowd.x, crowd.task, crowd.labeler
    n = crowd.by_labeler(np.ones(len(x)))
    truth, _ = medians(task, x, tasks=crowd.tasks)
    pooled = max(float(((x - truth[task]) ** 2).mean()) if len(x) else 1.0, FLOOR)
    bias, extra = np.zeros(crowd.labelers), np.zeros(crowd.labelers)
    noise, lam, omega, alike = np.full(crowd.labelers, pooled), np.ones(len(x)), pooled / 4, UNKNOWN
    use, variance, done, converged = lam, np.zeros(crowd.tasks), 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = np.concatenate([truth, bias, np.log(noise)])
        use = lam / noise[who]
        total = crowd.by_task(use)
        variance = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        truth = crowd.by_task(use * (x - bias[who])) * variance
        if crowd.biased:
            precision = 1 / omega + crowd.by_labeler(use)
            bias, extra = crowd.by_labeler(use * (x - truth[task])) / precision, 1 / precision
            bias = np.where(n > 0, bias - float((bias * n).sum()) / max(len(x), 1), 0.0)  # only differences are seen
            omega = max(float((bias[n > 0] ** 2 + extra[n > 0]).mean()) if len(x) else omega, LEAST_BIAS * pooled)
        square = (x - truth[task] - bias[who]) ** 2 + variance[task] + extra[who]
        lam = np.ones(len(x)) if nu == inf else (nu + 1) / (nu + square / noise[who])
        loss = crowd.by_labeler(lam * square)
        pooled = max(float(loss.sum()) / max(len(x), 1), FLOOR)
        alike = _alike(loss, n)
        noise = np.maximum((alike * pooled + loss) / (alike + n), FLOOR)
        if float(np.abs(np.concatenate([truth, bias, np.log(noise)]) - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    square = (x - truth[task] - bias[who]) ** 2 + variance[task] + extra[who]
    likelihood = _likelihood(square, noise[who], nu) + 0.5 * float(np.log(variance[variance > 0]).sum())
    return _Fit(truth, variance, bias, noise, use, nu, alike, likelihood, done, converged)


def _alike(loss: Floats, n: Floats) -> float:
    """The d with trigamma(d / 2) = var(log s_w^2) - mean trigamma(n_w / 2), where trigamma(z) ~ 1/z + 1/(2 z^2)."""
    told = (n >= 3) & (loss > 0)
    if int(told.sum()) < 3:
        return UNKNOWN
    logs = np.log(loss[told] / n[told])
    sampling = float((2 / (n[told] - 1) + 2 / (n[told] - 1) ** 2).mean())
    excess = float(logs.var(ddof=1)) - sampling
    return min(max(2 / excess, ALIKE[0]), ALIKE[1]) if excess > 2 / ALIKE[1] else ALIKE[1]


def _likelihood(square: Floats, noise: Floats, nu: float) -> float:
    if nu == inf:
        return float((-0.5 * np.log(2 * pi * noise) - square / (2 * noise)).sum())
    front = lgamma((nu + 1) / 2) - lgamma(nu / 2) - log(nu * pi) / 2
    return float((front - 0.5 * np.log(noise) - (nu + 1) / 2 * np.log1p(square / (nu * noise))).sum())


def _told(crowd: _Crowd, fit: _Fit, middle: float, spread: float) -> Estimate:
    answered = np.bincount(crowd.task, minlength=crowd.tasks) > 0
    truth = fit.truth
    centre = float(truth[answered].mean()) if answered.any() else 0.0
    real = float(((truth - centre)[answered] ** 2 - fit.variance[answered]).mean()) if answered.any() else 0.0
    real = max(real, 0.0)
    trust = np.divide(real, real + fit.variance, out=np.zeros(crowd.tasks), where=real + fit.variance > 0)
    shrunk = centre + trust * (truth - centre)
    return Estimate(
        truth=np.where(answered, _exact(crowd, truth) * spread + middle, 0.0),
        sd=np.where(answered, np.sqrt(fit.variance) * spread, 0.0),
        shrunk=np.where(answered, shrunk * spread + middle, 0.0), answered=answered, bias=fit.bias * spread,
        noise=np.sqrt(fit.noise) * spread, weight=fit.use * fit.variance[crowd.task], tail=fit.tail, alike=fit.alike,
        iterations=fit.iterations, converged=fit.converged,
    )  # fmt: skip


def _exact(crowd: _Crowd, truth: Floats) -> Floats:
    """Without any bias a truth lies within its answers; rounding may not carry it out."""
    low, high = np.full(crowd.tasks, inf), np.full(crowd.tasks, -inf)
    np.minimum.at(low, crowd.task, crowd.x)
    np.maximum.at(high, crowd.task, crowd.x)
    near = np.clip(truth, low, high)
    return np.where(np.abs(near - truth) <= 1e-9, near, truth)
