"""Which objects of several answers are the same thing: groups with at most one object of each labeler.

Pairs are taken by falling likeness; a pair joins the groups of its two objects while no labeler would be there twice.
Plain Python: the API process imports this.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations
from typing import TypeVar

S = TypeVar("S")


def grouped(labelers: Sequence[Hashable], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of 0..n-1, each in rising order, given `pairs` by falling likeness. O(pairs x group size)."""
    group = list(range(len(labelers)))
    members = {i: [i] for i in group}
    for i, j in pairs:
        into, gone = group[i], group[j]
        if into == gone or {labelers[k] for k in members[into]} & {labelers[k] for k in members[gone]}:
            continue
        for k in members[gone]:
            group[k] = into
        members[into] += members.pop(gone)
    return sorted(sorted(found) for found in members.values())


def alike_pairs(
    shapes: Sequence[S], labelers: Sequence[Hashable], alike: Callable[[S, S], float], least: float
) -> list[tuple[int, int]]:
    """Pairs of different labelers by falling likeness (0..1), from `least` on; equals in the order of the objects.

    O(n^2) calls of `alike`; sort the objects first, so that their order does not depend on who came when.
    """
    found = [
        (-likeness, i, j)
        for i, j in combinations(range(len(shapes)), 2)
        if labelers[i] != labelers[j] and (likeness := alike(shapes[i], shapes[j])) >= least
    ]
    return [(i, j) for _, i, j in sorted(found)]
