"""Rankings of several people, whole or in part: one ranking for each task, and how far each labeler can be trusted.

A ranking of m items is broken into its m (m - 1) / 2 pairs (full breaking is consistent for Plackett-Luce; Azari
Soufiani et al. 2013), each of weight 2 / m, since m - 1 of them tell all. The pairs of all tasks go through
`pairwise.estimate` with items of their own for every task: who ranks at random, or upside down, is found over all tasks
and counts for less.

Items of a task are 0..m-1; a ranking names some or all of them, the best first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from neraca.measure import pairwise
from neraca.measure.arrays import Floats

RIDGE = 0.3


@dataclass(frozen=True, slots=True)
class Estimate:
    """`order` per task, the best item first, and each item's score in logits; ways W x 4 as in `pairwise`.

    Items that nobody ranked have the score 0; of equals the lower number comes first.
    """

    order: list[list[int]]
    score: list[Floats]
    ways: Floats
    iterations: int
    converged: bool


def _checked(task: Sequence[int], ranking: Sequence[Sequence[int]], sizes: Sequence[int]) -> None:
    if len(task) != len(ranking):
        raise ValueError(f"There are {len(task)} tasks for {len(ranking)} rankings.")
    for row, (t, items) in enumerate(zip(task, ranking, strict=True)):
        if not 0 <= t < len(sizes):
            raise ValueError(f"Row {row}: there is no task {t}; there are {len(sizes)}.")
        if len(set(items)) < len(items):
            raise ValueError(f"Row {row}: an item is ranked twice.")
        if items and (min(items) < 0 or max(items) >= sizes[t]):
            raise ValueError(f"Row {row}: an item is none of the task's {sizes[t]}.")


def borda(task: Sequence[int], ranking: Sequence[Sequence[int]], sizes: Sequence[int]) -> list[list[int]]:
    """The naive judge: items by the mean share of the others in a ranking that they are placed above."""
    _checked(task, ranking, sizes)
    points = [np.zeros(m) for m in sizes]
    count = [np.zeros(m) for m in sizes]
    for t, items in zip(task, ranking, strict=True):
        for place, item in enumerate(items):
            points[t][item] += (len(items) - 1 - place) / max(len(items) - 1, 1)
            count[t][item] += 1
    return [_sorted(np.where(n > 0, p / np.maximum(n, 1), 0.5)) for p, n in zip(points, count, strict=True)]


def estimate(
    task: Sequence[int], labeler: Sequence[int], ranking: Sequence[Sequence[int]], *, sizes: Sequence[int],
    labelers: int, iterations: int = 300,
) -> Estimate:  # fmt: skip
    """One ranking for each task, `sizes[t]` items in task t. Raises ValueError naming a bad row."""
    _checked(task, ranking, sizes)
    first = np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))])
    rows = [
        (first[t] + above, first[t] + below, w, 2 / len(items))
        for t, w, items in zip(task, labeler, ranking, strict=True)
        for above, below in combinations(items, 2)
    ]
    better, worse, who = (np.array([r[i] for r in rows], dtype=np.int64) for i in range(3))
    # A judgment is not made on a side here: half the pairs are turned, by parity, so that no side is the winner's.
    turned = (better + worse) % 2 == 1
    found = pairwise.estimate(
        np.where(turned, worse, better), np.where(turned, better, worse), who, np.where(turned, 0.0, 1.0),
        items=int(first[-1]), labelers=labelers, weight=np.array([r[3] for r in rows]), ridge=RIDGE,
        iterations=iterations,
    )  # fmt: skip
    scores = [found.score[first[t] : first[t + 1]] for t in range(len(sizes))]
    return Estimate([_sorted(s) for s in scores], scores, found.ways, found.iterations, found.converged)


def _sorted(score: Floats) -> list[int]:
    return sorted(range(len(score)), key=lambda i: (-round(float(score[i]), 6), i))


def kendall(left: Sequence[int], right: Sequence[int]) -> float:
    """The share of pairs that two rankings of the same items put the other way round, 0..1."""
    if sorted(left) != sorted(right):
        raise ValueError("The rankings are not of the same items.")
    place = {item: i for i, item in enumerate(right)}
    pairs = [(place[a], place[b]) for a, b in combinations(left, 2)]
    return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0
