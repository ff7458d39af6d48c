import random
from math import cos, nan, pi, sin
from typing import Any

import numpy as np
import pytest
from bench.measures import crowds
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import area, boxes, cuboids, existence, lines, objects, spans
from neraca.measure.boxes import Box
from neraca.measure.cuboids import Cuboid
from neraca.measure.objects import Seen


@pytest.mark.parametrize("seed", range(3))
def test_boxes_beat_the_vote_and_the_best_labeler(seed: int) -> None:
    seen, asked, truth = crowds.of_boxes(seed)
    found = objects.estimate(seen, asked, objects.BOX, tasks=60, labelers=12, classes=3)
    votes = objects.by_votes(seen, asked, objects.BOX, tasks=60)
    for least, gain in ((0.5, 0.01), (0.8, 0.05)):
        ours, iou = crowds.score(found.there(), truth, boxes.iou, least)
        theirs, their_iou = crowds.score(votes, truth, boxes.iou, least)
        assert ours > theirs + gain
        assert iou > their_iou + 0.01
    singles = []
    for w in range(12):
        mine = [t for t, v in asked if v == w]
        drawn = [objects.Found(s.task, [], 1.0, s.label, 1.0, s.shape) for s in seen if s.labeler == w]
        on_these = [truth[t] if t in mine else [] for t in range(60)]
        singles.append(crowds.score(drawn, on_these, boxes.iou, 0.8)[0])
    assert crowds.score(found.there(), truth, boxes.iou, 0.8)[0] > max(singles)


def test_existence_finds_who_overlooks_and_who_invents() -> None:
    rng = np.random.default_rng(0)
    recall, invents = rng.beta(6, 2, 10), rng.beta(1, 8, 10)
    rows: list[tuple[int, int, int]] = []
    truth: list[int] = []
    for _ in range(100):
        who = rng.permutation(10)[:5]
        for there in (1,) * 5 + (0,) * 8:
            drew = rng.random(5) < (recall if there else invents)[who]
            if drew.any():
                rows += [(len(truth), int(w), int(d)) for w, d in zip(who, drew, strict=True)]
                truth.append(there)
    where, labeler, drew_ = ([r[i] for r in rows] for i in range(3))
    found = existence.estimate(where, labeler, drew_, candidates=len(truth), labelers=10)
    right = np.array(truth) == 1
    vote = existence.shares(where, drew_, candidates=len(truth)) > 0.5
    assert ((found.there > 0.5) == right).mean() > (vote == right).mean() + 0.02
    assert np.corrcoef(found.recall, recall)[0, 1] > 0.9
    assert np.corrcoef(found.invents, invents)[0, 1] > 0.9
    assert abs(found.recall.mean() - recall.mean()) < 0.05  # without the truncation it would be too high
    assert abs(found.there.mean() - right.mean()) < 0.05


def test_existence_is_defined_for_odd_crowds() -> None:
    found = existence.estimate([0, 0, 1], [0, 1, 0], [1, 1, 0], candidates=3, labelers=2)
    assert np.isfinite(found.there).all()
    assert found.there[2] == 0
    assert existence.estimate([], [], [], candidates=0, labelers=0).there.tolist() == []
    with pytest.raises(ValueError, match="Row 0: a mark is 1"):
        existence.estimate([0], [0], [0.5], candidates=1, labelers=1)


def test_a_class_is_found_by_who_knows_it() -> None:
    seen, asked, truth = crowds.of_boxes(5, answers=7)
    found = objects.estimate(seen, asked, objects.BOX, tasks=60, labelers=12, classes=3).there()
    right = [
        any(boxes.iou(f.shape, b) > 0.5 and c == f.label for b, c in truth[f.task])
        for f in found if any(boxes.iou(f.shape, b) > 0.5 for b, _ in truth[f.task])
    ]  # fmt: skip
    assert np.mean(right) > 0.95


shapes = {
    "box": (objects.BOX, Box(1.5, 2.25, 30.1, 40.7)),
    "polygon": (objects.POLYGON, ((0.0, 0.0), (10.0, 1.0), (9.0, 12.0), (1.0, 8.0))),
    "cuboid": (objects.CUBOID, Cuboid(1.0, 2.0, 0.5, 4.5, 1.9, 1.6, 0.3)),
    "point": (objects.point_geometry(10.0), (3.3, 4.4)),
    "line": (objects.line_geometry(10.0), ((0.0, 0.0), (10.0, 5.0), (20.0, 0.0))),
    "span": (spans.SPAN, (3, 9)),
}  # each geometry with one shape of its sort


@pytest.mark.parametrize("name", list(shapes))
@pytest.mark.parametrize("people", [1, 2, 5])
def test_unanimity_is_given_back(name: str, people: int) -> None:
    geometry, shape = shapes[name]
    seen = [Seen(0, w, 0, shape) for w in range(people)]
    found = objects.estimate(seen, [(0, w) for w in range(people)], geometry, tasks=1, labelers=people)  # type: ignore[arg-type]  # one of many sorts
    assert [(f.shape, f.rows) for f in found.there()] == [(shape, list(range(people)))]


@given(st.integers(0, 1000))
@settings(max_examples=4, deadline=None)
def test_the_order_of_rows_makes_no_difference(seed: int) -> None:
    seen, asked, _ = crowds.of_boxes(0, tasks=6, labelers=5, answers=4)
    rng = random.Random(seed)  # noqa: S311 - repeatable
    mixed, others = rng.sample(seen, len(seen)), rng.sample(asked, len(asked))
    one = objects.estimate(seen, asked, objects.BOX, tasks=6, labelers=5, classes=3)
    other = objects.estimate(mixed, others, objects.BOX, tasks=6, labelers=5, classes=3)
    assert [(f.task, f.label) for f in one.found] == [(f.task, f.label) for f in other.found]
    assert np.abs(np.array([f.shape for f in one.found]) - [f.shape for f in other.found]).max() < 1e-6
    assert np.abs(np.array([f.there for f in one.found]) - [f.there for f in other.found]).max() < 1e-9


def test_cuboids_polygons_points_and_lines_lose_their_labelers_bias() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(0, 0.08, 6)
    wide -= wide.mean()
    asked = [(t, w) for t in range(40) for w in range(6)]
    cars, blobs = [], []
    for t, w in asked:
        x, y, yaw = (float(v) for v in np.random.default_rng(t).uniform([0, 0, -3], [50, 50, 3]))
        grow = np.exp(wide[w] + rng.normal(0, 0.01, 3))
        turn = pi if rng.random() < 0.15 else 0.0
        there = x + float(rng.normal(0, 0.1)), y + float(rng.normal(0, 0.1)), 0.8
        cars.append(
            Seen(t, w, 0, Cuboid(*there, 4.5 * grow[0], 1.9 * grow[1], 1.6 * grow[2], yaw + rng.normal(0, 0.03) + turn))
        )
        radius = 20 * (1 + wide[w])
        angles = [2 * pi * i / 40 for i in range(40)]
        blobs.append(
            Seen(
                t,
                w,
                0,
                tuple(
                    (x + (radius + rng.normal(0, 0.3)) * cos(a), y + (radius + rng.normal(0, 0.3)) * sin(a))
                    for a in angles
                ),
            )
        )
    found = objects.estimate(cars, asked, objects.CUBOID, tasks=40, labelers=6)
    real = [np.random.default_rng(t).uniform([0, 0, -3], [50, 50, 3]) for t in range(40)]
    truth = [Cuboid(float(r[0]), float(r[1]), 0.8, 4.5, 1.9, 1.6, float(r[2])) for r in real]
    ours = np.mean([cuboids.iou(f.shape, truth[f.task]) for f in found.found])
    plain = np.mean([cuboids.iou(cuboids.merged([cars[r].shape for r in f.rows]), truth[f.task]) for f in found.found])
    assert len(found.found) == 40
    assert ours >= plain - 0.005
    turned = [cos(f.shape.yaw - truth[f.task].yaw) > 0.9 for f in found.found]
    assert np.mean(turned) > 0.9  # three of six with front and back mixed up can go either way
    assert np.corrcoef(found.bias[:, 2], wide)[0, 1] > 0.95
    outlines = objects.estimate(blobs, asked, objects.POLYGON, tasks=40, labelers=6)
    assert np.corrcoef(outlines.bias[:, 0], wide)[0, 1] > 0.95
    sizes = [area.area(f.shape) / (pi * 400) for f in outlines.found]
    assert np.mean(sizes) == pytest.approx(1.0, abs=0.03)


def test_points_and_lines() -> None:
    rng = np.random.default_rng(1)
    asked = [(t, w) for t in range(50) for w in range(4)]
    shift = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    truth = rng.uniform(0, 500, (50, 2))
    points = [
        Seen(t, w, 0, tuple(float(x) for x in truth[t] + shift[w] + rng.normal(0, 0.5, 2)))
        for t, w in asked
        if (t + w) % 4
    ]
    found = objects.estimate(points, asked, objects.point_geometry(30), tasks=50, labelers=4)
    error = [np.hypot(*(np.array(f.shape) - truth[f.task])) for f in found.there()]
    plain = [np.hypot(*(np.mean([points[r].shape for r in f.rows], axis=0) - truth[f.task])) for f in found.there()]
    assert np.mean(error) < 0.6 * np.mean(plain)
    lanes: list[Seen[lines.Line]] = [
        Seen(t, w, 0, ((0.0, 10.0 * t + (5 if w == 3 and t % 2 else 0)), (100.0, 10.0 * t))) for t, w in asked
    ]
    merged = objects.estimate(lanes, asked, objects.line_geometry(12), tasks=50, labelers=4)
    assert len(merged.there()) == 50
    assert abs(merged.found[1].shape[0][1] - 10.0) < 1.25  # the plain mean is off by 5 / 4


def square(x: float, y: float, side: float = 10.0) -> area.Polygon:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


Case = tuple[objects.Geometry[Any], tuple[Any, Any, Any], list[Any]]
FAR = 1e200
# A geometry; a shape, one like it and one elsewhere; and what is no shape of that sort.
CASES: dict[str, Case] = {
    "boxes": (
        objects.BOX, (Box(0, 0, 9, 9), Box(1, 0, 9, 9), Box(300, 0, 9, 9)), [Box(FAR, 0, 1, 1), Box(0, 0, nan, 1)],
    ),
    "polygons": (
        objects.POLYGON, (square(0, 0), square(1, 0), square(300, 0)),
        [(), square(0, 0)[:2], ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)), square(0, nan), square(0, 0, FAR)],
    ),
    "cuboids": (
        objects.CUBOID, (Cuboid(0, 0, 0, 4, 2, 1, 0), Cuboid(0.1, 0, 0, 4, 2, 1, 3.1), Cuboid(50, 0, 0, 4, 2, 1, 0)),
        [Cuboid(0, 0, 0, -1, 1, 1, 0), Cuboid(0, 0, 0, 1, 1, 1, nan), Cuboid(FAR, 0, 0, 1, 1, 1, 0)],
    ),
    "points": (
        objects.point_geometry(5), ((0.0, 0.0), (1.0, 0.0), (300.0, 0.0)),
        [(), (0.0,), (0.0, 0.0, 0.0), (nan, 0.0), (FAR, 0.0)],
    ),
    "lines": (
        objects.line_geometry(5), (((0.0, 0.0), (9.0, 0.0)), ((0.0, 1.0), (9.0, 1.0)), ((300.0, 0.0), (310.0, 0.0))),
        [(), ((0.0, 0.0, 0.0),), ((0.0, 0.0), (1.0,)), ((nan, 0.0), (1.0, 1.0)), ((FAR, 0.0), (1.0, 1.0))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_odd_crowds_have_a_defined_result_for_every_geometry(name: str) -> None:
    geometry, (one, like, other), _ = CASES[name]
    for drawn, things in (
        ([], 0), ([(0, one)], 1), ([(0, one), (0, one)], 2), ([(w, one) for w in range(5)], 1),
        ([(0, one), (1, like)], 1), ([(0, one), (1, other)], 2), ([(0, one), (1, one), (2, like), (2, other)], 2),
    ):  # fmt: skip
        seen = [Seen(1, w, w % 2, shape) for w, shape in drawn]
        found = objects.estimate(seen, [(1, w) for w in range(5)], geometry, tasks=3, labelers=6, classes=2)
        assert len(found.found) == things
        assert all(0 <= f.there <= 1 and 0 < f.sure <= 1 for f in found.found)
        assert all(np.isfinite(np.array(f.shape, dtype=np.float64)).all() for f in found.found)
        assert all(np.isfinite(v).all() for v in (found.recall, found.invents, found.noise, found.bias))
        assert found.converged or len(seen) < 5  # of few hands nothing tells which one is steady
        assert found.iterations < 1000
    nothing = objects.estimate([], [], geometry, tasks=0, labelers=0)
    assert (nothing.found, nothing.converged) == ([], True)


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_shape_of_its_sort_is_named(name: str) -> None:
    geometry, (good, *_), bad = CASES[name]
    for shape in bad:
        with pytest.raises(ValueError, match=r"Row 1: .* is no shape that has a place and a size"):
            objects.estimate(
                [Seen(0, 0, 0, good), Seen(0, 1, 0, shape)], [(0, 0), (0, 1)], geometry, tasks=1, labelers=2
            )


@pytest.mark.parametrize("reach", [0.0, -1.0, float("nan"), float("inf")])
def test_a_reach_is_a_finite_number_above_0(reach: float) -> None:
    for geometry in (objects.point_geometry, objects.line_geometry):
        with pytest.raises(ValueError, match="The reach is"):
            geometry(reach)


@pytest.mark.parametrize(
    "box", [Box(0, 0, 0, 5), Box(0, 0, -3, -3), Box(float("nan"), 0, 1, 1), Box(0, 0, float("inf"), 1)]
)
def test_a_box_without_place_or_size_is_named(box: Box) -> None:
    with pytest.raises(ValueError, match=r"Row 1: Box\(.* is no shape"):
        objects.estimate(
            [Seen(0, 0, 0, Box(0, 0, 1, 1)), Seen(0, 1, 0, box)], [(0, 0), (0, 1)], objects.BOX, tasks=1, labelers=2
        )


def test_bad_rows_are_named() -> None:
    with pytest.raises(ValueError, match="Row 0: labeler 1 gave no answer to task 0"):
        objects.estimate([Seen(0, 1, 0, Box(0, 0, 1, 1))], [(0, 0)], objects.BOX, tasks=1, labelers=2)
    with pytest.raises(ValueError, match="Answer 0: there is no task 3"):
        objects.estimate([], [(3, 0)], objects.BOX, tasks=1, labelers=1)
    with pytest.raises(ValueError, match="no class 4"):
        objects.estimate([Seen(0, 0, 4, Box(0, 0, 1, 1))], [(0, 0)], objects.BOX, tasks=1, labelers=1)
    assert objects.estimate([], [(0, 0)], objects.BOX, tasks=1, labelers=1).found == []
    with pytest.raises(ValueError, match=r"Row 0: .* is no shape"):
        objects.estimate([Seen(0, 0, 0, Cuboid(0, 0, 0, 1, 0, 1, 0))], [(0, 0)], objects.CUBOID, tasks=1, labelers=1)
    with pytest.raises(ValueError, match="begins before it ends"):
        spans.span(3, 3)
