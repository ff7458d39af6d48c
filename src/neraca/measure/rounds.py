"""One round of Dawid and Skene's EM for up to four classes, compiled: the E step by task, the M step by labeler.

Rows have exactly four numbers, which stay in one register; classes that are missing never win. `p` T x 4 and `table`
P x 4 (logarithms of confusions) are the only tables: a block's counts become logarithms, and a few tasks' scores
posteriors, while they are in the processor's cache.

Arithmetic is in float64 whatever the tables are in. Blocks of tasks and labelers hold about as many answers each and do
not depend on the number of threads, so neither does the result.
"""

from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Table = NDArray[np.floating[Any]]
Numbers = NDArray[np.integer[Any]]

numba.config.SLP_VECTORIZE = 1  # type: ignore[attr-defined]  # four sums in one register

CLIP = 1e-10
WIDTH = 4
NOTHING = -32.0  # exp of less is below 1e-13: not worth computing
NEVER = -1e30  # the logarithm of a class that does not exist
SEVERAL = 128  # tasks whose scores become posteriors together
ORDERED = {"contract", "nsz", "arcp", "nnan"}  # sums side by side: to take them apart would be slower
QUICK = {*ORDERED, "reassoc"}  # nothing here is NaN or infinite


@njit(cache=True, nogil=True, fastmath=QUICK)
def exponentials(x: Table, size: int) -> None:
    """Exp of the first `size` of x <= 0 in place to 1e-11, 0 below `NOTHING`: the 64th power of exp(x / 64).

    No branch and no table, so the compiler makes it four or eight at a time.
    """
    for i in range(size):
        r = max(x[i], NOTHING) * (1 / 64)
        y = 1 + r / 12
        for n in (11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1):
            y = 1 + y * (r * (1 / n))
        y *= y
        y *= y
        y *= y
        y *= y
        y *= y
        y *= y
        x[i] = y if x[i] > NOTHING else 0.0


@njit(cache=True, nogil=True, fastmath=QUICK)
def logarithms(bits: Numbers, size: int, out: Table) -> None:
    """Natural logarithms of numbers >= 1e-300, given as the bits of their float64, to 1e-15 of 1 or of themselves.

    2^e m with m in 0.7..1.4; ln m = 2 artanh((m - 1) / (m + 1)) by its series. Several at a time as well.
    """
    for i in range(size):
        m = 1.0 + (bits[i] & 0xFFFFFFFFFFFFF) * 2.0**-52
        e = float((bits[i] >> 52) - 1023)
        high = m > 1.4142135623730951
        m = m * 0.5 if high else m
        e = e + 1.0 if high else e
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        y = 1 / 21
        for n in (19, 17, 15, 13, 11, 9, 7, 5, 3, 1):
            y = y * z + 1 / n
        out[i] = e * 0.6931471805599453 + 2.0 * s * y


@njit(cache=True, nogil=True, parallel=True, fastmath=QUICK)
def shares(task_start: Numbers, pair_of: Numbers, said: Numbers, classes: int, p: Table) -> None:
    """Majority shares into `p`, even where nobody answered."""
    for t in prange(len(p)):
        n = task_start[t + 1] - task_start[t]
        for c in range(WIDTH):
            p[t, c] = 1.0 / classes if n == 0 and c < classes else 0.0
        for j in range(task_start[t], task_start[t + 1]):
            p[t, said[pair_of[j]]] += 1.0 / n


@njit(cache=True, nogil=True, fastmath=ORDERED)
def _counts(first: int, end: int, pair_start: Numbers, task_of: Numbers, p: Table, out: Table) -> None:
    """Sums of the posteriors behind each of the pairs, one after the other in `out`."""
    for i in range(first, end):
        a = b = c = d = 0.0
        for j in range(pair_start[i], pair_start[i + 1]):
            t = task_of[j]
            a += p[t, 0]
            b += p[t, 1]
            c += p[t, 2]
            d += p[t, 3]
        r = i - first
        out[r, 0], out[r, 1], out[r, 2], out[r, 3] = a, b, c, d


@njit(cache=True, nogil=True, parallel=True, fastmath=ORDERED)
def maximize(
    pair_start: Numbers, task_of: Numbers, owner_start: Numbers, said: Numbers, blocks: Numbers, p: Table,
    prior: Table, strength: float, table: Table,
) -> None:  # fmt: skip
    """The M step: logarithms of confusions into `table`. Labelers of block b are `blocks[b]` to `blocks[b + 1]`.

    `prior` 4 x 4 [said, truth]: pseudo-counts, `strength` in all.
    """
    least = CLIP if strength == 0.0 else 0.0
    for b in prange(len(blocks) - 1):
        first, end = owner_start[blocks[b]], owner_start[blocks[b + 1]]
        owners = blocks[b + 1] - blocks[b]
        count, log = np.empty((end - first, WIDTH)), np.empty((end - first, WIDTH))
        total, log_total = np.empty((owners, WIDTH)), np.empty((owners, WIDTH))
        _counts(first, end, pair_start, task_of, p, count)
        for w in range(owners):
            for c in range(WIDTH):
                total[w, c] = strength
            for i in range(owner_start[blocks[b] + w] - first, owner_start[blocks[b] + w + 1] - first):
                k = said[first + i]
                for c in range(WIDTH):
                    total[w, c] += max(count[i, c], least)
                    count[i, c] = max(count[i, c] + prior[k, c], CLIP)
            for c in range(WIDTH):
                total[w, c] = max(total[w, c], CLIP)
        logarithms(total.reshape(-1).view(np.int64), owners * WIDTH, log_total.reshape(-1))
        logarithms(count.reshape(-1).view(np.int64), (end - first) * WIDTH, log.reshape(-1))
        for w in range(owners):
            for i in range(owner_start[blocks[b] + w] - first, owner_start[blocks[b] + w + 1] - first):
                for c in range(WIDTH):
                    table[first + i, c] = log[i, c] - log_total[w, c]


@njit(cache=True, nogil=True, fastmath=ORDERED)
def _scores(
    first: int, here: int, task_start: Numbers, pair_of: Numbers, table: Table, prior: Table, score: Table
) -> None:
    """What the answers of `here` tasks say, less the best of each row."""
    for r in range(here):
        a, b, c, d = prior[0], prior[1], prior[2], prior[3]
        for j in range(task_start[first + r], task_start[first + r + 1]):
            i = pair_of[j]
            a += table[i, 0]
            b += table[i, 1]
            c += table[i, 2]
            d += table[i, 3]
        top = max(a, b, c, d)
        score[r, 0], score[r, 1], score[r, 2], score[r, 3] = a - top, b - top, c - top, d - top


@njit(cache=True, nogil=True, fastmath=ORDERED)
def _settle(first: int, here: int, score: Table, fixed: Numbers, p: Table) -> float:
    """Makes exponentials rows of `p`; gives the largest move."""
    most = 0.0
    for r in range(here):
        t = first + r
        a, b, c, d = score[r, 0], score[r, 1], score[r, 2], score[r, 3]
        share = 1.0 / ((a + b) + (c + d))
        a, b, c, d = a * share, b * share, c * share, d * share
        if fixed[t] >= 0:
            a, b, c, d = p[t, 0], p[t, 1], p[t, 2], p[t, 3]
        most = max(most, abs(a - p[t, 0]), abs(b - p[t, 1]), abs(c - p[t, 2]), abs(d - p[t, 3]))
        p[t, 0], p[t, 1], p[t, 2], p[t, 3] = a, b, c, d
    return most


@njit(cache=True, nogil=True, parallel=True, fastmath=ORDERED)
def expect(
    task_start: Numbers, pair_of: Numbers, blocks: Numbers, table: Table, prior: Table, fixed: Numbers, p: Table,
    out: Table,
) -> float:  # fmt: skip
    """The E step into `p`; gives the largest move. Tasks of block b are `blocks[b]` to `blocks[b + 1]`.

    `prior` holds logarithms; tasks with `fixed` >= 0 stay. `out` becomes the sum over tasks with answers.
    """
    moved = np.zeros(len(blocks) - 1)
    sums = np.zeros((len(blocks) - 1, WIDTH))
    for b in prange(len(blocks) - 1):
        score = np.empty((SEVERAL, WIDTH))
        most = 0.0
        for first in range(blocks[b], blocks[b + 1], SEVERAL):
            here = min(SEVERAL, blocks[b + 1] - first)
            _scores(first, here, task_start, pair_of, table, prior, score)
            exponentials(score.reshape(-1), here * WIDTH)
            most = max(most, _settle(first, here, score, fixed, p))
            for t in range(first, first + here):
                if task_start[t + 1] > task_start[t]:
                    for c in range(WIDTH):
                        sums[b, c] += p[t, c]
        moved[b] = most
    out[:] = sums.sum(axis=0)
    return float(moved.max())


@njit(cache=True, nogil=True, parallel=True)
def pool(task_start: Numbers, pair_of: Numbers, said: Numbers, blocks: Numbers, p: Table) -> Table:
    """4 x 4 counts of all labelers together: [said, truth]."""
    sums = np.zeros((len(blocks) - 1, WIDTH, WIDTH))
    for b in prange(len(blocks) - 1):
        for t in range(blocks[b], blocks[b + 1]):
            for j in range(task_start[t], task_start[t + 1]):
                k = said[pair_of[j]]
                for c in range(WIDTH):
                    sums[b, k, c] += p[t, c]
    together: Table = sums.sum(axis=0)
    return together


def blocks(start: Numbers, size: int = 256) -> Numbers:
    """Where each of `size` blocks begins and the last one ends, so that each has about as many of what `start` counts.

    One is added for every entry, since a task without answers costs something too.
    """
    place = start.astype(np.int64) + np.arange(len(start))
    return np.searchsorted(place, np.linspace(0, place[-1], size + 1)).astype(np.int64)
