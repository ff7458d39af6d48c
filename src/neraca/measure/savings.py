"""What asking only until one is sure would have cost: recorded answers under the engine's rule, in random orders.

On tasks drawn at random until their answers are enough, always the same ones. `same` is the share of tasks that
get the label that all answers together give.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from neraca.measure import online, replay
from neraca.measure.arrays import Ints

ORDERS = 10


@dataclass(frozen=True, slots=True)
class Saving:
    """Of `answers` to `tasks` of `of_tasks`, `used` (a mean over `orders`) until `target`; shares 0..1."""

    target: float
    answers: int
    used: float
    saved: float
    same: float
    met: float
    tasks: int
    of_tasks: int
    orders: int


def savings(
    task: Ints, worker: Ints, label: Ints, verdict: Ints, names: Sequence[str], *, targets: Sequence[float],
    replayed: int,
) -> list[Saving]:  # fmt: skip
    """For each target; `verdict` T is by all answers. `replayed` bounds the answers over all orders of one target.

    Empty where no task has two answers: then nothing could have been saved. And where there are more labels, of more
    workers, than a replay can hold.
    """
    size = np.bincount(task, minlength=1)
    if size.max() < 2:
        return []
    order = np.random.default_rng(0).permutation(np.flatnonzero(size))
    taken = np.zeros(len(size), dtype=np.bool_)
    taken[order[: max(int((np.cumsum(size[order]) <= replayed // 2).sum()), 1)]] = True
    rows = taken[task]
    tasks, t = np.unique(task[rows], return_inverse=True)
    workers, w = np.unique(worker[rows], return_inverse=True)
    data = replay.Crowd(
        name="", task=t, worker=w, label=label[rows], truth=verdict[tasks], tasks=tasks.tolist(),
        workers=workers.tolist(), classes=list(names), repeated=0, unmatched=0,
    )  # fmt: skip
    if len(workers) * len(names) ** 2 > replay.CELLS:
        return []
    rule = replay.default_policy(data)
    found = []
    for target in targets:
        how = online.Target(target, rule.min, rule.max)
        orders, _ = replay.ordered(data, how, seed=0, orders=min(max(replayed // len(t), 2), ORDERS), gold=0.0)
        used = fmean(one.answers for one in orders)
        found.append(
            Saving(
                target, len(t), used, 1 - used / len(t), fmean(one.accuracy for one in orders),
                fmean(one.met for one in orders) / len(tasks), len(tasks), int((size > 0).sum()), len(orders),
            )
        )  # fmt: skip
    return found
