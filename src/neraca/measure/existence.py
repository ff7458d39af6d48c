"""Which of the objects that somebody drew are there, by how much each labeler finds and how much each invents.

A thing that is there is drawn by w with probability r_w (recall); a thing that is not with probability f_w. What nobody
drew is never seen, so both are told given that somebody drew it (Branson, Van Horn & Perona 2017, with the truncation):

P(there | drew) ~ g prod_w r_w^d (1 - r_w)^(1 - d) / (1 - prod_w (1 - r_w)),   not there: 1 - g and f in place of g, r
M step: for each thing that is there, u / (1 - u) more that all of them overlooked, u = prod_w (1 - r_w), likewise for f
r_w = (4 r + sum of p d) / (4 + sum of p + overlooked),  r, f = those of the crowd, kept apart by a prior of 10 things

Where the truth is known (`known`), a candidate may be one that nobody drew, so nothing is truncated and nothing is
overlooked unseen. `odds` are those of a place before anybody looked: all things, also the overlooked ones, to one place
where somebody might invent one; they hold for any number of people asked, `share` only for those who were.

Shapes: n rows (candidate, labeler, drew): every labeler who answered the task has a row for each of its candidates;
C candidates, W labelers. O(n) an iteration.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length

OF_CROWD = 4.0
START = (0.8, 0.15)  # recall and invention of a crowd of which nothing is known
WORTH = 10.0
BOUNDS = (0.005, 0.995)
INVENTED = 0.4  # the most that f may be: what half of them see is not what nobody should see
SEEN = 1e-3  # the least probability that somebody draws a thing: no more than 1000 are imagined for one


@dataclass(frozen=True, slots=True)
class Estimate:
    """there C: the probability; recall, invents W: r and f; share: g, of what somebody drew; missed C: of each thing.

    `missed` is how many more like a thing nobody drew; 0 where the truth is known.
    """

    there: Floats
    recall: Floats
    invents: Floats
    share: float
    odds: float
    missed: Floats
    iterations: int
    converged: bool


def shares(candidate: ArrayLike, drew: ArrayLike, *, candidates: int) -> Floats:
    """The naive judge: the share of those asked who drew it; 0 where nobody was asked."""
    where, d = indices(candidate, candidates, "candidate"), _drew(drew)
    same_length(candidate=where, drew=d)
    asked = np.bincount(where, minlength=candidates)
    return np.asarray(_sum(where, d, candidates) / np.maximum(asked, 1), dtype=np.float64)


def estimate(
    candidate: ArrayLike, labeler: ArrayLike, drew: ArrayLike, *, candidates: int, labelers: int,
    iterations: int = 300, tolerance: float = 1e-4, known: ArrayLike | None = None,
) -> Estimate:  # fmt: skip
    """Until no probability moves by more than `tolerance`. `known` C: 1 there, 0 not, -1 unknown.

    Raises ValueError naming a bad row.
    """
    where, who = indices(candidate, candidates, "candidate"), indices(labeler, labelers, "labeler")
    d = _drew(drew)
    same_length(candidate=where, labeler=who, drew=d)
    asked = np.bincount(where, minlength=candidates) > 0
    told = _known(known, candidates)
    sure = told >= 0
    recall, invents, share = np.full(labelers, START[0]), np.full(labelers, START[1]), 0.5
    p, odds = np.zeros(candidates), 1.0
    missed = unmade = np.zeros(candidates)
    done, converged = 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        real, missed = _likelihood(recall, where, who, d, candidates)
        false, unmade = _likelihood(invents, where, who, d, candidates)
        missed, unmade = np.where(sure, 0.0, missed), np.where(sure, 0.0, unmade)
        score = np.log(share / (1 - share)) + real - false
        p = np.where(asked, 1 / (1 + np.exp(-np.clip(score, -700, 700))), 0.0)
        p = np.where(sure, told, p)
        counted = asked & ~sure if not sure.all() else asked
        share = float((p[counted].sum() + 1) / (counted.sum() + 2))
        recall = _rate(p, missed, where, who, d, labelers, START[0])
        invented = np.where(asked, 1 - p, 0.0)
        invents = np.minimum(_rate(invented, unmade, where, who, d, labelers, START[1]), INVENTED)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    if asked.any():
        odds = (1 + float((p * (1 + missed)).sum())) / (1 + float((np.where(asked, 1 - p, 0.0) * (1 + unmade)).sum()))
    return Estimate(p, recall, invents, share, odds, missed, done, converged)


def _known(raw: ArrayLike | None, candidates: int) -> Floats:
    if raw is None:
        return np.full(candidates, -1.0)
    told = numbers(raw, "truth")
    same_length(candidate=np.zeros(candidates), truth=told)
    wrong = ~np.isin(told, (-1, 0, 1))
    if wrong.any():
        raise ValueError(f"Row {int(wrong.argmax())}: a truth is 1 (there), 0 (not) or -1 (unknown).")
    return told


def _drew(raw: ArrayLike) -> Floats:
    d = numbers(raw, "mark")
    wrong = (d != 0) & (d != 1)
    if wrong.any():
        raise ValueError(f"Row {int(wrong.argmax())}: a mark is 1 (drew it) or 0 (did not).")
    return d


def _sum(index: Ints, weights: Floats, size: int) -> Floats:
    return np.bincount(index, weights=weights, minlength=size).astype(np.float64)


def _likelihood(rate: Floats, where: Ints, who: Ints, d: Floats, size: int) -> tuple[Floats, Floats]:
    """Log P(these drew | somebody did), and how many such things everybody overlooked for each that was drawn."""
    blind = np.log1p(-rate)[who]
    unseen = np.exp(_sum(where, blind, size))
    seen = np.maximum(1 - unseen, SEEN)
    log = _sum(where, np.where(d > 0, np.log(rate)[who], blind), size) - np.log(seen)
    return log, unseen / seen


def _rate(p: Floats, overlooked: Floats, where: Ints, who: Ints, d: Floats, size: int, start: float) -> Floats:
    yes = _sum(who, p[where] * d, size)
    of = _sum(who, (p * (1 + overlooked))[where], size)
    crowd = (WORTH * start + yes.sum()) / (WORTH + of.sum())
    rate: Floats = np.clip((OF_CROWD * crowd + yes) / (OF_CROWD + of), *BOUNDS)
    return rate
