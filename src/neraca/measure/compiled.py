"""Dawid and Skene's EM compiled by numba: exactly `dawid_skene` in another order of summing, for 10^6 answers and more.

Answers are kept twice, by task for the E step and by pair (see `answers`) for the M step, so both only read at random
and write in order, and threads share nothing: 8 bytes an answer. What a round does is in `rounds` (up to four classes)
and `sparse` (more).

Import this in a child process only: numba costs 100 MB and seconds.
"""

from typing import Any, NamedTuple, Protocol

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from neraca.measure import rounds, sparse
from neraca.measure.rounds import CLIP, NEVER, WIDTH, Numbers, Table

Doubles = NDArray[np.float64]

MOST = int(numba.get_num_threads())  # as NUMBA_NUM_THREADS says, else one a core
SPARE = 8  # possible pairs an answer up to which each has a slot
FARTHEST = 4.0  # steps that a leap is long; from 16 on it may land near another optimum
POOLS = 16  # blocks that count for all labelers, K x K each


class Sorted(NamedTuple):
    """Answers by task and by pair; starts have one more entry than there are tasks, pairs or labelers.

    `owner` P numbers those who answered, `labelers` says who they are.
    """

    task_start: Numbers
    pair_of: Numbers
    pair_start: Numbers
    task_of: Numbers
    owner_start: Numbers
    said: Numbers
    owner: Numbers
    labelers: Numbers


@njit(cache=True, nogil=True)
def _starts(key: Numbers, size: int) -> Numbers:
    start = np.zeros(size + 1, np.int64)
    for i in range(len(key)):
        start[key[i] + 1] += 1
    for k in range(size):
        start[k + 1] += start[k]
    return start


@njit(cache=True, nogil=True)
def _number(labeler: Numbers, label: Numbers, number: Numbers, classes: int) -> None:
    """Numbers the pairs in `number` (W K of -1 at first: marks, then numbers)."""
    for i in range(len(label)):
        number[labeler[i] * classes + label[i]] = 0
    found = 0
    for k in range(len(number)):
        if number[k] == 0:
            number[k] = found
            found += 1


@njit(cache=True, nogil=True)
def _by_task(
    task: Numbers, labeler: Numbers, label: Numbers, number: Numbers, classes: int, start: Numbers, out: Numbers
) -> None:
    at = start[:-1].copy()
    for i in range(len(task)):
        t = task[i]
        out[at[t]] = number[labeler[i] * classes + label[i]]
        at[t] += 1


@njit(cache=True, nogil=True)
def _place(task: Numbers, pair: Numbers, start: Numbers, out: Numbers) -> None:
    at = start[:-1].copy()
    for i in range(len(task)):
        t = task[i]
        out[at[t]] = pair[i]
        at[t] += 1


@njit(cache=True, nogil=True)
def _by_pair(task_start: Numbers, pair_of: Numbers, pair_start: Numbers, out: Numbers) -> None:
    at = pair_start[:-1].copy()
    for t in range(len(task_start) - 1):
        for j in range(task_start[t], task_start[t + 1]):
            k = pair_of[j]
            out[at[k]] = t
            at[k] += 1


def sort(task: Numbers, labeler: Numbers, label: Numbers, *, tasks: int, labelers: int, classes: int) -> Sorted:
    """Two counting sorts, O(n + T + W K); where W K is many times n, the pairs are sorted instead."""
    task_start = _starts(task, tasks)
    pair_of = np.empty(len(task), dtype=np.uint32)
    if labelers * classes <= max(SPARE * len(task), 1 << 16):
        number = np.full(labelers * classes, -1, dtype=np.int32)
        _number(labeler, label, number, classes)
        _by_task(task, labeler, label, number, classes, task_start, pair_of)
        taken = np.flatnonzero(number >= 0)
        del number
    else:
        taken, pair = np.unique(labeler.astype(np.int64) * classes + label, return_inverse=True)
        _place(task, pair, task_start, pair_of)
        del pair
    who, said = np.divmod(taken, classes)
    owner_start = np.append(np.flatnonzero(np.diff(who, prepend=-1)), len(who))
    pair_start = _starts(pair_of, len(said))
    task_of = np.empty(len(task), dtype=np.uint32)
    _by_pair(task_start, pair_of, pair_start, task_of)
    owner = np.repeat(np.arange(len(owner_start) - 1, dtype=np.uint32), np.diff(owner_start))
    return Sorted(
        task_start, pair_of, pair_start, task_of, owner_start, said.astype(np.uint32), owner, who[owner_start[:-1]]
    )


def of(by: Sorted, fixed: Numbers, classes: int, dtype: np.dtype[np.floating[Any]]) -> "Rounds":
    """The way for so many classes. Starts from the shares of votes; tasks with `fixed` >= 0 have that class."""
    return (Narrow if classes <= WIDTH else Sparse)(by, fixed, classes, dtype)


class Rounds(Protocol):
    """What EM needs of either way to keep its tables. `total` K is the sum of the posteriors of answered tasks."""

    total: Table

    def maximize(self, pseudo: Table, strength: float) -> None:
        """Confusions from posteriors, with pseudo-counts K x K [said, truth]."""

    def leap(self) -> bool:
        """After `maximize`: every third time goes on in the direction of the last three; whether it did."""

    def expect(self, prior: Table) -> float:
        """Posteriors from confusions and class priors; how far the farthest moved."""

    def pool(self) -> Doubles:
        """K x K counts of all labelers together: [said, truth]."""

    def posterior(self) -> NDArray[Any]:
        """T x K; nothing else can be asked afterwards."""


class Narrow:
    """Up to four classes: see `rounds`."""

    def __init__(self, by: Sorted, fixed: Numbers, classes: int, dtype: np.dtype[np.floating[Any]]) -> None:
        self.by, self.fixed, self.classes = by, fixed, classes
        self.tasks = rounds.blocks(by.task_start)
        self.labelers = rounds.blocks(by.pair_start[by.owner_start])
        self.p: Table = np.empty((len(fixed), WIDTH), dtype=dtype)
        rounds.shares(by.task_start, by.pair_of, by.said, classes, self.p)
        at = np.flatnonzero(fixed >= 0)
        self.p[at] = 0.0
        self.p[at, fixed[at]] = 1.0
        self.table = np.empty((len(by.said), WIDTH), dtype=dtype)
        self.last: list[Table] = []
        idle = self.p[np.diff(by.task_start) == 0]
        self.total: Table = (self.p.sum(axis=0, dtype=np.float64) - idle.sum(axis=0, dtype=np.float64))[:classes]

    def maximize(self, pseudo: Table, strength: float) -> None:
        by, k = self.by, self.classes
        wide: Table = np.zeros((WIDTH, WIDTH))
        wide[:k, :k] = pseudo
        rounds.maximize(
            by.pair_start, by.task_of, by.owner_start, by.said, self.labelers, self.p, wide, strength, self.table
        )

    def leap(self) -> bool:
        self.last.append(self.table.copy())
        if len(self.last) < 3:
            return False
        (first, second, third), self.last = self.last, []
        step = second - first
        bend = (third - second) - step
        far = float(np.linalg.norm(step)) / max(float(np.linalg.norm(bend)), CLIP)
        far = min(max(far, 1.0), FARTHEST)
        np.minimum(first + 2 * far * step + far * far * bend, 0.0, out=self.table)
        return True

    def expect(self, prior: Table) -> float:
        logs, out = np.full(WIDTH, NEVER), np.empty(WIDTH)
        logs[: self.classes] = np.log(prior)
        moved = rounds.expect(
            self.by.task_start, self.by.pair_of, self.tasks, self.table, logs, self.fixed, self.p, out
        )
        self.total = out[: self.classes]
        return float(moved)

    def pool(self) -> Doubles:
        by, k = self.by, self.classes
        blocks = rounds.blocks(by.task_start, POOLS)
        return np.asarray(rounds.pool(by.task_start, by.pair_of, by.said, blocks, self.p)[:k, :k])

    def posterior(self) -> NDArray[Any]:
        return np.ascontiguousarray(self.p[:, : self.classes])


class Sparse:
    """More classes: see `sparse`."""

    def __init__(self, by: Sorted, fixed: Numbers, classes: int, dtype: np.dtype[np.floating[Any]]) -> None:
        self.by, self.fixed, self.classes = by, fixed, classes
        self.tasks = rounds.blocks(by.task_start)
        self.labelers = rounds.blocks(by.pair_start[by.owner_start])
        self.p = p = sparse.posteriors(len(fixed), classes, dtype)
        sparse.shares(by.task_start, by.pair_of, by.said, self.tasks, classes, *p)
        at = np.flatnonzero(fixed >= 0)
        p.size[at], p.which[at * classes], p.value[at * classes] = 1, fixed[at], 1.0
        self.of_labeler = np.empty((len(by.labelers), classes), dtype=dtype)
        self.more = sparse.room(by.pair_start, by.task_of, p, classes)
        self.pseudo: Table = np.zeros((classes, classes))
        self.strength = 0.0
        self.total: Table = np.zeros(classes)
        sparse.add(by.task_start, *p, self.total)

    def maximize(self, pseudo: Table, strength: float) -> None:
        by = self.by
        self.pseudo, self.strength = pseudo, strength
        del self.more
        self.more = sparse.room(by.pair_start, by.task_of, self.p, self.classes)
        start, size, which, value = self.more
        sparse.maximize(
            by.pair_start, by.task_of, by.owner_start, by.said, self.labelers, self.p.size, self.p.which, self.p.value,
            pseudo, strength, start, size, which, value, self.of_labeler,
        )  # fmt: skip

    def leap(self) -> bool:
        return False  # many classes settle in a few rounds

    def expect(self, prior: Table) -> float:
        by, out = self.by, np.empty(self.classes)
        moved = sparse.expect(
            by.task_start, by.pair_of, by.owner, by.said, self.tasks, *self.more, self.of_labeler, self.pseudo,
            self.strength > 0, np.log(prior), self.fixed, *self.p, out,
        )  # fmt: skip
        self.total = out
        return float(moved)

    def pool(self) -> Doubles:
        by = self.by
        blocks = rounds.blocks(by.task_start, POOLS)
        return np.asarray(sparse.pool(by.task_start, by.pair_of, by.said, blocks, self.classes, *self.p))

    def posterior(self) -> NDArray[Any]:
        value = self.p.value.reshape(-1, self.classes)
        sparse.spread(self.p.size, self.p.which, value)
        return value


@njit(cache=True, nogil=True, parallel=True)
def collect(pair_start: Numbers, task_of: Numbers, p: Table, table: Table) -> None:
    """The counts of each pair into `table` P x K."""
    for i in prange(len(table)):
        for c in range(table.shape[1]):
            table[i, c] = 0.0
        for j in range(pair_start[i], pair_start[i + 1]):
            t = task_of[j]
            for c in range(table.shape[1]):
                table[i, c] += p[t, c]


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
