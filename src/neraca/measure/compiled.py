"""Dawid and Skene's EM compiled by numba: exactly `dawid_skene` in another order of summing, for 10^6 answers and more.

Answers are kept twice, by task for the E step and by pair (see `answers`) for the M step, so both only read at random
and write in order, and threads share nothing. One P x K table holds counts after the M step and logarithms before the E
step. Bytes an iteration, loads and stores: 2 n (4 + K b) + 2 T K b + 3 P K b with b = 8 or 4 bytes a number.

Import this in a child process only: numba costs 100 MB and seconds.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Table = NDArray[np.floating[Any]]
Numbers = NDArray[np.integer[Any]]

CLIP = 1e-10
QUICK = {"contract", "reassoc", "nsz", "arcp"}  # no promise that nothing is NaN: none is, and -inf never occurs
NOTHING = -32.0  # exp of less is below 1e-13: not worth computing


MOST = int(numba.get_num_threads())  # as NUMBA_NUM_THREADS says, else one a core


class Sorted(NamedTuple):
    """Answers by task and by pair; starts have one more entry than there are tasks, pairs or labelers."""

    task_start: Numbers
    pair_of: Numbers
    pair_start: Numbers
    task_of: Numbers
    owner_start: Numbers
    said: Numbers


@njit(cache=True, nogil=True)
def _place(key: Numbers, payload: Numbers, start: Numbers, out: Numbers) -> None:
    at = start[:-1].copy()
    for i in range(len(key)):
        k = key[i]
        out[at[k]] = payload[i]
        at[k] += 1


@njit(cache=True, nogil=True)
def _starts(key: Numbers, size: int) -> Numbers:
    start = np.zeros(size + 1, np.int64)
    for i in range(len(key)):
        start[key[i] + 1] += 1
    for k in range(size):
        start[k + 1] += start[k]
    return start


@njit(cache=True, nogil=True)
def _spread(start: Numbers, out: Numbers) -> None:
    for k in range(len(start) - 1):
        for j in range(start[k], start[k + 1]):
            out[j] = k


@njit(cache=True, nogil=True)
def _number(task: Numbers, labeler: Numbers, label: Numbers, number: Numbers, classes: int) -> int:
    """Numbers the pairs in `number` (W K of -1 at first: marks, then numbers); gives how many."""
    for i in range(len(task)):
        number[labeler[i] * classes + label[i]] = 0
    found = 0
    for k in range(len(number)):
        if number[k] == 0:
            number[k] = found
            found += 1
    return found


@njit(cache=True, nogil=True)
def _pairs(
    task: Numbers, labeler: Numbers, label: Numbers, number: Numbers, classes: int, start: Numbers, out: Numbers
) -> None:
    at = start[:-1].copy()
    for i in range(len(task)):
        t = task[i]
        out[at[t]] = number[labeler[i] * classes + label[i]]
        at[t] += 1


def sort(task: Numbers, labeler: Numbers, label: Numbers, *, tasks: int, labelers: int, classes: int) -> Sorted:
    """Two counting sorts, O(n + T + W K); 8 bytes an answer are kept."""
    number = np.full(labelers * classes, -1, dtype=np.int32)
    found = _number(task, labeler, label, number, classes)
    task_start = _starts(task, tasks)
    pair_of = np.empty(len(task), dtype=np.int32)
    _pairs(task, labeler, label, number, classes, task_start, pair_of)
    taken = np.flatnonzero(number >= 0)
    del number
    owner, said = np.divmod(taken, classes)
    owner_start = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))
    pair_start = _starts(pair_of, found)
    task_in_order = np.empty(len(task), dtype=np.int32)
    _spread(task_start, task_in_order)
    task_of = np.empty(len(task), dtype=np.int32)
    _place(pair_of, task_in_order, pair_start, task_of)
    return Sorted(task_start, pair_of, pair_start, task_of, owner_start, said.astype(np.int32))


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def shares(task_start: Numbers, pair_of: Numbers, said: Numbers, p: Table) -> None:
    """Majority shares into `p`, even where nobody answered."""
    tasks, classes = p.shape
    for t in prange(tasks):
        n = task_start[t + 1] - task_start[t]
        p[t, :] = 0.0 if n else 1.0 / classes
        for j in range(task_start[t], task_start[t + 1]):
            p[t, said[pair_of[j]]] += 1.0 / n


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def collect(pair_start: Numbers, task_of: Numbers, p: Table, table: Table) -> None:
    """The counts of each pair into `table`."""
    pairs, classes = table.shape
    for i in prange(pairs):
        for c in range(classes):
            table[i, c] = 0.0
        for j in range(pair_start[i], pair_start[i + 1]):
            t = task_of[j]
            for c in range(classes):
                table[i, c] += p[t, c]


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def logarithms(owner_start: Numbers, said: Numbers, prior: Table, strength: float, table: Table) -> None:
    """From counts to logarithms of confusions, in place. `prior` K x K [said, truth]: pseudo-counts, `strength` in all.

    Most counts are next to nothing, so their logarithm is that of the prior, taken once.
    """
    classes = table.shape[1]
    floor = np.maximum(prior, CLIP)
    logs = np.log(floor)
    for w in prange(len(owner_start) - 1):
        total = np.full(classes, strength)
        for i in range(owner_start[w], owner_start[w + 1]):
            for c in range(classes):
                total[c] += max(table[i, c], CLIP if strength == 0.0 else 0.0)
        for c in range(classes):
            total[c] = np.log(max(total[c], CLIP))
        for i in range(owner_start[w], owner_start[w + 1]):
            k = said[i]
            for c in range(classes):
                more = table[i, c] + prior[k, c]
                table[i, c] = (logs[k, c] if more <= floor[k, c] * (1.0 + 1e-12) else np.log(more)) - total[c]


@njit(cache=True, nogil=True, fastmath=QUICK)
def _soften(score: Table) -> None:
    top = score[0]
    for c in range(1, len(score)):
        top = max(top, score[c])
    total = 0.0
    for c in range(len(score)):
        short = score[c] - top
        score[c] = np.exp(short) if short > NOTHING else 0.0
        total += score[c]
    for c in range(len(score)):
        score[c] /= total


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def expect(task_start: Numbers, pair_of: Numbers, table: Table, prior: Table, fixed: Numbers, p: Table) -> float:
    """The E step into `p`; gives the largest move. `prior` holds logarithms; `fixed` T has -1 or the known class."""
    tasks, classes = p.shape
    blocks = 1024
    moved = np.zeros(blocks)
    for b in prange(blocks):
        score = np.empty(classes, p.dtype)
        most = 0.0
        for t in range(b * tasks // blocks, (b + 1) * tasks // blocks):
            if fixed[t] >= 0:
                for c in range(classes):
                    p[t, c] = 1.0 if c == fixed[t] else 0.0
                continue
            for c in range(classes):
                score[c] = prior[c]
            for j in range(task_start[t], task_start[t + 1]):
                i = pair_of[j]
                for c in range(classes):
                    score[c] += table[i, c]
            _soften(score)
            for c in range(classes):
                new = score[c]
                most = max(most, abs(new - p[t, c]))
                p[t, c] = new
        moved[b] = most
    return float(moved.max())


@njit(cache=True, nogil=True)
def pool(said: Numbers, table: Table, out: Table) -> None:
    """K x K counts of all labelers onto `out`: [said, truth]."""
    for i in range(len(said)):
        k = said[i]
        for c in range(table.shape[1]):
            out[k, c] += table[i, c]


@njit(cache=True, nogil=True)
def mean(task_start: Numbers, p: Table) -> Table:
    """K: the mean of the rows of tasks that have answers."""
    total = np.zeros(p.shape[1])
    n = 0
    for t in range(len(p)):
        if task_start[t + 1] > task_start[t]:
            n += 1
            for c in range(p.shape[1]):
                total[c] += p[t, c]
    return total / n if n else np.full(p.shape[1], 1.0 / p.shape[1])


@njit(cache=True, nogil=True, parallel=True)
def triad(a: Table, b: Table, c: Table) -> None:
    """Computes a = b + 3 c: what the memory gives at best, for benchmarks."""
    for i in prange(len(a)):
        a[i] = b[i] + 3.0 * c[i]


def threads(wanted: int | None) -> int:
    """Sets how many threads the kernels use; gives the number before."""
    before = int(numba.get_num_threads())
    if wanted is not None:
        numba.set_num_threads(max(1, min(wanted, MOST)))
    return before
