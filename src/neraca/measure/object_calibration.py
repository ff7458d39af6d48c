"""Verdicts of objects that are right as often as they say: what gold teaches of their confidences.

object    q = sigmoid(tau logit(p) + b), of an object that is held to be there, p = P(there and of its class)
lacking   l times as many objects lack as is believed of those left out and of those that all overlooked

tau and b are those of `calibrate.of_rule` over the objects of gold tasks, each right or not, so tau is taken at the low
end of what the gold leaves open; l = (1 + lacking) / (1 + believed), 1 at the least: fewer than believed may be luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neraca.measure import calibrate, online

LARGEST = 20.0  # of l


@dataclass(frozen=True, slots=True)
class Judged:
    """A gold task as the rule closed it: P(right) of each object, whether it is, how many lack and were believed to."""

    stated: Sequence[float]
    right: Sequence[bool]
    lacking: int
    believed: float


@dataclass(frozen=True, slots=True)
class Map:
    """tau, b and l; `gold` is how many tasks taught them."""

    tau: float
    bias: float
    lacking: float
    gold: int


def fit(tasks: Sequence[Judged]) -> Map | None:
    """The map, or None where fewer than `calibrate.ENOUGH` gold tasks tell of it."""
    if len(tasks) < calibrate.ENOUGH:
        return None
    lack = (1 + sum(t.lacking for t in tasks)) / (1 + sum(t.believed for t in tasks))
    lack = min(max(lack, 1.0), LARGEST)
    p = np.array([x for t in tasks for x in t.stated], dtype=np.float64)
    right = np.array([x for t in tasks for x in t.right], dtype=np.int64)
    if not len(p):
        return Map(1.0, 0.0, lack, len(tasks))
    how = calibrate.of_rule(np.stack([1 - p, p], axis=1), right, least=online.FLOOR)
    return Map(how.tau, float(how.bias[1] - how.bias[0]), lack, len(tasks))
