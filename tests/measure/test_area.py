"""Areas and overlaps: values by hand, and laws that hold for any outline."""

from math import pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import area, cuboids
from neraca.measure.cuboids import Cuboid


def square(x: float, y: float, side: float) -> area.Polygon:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def test_by_hand() -> None:
    assert area.area(square(0, 0, 10)) == 100
    assert area.iou(square(0, 0, 10), square(5, 5, 10)) == pytest.approx(25 / 175)
    assert area.iou(square(0, 0, 10), square(10, 0, 10)) == 0
    bow = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))  # crosses itself: two triangles of area 1
    assert area.area(bow) == pytest.approx(2)
    assert area.area(((0.0, 0.0), (1.0, 1.0), (2.0, 2.0))) == 0
    # shoelace of an uneven quadrangle: (10.2*12.1 - 50.4*10.7 + 50.4*60.3 - 45.9*12.1 + 45.9*55.5 - 12*60.3 + 12*10.7
    # - 10.2*55.5) / 2 = 1727.01
    assert area.area(((10.2, 10.7), (50.4, 12.1), (45.9, 60.3), (12.0, 55.5))) == pytest.approx(1727.01)
    assert area.perimeter(square(0, 0, 2)) == 8


def test_another_first_corner_and_direction_is_the_same_outline() -> None:
    one = ((0.1, 0.2), (3.3, 0.4), (2.2, 5.5))
    assert area.iou(one, (one[1], one[2], one[0])) == 1
    assert area.iou(one, one[::-1]) == 1


points = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=3, max_size=9).map(
    lambda p: tuple((float(x), float(y)) for x, y in p)
)


@given(points, points)
@settings(max_examples=100, deadline=None)
def test_laws(a: area.Polygon, b: area.Polygon) -> None:
    assert area.iou(a, b) == pytest.approx(area.iou(b, a), abs=1e-9)
    assert 0 <= area.iou(a, b) <= 1
    assert area.iou(a, a) == 1
    moved = tuple((x + 7.25, y - 3.5) for x, y in a)
    assert area.area(moved) == pytest.approx(area.area(a), abs=1e-6)
    wide = tuple((2 * x, 2 * y) for x, y in a)
    assert area.area(wide) == pytest.approx(4 * area.area(a), abs=1e-6)


@given(points)
@settings(max_examples=40, deadline=None)
def test_equals_counting_points(a: area.Polygon) -> None:
    """The even-odd area by scan lines at thousandths of the height."""
    low, high = min(y for _, y in a), max(y for _, y in a)
    total, step = 0.0, (high - low) / 2000
    for i in range(2000):
        y = low + (i + 0.5) * step
        xs = sorted(
            p[0] + (q[0] - p[0]) * (y - p[1]) / (q[1] - p[1])
            for p, q in zip(a, [*a[1:], a[0]], strict=True) if (p[1] <= y) != (q[1] <= y)
        )  # fmt: skip
        total += step * sum(right - left for left, right in zip(xs[::2], xs[1::2], strict=True))
    assert area.area(a) == pytest.approx(total, rel=1e-3, abs=0.5)


def test_checked() -> None:
    with pytest.raises(ValueError, match="Corner 1: a point is two finite numbers"):
        area.polygon([(0, 0), (float("nan"), 1), (2, 2)])
    with pytest.raises(ValueError, match="at least three"):
        area.polygon([(0, 0), (1, 1)])
    with pytest.raises(ValueError, match="more than"):
        area.area(tuple((float(i), float(i * i % 7)) for i in range(20_000)))


# Independent values (computed with another library's rotated rectangles), x y l w yaw
GROUND = [
    ((0, 0, 4, 2, 0), (0, 0, 4, 2, pi / 2), 1 / 3),  # 4 of 8 + 8 - 4
    ((0, 0, 1, 1, 0), (0, 0, 1, 1, pi / 4), 0.7071067811865476),  # the octagon 2 sqrt 2 - 2 of 2 - (2 sqrt 2 - 2)
    ((10, 5, 4.6, 1.9, 0.3), (10.3, 5.2, 4.4, 1.8, 0.35), 0.7710789753730196),
    ((0, 0, 4, 2, 0), (0, 0, 4, 2, pi), 1.0),
]


@pytest.mark.parametrize(("a", "b", "expected"), GROUND)
def test_footprints(a: tuple[float, ...], b: tuple[float, ...], expected: float) -> None:
    one, other = (Cuboid(c[0], c[1], 0, c[2], c[3], 1, c[4]) for c in (a, b))
    assert cuboids.iou_ground(one, other) == pytest.approx(expected, abs=1e-9)
    assert cuboids.iou(one, other) == pytest.approx(expected, abs=1e-9)


def test_cuboids_in_space() -> None:
    assert cuboids.iou(Cuboid(0, 0, 0, 4, 2, 1.5, 0), Cuboid(1, 0, 0.5, 4, 2, 1.5, 0)) == pytest.approx(1 / 3)
    a, b = Cuboid(10, 5, 0.8, 4.6, 1.9, 1.6, 0.3), Cuboid(10.3, 5.2, 0.7, 4.4, 1.8, 1.5, 0.35)
    assert cuboids.iou(a, b) == pytest.approx(0.6853125807622368, abs=1e-9)
    assert cuboids.iou(a, a) == 1
    assert cuboids.iou(a, a._replace(z=9)) == 0


def test_cuboids_merge() -> None:
    car = Cuboid(1, 2, 0, 4, 2, 1, 0.1)
    found = cuboids.merged([car, car._replace(yaw=-0.1, x=3), car._replace(yaw=pi, x=2)])
    assert found.yaw == pytest.approx(0, abs=1e-9)  # the third has front and back mixed up
    assert found.x == pytest.approx(2)
    assert cuboids.merged([car, car]) == car
    heavy = cuboids.merged([car, car._replace(x=3)], [0.1, 1.0])
    assert heavy.x == pytest.approx((1 * 100 + 3) / 101)
    with pytest.raises(ValueError, match="no cuboid"):
        cuboids.merged([])
    with pytest.raises(ValueError, match="noise above 0"):
        cuboids.merged([car, car], [1, 0])
    with pytest.raises(ValueError, match="above 0"):
        cuboids.checked([0, 0, 0, 1, 0, 1, 0])
    with pytest.raises(ValueError, match="seven finite"):
        cuboids.checked([0, 0, 0, 1, 1, 1, float("inf")])
