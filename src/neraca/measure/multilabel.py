"""Any number of labels for each task, given by several people: which are there, and how well each labeler sees them.

A label k of task i is there (z_ik = 1) with prior pi_k. Labeler w names it with probability r_wk if it is there and
f_wk if it is not (two-coin Dawid-Skene for every label), and what is learnt of a labeler on one label is lent to the
others:

r_wk = (4 r_w + sum_i p_ik y_iwk) / (4 + sum_i p_ik)            r_w = (8 r_k + sum over all labels) / (8 + ...)
f_wk the same with 1 - p_ik                                     r_k, f_k = rates of the whole crowd
p_ik ~ pi_k prod_w r_wk^y (1 - r_wk)^(1 - y)   against   (1 - pi_k) prod_w f_wk^y (1 - f_wk)^(1 - y)

Shapes: n answers, `said` n x K of 0 and 1; T tasks, W labelers. O(n K) an iteration, O(W K) memory beside the answers.
Labels are independent given the labelers; an empty answer is an answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Bools, Floats, Ints, indices, numbers, same_length

OF_LABELER = 4.0  # answers that a labeler's own rate is worth against their counts on one label
OF_CROWD = 8.0  # answers that the crowd's rate is worth against a labeler's counts
START = (0.8, 0.1)  # r and f, and how many answers that is worth for a label that was never seen
WORTH = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """posterior T x K (0 without answers); chosen T x K: above 1/2; sees, invents W x K: r and f; prior K."""

    posterior: Floats
    chosen: Bools
    sees: Floats
    invents: Floats
    prior: Floats
    iterations: int
    converged: bool


def shares(task: ArrayLike, said: ArrayLike, *, tasks: int) -> Floats:
    """The naive judge: T x K shares of the answers that name a label; 0 without answers."""
    where, y = indices(task, tasks, "task"), _said(said)
    same_length(task=where, answer=y)
    return _sum(where, y, tasks) / np.maximum(np.bincount(where, minlength=tasks), 1)[:, None]


def estimate(
    task: ArrayLike, labeler: ArrayLike, said: ArrayLike, *, tasks: int, labelers: int,
    iterations: int = 100, tolerance: float = 1e-6,
) -> Estimate:  # fmt: skip
    """Until no posterior moves by more than `tolerance`. Raises ValueError naming a bad row."""
    where, who, y = indices(task, tasks, "task"), indices(labeler, labelers, "labeler"), _said(said)
    same_length(task=where, labeler=who, answer=y)
    answered = np.bincount(where, minlength=tasks) > 0
    p = _sum(where, y, tasks) / np.maximum(np.bincount(where, minlength=tasks), 1)[:, None]
    done, converged = 0, False
    sees, invents, prior = _rates(p, where, who, y, labelers, answered)
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        p = _posterior(sees, invents, prior, where, who, y, tasks)
        sees, invents, prior = _rates(p, where, who, y, labelers, answered)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    p = np.where(answered[:, None], p, 0.0)
    return Estimate(p, p > 0.5, sees, invents, prior, done, converged)


def _said(raw: ArrayLike) -> Floats:
    y = numbers(raw, "label")
    if y.ndim != 2:
        raise ValueError("The answers must be a table: one row an answer, one column a label.")
    if not y.shape[1]:
        raise ValueError("There must be at least one label.")
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        raise ValueError(f"Row {int(np.argwhere(wrong)[0][0])}: a label is 1 (named) or 0 (not named).")
    return y


def _sum(index: Ints, rows: Floats, size: int) -> Floats:
    """The sums of rows with the same index, column by column."""
    total = np.zeros((size, rows.shape[1]))
    for k in range(rows.shape[1]):
        total[:, k] = np.bincount(index, weights=rows[:, k], minlength=size)
    return total


def _rates(
    p: Floats, task: Ints, who: Ints, y: Floats, labelers: int, answered: Bools
) -> tuple[Floats, Floats, Floats]:
    there = p[task]
    seen, could = _sum(who, there * y, labelers), _sum(who, there, labelers)
    made, might = _sum(who, (1 - there) * y, labelers), _sum(who, 1 - there, labelers)
    count = max(int(answered.sum()), 1)
    prior = (p[answered].sum(axis=0) + 0.5) / (count + 1)
    return _lent(seen, could, START[0]), _lent(made, might, START[1]), prior


def _lent(yes: Floats, of: Floats, start: float) -> Floats:
    crowd = (WORTH * start + yes.sum(axis=0)) / (WORTH + of.sum(axis=0))
    # What a labeler would do on their mix of labels if they were like the crowd, and how they differ, as odds.
    usual = (of @ crowd + OF_CROWD * crowd.mean()) / (of.sum(axis=1) + OF_CROWD)
    own = (yes.sum(axis=1) + OF_CROWD * crowd.mean()) / (of.sum(axis=1) + OF_CROWD)
    own, usual = np.clip(own, 1e-4, 1 - 1e-4), np.clip(usual, 1e-4, 1 - 1e-4)
    odds = (crowd / (1 - crowd))[None, :] * (own / (1 - own) / (usual / (1 - usual)))[:, None]
    expected = odds / (1 + odds)
    rate: Floats = np.clip((OF_LABELER * expected + yes) / (OF_LABELER + of), 1e-4, 1 - 1e-4)
    return rate


def _posterior(sees: Floats, invents: Floats, prior: Floats, task: Ints, who: Ints, y: Floats, tasks: int) -> Floats:
    named, silent = np.log(sees / invents), np.log((1 - sees) / (1 - invents))
    score = _sum(task, np.where(y > 0, named[who], silent[who]), tasks) + np.log(prior / (1 - prior))
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -700, 700))), dtype=np.float64)
