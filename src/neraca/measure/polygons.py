"""One outline of several of the same thing, by the mean of their signed distances (Rohlfing & Maurer 2007), clipped.

f_w(q) = distance of the point q to the outline of w, above 0 inside
g(q) = sum_w u_w clip(f_w(q) - b_w, -c, c),   u_w = 1 / noise_w^2,   b_w = how much w draws too wide;   merged g = 0

Half the votes for each pixel is c -> 0, the plain mean is c -> infinity. Near the outline, how far off each one is
tells more than a vote; far off, it only says that something went wrong. So c is how far the outlines are apart on
average. g is laid out on a grid of `CELLS` cells along the longer side and its zero line is traced (marching squares
with linear interpolation), then corners that matter less than an eighth of a cell are left out.
"""

from collections.abc import Sequence

import numpy as np

from neraca.measure import area
from neraca.measure.area import Point, Polygon
from neraca.measure.arrays import Bools, Floats

CELLS = 64
MARGIN = 3  # cells around
OFF = 0.37  # of a cell, so that straight outlines do not run through the grid's points
AT_ONCE = 2_000_000  # distances of points to edges that are held at a time


def signed(shape: Sequence[Point], points: Floats) -> Floats:
    """The distance of each of M points (M x 2) to the outline, above 0 inside (even-odd)."""
    corners = np.asarray(shape, dtype=np.float64)
    found = np.empty(len(points))
    step = max(AT_ONCE // len(corners), 1)
    for start in range(0, len(points), step):
        found[start : start + step] = _signed(corners, points[start : start + step])
    return found


def _signed(a: Floats, q: Floats) -> Floats:
    b = np.roll(a, -1, axis=0)
    way = b - a
    length = np.maximum((way**2).sum(axis=1), 1e-300)
    off = q[:, None, :] - a[None, :, :]
    along = np.clip((off * way).sum(axis=2) / length, 0, 1)
    nearest = off - along[:, :, None] * way
    distance = np.sqrt((nearest**2).sum(axis=2).min(axis=1))
    y = q[:, None, 1]
    spans = (a[None, :, 1] <= y) != (b[None, :, 1] <= y)
    rise = np.where(way[:, 1] == 0, 1.0, way[:, 1])
    right = a[None, :, 0] + (y - a[None, :, 1]) * (way[:, 0] / rise) > q[:, None, 0]
    inside = (spans & right).sum(axis=1) % 2 == 1
    signed: Floats = np.where(inside, distance, -distance)
    return signed


def displacements(shape: Sequence[Point], like: Sequence[Point], count: int = 16) -> Floats:
    """How far `shape` reaches beyond `like` (below 0: stays inside) at `count` points of the latter's outline."""
    return signed(shape, along(like, count))


def apart(shapes: Sequence[Polygon], count: int = 16) -> float:
    """The mean distance between the outlines of two of them; 0 for one."""
    gaps = [
        float(np.abs(displacements(a, b, count)).mean())
        for i, a in enumerate(shapes) for j, b in enumerate(shapes) if i != j
    ]  # fmt: skip
    return float(np.mean(sorted(gaps))) if gaps else 0.0


def along(shape: Sequence[Point], count: int) -> Floats:
    """`count` points (count x 2) at equal steps along the closed outline, from the least corner on."""
    corners = np.asarray(shape, dtype=np.float64)
    corners = np.roll(corners, -int(np.lexsort((corners[:, 1], corners[:, 0]))[0]), axis=0)
    closed = np.concatenate([corners, corners[:1]])
    length = np.sqrt((np.diff(closed, axis=0) ** 2).sum(axis=1))
    at = np.concatenate([[0.0], np.cumsum(length)])
    where = np.arange(count) / count * at[-1]
    return np.stack([np.interp(where, at, closed[:, 0]), np.interp(where, at, closed[:, 1])], axis=1)


def merged(
    shapes: Sequence[Polygon], noise: Sequence[float] | None = None, bias: Sequence[float] | None = None,
    *, cells: int = CELLS,
) -> Polygon:  # fmt: skip
    """One outline; the largest part where the mean falls apart. Noise and bias in the unit of the points.

    Equal outlines come back as the first of them. Raises ValueError for none.
    """
    if not shapes:
        raise ValueError("There is no polygon to merge.")
    if all(area.iou(shapes[0], s) == 1.0 for s in shapes[1:]) and not any(bias or ()):
        return min(shapes)
    rings = rings_of(shapes, noise, bias, cells=cells)
    if rings:
        return max(rings, key=lambda r: (area.area(r), r))
    return max(shapes, key=lambda s: (sum(area.iou(s, other) for other in shapes), s))


def rings_of(
    shapes: Sequence[Polygon], noise: Sequence[float] | None = None, bias: Sequence[float] | None = None,
    *, cells: int = CELLS,
) -> list[Polygon]:  # fmt: skip
    """Every closed line where the mean is 0: outlines and the holes in them."""
    weight = np.ones(len(shapes)) if noise is None else np.asarray(noise, dtype=np.float64) ** -2.0
    wide = np.zeros(len(shapes)) if bias is None else np.asarray(bias, dtype=np.float64)
    if len(weight) != len(shapes) or len(wide) != len(shapes) or not np.isfinite(weight).all():
        raise ValueError("Each polygon needs a noise above 0.")
    left, top, right, bottom = area.bounds([p for s in shapes for p in s])
    cell = max(right - left, bottom - top) / cells
    if cell <= 0:
        return []
    xs: Floats = left + cell * (np.arange(-MARGIN, int((right - left) / cell) + MARGIN + 2, dtype=np.float64) + OFF)
    ys: Floats = top + cell * (np.arange(-MARGIN, int((bottom - top) / cell) + MARGIN + 2, dtype=np.float64) + OFF)
    grid = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)
    clip = max(apart(shapes), cell)
    mean = np.zeros(len(grid))
    for shape, w, b in sorted(zip(shapes, weight, wide, strict=True)):
        mean += w * np.clip(signed(shape, grid) - b, -clip, clip)
    field = (mean / weight.sum()).reshape(len(ys), len(xs))
    field[0], field[-1], field[:, 0], field[:, -1] = (np.minimum(edge, -cell) for edge in _rim(field))
    return [simplified(ring, cell / 8) for ring in traced(field, xs, ys)]


def _rim(field: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    return field[0], field[-1], field[:, 0], field[:, -1]


def traced(field: Floats, xs: Floats, ys: Floats) -> list[Polygon]:
    """The closed lines where a field (rows: ys) that is below 0 all around crosses 0."""
    up = field > 0
    follows: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for r, c in np.argwhere(_mixed(up)):
        follows.update(_segments(int(r), int(c), up, field))
    found = []
    while follows:
        start = min(follows)
        ring, edge = [], start
        while edge in follows:
            ring.append(_point(edge, field, xs, ys))
            edge = follows.pop(edge)
        distinct = [p for i, p in enumerate(ring) if p != ring[i - 1]]
        if len(distinct) >= 3:
            found.append(tuple(distinct))
    return found


def _mixed(up: Bools) -> Bools:
    total = up[:-1, :-1].astype(int) + up[1:, :-1] + up[:-1, 1:] + up[1:, 1:]
    return (total > 0) & (total < 4)


def _segments(r: int, c: int, up: Bools, field: Floats) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """From edge to edge through a cell, always with the inside on one hand. An edge: row, column, 0 across | 1 down."""
    corners = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]  # clockwise on a screen
    edges = [(r, c, 0), (r, c + 1, 1), (r + 1, c, 0), (r, c, 1)]  # edge i runs from corner i to corner i + 1
    is_up = [bool(up[k]) for k in corners]
    enter = [i for i in range(4) if not is_up[i] and is_up[(i + 1) % 4]]  # going round, the inside begins
    leave = [i for i in range(4) if is_up[i] and not is_up[(i + 1) % 4]]
    if len(enter) == 1:
        return [(edges[leave[0]], edges[enter[0]])]
    joined = float(sum(field[k] for k in corners)) > 0  # a saddle: are the two corners inside connected?
    return [(edges[out], edges[min(enter, key=lambda i: ((i - out) if joined else (out - i)) % 4)]) for out in leave]


def _point(edge: tuple[int, int, int], field: Floats, xs: Floats, ys: Floats) -> Point:
    r, c, down = edge
    a, b = float(field[r, c]), float(field[r + 1, c] if down else field[r, c + 1])
    t = a / (a - b) if a != b else 0.5
    if down:
        return float(xs[c]), float(ys[r] + t * (ys[r + 1] - ys[r]))
    return float(xs[c] + t * (xs[c + 1] - xs[c])), float(ys[r])


def simplified(ring: Polygon, tolerance: float) -> Polygon:
    """The ring without corners that lie within `tolerance` of the line between those that are kept."""
    points = np.asarray(ring, dtype=np.float64)
    far = int(((points - points[0]) ** 2).sum(axis=1).argmax())
    keep = {0, far}
    todo = [(0, far), (far, len(ring))]
    closed = np.concatenate([points, points[:1]])
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        way = closed[b] - closed[a]
        off = closed[a + 1 : b] - closed[a]
        length = float(way @ way)
        t = np.clip(off @ way / length, 0, 1) if length > 0 else np.zeros(len(off))
        gap = np.sqrt(((off - t[:, None] * way) ** 2).sum(axis=1))
        worst = int(gap.argmax())
        if gap[worst] > tolerance:
            middle = a + 1 + worst
            keep.add(middle)
            todo += [(a, middle), (middle, b)]
    kept = tuple(ring[i] for i in sorted(keep))
    return kept if len(kept) >= 3 else ring
