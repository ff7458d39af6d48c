"""Axis-aligned boxes of several people: which are of the same thing, does it exist, where is it.

A box is (x, y, w, h) in pixels, origin top left. Plain Python: a task has a handful of answers with tens of boxes.

association  pairs of different labelers by falling IoU (>= 0.5), joined while a group keeps one box a labeler
existence    log odds = sum_w ln(r_w / (1 - r_w)) over who drew it, minus the same over who did not   (Branson 2017)
geometry     median of each edge over three or more boxes, mean of two; equal boxes come back bit for bit;
             with `noise`, the median weighted by 1 / noise^2 of who drew it; `placed` knows bias too
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, fsum, inf, log, sqrt
from typing import NamedTuple

from neraca.measure.grouping import grouped

COMPARED = 5_000_000  # pairs of boxes of one task that are looked at: some seconds
ROUNDS, TAIL = 8, 4.0  # of `placed`: reweighting, and the degrees of freedom of the noise
SAME = 0.5  # IoU from which two boxes may be of the same thing
OTHER_CLASS = 0.9  # a pair of different classes stands behind one of the same class with nine tenths of its IoU


class Box(NamedTuple):
    """Pixels; w and h > 0."""

    x: float
    y: float
    w: float
    h: float


class Drawn(NamedTuple):
    """One box of one answer. `place` is where it stands in that answer."""

    labeler: int
    place: int
    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Pair:
    """Two boxes, by index, and their IoU in 0..1."""

    left: int
    right: int
    iou: float


def iou(a: Box, b: Box) -> float:
    """Area of the intersection over that of the union; exactly 1 for equal boxes, 0 if they only touch."""
    if a == b:
        return 1.0
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    union = a.w * a.h + b.w * b.h - both
    return min(both / union, 1.0) if union > 0 else 0.0


def overlapping(left: Sequence[Box], right: Sequence[Box], least: float = 0.0) -> Iterator[Pair]:
    """Every pair with IoU > 0 and >= `least`, by a sweep along x: O(n log n + pairs that overlap in x)."""
    events = sorted(
        [(b.x, 0, i) for i, b in enumerate(left)] + [(b.x, 1, i) for i, b in enumerate(right)],
    )
    live: tuple[list[int], list[int]] = ([], [])
    sides = (left, right)
    for x, side, i in events:
        other = sides[1 - side]
        live[1 - side][:] = [j for j in live[1 - side] if other[j].x + other[j].w > x]
        for j in live[1 - side]:
            pair = Pair(i, j, iou(sides[side][i], other[j])) if side == 0 else Pair(j, i, iou(other[j], sides[side][i]))
            if pair.iou > 0 and pair.iou >= least:
                yield pair
        live[side].append(i)


def match(left: Sequence[Box], right: Sequence[Box], least: float = 0.0) -> list[Pair]:
    """A one-to-one matching by falling IoU. Swapping the sides swaps the pairs and nothing else."""

    def rank(p: Pair) -> tuple[float, bool, Box, Box]:
        a, b = left[p.left], right[p.right]
        return -p.iou, a != b, min(a, b), max(a, b)

    seen: tuple[set[int], set[int]] = (set(), set())
    found = []
    for pair in sorted(overlapping(left, right, least), key=rank):
        if pair.left not in seen[0] and pair.right not in seen[1]:
            seen[0].add(pair.left)
            seen[1].add(pair.right)
            found.append(pair)
    return found


def associate(drawn: Sequence[Drawn], least: float = SAME) -> list[list[Drawn]]:
    """Groups of boxes of the same thing, at most one per labeler; whatever the order of `drawn`.

    After `COMPARED` comparisons the rest stands alone: only boxes that were heaped up by the thousand get there.
    Groups come in the order in which their boxes stand in the answers (mean place), so one answer keeps its own order.
    """
    items = sorted(drawn)
    found = grouped([d.labeler for d in items], [(i, j) for _, i, j in sorted(_alike(items, least))])
    groups = [[items[k] for k in group] for group in found]
    return sorted(groups, key=lambda g: (fsum(d.place for d in g) / len(g), g))


def _alike(items: Sequence[Drawn], least: float) -> Iterator[tuple[float, int, int]]:
    """Pairs of two labelers' boxes: minus their likeness, and their places. A sweep along x."""
    order = sorted(range(len(items)), key=lambda i: (items[i].box.x, i))
    live: list[int] = []
    compared = 0
    for i in order:
        one = items[i].box
        top, bottom = one.y, one.y + one.h
        live = [j for j in live if items[j].box.x + items[j].box.w > one.x]
        compared += len(live)
        if compared > COMPARED:
            return
        for j in live:
            other = items[j].box
            if other.y >= bottom or other.y + other.h <= top or items[j].labeler == items[i].labeler:
                continue
            likeness = iou(items[min(i, j)].box, items[max(i, j)].box)
            if likeness >= least and likeness > 0:
                same = items[i].label == items[j].label
                yield -likeness * (1.0 if same else OTHER_CLASS), min(i, j), max(i, j)
        live.append(i)


def existence(drew: Sequence[float], did_not: Sequence[float]) -> float:
    """P(the thing is there) from the reliabilities (0..1) of who drew it and who did not; even odds before."""

    def odds(r: float) -> float:
        r = min(max(r, 1e-3), 1 - 1e-3)
        return log(r / (1 - r))

    total = fsum([*(odds(r) for r in drew), *(-odds(r) for r in did_not)])
    return 1 / (1 + exp(-total))


def merged(boxes: Sequence[Box], noise: Sequence[float] | None = None) -> Box:
    """One box of several of the same thing; inside every rectangle that holds them all. Raises ValueError for none.

    `noise` holds the standard deviation (> 0) of each box's edges, in any one unit.
    """
    if not boxes:
        raise ValueError("There is no box to merge.")
    if noise is not None and (len(noise) != len(boxes) or not all(0 < one < inf for one in noise)):
        raise ValueError("Each box needs a noise above 0.")
    if all(b == boxes[0] for b in boxes):
        return boxes[0]
    weight = [1.0] * len(boxes) if noise is None else [one**-2 for one in noise]
    x, y = middle([b.x for b in boxes], weight), middle([b.y for b in boxes], weight)
    right, bottom = middle([b.x + b.w for b in boxes], weight), middle([b.y + b.h for b in boxes], weight)
    if right <= x or bottom <= y:  # disjoint edges can only come from boxes that share no point
        return max(boxes, key=lambda b: (fsum(iou(b, other) for other in boxes), b))
    return Box(x, y, right - x, bottom - y)


def placed(boxes: Sequence[Box], noise: Sequence[float], bias: Sequence[float]) -> Box:
    """One box of several of the same thing by who drew them: each edge is their robust weighted mean, less their bias.

    `noise` (> 0) and `bias` (how far too wide) are in units of the box's size, the root of the area of their mean. No
    edge lies further out than anybody drew it. Equal boxes come back as they are. Raises ValueError for none.
    """
    n = len(boxes)
    if n != len(noise) or n != len(bias) or not all(0 < one < inf for one in noise):
        raise ValueError("Each box needs a noise above 0 and a bias.")
    if n == 0 or all(b == boxes[0] for b in boxes):
        return merged(boxes)
    sides = [[-b.x for b in boxes], [-b.y for b in boxes], [b.x + b.w for b in boxes], [b.y + b.h for b in boxes]]
    mean = [fsum(one) / n for one in sides]
    size = sqrt((mean[0] + mean[2]) * (mean[1] + mean[3]))
    spread = [one * size for one in noise]
    out = [
        min(_centre([x - b * size for x, b in zip(one, bias, strict=True)], spread), max(one))
        for one in sides
    ]  # fmt: skip
    x, y, w, h = -out[0], -out[1], out[2] + out[0], out[3] + out[1]
    return Box(x, y, w, h) if w > 0 and h > 0 else merged(boxes, noise)


def _centre(values: Sequence[float], spread: Sequence[float]) -> float:
    """The centre of a Student-t of which each value has a width of its own, from the weighted median on."""
    weight = [s**-2 for s in spread]
    found = middle(values, weight)
    for _ in range(ROUNDS):
        use = [
            w * (TAIL + 1) / (TAIL + w * (x - found) ** 2) for x, w in zip(values, weight, strict=True)
        ]  # fmt: skip
        found = fsum(u * x for u, x in zip(use, values, strict=True)) / fsum(use)
    return found


def middle(values: Sequence[float], weight: Sequence[float]) -> float:
    """The weighted median; half way between two values that the weights divide evenly."""
    order = sorted(zip(values, weight, strict=True))
    half = fsum(weight) / 2
    for place, (value, _) in enumerate(order):
        under = fsum(w for _, w in order[: place + 1])
        if under > half * (1 + 1e-12):
            return value
        if under >= half * (1 - 1e-12) and place + 1 < len(order):
            return (value + order[place + 1][0]) / 2
    return order[-1][0]
