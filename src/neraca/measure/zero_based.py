"""Zero-based skill: every labeler starts from the skill of a guesser and earns trust by agreeing.

skill_w = 1/K + epsilon at first;  p by the vote weighted by skill;  skill_w += rate (agreement_w - skill_w), the rate
falling by a tenth every tenth step. Good where labelers have few answers. As in crowd-kit's ZeroBasedSkill.

Shapes as in `wawa`. O(iterations n K).
"""

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import fix, known, read
from neraca.measure.found import Found, found
from neraca.measure.wawa import agreement, weighted


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    iterations: int = 100, tolerance: float = 1e-5, gold: ArrayLike | None = None,
) -> Found:  # fmt: skip
    """Until no skill moves by more than `tolerance`, or `iterations`. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    skill = np.full(labelers, 1.0 / classes + 1e-6)
    p = weighted(given, skill)
    fix(p, fixed)
    rate, converged, done = 1.0, False, 0
    for done in range(1, iterations + 1):
        if done % 10 == 0:
            rate *= 0.9
        step = rate * (agreement(given, p) - skill)
        skill = skill + step
        p = weighted(given, skill)
        fix(p, fixed)
        if float(np.abs(step).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return found(given, p, skill, iterations=done, converged=converged)
