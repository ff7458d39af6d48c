"""Lines (lanes, kerbs, scratches) and points (keypoints) of several people: how alike they are, and one of several.

distance   of two lines: the mean of both mean distances from one's points to the other line, points at equal steps
merged     every line is run in the direction of the one nearest to all, laid out at N equal steps, and averaged step by
           step with weights 1 / noise^2; a step is a corner again if it matters
alike      max(0, 1 - distance / reach): 1 for equal ones, 0 from `reach` on

A point is a line of one corner. Coordinates of any dimension, in any unit.
"""

from collections.abc import Sequence
from math import inf

import numpy as np

from neraca.measure.arrays import Floats

Line = tuple[tuple[float, ...], ...]

STEPS = 64
TOLERANCE = 1e-3  # of a line's length: corners that matter less are left out


def line(points: Sequence[Sequence[float]]) -> Line:
    """Checked corners: at least one, all finite and of one dimension. Raises ValueError naming the corner."""
    if not points:
        raise ValueError("A line has at least one point.")
    for row, point in enumerate(points):
        if len(point) != len(points[0]) or not point or not all(abs(x) <= 1e150 for x in point):
            raise ValueError(f"Corner {row}: a point is {len(points[0]) or 'some'} finite numbers.")
    return tuple(tuple(float(x) for x in point) for point in points)


def steps(shape: Sequence[Sequence[float]], count: int = STEPS) -> Floats:
    """`count` points at equal steps from the first corner to the last."""
    corners = np.asarray(shape, dtype=np.float64)
    length = np.sqrt((np.diff(corners, axis=0) ** 2).sum(axis=1))
    at = np.concatenate([[0.0], np.cumsum(length)])
    if at[-1] == 0:
        return np.repeat(corners[:1], count, axis=0)
    where = np.linspace(0, at[-1], count)
    return np.stack([np.interp(where, at, corners[:, d]) for d in range(corners.shape[1])], axis=1)


def distance(left: Sequence[Sequence[float]], right: Sequence[Sequence[float]]) -> float:
    """The mean distance between two lines, whatever their directions; 0 for equal ones."""
    if left == right or list(left) == list(right)[::-1]:
        return 0.0
    a, b = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    return (float(_to(steps(left), b).mean()) + float(_to(steps(right), a).mean())) / 2


def _to(points: Floats, corners: Floats) -> Floats:
    """The distance of each point to a line."""
    if len(corners) == 1:
        return np.asarray(np.sqrt(((points - corners[0]) ** 2).sum(axis=1)), dtype=np.float64)
    way = np.diff(corners, axis=0)
    length = np.maximum((way**2).sum(axis=1), 1e-300)
    off = points[:, None, :] - corners[None, :-1, :]
    along = np.clip((off * way).sum(axis=2) / length, 0, 1)
    gap = ((off - along[:, :, None] * way) ** 2).sum(axis=2)
    return np.asarray(np.sqrt(gap.min(axis=1)), dtype=np.float64)


def alike(left: Sequence[Sequence[float]], right: Sequence[Sequence[float]], reach: float) -> float:
    """1 for equal lines, 0 for those further apart than `reach`."""
    if not reach > 0:
        raise ValueError("The reach must be above 0.")
    return max(0.0, 1.0 - distance(left, right) / reach)


def straightened(shape: Line, like: Line) -> Line:
    """The line, run in the direction that is nearer to `like`."""
    a, b = steps(shape), steps(like)
    there, back = float(((a - b) ** 2).sum()), float(((a[::-1] - b) ** 2).sum())
    return shape[::-1] if back < there else shape


def merged(lines: Sequence[Line], noise: Sequence[float] | None = None) -> Line:
    """One line of several of the same thing. Equal lines come back as they are. Raises ValueError for none."""
    if not lines:
        raise ValueError("There is no line to merge.")
    if noise is not None and (len(noise) != len(lines) or not all(0 < one < inf for one in noise)):
        raise ValueError("Each line needs a noise above 0.")
    if all(one == lines[0] or one == lines[0][::-1] for one in lines):
        return min(lines)
    weight = np.ones(len(lines)) if noise is None else np.asarray(noise, dtype=np.float64) ** -2.0
    order = sorted(range(len(lines)), key=lambda i: (lines[i], weight[i]))
    like = min(order, key=lambda i: (sum(distance(lines[i], other) for other in lines), lines[i]))
    mean = sum(weight[i] * steps(straightened(lines[i], lines[like])) for i in order) / weight.sum()
    return _corners(np.asarray(mean, dtype=np.float64))


def _corners(points: Floats) -> Line:
    """Without the steps that lie on the line between those kept (Douglas & Peucker 1973)."""
    length = float(np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)).sum())
    if length == 0:
        return (tuple(float(x) for x in points[0]),)
    keep, todo = {0, len(points) - 1}, [(0, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        gap = _to(points[a + 1 : b], points[[a, b]])
        worst = int(gap.argmax())
        if gap[worst] > TOLERANCE * length:
            keep.add(a + 1 + worst)
            todo += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return tuple(tuple(float(x) for x in points[i]) for i in sorted(keep))
