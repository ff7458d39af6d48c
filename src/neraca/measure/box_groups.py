"""Boxes of many tasks at once: which are of the same thing, and how far each edge lies outside the group's mean box.

The same groups as `boxes.associate` makes of one task at a time, which is the judge of this in the tests. Pairs are
found by a sweep along x over all tasks together: rows sorted by task and left edge are compared with their k-th
neighbour, for k = 1, 2, ... until no row reaches its neighbour any more. O(n log n + pairs that overlap in x) in NumPy;
pairs of an IoU of a half or more are joined in plain Python, some two microseconds each.

Shapes: n rows in the order of tasks, labelers and places in the answer; `edges` n x 4 is x, y, w, h.
"""

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length
from neraca.measure.boxes import OTHER_CLASS, SAME
from neraca.measure.grouping import grouped

NEIGHBORS = 2000


def groups(task: ArrayLike, labeler: ArrayLike, label: ArrayLike, edges: ArrayLike, least: float = SAME) -> Ints:
    """The group 0..G-1 of each row, at most one row of a labeler in each. Raises ValueError naming a bad row."""
    where, who, said = indices(task, None, "task"), indices(labeler, None, "labeler"), indices(label, None, "class")
    box = _boxes(edges)
    n = same_length(task=where, labeler=who, label=said, box=box)
    left, right, iou = _pairs(where, who, box, least)
    first, second = np.minimum(left, right), np.maximum(left, right)
    rank = iou * np.where(said[left] == said[right], 1.0, OTHER_CLASS)
    order = np.lexsort((second, first, -rank))
    touched, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    pairs = zip(place[: len(first)][order].tolist(), place[len(first) :][order].tolist(), strict=True)
    root = np.arange(n)
    for members in grouped(who[touched].tolist(), pairs):
        root[touched[members]] = touched[members[0]]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


def _boxes(raw: ArrayLike) -> Floats:
    box = numbers(raw, "box")
    if box.size == 0:
        return np.zeros((0, 4))
    if box.ndim != 2 or box.shape[1] != 4:
        raise ValueError("A box is x, y, w and h.")
    wrong = ~(box[:, 2:] > 0).all(axis=1)
    if wrong.any():
        raise ValueError(f"Row {int(wrong.argmax())}: a box is wider and higher than 0.")
    return box


def _pairs(task: Ints, who: Ints, box: Floats, least: float) -> tuple[Ints, Ints, Floats]:
    """Every pair of rows of one task and two labelers with an IoU of `least`, by their numbers, and the IoU.

    From the `NEIGHBORS`-th neighbour on the rest stands alone: only boxes heaped up by the thousand get there.
    """
    order = np.lexsort((box[:, 0], task))
    t, by, b = task[order], who[order], box[order]
    right, bottom, size = b[:, 0] + b[:, 2], b[:, 1] + b[:, 3], b[:, 2] * b[:, 3]
    live = np.arange(len(order))
    found: list[tuple[Ints, Ints, Floats]] = []
    step = 1
    while len(live) and step <= NEIGHBORS:
        live = live[live + step < len(order)]
        other = live + step
        near = (t[live] == t[other]) & (b[other, 0] < right[live])
        live, other = live[near], other[near]
        w = np.minimum(right[live], right[other]) - b[other, 0]
        h = np.minimum(bottom[live], bottom[other]) - np.maximum(b[live, 1], b[other, 1])
        hit = (h > 0) & (by[live] != by[other])
        both = w[hit] * h[hit]
        iou = np.minimum(both / (size[live[hit]] + size[other[hit]] - both), 1.0)
        iou = np.where((b[live[hit]] == b[other[hit]]).all(axis=1), 1.0, iou)
        good = iou >= least
        found.append((order[live[hit][good]], order[other[hit][good]], iou[good]))
        step += 1
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    left, other, iou = (np.concatenate([part[k] for part in found]) for k in range(3))
    return left.astype(np.int64), other.astype(np.int64), np.asarray(iou, dtype=np.float64)


def outside(group: Ints, edges: ArrayLike) -> Floats:
    """N x 4: how far left, top, right and bottom lie outside the mean box of the group, in roots of its area."""
    box = _boxes(edges)
    count = np.bincount(group)
    sides = np.stack([-box[:, 0], -box[:, 1], box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]], axis=1)
    mean = np.stack([np.bincount(group, weights=sides[:, k]) / np.maximum(count, 1) for k in range(4)], axis=1)
    size = np.sqrt((mean[:, 0] + mean[:, 2]) * (mean[:, 1] + mean[:, 3]))
    return np.asarray((sides - mean[group]) / size[group, None], dtype=np.float64)
