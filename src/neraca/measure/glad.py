"""GLAD: labelers have abilities and tasks have difficulties.

P(l = c | w, i) = s(a_w b_i), the rest evenly; s the logistic function, ability a_w of any sign, easiness b_i > 0.
E:  p_i(c) ~ prod_w P, all classes alike before;    M: climb Q + ln N(a; 1, 1) + ln N(ln b; 0, 1).

The M step takes `climbs` Newton-like steps in each coordinate (the second derivative of the expected log-likelihood is
its own negative information, so no step needs a line search). A labeler may answer a task more than once.
Shapes as in `dawid_skene`. `skill` is s(a_w): 0.5 guesses, below it they are against the truth. O(n) a climb.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.found import Found, found
from neraca.measure.majority import Floats, added

CLIMBS = 2
REACH = 5.0  # the largest ability, and logarithm of easiness: s(5 e^5) is one
EDGE = 1e-9


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    iterations: int = 100, tolerance: float = 1e-4, gold: ArrayLike | None = None,
) -> Found:  # fmt: skip
    """EM until no posterior moves by more than `tolerance`, or `iterations`. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    p = given.shares()
    fix(p, fixed)
    who, said = given.owner[given.pair], given.said[given.pair]
    ability, ease, converged, done = np.ones(labelers), np.zeros(tasks), False, 0
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        for _ in range(CLIMBS):
            ability, ease = _climb(given, who, p[given.task, said], ability, ease)
        p = softmax(_score(given, who, said, ability, ease))
        fix(p, fixed)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return found(given, p, logistic(ability), iterations=done, converged=converged)


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    y: Floats = 0.5 * (1.0 + np.tanh(0.5 * x))
    return y


def _climb(given: Answers, who: Any, right: Floats, ability: Floats, ease: Floats) -> tuple[Floats, Floats]:
    """One step uphill in each ability, then in each easiness: gradient over information, prior included."""
    b = np.exp(ease)[given.task]
    sure = logistic(ability[who] * b)
    up = added(who, (right - sure) * b, len(ability)) - (ability - 1)
    info = added(who, sure * (1 - sure) * b * b, len(ability)) + 1
    ability = np.clip(ability + np.clip(up / info, -1, 1), -REACH, REACH)
    slope = ability[who] * b
    sure = logistic(slope)
    up = added(given.task, (right - sure) * slope, len(ease)) - ease
    info = added(given.task, sure * (1 - sure) * slope * slope, len(ease)) + 1
    return ability, np.clip(ease + np.clip(up / info, -1, 1), -REACH, REACH)


def _score(given: Answers, who: Any, said: Any, ability: Floats, ease: Floats) -> Floats:
    """T x K: sum over answers of ln s where c was said and ln (1 - s) / (K - 1) elsewhere."""
    sure = np.clip(logistic(ability[who] * np.exp(ease)[given.task]), EDGE, 1 - EDGE)
    wrong = np.log((1 - sure) / max(given.classes - 1, 1))
    cell = given.task.astype(np.int64) * given.classes + said
    gain = added(cell, np.log(sure) - wrong, given.tasks * given.classes)
    base = added(given.task, wrong, given.tasks)
    score: Floats = gain.reshape(given.tasks, given.classes) + base[:, None]
    return score
