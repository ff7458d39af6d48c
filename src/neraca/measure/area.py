"""Areas of polygons and of what two of them share, exactly, for any polygon: with holes, crossing itself, degenerate.

A polygon is its corners in order; inside is where a ray crosses the outline an odd number of times (even-odd). Between
two neighbouring heights of corners and crossings no edge meets another, so what is shared is a row of trapezoids there,
and a trapezoid's area is its width half way up times its height. O((n + k) n) with k crossings. Plain Python.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, hypot, isfinite

Point = tuple[float, float]
Polygon = tuple[Point, ...]

CORNERS = 20_000  # of both polygons together; above, the time would be minutes

_Edge = tuple[float, float, float, float]  # x, y of the lower end, x, y of the upper end


def polygon(points: Sequence[Sequence[float]]) -> Polygon:
    """Checked corners: finite numbers, at least three. Raises ValueError naming the corner."""
    for row, point in enumerate(points):
        if len(point) != 2 or not all(isfinite(x) and abs(x) <= 1e150 for x in point):
            raise ValueError(f"Corner {row}: a point is two finite numbers.")
    if len(points) < 3:
        raise ValueError("A polygon has at least three corners.")
    return tuple((float(x), float(y)) for x, y in points)


def bounds(shape: Sequence[Point]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs, ys = [x for x, _ in shape], [y for _, y in shape]
    return min(xs), min(ys), max(xs), max(ys)


def perimeter(shape: Sequence[Point]) -> float:
    """The length of the closed outline."""
    return fsum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(shape, [*shape[1:], *shape[:1]], strict=True))


def area(shape: Sequence[Point]) -> float:
    """What the outline encloses, even-odd."""
    return _swept(shape, shape)[0]


def iou(left: Sequence[Point], right: Sequence[Point]) -> float:
    """What two polygons share over what they cover together: 1 for equal ones, 0 if they share nothing."""
    if _same(left, right):
        return 1.0
    a, b = bounds(left), bounds(right)
    if a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]:
        return 0.0
    one, other, both = _swept(left, right)
    union = one + other - both
    return min(max(both / union, 0.0), 1.0) if union > 0 else 0.0


def _same(left: Sequence[Point], right: Sequence[Point]) -> bool:
    """Equal as outlines: from another corner on, or the other way round."""
    if len(left) != len(right) or sorted(left) != sorted(right):
        return False
    n = len(left)
    for start in (i for i, point in enumerate(right) if point == left[0]):
        if all(left[k] == right[(start + k) % n] for k in range(n)):
            return True
        if all(left[k] == right[(start - k) % n] for k in range(n)):
            return True
    return False


def _edges(shape: Sequence[Point]) -> list[_Edge]:
    found = []
    for (x0, y0), (x1, y1) in zip(shape, [*shape[1:], *shape[:1]], strict=True):
        if y0 < y1:
            found.append((x0, y0, x1, y1))
        elif y1 < y0:
            found.append((x1, y1, x0, y0))
    return found


def _crossing(a: _Edge, b: _Edge) -> float | None:
    """The height at which two edges cross inside both, if they do."""
    ax, ay, bx, by = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    turn = ax * by - ay * bx
    if turn == 0:
        return None
    t = ((b[0] - a[0]) * by - (b[1] - a[1]) * bx) / turn
    y = a[1] + t * ay
    return y if max(a[1], b[1]) < y < min(a[3], b[3]) else None


def _heights(edges: Sequence[_Edge]) -> list[float]:
    found = {y for e in edges for y in (e[1], e[3])}
    live: list[_Edge] = []
    for edge in sorted(edges, key=lambda e: e[1]):
        live = [e for e in live if e[3] > edge[1]]
        low, high = min(edge[0], edge[2]), max(edge[0], edge[2])
        for other in live:
            if max(other[0], other[2]) < low or min(other[0], other[2]) > high:
                continue
            if (y := _crossing(edge, other)) is not None:
                found.add(y)
        live.append(edge)
    return sorted(found)


def _swept(left: Sequence[Point], right: Sequence[Point]) -> tuple[float, float, float]:
    """Area of the one, of the other, and of what they share."""
    if len(left) + len(right) > CORNERS:
        raise ValueError(f"The polygons have more than {CORNERS} corners.")
    marked = sorted([(e, 0) for e in _edges(left)] + [(e, 1) for e in _edges(right)], key=lambda m: m[0][1])
    heights = _heights([e for e, _ in marked])
    parts: tuple[list[float], list[float], list[float]] = ([], [], [])
    live: list[tuple[_Edge, int]] = []
    ahead = 0
    for low, high in pairwise(heights):
        middle = low + (high - low) / 2
        while ahead < len(marked) and marked[ahead][0][1] <= low:
            live.append(marked[ahead])
            ahead += 1
        live = [m for m in live if m[0][3] > low]
        crossed = sorted((e[0] + (e[2] - e[0]) * ((middle - e[1]) / (e[3] - e[1])), side) for e, side in live)
        inside = [False, False]
        before = 0.0
        for x, side in crossed:
            width = (x - before) * (high - low)
            for i in (0, 1):
                if inside[i]:
                    parts[i].append(width)
            if inside[0] and inside[1]:
                parts[2].append(width)
            inside[side] = not inside[side]
            before = x
    return fsum(parts[0]), fsum(parts[1]), fsum(parts[2])
