"""Objects in the answers of many tasks: which are the same thing, which are there, of what class, and where exactly.

1. Objects of a task are grouped by likeness, at most one of each labeler in a group (`grouping`).
2. Whether a group is a thing is decided by who drew it and who, asked, did not (`existence`).
3. Its class comes from hierarchical Dawid-Skene over all groups (`dawid_skene`).
4. Its geometry is laid out as numbers beside the group's middle member, in units of its size, and each number is
   estimated over all groups with every labeler's bias and noise (`numeric`): who draws too wide, or carelessly, is
   corrected. Members that are all equal come back as they are.

A `Geometry` says how shapes of one sort are compared and taken apart; there are those of boxes, points, lines, polygons
and cuboids below. Shapes are tuples, so that they have an order; that of the rows makes no difference.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, exp, isfinite, log, pi, sin, sqrt
from typing import Generic, TypeVar

import numpy as np

from neraca.measure import area, boxes, cuboids, dawid_skene, existence, lines, numeric, polygons
from neraca.measure.arrays import Floats
from neraca.measure.grouping import alike_pairs, grouped

S = TypeVar("S", bound=tuple[object, ...])
SAME = 0.5
FAR = 1e150  # no coordinate is further off: its square is finite
OTHER_CLASS = 0.9  # as in `boxes`: a pair of different classes stands behind one of the same


@dataclass(frozen=True, slots=True)
class Seen(Generic[S]):
    """One object of one answer."""

    task: int
    labeler: int
    label: int
    shape: S


@dataclass(frozen=True, slots=True)
class Noisy:
    """What is known of the labelers of a group's members: noise and bias in units of the middle member's size."""

    noise: Sequence[float]
    bias: Sequence[float]


@dataclass(frozen=True, slots=True)
class Geometry(Generic[S]):
    """How shapes of one sort are compared (0..1) and taken apart into numbers beside a reference, and built again.

    `kinds[k]` tells which of a labeler's skills the k-th number belongs to: noise and bias are per labeler and kind.
    """

    alike: Callable[[S, S], float]
    numbers: Callable[[S, S], Sequence[float]]
    kinds: tuple[int, ...]
    build: Callable[[Sequence[S], S, Sequence[float], Noisy], S]


@dataclass(frozen=True, slots=True)
class Found(Generic[S]):
    """A thing: the rows it was seen in, the probability that it is there, its class with its probability, its shape."""

    task: int
    rows: list[int]
    there: float
    label: int
    sure: float
    shape: S


@dataclass(frozen=True, slots=True)
class Estimate(Generic[S]):
    """Everything that anybody drew, task by task; recall, invents W; noise, bias W x kinds (units of the size)."""

    found: list[Found[S]]
    recall: Floats
    invents: Floats
    noise: Floats
    bias: Floats
    iterations: int  # of existence, with which everything else begins
    converged: bool  # existence, classes and shapes

    def there(self, least: float = 0.5) -> list[Found[S]]:
        """The things that are held to be there."""
        return [one for one in self.found if one.there >= least]


def estimate(
    seen: Sequence[Seen[S]], asked: Sequence[tuple[int, int]], geometry: Geometry[S], *, tasks: int, labelers: int,
    classes: int = 1, least: float = SAME,
) -> Estimate[S]:  # fmt: skip
    """Things of many tasks. `asked` holds (task, labeler) of every answer, also of those in which nothing was drawn.

    Raises ValueError naming a row whose task, labeler or class is out of range, whose answer is not among the asked, or
    whose shape is none.
    """
    people = _people(seen, asked, tasks, labelers, classes)
    _check_shapes(seen, geometry)
    groups = _all(seen, geometry, tasks, least)
    drew = _existence(seen, groups, people, labelers)
    label, sure, named = _classes(seen, groups, labelers, classes)
    shapes, noise, bias, placed = _shapes(seen, groups, geometry, labelers)
    found = [
        Found(seen[g[0]].task, g, float(drew.there[i]), int(label[i]), float(sure[i]), shapes[i])
        for i, g in enumerate(groups)
    ]
    return Estimate(found, drew.recall, drew.invents, noise, bias, drew.iterations, drew.converged and named and placed)


def by_votes(
    seen: Sequence[Seen[S]], asked: Sequence[tuple[int, int]], geometry: Geometry[S], *, tasks: int,
    least: float = SAME,
) -> list[Found[S]]:  # fmt: skip
    """The naive judge: things that more than half of those asked drew, by plain means or medians of their numbers.

    Raises ValueError naming a row whose shape is none.
    """
    _check_shapes(seen, geometry)
    count = np.bincount(np.array([t for t, _ in asked], dtype=np.int64), minlength=tasks)
    found = []
    for g in _all(seen, geometry, tasks, least):
        task, share = seen[g[0]].task, len(g) / count[seen[g[0]].task]
        if share <= 0.5:
            continue
        shapes = [seen[r].shape for r in g]
        like = _middle(shapes, geometry)
        numbers = np.median([geometry.numbers(s, like) for s in shapes], axis=0)
        labels = [seen[r].label for r in g]
        label = min(set(labels), key=lambda c, said=labels: (-said.count(c), c))  # type: ignore[misc]  # bound now
        even = Noisy([1.0] * len(g), [0.0] * len(g))
        shape = (
            shapes[0] if all(s == shapes[0] for s in shapes) else geometry.build(shapes, like, numbers.tolist(), even)
        )
        found.append(Found(task, g, share, label, labels.count(label) / len(g), shape))
    return found


def _people(
    seen: Sequence[Seen[S]], asked: Sequence[tuple[int, int]], tasks: int, labelers: int, classes: int
) -> list[list[int]]:
    people: list[set[int]] = [set() for _ in range(tasks)]
    for row, (t, w) in enumerate(asked):
        if not (0 <= t < tasks and 0 <= w < labelers):
            raise ValueError(f"Answer {row}: there is no task {t} or no labeler {w}.")
        people[t].add(w)
    for row, one in enumerate(seen):
        if not (0 <= one.task < tasks and 0 <= one.label < classes):
            raise ValueError(f"Row {row}: there is no task {one.task} or no class {one.label}.")
        if one.labeler not in people[one.task]:
            raise ValueError(f"Row {row}: labeler {one.labeler} gave no answer to task {one.task}.")
    return [sorted(p) for p in people]


def _check_shapes(seen: Sequence[Seen[S]], geometry: Geometry[S]) -> None:
    for row, one in enumerate(seen):
        try:
            sound = all(isfinite(x) and abs(x) <= FAR for x in _flat(one.shape))
            sound = sound and geometry.alike(one.shape, one.shape) == 1.0
            numbers = geometry.numbers(one.shape, one.shape) if sound else ()
            sound = len(numbers) == len(geometry.kinds) and all(isfinite(x) for x in numbers)
        except (ValueError, ArithmeticError, AttributeError, TypeError):  # numbers that are no such shape
            sound = False
        if not sound:
            raise ValueError(f"Row {row}: {one.shape!r:.80} is no shape that has a place and a size.")


def _flat(shape: Iterable[object]) -> Iterator[float]:
    for part in shape:
        if isinstance(part, tuple):
            yield from _flat(part)
        elif isinstance(part, int | float):
            yield float(part)


def _all(seen: Sequence[Seen[S]], geometry: Geometry[S], tasks: int, least: float) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(tasks)]
    for row, one in enumerate(seen):
        rows[one.task].append(row)
    found = []
    for mine in rows:
        mine.sort(key=lambda r: (seen[r].labeler, seen[r].label, seen[r].shape))
        who = [seen[r].labeler for r in mine]

        def alike(a: Seen[S], b: Seen[S]) -> float:
            likeness = geometry.alike(a.shape, b.shape)
            return likeness if likeness < least or a.label == b.label else max(likeness * OTHER_CLASS, least)

        pairs = alike_pairs([seen[r] for r in mine], who, alike, least)
        found += [[mine[k] for k in group] for group in grouped(who, pairs)]
    return found


def _existence(
    seen: Sequence[Seen[S]], groups: Sequence[Sequence[int]], people: Sequence[Sequence[int]], labelers: int
) -> existence.Estimate:
    rows = [
        (i, w, w in drew)
        for i, g in enumerate(groups)
        for drew in [{seen[r].labeler for r in g}]
        for w in people[seen[g[0]].task]
    ]
    where, who, drew_ = (np.array([r[k] for r in rows], dtype=np.int64) for k in range(3))
    return existence.estimate(where, who, drew_, candidates=len(groups), labelers=labelers)


def _classes(
    seen: Sequence[Seen[S]], groups: Sequence[Sequence[int]], labelers: int, classes: int
) -> tuple[Floats, Floats, bool]:
    if classes == 1 or not groups:
        return np.zeros(len(groups)), np.ones(len(groups)), True
    rows = [(i, seen[r].labeler, seen[r].label) for i, g in enumerate(groups) for r in g]
    where, who, said = (np.array([r[k] for r in rows], dtype=np.int64) for k in range(3))
    found = dawid_skene.estimate(where, who, said, tasks=len(groups), labelers=labelers, classes=classes)
    p = found.posterior
    return p.argmax(axis=1).astype(np.float64), p.max(axis=1), found.converged


def _middle(shapes: Sequence[S], geometry: Geometry[S]) -> S:
    """The member that is most like the others; of equals the least."""
    return min(shapes, key=lambda s: (-round(sum(geometry.alike(s, other) for other in shapes), 9), s))


def _shapes(
    seen: Sequence[Seen[S]], groups: Sequence[Sequence[int]], geometry: Geometry[S], labelers: int
) -> tuple[list[S], Floats, Floats, bool]:
    size, kinds = len(geometry.kinds), np.array(geometry.kinds)
    like = [_middle([seen[r].shape for r in g], geometry) for g in groups]
    values = np.array([geometry.numbers(seen[r].shape, like[i]) for i, g in enumerate(groups) for r in g])
    values = values.reshape(-1, size)
    where = np.array([i for i, g in enumerate(groups) for _ in g], dtype=np.int64)
    who = np.array([seen[r].labeler for g in groups for r in g], dtype=np.int64)
    truth = np.zeros((len(groups), size))
    noise, bias = np.ones((labelers, max(geometry.kinds) + 1)), np.zeros((labelers, max(geometry.kinds) + 1))
    converged = True
    for kind in range(noise.shape[1]):
        columns = np.flatnonzero(kinds == kind)
        number = where[:, None] * len(columns) + np.arange(len(columns))
        found = numeric.estimate(
            number.ravel(), np.repeat(who, len(columns)), values[:, columns].ravel(),
            tasks=len(groups) * len(columns), labelers=labelers,
        )  # fmt: skip
        truth[:, columns] = found.truth.reshape(-1, len(columns))
        noise[:, kind], bias[:, kind] = found.noise, found.bias
        converged = converged and found.converged
    shapes = []
    for i, g in enumerate(groups):
        members = [seen[r].shape for r in g]
        mine = [seen[r].labeler for r in g]
        if all(m == members[0] for m in members) and len(members) > 1:
            shapes.append(members[0])
            continue
        known = Noisy([float(noise[w, 0]) for w in mine], [float(bias[w, 0]) for w in mine])
        shapes.append(geometry.build(members, like[i], truth[i].tolist(), known) if truth[i].any() else like[i])
    return shapes, noise, bias, converged


# Boxes: how far each edge lies outside the reference, in units of the root of its area; a bias is drawing too wide.


def _box_numbers(shape: boxes.Box, like: boxes.Box) -> list[float]:
    if min(shape.w, shape.h) <= 0:
        raise ValueError("A box is wider and higher than 0.")
    size = sqrt(like.w * like.h)
    right, bottom = shape.x + shape.w - like.x - like.w, shape.y + shape.h - like.y - like.h
    return [(like.x - shape.x) / size, (like.y - shape.y) / size, right / size, bottom / size]


def _box(members: Sequence[boxes.Box], like: boxes.Box, numbers: Sequence[float], _: Noisy) -> boxes.Box:
    size = sqrt(like.w * like.h)
    left, top, right, bottom = (n * size for n in numbers)
    w, h = like.w + left + right, like.h + top + bottom
    return boxes.Box(like.x - left, like.y - top, w, h) if w > 0 and h > 0 else boxes.merged(members)


BOX: Geometry[boxes.Box] = Geometry(boxes.iou, _box_numbers, (0, 0, 0, 0), _box)


# Polygons: how far the outline lies outside the reference at 16 points; the merge is that of signed distances.


def _polygon_numbers(shape: area.Polygon, like: area.Polygon) -> list[float]:
    size = sqrt(area.area(like))
    if size <= 0:
        raise ValueError("A polygon has an area above 0.")
    return [float(d) / size for d in polygons.displacements(shape, like)]


def _polygon(members: Sequence[area.Polygon], like: area.Polygon, _: Sequence[float], known: Noisy) -> area.Polygon:
    size = sqrt(area.area(like))
    return polygons.merged(members, known.noise, [b * size for b in known.bias])


POLYGON: Geometry[area.Polygon] = Geometry(area.iou, _polygon_numbers, (0,) * 16, _polygon)


# Cuboids: the centre in the reference's own axes and units of its size; the height; logarithms of sizes; the angle.


def _cuboid_numbers(shape: cuboids.Cuboid, like: cuboids.Cuboid) -> list[float]:
    dx, dy = shape.x - like.x, shape.y - like.y
    ahead, aside = dx * cos(like.yaw) + dy * sin(like.yaw), dy * cos(like.yaw) - dx * sin(like.yaw)
    yaw = cuboids.turned(shape.yaw - like.yaw)
    if abs(yaw) > pi / 2:  # front and back mixed up: decided by `facing`, not by a mean
        yaw = cuboids.turned(yaw + pi)
    sizes = [log(shape.l / like.l), log(shape.w / like.w), log(shape.h / like.h)]
    size = sqrt(like.l * like.w)
    return [ahead / size, aside / size, (shape.z - like.z) / like.h, *sizes, yaw]


def _cuboid(
    members: Sequence[cuboids.Cuboid], like: cuboids.Cuboid, numbers: Sequence[float], known: Noisy
) -> cuboids.Cuboid:
    size = sqrt(like.l * like.w)
    ahead, aside = numbers[0] * size, numbers[1] * size
    yaw = like.yaw + numbers[6]
    front = cuboids.facing([m.yaw for m in members], [n**-2 for n in known.noise])
    if cos(front - yaw) < 0:
        yaw += pi
    return cuboids.Cuboid(
        like.x + ahead * cos(like.yaw) - aside * sin(like.yaw), like.y + ahead * sin(like.yaw) + aside * cos(like.yaw),
        like.z + numbers[2] * like.h, like.l * exp(numbers[3]), like.w * exp(numbers[4]), like.h * exp(numbers[5]),
        cuboids.turned(yaw),
    )  # fmt: skip


CUBOID: Geometry[cuboids.Cuboid] = Geometry(cuboids.iou, _cuboid_numbers, (0, 0, 1, 2, 2, 2, 3), _cuboid)


def _reach(reach: float) -> None:
    if not 0 < reach <= FAR:
        raise ValueError(f"The reach is a finite number above 0, not {reach}.")


def point_geometry(reach: float, dimensions: int = 2) -> Geometry[tuple[float, ...]]:
    """Points are the same thing up to half of `reach` from each other; each axis has a bias of its own."""
    _reach(reach)

    def alike(a: tuple[float, ...], b: tuple[float, ...]) -> float:
        return max(0.0, 1.0 - sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True))) / reach)

    def numbers(shape: tuple[float, ...], like: tuple[float, ...]) -> list[float]:
        return [(x - y) / reach for x, y in zip(shape, like, strict=True)]

    def build(
        _: Sequence[tuple[float, ...]], like: tuple[float, ...], moved: Sequence[float], __: Noisy
    ) -> tuple[float, ...]:
        return tuple(x + n * reach for x, n in zip(like, moved, strict=True))

    return Geometry(alike, numbers, tuple(range(dimensions)), build)


def line_geometry(reach: float, count: int = 16) -> Geometry[lines.Line]:
    """Lines in the plane are the same thing up to a mean distance of half of `reach`; noise is learnt, no bias."""
    _reach(reach)

    def alike(a: lines.Line, b: lines.Line) -> float:
        return lines.alike(a, b, reach)

    def numbers(shape: lines.Line, like: lines.Line) -> list[float]:
        moved = lines.steps(lines.straightened(shape, like), count) - lines.steps(like, count)
        return [float(x) / reach for x in moved.ravel()]

    def build(members: Sequence[lines.Line], _: lines.Line, __: Sequence[float], known: Noisy) -> lines.Line:
        return lines.merged(members, known.noise)

    return Geometry(alike, numbers, (0,) * (2 * count), build)
