"""What a page about one labeler tells, for all labelers of a crowd at once: classes, pace, and work over time.

interval   Wilson's (1927), z = 1.96: center (p + z^2/2n) / (1 + z^2/n); never outside 0..1, sound for few answers
classes    right_c = C_w[c, c], met_c = sum_l C_w[c, l] + PSEUDO, drawn to the crowd's own rate of the class
stretches  a labeler's answers in their order, cut into up to `MOST` parts of `LEAST` or more
paces      answers by how long they took, in `STEPS` steps of equal ratio between the crowd's 1st and 99th percentile

Shapes: n answers as vectors in the order in which they came; W labelers; counts W x K x K.
"""

from dataclasses import dataclass

import numpy as np

from neraca.measure.arrays import Floats, Ints
from neraca.measure.skills import PSEUDO

Z = 1.959964
LEAST = 10
MOST = 12
STEPS = 16


def wilson(right: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Low and high of a rate of which `right` of `n` were counted, in parts too; 0 and 1 where n is 0."""
    safe = np.maximum(n, 1e-12)
    p = right / safe
    middle = p + Z * Z / (2 * safe)
    half = Z * np.sqrt(np.maximum(p * (1 - p) / safe + Z * Z / (4 * safe * safe), 0.0))
    below, above = (middle - half) / (1 + Z * Z / safe), (middle + half) / (1 + Z * Z / safe)
    return np.where(n > 0, np.clip(below, 0, 1), 0.0), np.where(n > 0, np.clip(above, 0, 1), 1.0)


@dataclass(frozen=True, slots=True)
class Classes:
    """W x K: answers to tasks of a class in expectation, the rate that is right among them, with its interval."""

    met: Floats
    rate: Floats
    low: Floats
    high: Floats


def by_class(counts: Floats) -> Classes:
    """From expected counts W x K x K, row = the truth."""
    right, met = np.diagonal(counts, axis1=1, axis2=2), counts.sum(axis=2)
    pool = (right.sum(axis=0) + 0.5) / (met.sum(axis=0) + 1.0)
    a, n = right + PSEUDO * pool, met + PSEUDO
    low, high = wilson(a, n)
    return Classes(met, a / n, low, high)


@dataclass(frozen=True, slots=True)
class Stretches:
    """S parts of all labelers' work, by labeler and in order; `first` and `last` are rows of the answers.

    `judged` answers are to tasks of which something is held true, `agree` of them say it; the like for known classes.
    """

    labeler: Ints
    first: Ints
    last: Ints
    answers: Ints
    judged: Ints
    agree: Ints
    known: Ints
    right: Ints


def stretches(task: Ints, labeler: Ints, label: Ints, held: Ints, gold: Ints, *, labelers: int) -> Stretches:
    """`held` and `gold` T: a class, or -1. Who has fewer than `LEAST` answers has one stretch. O(n log n)."""
    order = np.argsort(labeler, kind="stable")
    who = labeler[order]
    count = np.bincount(who, minlength=labelers)
    rank = np.arange(len(who)) - (np.cumsum(count) - count)[who]
    parts = np.clip(count // LEAST, 1, MOST)
    code = who * MOST + rank * parts[who] // np.maximum(count[who], 1)
    there, first, answers = np.unique(code, return_index=True, return_counts=True)
    place = np.repeat(np.arange(len(there)), answers)
    where, said = task[order], label[order]

    def counted(truth: Ints) -> tuple[Ints, Ints]:
        known = truth[where] >= 0
        same = known & (truth[where] == said)
        return np.bincount(place[known], minlength=len(there)), np.bincount(place[same], minlength=len(there))

    judged, agree = counted(held)
    known, right = counted(gold)
    last = first + answers - 1
    return Stretches(there // MOST, order[first], order[last], answers, judged, agree, known, right)


@dataclass(frozen=True, slots=True)
class Paces:
    """STEPS + 1 `edges` in seconds; answers by step of each labeler, W x STEPS, and of the crowd; none is left out."""

    edges: Floats
    counts: Ints
    crowd: Ints


def paces(labeler: Ints, seconds: Floats, *, labelers: int) -> Paces | None:
    """From answers whose time is known (> 0); None where there is none."""
    if not len(seconds):
        return None
    low, high = np.quantile(seconds, [0.01, 0.99])
    edges = np.geomspace(low, max(high, low * 1.5), STEPS + 1)
    step = np.clip(np.searchsorted(edges, seconds, side="right") - 1, 0, STEPS - 1)
    counts = np.bincount(labeler * STEPS + step, minlength=labelers * STEPS).reshape(-1, STEPS)
    return Paces(edges, counts, counts.sum(axis=0))
