"""What a method of truth inference found."""

from dataclasses import dataclass

import numpy as np

from neraca.measure.answers import Answers
from neraca.measure.majority import Floats, Ints, added, labels


@dataclass(frozen=True, slots=True)
class Found:
    """posterior T x K, rows sum to one; `label` T, -1 where nobody answered; `skill` W, by the method's own measure.

    Skills are 0..1 and higher is better unless the method says otherwise.
    """

    posterior: Floats
    label: Ints
    skill: Floats
    iterations: int
    converged: bool


def found(given: Answers, p: Floats, skill: Floats, *, iterations: int, converged: bool) -> Found:
    """The best class of each answered task, the first of equals (of those within rounding)."""
    return Found(p, labels(np.round(p, 12), given.voted), skill, iterations, converged)


def right(given: Answers, table: Floats) -> Floats:
    """W: of counts P x K, how often each labeler said the truth."""
    said_truth = table[np.arange(len(given.said)), given.said]
    return added(given.owner, said_truth, given.labelers)
