"""MACE: every answer is either the truth or a draw from the labeler's own way of guessing.

P(l | c, w) = theta_w [l = c] + (1 - theta_w) xi_w(l);   p_i(c) ~ prod_w P(l_iw | c, w)
r_iw = P(w knew | l_iw) = p_i(l) theta_w / (theta_w + (1 - theta_w) xi_w(l));   theta_w = (r + a) / (n + 2 a),
xi_w(l) ~ answers of l that were guesses + b.   Hovy, Berg-Kirkpatrick, Vaswani and Hovy 2013.

The paper restarts at random and keeps the likeliest; this starts from the majority, so it gives the same every time.
Shapes as in `dawid_skene`. `skill` is theta_w, the share of answers that were not guesses. O(n K) an iteration.
"""

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import fix, known, read, softmax
from neraca.measure.found import Found, found

KNEW = 0.5  # pseudo-answers for and against having known
GUESS = 0.5  # pseudo-guesses of each class
EDGE = 1e-9


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    iterations: int = 100, tolerance: float = 1e-6, gold: ArrayLike | None = None,
) -> Found:  # fmt: skip
    """EM until no posterior moves by more than `tolerance`, or `iterations`. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    p = given.shares()
    fix(p, fixed)
    pair = np.arange(len(given.said))
    theta, guess = np.full(len(pair), 0.5), np.full(len(pair), 1.0 / classes)
    skill, converged, done = np.full(labelers, 0.5), False, 0
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        truth = given.collect(p)[pair, given.said]  # answers that were the truth, known or guessed
        knew = truth * theta / np.maximum(theta + (1 - theta) * guess, EDGE)
        guessed = given.times - knew
        theta = (given.by_labeler(knew) + KNEW) / (given.by_labeler(given.times) + 2 * KNEW)
        guess = (guessed + GUESS) / (given.by_labeler(guessed) + GUESS * classes)
        table = np.repeat(((1 - theta) * guess)[:, None], classes, axis=1)
        table[pair, given.said] += theta
        p = softmax(given.score(np.log(table)))
        fix(p, fixed)
        skill[given.owner] = theta
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return found(given, p, skill, iterations=done, converged=converged)
