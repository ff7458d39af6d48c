"""One polygon, line, mask of several: against the plain vote, and by the laws."""

from math import cos, hypot, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import area, lines, masks, polygons, staple
from neraca.measure.arrays import Bools, Floats, Ints


def blob(rng: np.random.Generator, radius: float, wobble: float, corners: int = 60) -> area.Polygon:
    waves = rng.normal(0, wobble, 4)
    turns = [2 * pi * i / corners for i in range(corners)]
    reach = [radius + sum(float(c) * cos((k + 2) * a) for k, c in enumerate(waves)) for a in turns]
    return tuple((50 + r * cos(a), 50 + r * sin(a)) for r, a in zip(reach, turns, strict=True))


def test_the_mean_of_outlines_is_nearer_than_each_and_than_the_vote() -> None:
    rng = np.random.default_rng(0)
    truth = tuple((50 + 20 * cos(2 * pi * i / 60), 50 + 20 * sin(2 * pi * i / 60)) for i in range(60))
    single, vote, ours = [], [], []
    grid = np.stack(np.meshgrid(np.arange(20.25, 80, 1.0), np.arange(20.25, 80, 1.0)), axis=2).reshape(-1, 2)
    inside = polygons.signed(truth, grid) > 0
    for _ in range(6):
        drawn = [blob(rng, 20, 1.2) for _ in range(4)]
        single += [area.iou(d, truth) for d in drawn]
        half = np.mean([polygons.signed(d, grid) > 0 for d in drawn], axis=0) > 0.5
        vote.append(masks.iou(half, inside))
        ours.append(area.iou(polygons.merged(drawn), truth))
    assert np.mean(ours) > np.mean(vote) + 0.005
    assert np.mean(ours) > np.mean(single) + 0.02


def test_two_circles_meet_half_way() -> None:
    rng = np.random.default_rng(0)
    found = polygons.merged([blob(rng, 18, 0), blob(rng, 22, 0)])
    assert area.area(found) == pytest.approx(pi * 400, rel=0.01)
    near = polygons.merged([blob(rng, 18, 0), blob(rng, 22, 0)], noise=[1, 3])
    assert area.area(near) == pytest.approx(pi * 18.4**2, rel=0.01)  # (18 + 22 / 9) / (1 + 1 / 9)
    taken_off = polygons.merged([blob(rng, 18, 0), blob(rng, 22, 0)], bias=[-2, 2])
    assert area.area(taken_off) == pytest.approx(pi * 400, rel=0.01)


@given(st.integers(0, 50), st.integers(1, 4))
@settings(max_examples=5, deadline=None)
def test_polygons_unanimity_and_order(seed: int, people: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, c = (blob(rng, 20, 2) for _ in range(3))
    assert polygons.merged([a] * people) == a
    assert polygons.merged([a, b, c]) == polygons.merged([c, a, b])


def test_signed_distance_by_hand() -> None:
    square = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
    found = polygons.signed(square, np.array([[2.0, 2.0], [1.0, 2.0], [6.0, 2.0], [7.0, 8.0]]))
    assert found.tolist() == [2, 1, -2, -5]
    assert polygons.displacements(square, ((1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)), 8).tolist() == [1] * 8


def test_apart_polygons_fall_back_to_one_of_them() -> None:
    far = ((200.0, 200.0), (210.0, 200.0), (205.0, 210.0))
    near = ((0.0, 0.0), (10.0, 0.0), (5.0, 10.0))
    assert polygons.merged([near, far]) in {near, far}
    flat = ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0))
    assert polygons.merged([flat, ((0.0, 0.0), (1.0, 1.0), (3.0, 3.0))])
    with pytest.raises(ValueError, match="no polygon"):
        polygons.merged([])
    with pytest.raises(ValueError, match="noise above 0"):
        polygons.merged([near, far], noise=[1.0])


def test_a_ring_with_a_hole_is_traced() -> None:
    xs = ys = np.arange(0.0, 21.0)
    field = np.array([[4 - abs(hypot(x - 10, y - 10) - 5) * 2 for x in xs] for y in ys])
    rings = polygons.traced(field, xs, ys)
    assert sorted(round(area.area(r)) for r in rings) == pytest.approx([pi * 9, pi * 49], rel=0.06)


def test_lines() -> None:
    one, other = ((0.0, 0.0), (10.0, 0.0)), ((10.0, 2.0), (0.0, 2.0))  # run the other way
    assert lines.distance(one, other) == pytest.approx(2)
    assert lines.alike(one, one[::-1], 5) == 1
    assert lines.merged([one, other]) == ((0.0, 1.0), (10.0, 1.0))
    assert lines.merged([one, other], noise=[1, 3])[0] == pytest.approx((0.0, 0.2))
    assert lines.merged([one, one[::-1], one]) == one
    bent = ((0.0, 0.0), (5.0, 5.0), (10.0, 0.0))
    assert len(lines.merged([bent, tuple((x, y + 1) for x, y in bent)])) <= 5
    assert lines.merged([((1.0, 1.0),), ((3.0, 1.0),)]) == ((2.0, 1.0),)
    with pytest.raises(ValueError, match="Corner 1"):
        lines.line([(0, 0), (1,)])
    with pytest.raises(ValueError, match="Corner 0"):
        lines.line([(float("nan"), 0)])
    with pytest.raises(ValueError, match="at least one point"):
        lines.line([])
    with pytest.raises(ValueError, match="no line"):
        lines.merged([])


coordinates = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6).map(
    lambda p: tuple((float(x), float(y)) for x, y in p)
)


@given(coordinates, coordinates)
@settings(max_examples=60, deadline=None)
def test_lines_laws(a: lines.Line, b: lines.Line) -> None:
    assert lines.distance(a, b) == pytest.approx(lines.distance(b, a), abs=1e-9)
    assert lines.distance(a, a) == 0
    assert lines.merged([a, b]) == lines.merged([b, a])


def crowd(seed: int, answers: int) -> tuple[list[Bools], list[Ints], list[Bools], Floats]:
    """Blobs painted by labelers who are too wide or too tight, and careless in unlike ways."""
    rng = np.random.default_rng(seed)
    wide, careless = rng.normal(0, 2, 8), np.exp(rng.normal(0.6, 0.6, 8))
    wide -= wide.mean()
    y, x = np.mgrid[:64, :64]
    painted, people, truth = [], [], []
    for _ in range(40):
        cx, cy = rng.uniform(24, 40, 2)
        angle, away = np.arctan2(y - cy, x - cx), np.hypot(x - cx, y - cy)
        waves = rng.normal(0, 1.5, 3)
        edge = 14 + sum(waves[k] * np.cos((k + 1) * angle) for k in range(3))
        who = rng.permutation(8)[:answers]
        drawn = []
        for w in who:
            wobble = rng.normal(0, 1, 6) * careless[w] / 2
            drawn.append(
                away < edge + wide[w] + sum(wobble[k] * np.cos((k + 1) * angle + rng.uniform(0, 6)) for k in range(6))
            )
        painted.append(np.array(drawn))
        people.append(who)
        truth.append(away < edge)
    return painted, people, truth, wide


@pytest.mark.parametrize("answers", [3, 5])
def test_masks_beat_the_vote_and_each_one(answers: int) -> None:
    painted, people, truth, wide = crowd(1, answers)
    vote = np.mean([masks.iou(masks.majority(p), t) for p, t in zip(painted, truth, strict=True)])
    single = np.mean([masks.iou(one, t) for p, t in zip(painted, truth, strict=True) for one in p])
    found = masks.estimate(painted, people, size=8)  # type: ignore[arg-type]  # arrays are sequences of integers
    ours = np.mean([masks.iou(m, t) for m, t in zip(found.mask, truth, strict=True)])
    assert ours > vote + 0.02
    assert vote > single
    assert np.corrcoef(found.bias, wide)[0, 1] > 0.95
    assert found.converged
    classic = staple.estimate(painted, people, size=8)  # type: ignore[arg-type]  # the same
    assert np.mean([masks.iou(p > 0.5, t) for p, t in zip(classic.there, truth, strict=True)]) > vote


def test_signed_distance_of_a_mask_equals_the_definition() -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((12, 15)) < 0.5
    found = masks.signed_distance(mask, 4)
    for r, c in np.ndindex(mask.shape):
        gaps = [hypot(r - i, c - j) for i, j in np.ndindex(mask.shape) if mask[i, j] != mask[r, c]]
        assert found[r, c] == pytest.approx((1 if mask[r, c] else -1) * min(min(gaps, default=9) - 0.5, 4))


@pytest.mark.parametrize("people", [1, 3])
def test_masks_unanimity_order_and_bad_input(people: int) -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((9, 11)) < 0.4
    same = [np.stack([mask] * people)]
    assert (masks.estimate(same, [range(people)], size=people).mask[0] == mask).all()
    assert ((staple.estimate(same, [range(people)], size=people).there[0] > 0.5) == mask).all()
    many = rng.random((3, 9, 11)) < 0.5
    one, other = (masks.estimate([many[o]], [o], size=3) for o in ([0, 1, 2], [2, 0, 1]))
    assert (one.mask[0] == other.mask[0]).all()
    empty = np.zeros((2, 4, 4), dtype=np.bool_)
    assert not masks.estimate([empty], [[0, 1]], size=2).mask[0].any()
    assert not (staple.estimate([empty], [[0, 1]], size=2).there[0] > 0.5).any()
    assert masks.estimate([], [], size=2).mask == []
    assert masks.iou(empty[0], empty[1]) == 1
    for method in (masks.estimate, staple.estimate):
        with pytest.raises(ValueError, match="Task 0: each mask needs its labeler"):
            method([empty], [[0, 5]], size=2)
        with pytest.raises(ValueError, match="Task 0: the masks must be"):
            method([np.zeros((0, 4, 4), dtype=np.bool_)], [[]], size=2)
