"""Posteriors that are right as often as they say.

q_i(c) ~ exp(tau ln p_i(c) + beta ln share_i(c) + b_c)       share_i(c) = (votes for c + 1/2) / (votes + K/2)

Errors of one task are not independent: what misled one labeler misleads the next, so p is too sure (tau < 1), and how
much too sure no answers alone can tell. The prior of the map is what real crowds were like; gold moves it: the map is
the MAP under ln tau ~ N(ln 0.4, 0.7^2), beta ~ N(0.2, 0.5^2), b_c ~ N(0, 0.7^2), over gold tasks whose p was
computed without their gold. Without gold the prior itself is the map and the result is *not calibrated*.

`of_rule` fits the map of the online rule, from tasks as they stood when it closed them. What it states must be met, so
tau is taken at the low end of what the gold leaves open: exp(ln tau - 1.645 doubt).

Platt 1999; Guo, Pleiss, Sun and Weinberger 2017 (temperature); Kull and others 2019 (Dirichlet calibration).
Shapes: p, share T x K; gold T with -1 where unknown. Newton's method, O(gold K^3) a step, at most 50; with more than
`BIASED` classes gold is too little to tell of each, and b stays 0: O(gold K) a step.
"""

from dataclasses import dataclass

import numpy as np

from neraca.measure.answers import softmax
from neraca.measure.majority import Floats, Ints

Spreads = tuple[float, float, float]
TAU, BETA = 0.4, 0.2
SPREADS = (0.7, 0.5, 0.7)  # of ln tau, beta and each b
ENOUGH = 20  # gold tasks from which a map tells of the crowd more than of its prior
RULE = 0.6  # tau of real crowds under the online rule: it waits for doubtful tasks to look sure
SIDE = 1.645  # of its doubt that ln tau is lowered by: in one crowd of twenty less is right than is stated
RULE_SPREADS = (0.7, 1e-3, 0.5)  # of its map: the share of votes has no say in it
BIASED = 64
LEAST = 1e-3  # a posterior below it says no more than it: errors that nobody foresaw are not rarer


@dataclass(frozen=True, slots=True)
class Map:
    """tau, beta, and b by class; `gold` is how many known tasks it was fitted to, 0 for the prior.

    `doubt` is the standard deviation of ln tau that is left.
    """

    tau: float
    beta: float
    bias: Floats
    gold: int
    doubt: float = SPREADS[0]


def prior(classes: int) -> Map:
    """What is believed before there is gold."""
    return Map(TAU, BETA, np.zeros(classes), 0)


def apply(how: Map, p: Floats, votes: Floats, *, besides: Floats | float = 0.0) -> Floats:
    """T x K calibrated posteriors from posteriors and counts of votes, and logarithms of what counts as it is."""
    return softmax(how.tau * logs(p) + how.beta * smoothed(votes) + how.bias + besides)


def logs(p: Floats) -> Floats:
    """Logarithms of p, p no less than 1e-3."""
    return np.log(np.maximum(p, LEAST))


def smoothed(votes: Floats) -> Floats:
    """Logarithms of shares, half a vote added to every class."""
    more = votes + 0.5
    share: Floats = np.log(more / more.sum(axis=1, keepdims=True))
    return share


def fit(
    p: Floats, votes: Floats, gold: Ints, *, start: Map | None = None, spreads: Spreads = SPREADS, least: float = LEAST,
    besides: Floats | None = None,
) -> Map:  # fmt: skip
    """The map for tasks whose gold is >= 0. `p` must not know the gold. The prior, `start`, if there is none.

    `besides` T x K are logarithms of what counts as it is, beside what is mapped.
    """
    at = np.flatnonzero(gold >= 0)
    k = p.shape[1]
    start = start or prior(k)
    if not len(at) or k < 2:
        return start
    one, two, truth = np.log(np.maximum(p[at], least)), smoothed(votes[at]), gold[at]
    more = np.zeros((1, k)) if besides is None else besides[at]
    free = start.bias if k <= BIASED else np.zeros(0)
    center = np.concatenate([[np.log(start.tau), start.beta], free])
    precision = 1.0 / np.square(np.concatenate([spreads[:2], np.full(len(free), spreads[2])]))
    x = center
    for _ in range(50):
        gradient, curvature = _slopes(x, one, two, truth, more)
        gradient += precision * (x - center)
        curvature += np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        x = x - step * min(1.0, 1.0 / float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-8:
            break
    doubt = float(np.sqrt(np.linalg.inv(curvature)[0, 0]))
    return Map(float(np.exp(x[0])), float(x[1]), x[2:] if k <= BIASED else start.bias, len(at), doubt)


def of_rule(p: Floats, gold: Ints, *, least: float) -> Map:
    """The map of the online rule, from G x K posteriors that do not know the gold, and G known classes.

    `tau` is what is to be applied, and `beta` is 0. Raises ValueError without gold.
    """
    if not len(gold):
        raise ValueError("Without gold there is nothing to fit.")
    start = Map(RULE, 0.0, np.zeros(p.shape[1]), 0)
    how = fit(p, np.zeros_like(p), gold, start=start, spreads=RULE_SPREADS, least=least)
    return Map(how.tau * float(np.exp(-SIDE * how.doubt)), 0.0, how.bias, how.gold, how.doubt)


def _slopes(x: Floats, one: Floats, two: Floats, truth: Ints, more: Floats) -> tuple[Floats, Floats]:
    """Gradient of the negative log likelihood and its Gauss-Newton curvature; x = ln tau, beta, and b if it is free."""
    tau, k, free = np.exp(x[0]), one.shape[1], len(x) - 2
    q = softmax(tau * one + x[1] * two + (x[2:] if free else 0.0) + more)
    off = q.copy()
    off[np.arange(len(truth)), truth] -= 1.0
    feature = np.empty((len(truth), k, 2 + free))
    feature[:, :, 0] = tau * one
    feature[:, :, 1] = two
    if free:
        feature[:, :, 2:] = np.eye(k)
    mean = np.einsum("nk,nkf->nf", q, feature)
    gradient = np.einsum("nk,nkf->f", off, feature)
    curvature = np.einsum("nk,nkf,nkg->fg", q, feature, feature) - mean.T @ mean
    return gradient, curvature


def expected_error(p: Floats, truth: Ints, bins: int = 10) -> float:
    """Expected calibration error over tasks with truth >= 0: |right - confidence| by `bins` equal bins, weighted."""
    known = truth >= 0
    if not known.any():
        return 0.0
    top = p[known].max(axis=1)
    hit = p[known].argmax(axis=1) == truth[known]
    bucket = np.minimum((top * bins).astype(np.int64), bins - 1)
    gap = np.bincount(bucket, weights=hit - top, minlength=bins)
    return float(np.abs(gap).sum() / len(top))


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often stated confidences were right over `tasks` known ones; the expected calibration error, its interval.

    By bin of confidence that has tasks: `start` of the bin, `tasks_in`, mean `stated`, the rate `right`.
    """

    tasks: int
    right: int
    stated: float
    error: float
    low: float
    high: float
    start: Floats
    tasks_in: Ints
    stated_in: Floats
    right_in: Floats


def reliability(p: Floats, truth: Ints, *, bins: int = 10, resamples: int = 1000, seed: int = 0) -> Reliability:
    """Of G x K posteriors and their G truths; the interval is a bootstrap's over tasks. Raises ValueError if G is 0."""
    if not len(truth):
        raise ValueError("Without known tasks nothing is told of calibration.")
    top, hit = p.max(axis=1), (p.argmax(axis=1) == truth).astype(np.float64)
    bucket = np.minimum((top * bins).astype(np.int64), bins - 1)
    draw = np.random.default_rng(seed).integers(0, len(truth), (resamples, len(truth)))
    gap = np.zeros((resamples, bins))
    np.add.at(gap, (np.arange(resamples)[:, None], bucket[draw]), (hit - top)[draw])
    low, high = np.quantile(np.abs(gap).sum(axis=1) / len(truth), [0.025, 0.975])
    count = np.bincount(bucket, minlength=bins)
    at = np.flatnonzero(count)
    stated, right = (np.bincount(bucket, weights=x, minlength=bins)[at] / count[at] for x in (top, hit))
    return Reliability(
        len(truth), int(hit.sum()), float(top.mean()), expected_error(p, truth, bins), float(low), float(high),
        at / bins, count[at], stated, right,
    )  # fmt: skip


def crossed(p: Floats, gold: Ints, *, least: float, folds: int = 5) -> Floats:
    """G x K calibrated posteriors, each through a map of the rule that was fitted to the other folds."""
    told = np.empty_like(p)
    fold = np.arange(len(gold)) % folds
    for one in range(min(folds, len(gold))):
        mine = fold == one
        how = of_rule(p[~mine], gold[~mine], least=least)
        told[mine] = softmax(how.tau * np.log(np.maximum(p[mine], least)) + how.bias)
    return told
