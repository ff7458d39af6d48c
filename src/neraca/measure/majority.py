"""Majority vote: p_i(c) = share of the votes of task i that say c; tied tasks share their point.

Shapes: `task`, `label` are n integers; the result is T x K. A task without votes has a row of zeros and no label.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def shares(task: Ints, label: Ints, *, tasks: int, classes: int) -> Floats:
    """T x K shares of the votes. Raises ValueError naming the row that is out of range."""
    check(task, tasks, "task")
    check(label, classes, "class")
    counts = np.bincount(task.astype(np.int64) * classes + label, minlength=tasks * classes)
    table = counts.reshape(tasks, classes).astype(np.float64)
    total = table.sum(axis=1, keepdims=True)
    share: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return share


def added(index: NDArray[Any], weight: NDArray[Any], size: int) -> Floats:
    """`size` sums of the weights by index."""
    return np.bincount(index, weights=weight, minlength=size).astype(np.float64, copy=False)


def labels(p: NDArray[np.floating[Any]], voted: Flags) -> Ints:
    """The best class of every row, the first of equals; -1 where nobody voted."""
    return np.where(voted, p.argmax(axis=1), -1) if p.size else np.full(len(p), -1, dtype=np.int64)


def split_accuracy(p: Floats, truth: Ints) -> float:
    """The share of tasks with truth >= 0 that are right; m tied classes give 1/m if the truth is among them."""
    known = (truth >= 0) & (p.sum(axis=1) > 0)
    if not known.any():
        return 0.0
    rows, right = p[known], truth[known]
    best = np.isclose(rows, rows.max(axis=1, keepdims=True), rtol=0, atol=1e-12)
    hit = best[np.arange(len(rows)), right] / best.sum(axis=1)
    return float(hit.mean())


def check(index: NDArray[Any], size: int, what: str) -> Whole:
    """The index as whole numbers. Raises ValueError naming the first row that is none in 0..size-1 (NaN is none)."""
    if index.dtype.kind not in "iuf":
        raise ValueError(f"A {what} is a whole number, not {index.dtype}.")
    if index.dtype.kind == "f" and (broken := index != np.floor(index)).any():  # NaN differs from itself too
        row = int(broken.argmax())
        raise ValueError(f"Row {row}: a {what} is a whole number, not {index[row]}.")
    wrong = (index < 0) | (index >= size)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"Row {row}: there is no {what} {index[row]}; there are {size}.")
    return index if index.dtype.kind in "iu" else index.astype(np.int64)
