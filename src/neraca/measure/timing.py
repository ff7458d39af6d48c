"""Answers that came too fast to have been thought about, against how long others took.

`floor` = a quarter of the crowd's lower decile of seconds per answer, over labelers of equal weight: reading alone
takes that long. A labeler's answers below it are counted; p = P(Binomial(n, q) >= fast), q = the crowd's share below
the floor, at least 1 %. All labelers tested, `found` means p <= alpha / labelers (Bonferroni).

Shapes: n answers as vectors, seconds > 0. Who is merely quick is not below a quarter of what the quickest tenth needs.
"""

from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, indices, numbers, same_length

QUARTER = 0.25
SHARE = 0.01
ALPHA = 0.01
LEAST = 5


@dataclass(frozen=True, slots=True)
class Speed:
    """A labeler's answers, those under the floor, the medians in seconds, and how likely that many are by chance."""

    labeler: int
    answers: int
    fast: int
    floor: float
    median: float
    crowd_median: float
    chance: float
    found: bool


def speeds(labeler: ArrayLike, seconds: ArrayLike, *, labelers: int, alpha: float = ALPHA) -> list[Speed]:
    """One row for every labeler with `LEAST` answers. Raises ValueError naming a bad row."""
    who, took = indices(labeler, labelers, "labeler"), numbers(seconds, "time")
    same_length(labeler=who, seconds=took)
    if (took <= 0).any():
        raise ValueError(f"Row {int((took <= 0).argmax())}: an answer takes more than 0 seconds.")
    if not len(took):
        return []
    count = np.bincount(who, minlength=labelers)
    weight = 1 / count[who]
    floor = QUARTER * quantile(took, weight, 0.1)
    middle = quantile(took, weight, 0.5)
    fast = np.bincount(who, weights=took < floor, minlength=labelers)
    usual = max(float((weight * (took < floor)).sum() / weight.sum()), SHARE)
    known = np.flatnonzero(count >= LEAST)
    order = np.lexsort((took, who))
    start = np.cumsum(count) - count
    found = []
    for w in known:
        mine = took[order[start[w] : start[w] + count[w]]]
        chance = tail(int(count[w]), int(fast[w]), usual)
        found.append(
            Speed(
                int(w), int(count[w]), int(fast[w]), floor, float(np.median(mine)), middle, chance,
                chance <= alpha / len(known),
            )
        )  # fmt: skip
    return found


def quantile(values: Floats, weight: Floats, share: float) -> float:
    """The least value that `share` of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    under = np.cumsum(weight[order])
    return float(values[order[min(int(np.searchsorted(under, share * under[-1])), len(values) - 1)]])


def tail(n: int, k: int, p: float) -> float:
    """P(Binomial(n, p) >= k), exact. O(n - k)."""
    if k <= 0:
        return 1.0
    front = lgamma(n + 1)
    terms = [front - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p) for i in range(k, n + 1)]
    return min(fsum(exp(t) for t in terms), 1.0)
