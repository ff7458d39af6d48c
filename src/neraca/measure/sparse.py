"""One round of Dawid and Skene's EM for many classes, compiled: most posteriors are 0 in nearly all of them.

A confusion that was never met is what is left of a probability: ln E_w[c, l] = logs[l, c] - total[w, c]. So the
table of P x K logarithms is kept as `total` W x K, which fits a cache, and as what is more than that, for the few
classes c that a pair's tasks may be. Posteriors are kept as their entries above 0, in the first places of their row.

The E step costs n K additions of numbers in order and n times the entries of a pair; the M step n times the entries of
a posterior. Both are exact: what is left out is 0, or equal to what it is said to be.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from neraca.measure.rounds import CLIP, NOTHING, ORDERED, QUICK, Numbers, Table


class Rows(NamedTuple):
    """Entries of rows: `size[i]` of them from `start[i]` on, classes in `which`, numbers in `value`."""

    start: Numbers
    size: Numbers
    which: Numbers
    value: Table


class Posteriors(NamedTuple):
    """Entries above 0 of T posteriors: `size[t]` of them from `t` K on, classes in `which`, numbers in `value`."""

    size: Numbers
    which: Numbers
    value: Table


def posteriors(tasks: int, classes: int, dtype: np.dtype[np.floating[Any]]) -> Posteriors:
    """Room for all entries of all tasks."""
    kind = np.min_scalar_type(classes)
    return Posteriors(
        np.zeros(tasks, dtype=np.int32), np.empty(tasks * classes, dtype=kind), np.empty(tasks * classes, dtype=dtype)
    )


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def shares(
    task_start: Numbers,
    pair_of: Numbers,
    said: Numbers,
    blocks: Numbers,
    classes: int,
    p_size: Numbers,
    p_which: Numbers,
    p_value: Table,
) -> None:
    """Majority shares into `p`, even where nobody answered."""
    for b in prange(len(blocks) - 1):
        row = np.zeros(classes)
        for t in range(blocks[b], blocks[b + 1]):
            n = task_start[t + 1] - task_start[t]
            row[:] = 0.0 if n else 1.0 / classes
            for j in range(task_start[t], task_start[t + 1]):
                row[said[pair_of[j]]] += 1.0 / n
            p_size[t] = _keep(row, t * classes, p_which, p_value)


@njit(cache=True, nogil=True, fastmath=QUICK)
def _keep(row: Table, at: int, which: Numbers, value: Table) -> int:
    found = 0
    for c in range(len(row)):
        if row[c] > 0.0:
            which[at + found] = c
            value[at + found] = row[c]
            found += 1
    return found


@njit(cache=True, nogil=True, parallel=True)
def _room(pair_start: Numbers, task_of: Numbers, count: Numbers, most: int, out: Numbers) -> None:
    """How many entries a pair can have at most: those of all its tasks, and no more than there are classes."""
    for i in prange(len(out)):
        total = 0
        for j in range(pair_start[i], pair_start[i + 1]):
            total += count[task_of[j]]
            if total >= most:
                total = most
                break
        out[i] = total


def room(pair_start: Numbers, task_of: Numbers, p: Posteriors, classes: int) -> Rows:
    """Room for the entries that pairs can have after these posteriors."""
    most = np.empty(len(pair_start) - 1, dtype=np.int32)
    _room(pair_start, task_of, p.size, classes, most)
    start = np.zeros(len(most) + 1, dtype=np.int64)
    np.cumsum(most, out=start[1:])
    size = int(start[-1])
    return Rows(start[:-1], most, np.empty(size, dtype=p.which.dtype), np.empty(size, dtype=p.value.dtype))


@njit(cache=True, nogil=True, fastmath=ORDERED)
def _gather(
    first: int, end: int, task_of: Numbers, p_size: Numbers, p_which: Numbers, p_value: Table, row: Table, met: Numbers
) -> int:
    """Adds the posteriors of some tasks onto `row`, which is 0; the classes that are not 0 afterwards into `met`."""
    found = 0
    for j in range(first, end):
        t = np.int64(task_of[j])
        at = t * len(row)
        for e in range(at, at + p_size[t]):
            c = p_which[e]
            if row[c] == 0.0:
                met[found] = c
                found += 1
            row[c] += p_value[e]
    return found


@njit(cache=True, nogil=True, parallel=True, fastmath=ORDERED)
def maximize(
    pair_start: Numbers, task_of: Numbers, owner_start: Numbers, said: Numbers, blocks: Numbers, p_size: Numbers,
    p_which: Numbers, p_value: Table, prior: Table, strength: float, start: Numbers, size: Numbers, which: Numbers,
    value: Table, total: Table,
) -> None:  # fmt: skip
    """The M step into `total` and `more`. Labelers of block b are `blocks[b]` to `blocks[b + 1]`.

    `prior` K x K [said, truth]: pseudo-counts, `strength` in all.
    """
    classes = total.shape[1]
    logs = np.log(np.maximum(prior, CLIP))
    floor = np.maximum(prior * 1e-12, CLIP - prior)  # counts up to here leave the logarithm as it is
    least = CLIP if strength == 0.0 else 0.0
    for b in prange(len(blocks) - 1):
        row, whole = np.zeros(classes), np.empty(classes)
        met = np.empty(classes, np.int64)
        for w in range(blocks[b], blocks[b + 1]):
            whole[:] = strength + least * (owner_start[w + 1] - owner_start[w])
            for i in range(owner_start[w], owner_start[w + 1]):
                k, at = said[i], start[i]
                kept = 0
                for e in range(_gather(pair_start[i], pair_start[i + 1], task_of, p_size, p_which, p_value, row, met)):
                    c = met[e]
                    count = row[c]
                    row[c] = 0.0
                    whole[c] += max(count - least, 0.0)
                    if count > floor[k, c]:
                        which[at + kept] = c
                        value[at + kept] = np.log(count + prior[k, c]) - logs[k, c]
                        kept += 1
                size[i] = kept
            for c in range(classes):
                total[w, c] = np.log(max(whole[c], CLIP))


@njit(cache=True, nogil=True, fastmath=QUICK)
def _subtract(first: int, end: int, pair_of: Numbers, owner: Numbers, total: Table, score: Table) -> None:
    """Takes the rows of `total` of those who gave the answers off `score`, four at a time."""
    rest = first + (end - first) // 4 * 4
    for j in range(first, rest, 4):
        u, v, w, x = owner[pair_of[j]], owner[pair_of[j + 1]], owner[pair_of[j + 2]], owner[pair_of[j + 3]]
        for c in range(len(score)):
            score[c] -= (total[u, c] + total[v, c]) + (total[w, c] + total[x, c])
    for j in range(rest, end):
        w = owner[pair_of[j]]
        for c in range(len(score)):
            score[c] -= total[w, c]


@njit(cache=True, nogil=True, fastmath=QUICK)
def _pooled(first: int, end: int, pair_of: Numbers, said: Numbers, logs: Table, score: Table) -> None:
    for j in range(first, end):
        k = said[pair_of[j]]
        for c in range(len(score)):
            score[c] += logs[k, c]


@njit(cache=True, nogil=True, fastmath=QUICK)
def _more(
    first: int, end: int, pair_of: Numbers, start: Numbers, size: Numbers, which: Numbers, value: Table, score: Table
) -> None:
    for j in range(first, end):
        i = pair_of[j]
        at = start[i]
        for e in range(at, at + size[i]):
            score[which[e]] += value[e]


@njit(cache=True, nogil=True, fastmath=QUICK)
def _settle(
    score: Table, at: int, before: int, old: Table, met: Numbers, which: Numbers, value: Table
) -> tuple[int, float]:
    """Makes scores the entries of a posterior from `at` on, where it had `before`; how many, and the largest move.

    `old` is 0 before and after.
    """
    top = score[0]
    for c in range(len(score)):
        top = max(top, score[c])
    cut = top + NOTHING
    found = 0
    for c in range(len(score)):
        met[found] = c
        found += score[c] > cut
    for e in range(at, at + before):
        old[which[e]] = value[e]
        met[len(score) + e - at] = which[e]
    whole = 0.0
    for e in range(found):
        x = np.exp(score[met[e]] - top)
        score[met[e]] = x
        whole += x
    share, most = 1.0 / whole, 0.0
    for e in range(found):
        c = met[e]
        new = score[c] * share
        most = max(most, abs(new - old[c]))
        old[c] = 0.0
        which[at + e] = c
        value[at + e] = new
    for e in range(before):
        c = met[len(score) + e]
        most = max(most, abs(old[c]))
        old[c] = 0.0
    return found, most


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def expect(
    task_start: Numbers, pair_of: Numbers, owner: Numbers, said: Numbers, blocks: Numbers, start: Numbers,
    size: Numbers, which: Numbers, value: Table, total: Table, pseudo: Table, pooled: bool, prior: Table,
    fixed: Numbers, p_size: Numbers, p_which: Numbers, p_value: Table, out: Table,
) -> float:  # fmt: skip
    """The E step into `p`; gives the largest move. Tasks of block b are `blocks[b]` to `blocks[b + 1]`.

    `prior` K holds logarithms, `fixed` T -1 or the known class; `out` K becomes the sum over tasks with answers.
    """
    classes = len(prior)
    logs = np.log(np.maximum(pseudo, CLIP))
    moved = np.zeros(len(blocks) - 1)
    sums = np.zeros((len(blocks) - 1, classes))
    for b in prange(len(blocks) - 1):
        score, old = np.empty(classes), np.zeros(classes)
        met = np.empty(2 * classes + 1, np.int64)
        most = 0.0
        for t in range(blocks[b], blocks[b + 1]):
            first, end, at = task_start[t], task_start[t + 1], t * classes
            if fixed[t] >= 0:
                p_size[t], p_which[at], p_value[at] = 1, fixed[t], 1.0
            else:
                for c in range(classes):
                    score[c] = prior[c]
                _more(first, end, pair_of, start, size, which, value, score)
                _subtract(first, end, pair_of, owner, total, score)
                if pooled:
                    _pooled(first, end, pair_of, said, logs, score)
                p_size[t], far = _settle(score, at, p_size[t], old, met, p_which, p_value)
                most = max(most, far)
            if end > first:
                for e in range(at, at + p_size[t]):
                    sums[b, p_which[e]] += p_value[e]
        moved[b] = most
    out[:] = sums.sum(axis=0)
    return float(moved.max())


@njit(cache=True, nogil=True)
def add(task_start: Numbers, p_size: Numbers, p_which: Numbers, p_value: Table, out: Table) -> None:
    """Onto `out` K, the posteriors of tasks with answers."""
    for t in range(len(p_size)):
        if task_start[t + 1] > task_start[t]:
            for e in range(t * len(out), t * len(out) + p_size[t]):
                out[p_which[e]] += p_value[e]


@njit(cache=True, nogil=True, parallel=True)
def pool(
    task_start: Numbers, pair_of: Numbers, said: Numbers, blocks: Numbers, classes: int, p_size: Numbers,
    p_which: Numbers, p_value: Table,
) -> Table:  # fmt: skip
    """K x K counts of all labelers together: [said, truth]."""
    sums = np.zeros((len(blocks) - 1, classes, classes))
    for b in prange(len(blocks) - 1):
        for t in range(blocks[b], blocks[b + 1]):
            for j in range(task_start[t], task_start[t + 1]):
                k = said[pair_of[j]]
                for e in range(t * classes, t * classes + p_size[t]):
                    sums[b, k, p_which[e]] += p_value[e]
    together: Table = sums.sum(axis=0)
    return together


@njit(cache=True, nogil=True, parallel=True)
def spread(p_size: Numbers, p_which: Numbers, value: Table) -> None:
    """Puts the entries of each row of `value` T x K in their places, and 0 everywhere else."""
    classes = value.shape[1]
    for t in prange(len(value)):
        row = np.zeros(classes)
        for e in range(p_size[t]):
            row[p_which[t * classes + e]] = value[t, e]
        for c in range(classes):
            value[t, c] = row[c]
