"""How many answers a policy takes, from recorded tasks whose answers may be used up before it would end them.

S(n) = prod_{i <= n} (1 - ended_i / asked_i)        the share still asked about after n answers (Kaplan and Meier 1958)

A task whose answers are used up is asked about no longer, and has not ended. The mean is the sum of S(n) for n below
the most answers, the mean square that of (2 n + 1) S(n). Beyond what was recorded, tasks go on ending as often as with
the last answer (the mean), all with the next one (low), or none before the most (high). A pilot that itself stopped
where people agreed says too much of the hard tasks: one with a fixed number of answers says most. No NumPy;
O(tasks x most).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from neraca.measure.online import Decision

NORMAL = 1.645  # 90 %


@dataclass(frozen=True, slots=True)
class Stop:
    """A task that ended after so many answers; "ask": its answers were used up, and it had not."""

    answers: int
    end: Decision


@dataclass(frozen=True, slots=True)
class Taken:
    """Answers a task: the mean and its 90 % interval; and the share of tasks by how they end, adding up to 1.

    What is asked about at the most answers ends there as `exhausted`.
    """

    mean: float
    low: float
    high: float
    ended: dict[str, float]


def taken(stops: Sequence[Stop], most: int) -> Taken:
    """From tasks that are as others will be. Raises ValueError where there is none."""
    if not stops:
        raise ValueError("Nothing is learnt from no task.")
    seen = min(max(stop.answers for stop in stops), most)
    left, survival = 1.0, [1.0]
    ended: dict[str, float] = {}
    hazard: dict[str, float] = {}
    for n in range(1, most + 1):
        if n <= seen:
            asked = sum(stop.answers >= n for stop in stops)
            ends = Counter(stop.end for stop in stops if stop.answers == n and stop.end != "ask")
            hazard = {end: count / asked for end, count in ends.items()}
        for end, share in hazard.items():
            ended[end] = ended.get(end, 0.0) + left * share
        left *= 1 - fsum(hazard.values())
        survival.append(left)
    ended["exhausted"] = ended.get("exhausted", 0.0) + left
    known, rest = fsum(survival[:seen]), survival[seen]
    mean = fsum(survival[:most])
    square = fsum((2 * n + 1) * share for n, share in enumerate(survival[:most]))
    spread = sqrt(max(square - mean**2, 0.0) / len(stops))
    more = most - seen
    return Taken(
        mean=mean,
        low=max(known + rest * min(more, 1) - NORMAL * spread, 1.0),
        high=min(known + rest * more + NORMAL * spread, most),
        ended={end: share for end, share in ended.items() if share > 1e-12},
    )
