"""Cuboids that stand upright in space: their overlap in three dimensions, and one cuboid of several.

A cuboid is (x, y, z, l, w, h, yaw): its centre in metres, length along its own x axis, width, height, and the angle of
that axis in radians, anticlockwise from +x. The overlap is that of the two footprints times that of the two heights.

merged   centre: weighted mean; sizes: exp of the weighted mean of logarithms; yaw: the direction of the weighted mean
         of unit vectors, after those that point against the heavier half (front and back mixed up) are turned round
"""

from collections.abc import Sequence
from math import atan2, cos, exp, fsum, inf, isfinite, log, pi, sin
from typing import NamedTuple

from neraca.measure import area


class Cuboid(NamedTuple):
    """Metres and radians; l, w, h > 0."""

    x: float
    y: float
    z: float
    l: float  # noqa: E741 - the name that every format gives it
    w: float
    h: float
    yaw: float


def checked(raw: Sequence[float]) -> Cuboid:
    """Seven finite numbers, sizes above 0. Raises ValueError otherwise."""
    if len(raw) != 7 or not all(isfinite(v) and abs(v) <= 1e150 for v in raw):
        raise ValueError("A cuboid is seven finite numbers: x, y, z, l, w, h, yaw.")
    if min(raw[3:6]) <= 0:
        raise ValueError("A cuboid's length, width and height are above 0.")
    return Cuboid(*(float(v) for v in raw))


def footprint(c: Cuboid) -> area.Polygon:
    """The four corners on the ground, anticlockwise from the front left."""
    forward, side = (cos(c.yaw) * c.l / 2, sin(c.yaw) * c.l / 2), (-sin(c.yaw) * c.w / 2, cos(c.yaw) * c.w / 2)
    return tuple((c.x + a * forward[0] + b * side[0], c.y + a * forward[1] + b * side[1]) for a, b in _CORNERS)


_CORNERS = ((1, 1), (-1, 1), (-1, -1), (1, -1))


def iou_ground(a: Cuboid, b: Cuboid) -> float:
    """Overlap seen from above, 0..1."""
    return area.iou(footprint(a), footprint(b))


def iou(a: Cuboid, b: Cuboid) -> float:
    """Overlap in space, 0..1; exactly 1 for equal cuboids."""
    if a == b:
        return 1.0
    tall = min(a.z + a.h / 2, b.z + b.h / 2) - max(a.z - a.h / 2, b.z - b.h / 2)
    if tall <= 0:
        return 0.0
    flat = iou_ground(a, b)
    shared = flat / (1 + flat) * (a.l * a.w + b.l * b.w) * tall  # i = u (A + B) / (1 + u) for u = i / (A + B - i)
    union = a.l * a.w * a.h + b.l * b.w * b.h - shared
    return min(max(shared / union, 0.0), 1.0) if union > 0 else 0.0


def turned(angle: float) -> float:
    """The same direction in -pi..pi."""
    return atan2(sin(angle), cos(angle))


def facing(yaws: Sequence[float], weight: Sequence[float]) -> float:
    """One direction of several that may have front and back mixed up. Of even halves, that of the first."""
    axis = atan2(
        fsum(w * sin(2 * a) for a, w in zip(yaws, weight, strict=True)),
        fsum(w * cos(2 * a) for a, w in zip(yaws, weight, strict=True)),
    ) / 2  # fmt: skip
    ahead = fsum(w if cos(a - axis) >= 0 else -w for a, w in zip(yaws, weight, strict=True))
    if ahead < -1e-12 or (abs(ahead) <= 1e-12 and cos(min(yaws) - axis) < 0):
        axis += pi
    straight = [a if cos(a - axis) >= 0 else a + pi for a in yaws]
    return atan2(
        fsum(w * sin(a) for a, w in zip(straight, weight, strict=True)),
        fsum(w * cos(a) for a, w in zip(straight, weight, strict=True)),
    )  # fmt: skip


def merged(cuboids: Sequence[Cuboid], noise: Sequence[float] | None = None) -> Cuboid:
    """One cuboid of several of the same thing, weighted by 1 / noise^2 (standard deviations, any one unit)."""
    if not cuboids:
        raise ValueError("There is no cuboid to merge.")
    if noise is not None and (len(noise) != len(cuboids) or not all(0 < one < inf for one in noise)):
        raise ValueError("Each cuboid needs a noise above 0.")
    if all(c == cuboids[0] for c in cuboids):
        return cuboids[0]
    weight = [1.0] * len(cuboids) if noise is None else [one**-2 for one in noise]
    total = fsum(weight)

    def mean(values: Sequence[float]) -> float:
        return fsum(w * v for w, v in zip(weight, values, strict=True)) / total

    x, y, z = (mean([c[i] for c in cuboids]) for i in range(3))
    length, width, height = (exp(mean([log(c[i]) for c in cuboids])) for i in range(3, 6))
    return Cuboid(x, y, z, length, width, height, facing([c.yaw for c in cuboids], weight))
