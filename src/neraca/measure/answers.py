"""Answers as every method of truth inference reads them: by task, and by what a labeler said.

n answers of T tasks by W labelers in K classes. A *pair* is a (labeler, class said) that occurs: P of them, numbered
by labeler and then class. Confusions are kept as P x K tables, `table[p, c]` = of `owner[p]` saying `said[p]` when the
truth is c, so ten million labelers with an answer each cost 10^7 K numbers and not 10^7 K^2.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.majority import Flags, Floats, Ints, Whole, added, check


@dataclass(frozen=True)
class Answers:
    """`task`, `pair` n; `owner`, `said` P; `first` W' + 1, where the pairs of each labeler who answered begin."""

    task: Whole
    pair: Whole
    owner: Ints
    said: Ints
    first: Ints
    tasks: int
    labelers: int
    classes: int

    @cached_property
    def answered(self) -> Ints:
        """T: how many answers each task has."""
        return np.bincount(self.task, minlength=self.tasks)

    @cached_property
    def voted(self) -> Flags:
        """T: whether anybody answered."""
        return self.answered > 0

    @cached_property
    def votes(self) -> Floats:
        """T x K: how many said what."""
        cell = self.task.astype(np.int64) * self.classes + self.said[self.pair]
        return np.bincount(cell, minlength=self.tasks * self.classes).reshape(self.tasks, self.classes).astype(float)

    @cached_property
    def times(self) -> Floats:
        """P: how many answers each pair stands for."""
        return np.bincount(self.pair, minlength=len(self.owner)).astype(np.float64)

    @cached_property
    def given(self) -> Ints:
        """W: how many answers each labeler gave."""
        return added(self.owner, self.times, self.labelers).astype(np.int64)

    def shares(self) -> Floats:
        """T x K: the majority's shares, even where nobody answered; where EM starts."""
        return np.where(self.voted[:, None], self.votes / np.maximum(self.answered, 1)[:, None], 1.0 / self.classes)

    def score(self, table: Floats) -> Floats:
        """T x K: the sum of `table[pair]` over the answers of each task. O(n K), nothing of size n x K is kept."""
        total = np.empty((self.tasks, self.classes))
        for c in range(self.classes):
            column = np.ascontiguousarray(table[:, c])
            total[:, c] = added(self.task, column[self.pair], self.tasks)
        return total

    def collect(self, p: Floats) -> Floats:
        """P x K: the sum of `p[task]` over the answers of each pair: how often it was said when the truth was c."""
        table = np.empty((len(self.owner), self.classes))
        for c in range(self.classes):
            column = np.ascontiguousarray(p[:, c])
            table[:, c] = added(self.pair, column[self.task], len(self.owner))
        return table

    def by_labeler(self, table: Floats) -> Floats:
        """P x K (or P): of each pair's labeler, the sum over all of their pairs."""
        return self.spread(self.sums(table))

    def sums(self, table: Floats) -> Floats:
        """W' x K (or W') from P x K (or P): of each labeler who answered, the sum over their pairs."""
        return np.add.reduceat(table, self.first[:-1], axis=0) if len(self.owner) else table.copy()

    def spread(self, sums: Floats) -> Floats:
        """P x K (or P) from W' x K (or W'): of each pair's labeler."""
        return np.repeat(sums, np.diff(self.first), axis=0)

    def dense(self, table: Floats) -> Floats:
        """W x K x K from P x K: [labeler, truth, said], zero where a labeler never said it."""
        full = np.zeros((self.labelers, self.classes, self.classes))
        full[self.owner, :, self.said] = table
        return full


def read(task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int) -> Answers:
    """Numbers the pairs. Raises ValueError naming the first row that is out of range or no number."""
    t, w, v = checked(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    key = w.astype(np.int64) * classes + v
    if labelers * classes <= max(4 * len(t), 1 << 16):  # a slot for each possible pair is cheaper than sorting
        there = np.zeros(labelers * classes, dtype=np.bool_)
        there[key] = True
        found = np.flatnonzero(there)
        number = np.zeros(labelers * classes, dtype=np.int32 if len(found) < 1 << 31 else np.int64)
        number[found] = np.arange(len(found))
        pair = number[key]
    else:
        found, pair = np.unique(key, return_inverse=True)
    owner, said = np.divmod(found, classes)
    first = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))  # append: the end of the last one too
    return Answers(t, pair, owner, said, first, tasks, labelers, classes)


def checked(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int
) -> tuple[Whole, Whole, Whole]:
    """The same as vectors of whole numbers. Raises ValueError as `read` does."""
    t, w, v = np.asarray(task), np.asarray(labeler), np.asarray(label)
    if not t.ndim == w.ndim == v.ndim == 1 or not len(t) == len(w) == len(v):
        raise ValueError(f"Give one task, labeler and class for each answer: there are {t.size}, {w.size}, {v.size}.")
    if classes < 1:
        raise ValueError("There must be at least one class.")
    if tasks < 0 or labelers < 0:
        raise ValueError(f"There cannot be {tasks} tasks and {labelers} labelers.")
    if not len(t):
        t, w, v = (np.empty(0, dtype=np.int64) for _ in range(3))
    return check(t, tasks, "task"), check(w, labelers, "labeler"), check(v, classes, "class")


def known(gold: ArrayLike | None, tasks: int, classes: int) -> Ints:
    """T known classes, -1 elsewhere; none if `gold` is None. Raises ValueError naming a task whose class is none."""
    if gold is None:
        return np.full(tasks, -1, dtype=np.int64)
    given = np.asarray(gold)
    if given.shape != (tasks,):
        raise ValueError(f"Gold needs one class for each of {tasks} tasks (-1 where unknown); it has {given.size}.")
    if given.dtype.kind not in "iu":
        raise ValueError(f"Gold is whole numbers, -1 where unknown, not {given.dtype}.")
    if (wrong := (given < -1) | (given >= classes)).any():
        at = int(wrong.argmax())
        raise ValueError(f"Gold of task {at}: there is no class {int(given[at])}; there are {classes}.")
    return given.astype(np.int64)


def fix(p: Floats, gold: Ints) -> None:
    """Sets the rows of tasks whose class is known."""
    at = np.flatnonzero(gold >= 0)
    p[at] = 0.0
    p[at, gold[at]] = 1.0


def softmax(score: Floats) -> Floats:
    """Rows of exp(score) that sum to one, in place and without overflow."""
    score -= score.max(axis=1, keepdims=True)
    np.exp(score, out=score)
    score /= score.sum(axis=1, keepdims=True)
    return score
