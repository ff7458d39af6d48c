"""The one-coin model: each labeler is right with one probability whatever the truth, and wrong evenly.

P(l | c, w) = a_w if l = c else (1 - a_w) / (K - 1);  a_w = (m a + right_w) / (m + n_w), a the pooled accuracy;
p_i(c) ~ pi_c prod_w P(l_iw | c, w). Zhang, Chen, Zhou and Jordan 2014; the prior of `m` pseudo-answers keeps a labeler
with few answers near the others (without it one crowd of 39 answers a task falls from 71 % to 58 %).

Shapes as in `dawid_skene`. `skill` is a_w. O(n K) an iteration.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import fix, known, read, softmax
from neraca.measure.found import Found, found, right
from neraca.measure.majority import Floats

PSEUDO = 4.0
EDGE = 1e-6


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    pseudo: float = PSEUDO, iterations: int = 100, tolerance: float = 1e-6, gold: ArrayLike | None = None,
) -> Found:  # fmt: skip
    """EM until no posterior moves by more than `tolerance`, or `iterations`. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    p = given.shares()
    fix(p, fixed)
    skill, converged, done = np.zeros(labelers), False, 0
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        good = right(given, given.collect(p))
        pooled = min(max(float(good.sum()) / max(len(given.task), 1), EDGE), 1 - EDGE)
        skill = np.clip((pseudo * pooled + good) / np.maximum(pseudo + given.given, EDGE), EDGE, 1 - EDGE)
        prior = np.log(np.maximum(p[given.voted].mean(axis=0), EDGE)) if given.voted.any() else np.zeros(classes)
        p = softmax(given.score(_logs(skill[given.owner], given.said, classes)) + prior)
        fix(p, fixed)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return found(given, p, skill, iterations=done, converged=converged)


def _logs(skill: Floats, said: Any, classes: int) -> Floats:
    wrong = np.log((1 - skill) / max(classes - 1, 1))
    table: Floats = np.repeat(wrong[:, None], classes, axis=1)
    table[np.arange(len(said)), said] = np.log(skill)
    return table
