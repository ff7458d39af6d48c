"""Skills of those who draw, learnt from all answers and used on one task."""

import itertools
import random
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from bench.measures import drawing
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import belief, box_groups, boxes, drawers, existence
from neraca.measure.belief import Crowd, Drawer
from neraca.measure.boxes import Box


def judged(crowd: drawing.Crowd) -> list[set[frozenset[int]]]:
    """The groups of each task by `boxes.associate`, as rows."""
    found = []
    for t in range(len(crowd.truth)):
        rows = np.flatnonzero(crowd.task == t)
        drawn = [
            boxes.Drawn(int(crowd.labeler[i]), int(i), str(crowd.label[i]), Box(*crowd.edges[i].tolist())) for i in rows
        ]
        found.append({frozenset(d.place for d in group) for group in boxes.associate(drawn)})
    return found


@pytest.mark.parametrize("seed", range(3))
def test_groups_of_all_tasks_are_those_of_each(seed: int) -> None:
    crowd = drawing.crowd(seed, tasks=40, side=200.0)  # crowded pictures
    group = box_groups.groups(crowd.task, crowd.labeler, crowd.label, crowd.edges)
    for t, wanted in enumerate(judged(crowd)):
        rows = np.flatnonzero(crowd.task == t)
        found: dict[int, set[int]] = {}
        for i in rows:
            found.setdefault(int(group[i]), set()).add(int(i))
        assert {frozenset(g) for g in found.values()} == wanted


def test_groups_refuse_what_is_no_box() -> None:
    assert box_groups.groups([], [], [], []).tolist() == []
    with pytest.raises(ValueError, match="Row 1: a box is wider"):
        box_groups.groups([0, 0], [0, 1], [0, 0], [[0, 0, 1, 1], [0, 0, 0, 1]])
    for absurd in (nan, inf, 1e200):
        with pytest.raises(ValueError, match="Row 0: a box must be a finite number"):
            box_groups.groups([0], [0], [0], [[absurd, 0, 1, 1]])


def table(crowd: drawing.Crowd, **given: Any) -> drawers.Table:
    return drawers.estimate(
        crowd.marks(), crowd.asked[:, 0], crowd.asked[:, 1], tasks=len(crowd.truth), labelers=crowd.labelers,
        classes=crowd.classes, **given,
    )  # fmt: skip


def test_recall_precision_classes_and_hands_are_found() -> None:
    crowd = drawing.crowd(1, tasks=300)
    found = table(crowd)
    assert np.corrcoef(found.recall.value, crowd.finds)[0, 1] > 0.9
    assert np.abs(found.recall.value - crowd.finds).mean() < 0.06
    assert np.corrcoef(found.noise, crowd.shakes)[0, 1] > 0.95
    assert np.corrcoef(found.bias, crowd.wide)[0, 1] > 0.9
    assert np.corrcoef(found.classes.accuracy, crowd.knows)[0, 1] > 0.9
    careless, careful = found.f1.high[:2].max(), found.f1.low[2:].min()
    assert careless < careful
    assert found.precision.high[:2].max() < found.precision.low[2:].min()
    named = drawers.Rate(found.classes.accuracy, found.classes.low, found.classes.high)
    right = crowd.knows + (1 - crowd.knows) / crowd.classes  # who does not know guesses
    assert ((named.low < right) & (right < named.high)).sum() >= 10  # of twelve
    for rate in (found.recall, found.precision, found.f1, named):
        assert ((rate.low > 0) & (rate.low < rate.value) & (rate.value < rate.high) & (rate.high < 1)).all()


def test_gold_is_known() -> None:
    """Two labelers a task, both careless: with the truth of every task given, both are found out."""
    crowd = drawing.crowd(2, tasks=60, labelers=2, answers=2)
    blind, told = table(crowd), table(crowd.with_gold(), sure=np.ones(60, dtype=np.bool_))
    real = [np.mean(drawing.found(crowd, w)) for w in range(2)]
    assert np.abs(told.recall.value - real).max() < 0.08
    assert np.abs(told.recall.value - real).max() < np.abs(blind.recall.value - real).max() + 0.01
    assert set(np.unique(told.there[told.told])) <= {0.0, 1.0}


@pytest.mark.parametrize("classes", [1, 2, 100])
def test_odd_crowds_are_defined(classes: int) -> None:
    """Nothing drawn; one answer each; nobody at all; one class and more than a matrix is learnt for."""
    empty = drawers.Marks(*(np.zeros(0, dtype=np.int64),) * 4, numbers=np.zeros((0, 4)))
    one = drawers.Marks(*(np.zeros(1, dtype=np.int64),) * 4, numbers=np.zeros((1, 4)))
    two = drawers.Marks(
        np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), np.array([0, 0]), np.array([[0.1] * 4, [-0.1] * 4])
    )
    for marks, asked in ((empty, []), (empty, [(0, 0), (0, 1)]), (one, [(0, 0)]), (two, [(0, 0), (0, 1)])):
        where, who = ([a[k] for a in asked] for k in range(2))
        found = drawers.estimate(marks, where, who, tasks=2, labelers=3, classes=classes)
        for values in (
            found.there, found.recall.value, found.f1.low, found.noise, found.bias, found.classes.accuracy,
            found.classes.prior, np.array([found.odds, found.empty, *found.stranger]),
        ):  # fmt: skip
            assert np.isfinite(values).all()
        assert (found.noise > 0).all()
        named = found.classes
        assert ((named.low > 0) & (named.low <= named.accuracy)).all()
        assert ((named.accuracy <= named.high) & (named.high <= 1)).all()


def test_bad_rows_are_named() -> None:
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="Row 0: there is no class 3"):
        drawers.estimate(
            drawers.Marks(one, one, one + 3, one, np.zeros((1, 4))), [0], [0], tasks=1, labelers=1, classes=2
        )
    with pytest.raises(ValueError, match="Row 0: a number must be a finite"):
        drawers.estimate(
            drawers.Marks(one, one, one, one, np.full((1, 4), nan)), [0], [0], tasks=1, labelers=1, classes=2
        )
    with pytest.raises(ValueError, match="Row 0: a truth is 1"):
        existence.estimate([0], [0], [1], candidates=1, labelers=1, known=[2])


def test_before_an_estimate_voices_weigh_the_same() -> None:
    who = Drawer()
    assert belief.there(belief.NOBODY, [who], []) == pytest.approx(0.8)
    assert belief.there(belief.NOBODY, [who], [who]) == pytest.approx(0.5)
    assert belief.there(belief.NOBODY, [who, who], [who]) == pytest.approx(0.8)
    assert belief.nothing(belief.NOBODY, [who]) == pytest.approx(0.8)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_order_makes_no_difference_to_a_belief(data: st.DataObject) -> None:
    rates = st.floats(0.005, 0.995)
    drawer = st.builds(Drawer, recall=rates, invents=rates, weight=st.floats(0, 1))
    drew = data.draw(st.lists(drawer, min_size=1, max_size=4))
    others = data.draw(st.lists(drawer, max_size=4))
    crowd = Crowd(odds=data.draw(st.floats(1e-6, 1e6)), learnt=True)
    p = belief.there(crowd, drew, others)
    assert 0 <= p <= 1
    dice = random.Random(0)  # noqa: S311 - a seed, no secret
    assert p == belief.there(crowd, dice.sample(drew, len(drew)), dice.sample(others, len(others)))
    assert belief.unseen(drew) >= 0
    assert 0 <= belief.nothing(crowd, others) <= 1


def test_a_careful_one_outweighs_two_who_invent() -> None:
    careful, careless = Drawer(recall=0.95, invents=0.01), Drawer(recall=0.5, invents=0.3)
    crowd = Crowd(odds=0.3, learnt=True)
    assert belief.there(crowd, [careful], [careless, careless]) > 0.5
    assert belief.there(crowd, [careless, careless], [careful]) < 0.5


def test_a_box_is_placed_by_who_is_steady_and_less_their_bias() -> None:
    real = Box(100.0, 100.0, 100.0, 100.0)
    wide, far = Box(90.0, 90.0, 120.0, 120.0), Box(130.0, 70.0, 100.0, 100.0)
    found = boxes.placed([real, wide, far], [0.02, 0.02, 0.5], [0.0, 0.1, 0.0])
    assert boxes.iou(found, real) > 0.94
    assert boxes.iou(found, real) > boxes.iou(boxes.merged([real, wide, far]), real) + 0.03
    assert boxes.placed([wide, wide], [0.1, 0.1], [0.3, 0.3]) == wide
    with pytest.raises(ValueError, match="noise above 0"):
        boxes.placed([real, wide], [0.1, 0.0], [0.0, 0.0])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_placed_box_stays_within_all_and_does_not_depend_on_order(data: st.DataObject) -> None:
    side = st.floats(1, 100)
    drawn = data.draw(st.lists(st.builds(Box, side, side, side, side), min_size=1, max_size=4))
    hands = data.draw(
        st.lists(st.tuples(st.floats(0.01, 1), st.floats(-0.5, 0.5)), min_size=len(drawn), max_size=len(drawn))
    )
    rows = list(zip(drawn, hands, strict=True))
    found = {
        boxes.placed([b for b, _ in order], [h[0] for _, h in order], [h[1] for _, h in order])
        for order in itertools.permutations(rows)
    }
    assert len(found) == 1
    (one,) = found
    assert one.w > 0
    assert one.h > 0
    assert one.x >= min(b.x for b in drawn) - 1e-9
    assert one.x + one.w <= max(b.x + b.w for b in drawn) + 1e-9


def test_a_sample_holds_whole_groups_of_everybody() -> None:
    crowd = drawing.crowd(3, tasks=400, labelers=50)
    marks = crowd.marks()
    every = np.ones(len(marks.task), dtype=np.bool_)
    taken = drawers._sample(marks, every, 1000, 0)
    assert 500 < taken.sum() < 5000 < len(marks.task)
    assert (np.bincount(marks.labeler[taken], minlength=50) >= drawers.LEAST).all()
    whole = np.bincount(marks.group[taken], minlength=len(marks.task))
    size = np.bincount(marks.group, minlength=len(marks.task))
    assert set(np.unique(whole[whole > 0] - size[whole > 0])) == {0}
    assert drawers._sample(marks, every, len(every), 0).all()
