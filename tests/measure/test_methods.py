"""Laws that every method of truth inference obeys, with random crowds good and odd."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import aggregate, bayes, calibrate, dawid_skene, glad, mace, majority, wawa
from neraca.measure.answers import read
from neraca.measure.majority import Floats, Ints

CROWDS = os.environ.get("NERACA_CROWDS", "")
NAMES = ["auto", *aggregate.METHODS]
Crowd = tuple[Ints, Ints, Ints, int, int, int]


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    t, w, k = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(st.integers(0, t - 1), st.integers(0, w - 1), st.integers(0, k - 1)), max_size=30))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2], t, w, k


def run(name: str, crowd: Crowd, gold: Ints | None = None) -> aggregate.Aggregate:
    task, labeler, label, t, w, k = crowd
    return aggregate.estimate(task, labeler, label, tasks=t, labelers=w, classes=k, method=name, gold=gold)


def simulated(seed: int, t: int = 400, w: int = 20, k: int = 3, each: int = 4) -> tuple[Crowd, Ints]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, t)
    skill = rng.beta(6, 2, w)
    task = np.repeat(np.arange(t), each)
    labeler = np.concatenate([rng.permutation(w)[:each] for _ in range(t)])
    label = np.where(rng.random(len(task)) < skill[labeler], truth[task], rng.integers(0, k, len(task)))
    return (task, labeler, label, t, w, k), truth


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(crowd=crowds(), data=st.data())
def test_whatever_comes_in_probabilities_come_out(name: str, crowd: Crowd, data: st.DataObject) -> None:
    task, _, _, t, w, k = crowd
    gold = np.array(data.draw(st.lists(st.integers(-1, k - 1), min_size=t, max_size=t)))
    for given_gold in (None, gold):
        got = run(name, crowd, given_gold)
        assert got.posterior.shape == (t, k)
        assert got.skill.shape == (w,)
        assert np.isfinite(got.posterior).all()
        assert np.isfinite(got.skill).all()
        assert np.allclose(got.posterior.sum(axis=1), 1)
        assert ((got.label >= 0) == np.isin(np.arange(t), task)).all()
    known = (gold >= 0) & np.isin(np.arange(t), task)
    assert (got.label[known] == gold[known]).all()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(crowd=crowds(), seed=st.integers(0, 99))
def test_names_and_order_make_no_difference(name: str, crowd: Crowd, seed: int) -> None:
    task, labeler, label, t, w, k = crowd
    rng = np.random.default_rng(seed)
    tasks, labelers, classes, order = (rng.permutation(n) for n in (t, w, k, len(task)))
    again = run(name, (tasks[task[order]], labelers[labeler[order]], classes[label[order]], t, w, k))
    got = run(name, crowd)
    assert np.allclose(again.posterior[tasks][:, classes], got.posterior, atol=1e-4)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "zero-based"])
def test_simulated_truth_is_found(name: str) -> None:
    crowd, truth = simulated(1, each=6)
    got = run(name, crowd)
    assert (got.label == truth).mean() > 0.9


@pytest.mark.parametrize("name", [n for n in NAMES if n not in {"majority", "wawa", "zero-based"}])
def test_a_copied_adversary_does_not_win(name: str) -> None:
    crowd, truth = simulated(2, w=12, each=7)
    task, labeler, label, t, w, k = crowd
    wrong = (truth + 1) % k  # three labelers who are always wrong in the same way, everywhere
    more = np.concatenate([np.full(t, w + n) for n in range(3)])
    bad = (
        np.concatenate([task, np.tile(np.arange(t), 3)]), np.concatenate([labeler, more]),
        np.concatenate([label, np.tile(wrong, 3)]), t, w + 3, k,
    )  # fmt: skip
    assert (run(name, bad).label == truth).mean() > 0.9


def test_one_answer_each_and_millions_of_labelers_cost_no_square() -> None:
    n = 20_000
    task, label = np.arange(n) // 4, np.tile([0, 0, 0, 99], n // 4)
    got = run("auto", (task, np.arange(n) * 500, label, n // 4, n * 500, 100))  # 10 M numbers, 20,000 who answered
    assert np.isfinite(got.posterior).all()
    assert (got.label == 0).all()


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (0, 9, "Row 1: there is no task 9; there are 2"),
        (1, -1, "Row 1: there is no labeler -1"),
        (2, 5, "Row 1: there is no class 5; there are 2"),
        (2, float("nan"), "Row 1: a class is a whole number, not nan"),
        (0, 1e300, "Row 1: there is no task 1e\\+300; there are 2"),
    ],
)
def test_a_bad_row_is_named(column: int, value: float, told: str) -> None:
    rows: list[list[float]] = [[0, 1], [0, 1], [0, 1]]
    rows[column][1] = value
    for name in NAMES:
        with pytest.raises(ValueError, match=told):
            aggregate.estimate(*(np.array(one) for one in rows), tasks=2, labelers=2, classes=2, method=name)


def test_bad_gold_and_unknown_methods_are_named() -> None:
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="Gold of task 0: there is no class 3"):
        aggregate.estimate(one, one, one, tasks=1, labelers=1, classes=2, gold=np.array([3]))
    with pytest.raises(ValueError, match="There is no method best; take auto, majority"):
        aggregate.estimate(one, one, one, tasks=1, labelers=1, classes=2, method="best")
    with pytest.raises(ValueError, match="one task, labeler and class for each answer"):
        aggregate.estimate(one, one, np.zeros(2, dtype=np.int64), tasks=1, labelers=1, classes=2)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 30])
@pytest.mark.parametrize("strength", [0.0, 2.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_compiled_engine_gives_the_same(strength: float, dtype: type[np.floating[Any]], k: int) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    (task, labeler, label, t, w, k), truth = simulated(3, k=k)
    gold = np.where(np.arange(t + 1) < 20, np.append(truth, 0), -1)  # one task that nobody answered
    one, two = (
        dawid_skene.estimate(
            task, labeler, label, tasks=t + 1, labelers=w + 1, classes=k, strength=strength, gold=gold,
            engine=engine, dtype=dtype, iterations=9, tolerance=0,
        )
        for engine in ("numpy", "numba")
    )  # fmt: skip
    near = 1e-10 if dtype == np.float64 else 2e-4  # float32 logarithms carry seven digits
    assert np.abs(one.posterior - two.posterior).max() < near
    assert np.abs(one.confusion - two.confusion).max() < near
    assert np.abs(one.prior - two.prior).max() < near
    assert np.abs(one.pooled - two.pooled).max() < near
    assert (one.label == two.label).mean() > 0.99 if dtype == np.float32 else (one.label == two.label).all()


@settings(max_examples=60, deadline=None)
@given(crowd=crowds(), strength=st.sampled_from([0.0, 2.0]))
def test_the_compiled_engine_gives_the_same_for_odd_crowds(crowd: Crowd, strength: float) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    task, labeler, label, t, w, k = crowd
    for classes in (k, k + 4):  # both ways to keep the tables
        one, two = (
            dawid_skene.estimate(
                task, labeler, label, tasks=t, labelers=w, classes=classes, strength=strength, engine=engine,
                iterations=3, tolerance=0,
            )
            for engine in ("numpy", "numba")
        )  # fmt: skip
        assert np.abs(one.posterior - two.posterior).max() < 1e-8
        assert np.abs(one.confusion - two.confusion).max() < 1e-8


def test_leaps_arrive_where_single_steps_do_and_sooner() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    (task, labeler, label, t, w, k), _ = simulated(9, t=1500, w=40, k=3, each=3)
    step, leap = (
        dawid_skene.estimate(
            task, labeler, label, tasks=t, labelers=w, classes=k, engine="numba", iterations=1000,
            tolerance=1e-6, accelerate=accelerate,
        )
        for accelerate in (False, True)
    )  # fmt: skip
    assert step.converged
    assert leap.converged
    assert leap.iterations < 0.7 * step.iterations
    assert np.abs(step.posterior - leap.posterior).max() < 1e-3


def test_threads_make_no_difference() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    for classes in (3, 9):
        (task, labeler, label, t, w, k), _ = simulated(7, k=classes)
        one, two = (
            dawid_skene.estimate(task, labeler, label, tasks=t, labelers=w, classes=k, engine="numba", threads=n)
            for n in (1, 2)
        )
        assert (one.posterior == two.posterior).all()


def naive_walk(crowd: Crowd, steps: int) -> Floats:
    """The pooled prior, answer by answer and with the dense confusion."""
    task, labeler, label, t, w, k = crowd
    p = majority.shares(task, label, tasks=t, classes=k)
    for _ in range(steps):
        counts = np.zeros((w, k, k))
        for i, j, said in zip(task, labeler, label, strict=True):
            counts[j, :, said] += p[i]
        pooled = dawid_skene.draw(counts.sum(axis=0))
        rows = counts + bayes.STRENGTH * pooled
        often = p.sum(axis=0) + 1
        score = np.tile(bayes.digamma(often) - bayes.digamma(np.array([often.sum()])), (t, 1))
        for i, j, said in zip(task, labeler, label, strict=True):
            score[i] += bayes.digamma(rows[j, :, said]) - bayes.digamma(rows[j].sum(axis=1))
        p = np.exp(score - score.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    return p


def test_the_walk_equals_the_naive_one() -> None:
    (task, labeler, label, t, w, k), _ = simulated(4, t=60)
    answers = read(task, labeler, label, tasks=t, labelers=w, classes=k)
    walk = bayes.walk(answers, "pool", strength=bayes.STRENGTH, gold=np.full(t, -1))
    for n in range(1, 5):
        assert np.abs(next(walk).posterior - naive_walk((task, labeler, label, t, w, k), n)).max() < 1e-9


@pytest.mark.parametrize("prior", bayes.PRIORS)
def test_what_is_believed_of_a_labeler_sums_to_one(prior: bayes.Prior) -> None:
    (task, labeler, label, t, w, k), _ = simulated(5, t=300, w=4)
    answers = read(task, labeler, label, tasks=t, labelers=w, classes=k)
    assert len(answers.owner) == w * k  # everybody said everything
    rows = answers.dense(bayes.believed(answers, answers.collect(answers.shares()), prior))
    assert np.allclose(rows.sum(axis=2), 1)
    assert (rows > 0).all()


def test_digamma() -> None:
    x = np.array([1.0, 0.5, 10.0, 1e-6])
    euler = 0.57721566490153286
    want = [-euler, -euler - 2 * np.log(2), 2.251752589066721, -1e6 - euler + 1.644934e-6]
    assert bayes.digamma(x) == pytest.approx(want, rel=1e-9)
    x = np.concatenate([np.logspace(-2, 9, 40_000), np.linspace(0.5, 12, 1000)]).reshape(2, -1)
    assert bayes.digamma(x + 1) == pytest.approx(bayes.digamma(x) + 1 / x, rel=1e-11, abs=1e-11)
    series = np.log(1e9 + x) - 0.5 / (1e9 + x)
    assert bayes.digamma(1e9 + x) == pytest.approx(series, rel=1e-13)
    assert bayes.digamma(np.zeros((0, 3))).shape == (0, 3)


def test_gold_makes_an_overconfident_posterior_honest() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 4000)
    said = np.where(rng.random(4000) < 0.7, truth, rng.integers(0, 3, 4000))  # right 80 % of the time
    p = np.full((4000, 3), 0.005)
    p[np.arange(4000), said] = 0.99
    votes = np.zeros((4000, 3))
    votes[np.arange(4000), said] = 3.0
    gold = np.where(np.arange(4000) < 400, truth, -1)
    rest = np.where(gold < 0, truth, -1)
    how = calibrate.fit(p, votes, gold)
    assert how.gold == 400 >= calibrate.ENOUGH
    assert calibrate.expected_error(p, rest) > 0.15
    assert calibrate.expected_error(calibrate.apply(how, p, votes), rest) < 0.03
    assert calibrate.fit(p, votes, np.full(4000, -1)).gold == 0


def test_ability_below_zero_is_below_a_guess() -> None:
    crowd, truth = simulated(6, k=2, w=9, each=7)
    task, labeler, label, t, w, k = crowd
    label = np.where(labeler == 0, 1 - truth[task], label)
    got = glad.estimate(task, labeler, label, tasks=t, labelers=w, classes=k)
    assert got.skill[0] < 0.5
    assert got.skill.argmin() == 0
    guess = np.where(labeler == 0, 1, label)
    assert mace.estimate(task, labeler, guess, tasks=t, labelers=w, classes=k).skill.argmin() == 0


def test_wawa_by_hand() -> None:
    task, labeler = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2])
    label = np.array([0, 0, 1, 1, 1, 1])  # the third labeler is with the majority once of twice
    got = wawa.estimate(task, labeler, label, tasks=2, labelers=3, classes=2)
    assert got.skill.tolist() == [1.0, 1.0, 0.5]
    assert got.posterior[0].tolist() == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("name", ["bluebird", "rte", "temp", "possent", "sp_amt", "wsd", "face", "weather_amt"])
def test_real_crowds_are_not_below_their_majority(name: str) -> None:
    folder = Path(CROWDS) / name
    if not CROWDS or not folder.exists():
        pytest.skip(f"NERACA_CROWDS names no folder with {name}")
    numbers: list[dict[str, int]] = [{}, {}, {}]
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = [
            [numbers[n].setdefault(r[key], len(numbers[n])) for n, key in enumerate(("task", "worker", "label"))]
            for r in csv.DictReader(file)
        ]
    table = np.array(rows)
    t, w, k = (len(one) for one in numbers)
    truth = np.full(t, -1)
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        for r in csv.DictReader(file):
            if r["task"] in numbers[0]:
                truth[numbers[0][r["task"]]] = numbers[2].get(r["label"], -1)
    got = run("auto", (table[:, 0], table[:, 1], table[:, 2], t, w, k))
    votes = majority.shares(table[:, 0], table[:, 2], tasks=t, classes=k)
    assert majority.split_accuracy(got.posterior, truth) >= majority.split_accuracy(votes, truth) - 0.005
