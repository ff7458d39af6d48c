"""Which of two is better, said by several people: a score for each item, and how far each labeler can be trusted.

Bradley & Terry (1952)     P(i beats j) = F(s_i - s_j),  F(z) = 1 / (1 + exp(-z)),  s_i ~ N(0, 1 / ridge)
with labelers              an answer is one of four things: a judgment, a judgment turned round, or a click on the left
                           or on the right without looking; w does each with probability h_w (4 numbers)

P(w says left | i, j) = h_w0 F(s_i - s_j) + h_w1 F(s_j - s_i) + h_w2
h_w = (10 h + sum of responsibilities) / (10 + n_w), h = the crowd's         a tie counts half an answer for each side

Crowd-BT (Chen et al. 2013) has h_w0 and h_w1, NoisyBT (Bugakova et al. 2019) has h_w0 and h_w2; real crowds have all.
EM; scores by Newton's method, its linear system by conjugate gradients, so one step costs O(n) and no matrix is kept.
Scores are in logits: a difference of 1 means that an attentive labeler prefers the one in 73 % of the cases. Only
differences within a connected part of the comparisons mean anything; the ridge keeps each part around 0.

Shapes: n answers as vectors; `won` is 1 (left), 0 (right) or 0.5 (tie); I items, W labelers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length

RIDGE = 0.1
STRENGTH = 10.0
CROWD = (0.85, 0.05, 0.05, 0.05)
SURE = 20.0  # answers that this belief about the crowd is worth


@dataclass(frozen=True, slots=True)
class Estimate:
    """score I in logits, `sd` I (given the other scores); ways W x 4: judges, turns round, clicks left, clicks right.

    `loss` is the mean of -log P of the answers, in nats.
    """

    score: Floats
    sd: Floats
    ways: Floats
    loss: float
    iterations: int
    converged: bool


def _checked(left: ArrayLike, right: ArrayLike, won: ArrayLike, items: int) -> tuple[Ints, Ints, Floats]:
    a, b, y = indices(left, items, "item"), indices(right, items, "item"), numbers(won, "answer")
    same_length(left=a, right=b, won=y)
    wrong = (y < 0) | (y > 1) | (a == b)
    if wrong.any():
        row = int(wrong.argmax())
        what = "an item cannot beat itself" if a[row] == b[row] else "an answer is between 0 (right) and 1 (left)"
        raise ValueError(f"Row {row}: {what}.")
    return a, b, y


def bradley_terry(
    left: ArrayLike, right: ArrayLike, won: ArrayLike, *, items: int, weight: ArrayLike | None = None,
    ridge: float = RIDGE, iterations: int = 50, tolerance: float = 1e-8,
) -> tuple[Floats, int, bool]:  # fmt: skip
    """Scores without labelers, how many Newton steps they took, and whether they converged."""
    a, b, y = _checked(left, right, won, items)
    w = np.ones(len(y)) if weight is None else numbers(weight, "weight")
    same_length(left=a, weight=w)
    if ridge <= 0 or (w < 0).any():
        raise ValueError("The ridge must be above 0 and no weight below.")
    score = np.zeros(items)
    for done in range(1, iterations + 1):
        score, moved = _newton(score, a, b, w * y, w * (1 - y), ridge)
        if moved <= tolerance:
            return score, done, True
    return score, iterations, False


def naive(left: ArrayLike, right: ArrayLike, won: ArrayLike, *, items: int, ridge: float = RIDGE) -> Floats:
    """The naive judge of `bradley_terry`: one gradient step after another, pair by pair."""
    a, b, y = _checked(left, right, won, items)
    score = [0.0] * items
    pace = 1 / (ridge + 0.5 * max(np.bincount(np.concatenate([a, b]), minlength=1).max(initial=0), 1))
    for _ in range(20_000):
        slope = [-ridge * s for s in score]
        for i, j, one in zip(a.tolist(), b.tolist(), y.tolist(), strict=True):
            off = one - 1 / (1 + np.exp(score[j] - score[i]))
            slope[i] += off
            slope[j] -= off
        score = [s + pace * g for s, g in zip(score, slope, strict=True)]
        if max((abs(g) for g in slope), default=0.0) < 1e-9:
            break
    return np.array(score)


def _logit(z: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -500, 500))), dtype=np.float64)


def _net(a: Ints, b: Ints, x: Floats, size: int) -> Floats:
    plus, minus = np.bincount(a, weights=x, minlength=size), np.bincount(b, weights=x, minlength=size)
    return (plus - minus).astype(np.float64)


def _newton(score: Floats, a: Ints, b: Ints, up: Floats, down: Floats, ridge: float) -> tuple[Floats, float]:
    """One step up sum up log F(s_a - s_b) + down log F(s_b - s_a) - ridge |s|^2 / 2, halved until it is one."""
    gap = score[a] - score[b]
    p = _logit(gap)
    slope = _net(a, b, up - (up + down) * p, len(score)) - ridge * score
    curve = (up + down) * p * (1 - p)
    step = _solve(a, b, curve, ridge, slope)
    here = _height(score, gap, up, down, ridge)
    for _ in range(30):
        there = score + step
        if _height(there, there[a] - there[b], up, down, ridge) >= here:
            return there, float(np.abs(step).max(initial=0.0))
        step = step / 2
    return score, 0.0


def _height(score: Floats, gap: Floats, up: Floats, down: Floats, ridge: float) -> float:
    loss = up * np.logaddexp(0, -gap) + down * np.logaddexp(0, gap)
    return -float(loss.sum()) - ridge / 2 * float(score @ score)


def _solve(a: Ints, b: Ints, curve: Floats, ridge: float, slope: Floats) -> Floats:
    """(H + ridge) x = slope by conjugate gradients with the diagonal as preconditioner; at most 200 rounds."""
    size = len(slope)
    diagonal = _diagonal(a, b, curve, ridge, size)
    x = np.zeros(size)
    rest = slope.copy()
    z = rest / diagonal
    way, old = z, float(rest @ z)
    for _ in range(200):
        if old <= 1e-24 * max(size, 1):
            break
        image = _net(a, b, curve * (way[a] - way[b]), size) + ridge * way
        pace = old / float(way @ image)
        x, rest = x + pace * way, rest - pace * image
        z = rest / diagonal
        new = float(rest @ z)
        way, old = z + new / old * way, new
    return x


def _diagonal(a: Ints, b: Ints, curve: Floats, ridge: float, size: int) -> Floats:
    total = np.bincount(a, weights=curve, minlength=size) + np.bincount(b, weights=curve, minlength=size) + ridge
    return total.astype(np.float64)


def estimate(
    left: ArrayLike, right: ArrayLike, labeler: ArrayLike, won: ArrayLike, *, items: int, labelers: int,
    weight: ArrayLike | None = None, ridge: float = RIDGE, iterations: int = 300, tolerance: float = 1e-3,
) -> Estimate:  # fmt: skip
    """Until no score moves by more than `tolerance` (EM). `weight` n: how many answers an answer counts for.

    Raises ValueError naming a bad row.
    """
    a, b, y = _checked(left, right, won, items)
    who = indices(labeler, labelers, "labeler")
    w = np.ones(len(y)) if weight is None else numbers(weight, "weight")
    same_length(left=a, labeler=who, weight=w)
    if ridge <= 0 or (w < 0).any():
        raise ValueError("The ridge must be above 0 and no weight below.")
    ways = np.tile(np.array(CROWD), (labelers, 1))
    score, _, _ = bradley_terry(a, b, y, items=items, weight=w * CROWD[0], ridge=ridge, iterations=5)
    done, converged = 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = score
        of_left, of_right = _ways(score[a] - score[b], ways[who])
        up, down = w * y, w * (1 - y)
        judged = up * of_left[:, 0] + down * of_right[:, 1], down * of_right[:, 0] + up * of_left[:, 1]
        for _ in range(2):
            score, _ = _newton(score, a, b, *judged, ridge)
        spent = up[:, None] * of_left + down[:, None] * of_right
        ways = _habits(spent, who, labelers)
        if float(np.abs(score - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    p = predict(score, a, b, ways[who])
    loss = -float((w * (y * np.log(p) + (1 - y) * np.log(1 - p))).sum()) / max(float(w.sum()), 1e-300)
    judged_all = w * (ways[who, 0] + ways[who, 1])
    f = _logit(score[a] - score[b])
    sd = 1 / np.sqrt(_diagonal(a, b, judged_all * f * (1 - f), ridge, items))
    return Estimate(score, sd, ways, loss, done, converged)


def predict(score: Floats, left: Ints, right: Ints, ways: Floats | None = None) -> Floats:
    """P(left is said) by labelers with `ways` (n x 4); by one who always judges if None."""
    f = _logit(score[left] - score[right])
    if ways is None:
        return f
    said: Floats = ways[:, 0] * f + ways[:, 1] * (1 - f) + ways[:, 2]
    return np.clip(said, 1e-12, 1 - 1e-12)


def _ways(gap: Floats, ways: Floats) -> tuple[Floats, Floats]:
    """P(way | left was said) and P(way | right was said), n x 4 each."""
    f = _logit(gap)
    nought = np.zeros_like(f)
    left = ways * np.stack([f, 1 - f, nought + 1, nought], axis=1)
    right = ways * np.stack([1 - f, f, nought, nought + 1], axis=1)
    return left / left.sum(axis=1, keepdims=True), right / right.sum(axis=1, keepdims=True)


def _habits(spent: Floats, who: Ints, labelers: int) -> Floats:
    counts = np.stack([np.bincount(who, weights=spent[:, k], minlength=labelers) for k in range(4)], axis=1)
    total = counts.sum(axis=0) + SURE * np.array(CROWD)
    crowd = total / total.sum()
    habits: Floats = (counts + STRENGTH * crowd) / (counts.sum(axis=1, keepdims=True) + STRENGTH)
    return habits
