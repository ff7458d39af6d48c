"""Worker agreement with aggregate: a vote weighted by how often each labeler is with the majority.

skill_w = share of w's answers that the majority gives;  p_i(c) ~ sum_w skill_w [l_iw = c];  again `rounds` times with
the weighted vote in the majority's place. Appen's confidence score; `rounds=1` is crowd-kit's Wawa.

Shapes: n answers as integer vectors; T tasks, W labelers, K classes. O(rounds n K).
"""

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import Answers, fix, known, read
from neraca.measure.found import Found, found
from neraca.measure.majority import Floats, Ints, added


def estimate(
    task: ArrayLike,
    labeler: ArrayLike,
    label: ArrayLike,
    *,
    tasks: int,
    labelers: int,
    classes: int,
    rounds: int = 1,
    gold: ArrayLike | None = None,
) -> Found:
    """One weighted vote, or several. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    p = given.shares()
    fix(p, fixed)
    skill = np.zeros(labelers)
    for _ in range(rounds):
        skill = agreement(given, p)
        p = weighted(given, skill)
        fix(p, fixed)
    return found(given, p, skill, iterations=rounds, converged=True)


def agreement(given: Answers, p: Floats) -> Floats:
    """W: the share of a labeler's answers that are the best class of their task; tied classes share the point."""
    best = np.isclose(p, p.max(axis=1, keepdims=True, initial=0.0), rtol=0, atol=1e-12)
    points = given.collect(best / best.sum(axis=1, keepdims=True))[np.arange(len(given.said)), given.said]
    right = added(given.owner, points, given.labelers)
    share: Floats = right / np.maximum(given.given, 1)
    return share


def weighted(given: Answers, weight: Floats) -> Floats:
    """T x K: shares of the votes when each labeler's counts `weight`; the majority's where all weights are zero."""
    cell: Ints = given.task.astype(np.int64) * given.classes + given.said[given.pair]
    weights = weight[given.owner[given.pair]]
    total = added(cell, weights, given.tasks * given.classes)
    votes = total.reshape(given.tasks, given.classes)
    sums = votes.sum(axis=1, keepdims=True)
    shares: Floats = np.where(sums > 0, votes / np.where(sums > 0, sums, 1.0), given.shares())
    return shares
