"""Consensus with features: it helps where they tell something, and is what it was where they do not."""

from itertools import pairwise

import numpy as np
import pytest

from neraca.measure import aggregate, calibrate, features, logistic, majority
from neraca.measure.majority import Floats, Ints


class World:
    """Items in clusters, a crowd of unequal skill, a tenth of it guessing."""

    def __init__(self, tasks: int = 800, each: int = 2, k: int = 4, apart: float = 0.6, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.k, self.tasks, self.labelers = k, tasks, 40
        self.truth: Ints = rng.integers(0, k, tasks)
        self.items: Floats = apart * rng.normal(size=(k, 12))[self.truth] + rng.normal(size=(tasks, 12))
        skill = np.where(rng.random(40) < 0.1, 1 / k, rng.beta(6, 3, 40))
        self.task = np.repeat(np.arange(tasks), each)
        self.labeler = np.concatenate([rng.choice(40, each, replace=False) for _ in range(tasks)])
        right = rng.random(len(self.task)) < skill[self.labeler]
        self.label: Ints = np.where(right, self.truth[self.task], rng.integers(0, k, len(self.task)))

    def with_items(
        self, items: Floats | None, *, gold: Ints | None = None, probabilities: Floats | None = None
    ) -> features.Estimate:
        return features.estimate(
            self.task, self.labeler, self.label, tasks=self.tasks, labelers=self.labelers, classes=self.k,
            features=items, probabilities=probabilities, gold=gold,
        )  # fmt: skip

    def without(self, gold: Ints | None = None) -> aggregate.Aggregate:
        return aggregate.estimate(
            self.task, self.labeler, self.label, tasks=self.tasks, labelers=self.labelers, classes=self.k, gold=gold
        )

    def right(self, p: Floats) -> float:
        return majority.split_accuracy(p, self.truth)


@pytest.mark.parametrize("each", [1, 2, 3])
def test_features_that_tell_help(each: int) -> None:
    world = World(each=each)
    got = world.with_items(world.items)
    assert got.voice.on
    assert got.voice.gain > 0
    assert world.right(got.found.posterior) > world.right(world.without().posterior) + 0.05
    assert calibrate.expected_error(got.found.posterior, world.truth) < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_features_that_tell_nothing_change_nothing(seed: int) -> None:
    world = World(seed=seed)
    noise = np.random.default_rng(100 + seed).normal(size=(world.tasks, 30))
    got = world.with_items(noise)
    assert not got.voice.on
    assert (got.found.posterior == world.without().posterior).all()
    assert got.found.method == "auto"


def test_features_that_tell_who_answered_do_no_harm() -> None:
    """Labelers of one region lean to one class: a classifier could learn them instead of the truth."""
    rng = np.random.default_rng(0)
    world = World(each=2)
    region = np.arange(world.tasks) * 5 // world.tasks
    world.labeler = (region[world.task] * 8 + rng.integers(0, 8, len(world.task))).astype(np.int64)
    lean = rng.random(len(world.task)) < 0.3
    world.label = np.where(lean, region[world.task] % world.k, world.truth[world.task])
    got = world.with_items(np.eye(5)[region] + 0.1 * rng.normal(size=(world.tasks, 5)))
    assert world.right(got.found.posterior) >= world.right(world.without().posterior) - 0.005


def test_probabilities_are_taken_and_mended() -> None:
    world = World()
    rng = np.random.default_rng(1)
    model = 2 * np.eye(world.k)[world.truth] + 3 * rng.dirichlet(np.ones(world.k), world.tasks)
    plain = world.right(world.without().posterior)
    for given in (model, model**8, model[:, [1, 2, 3, 0]]):  # too sure; one class taken for another
        got = world.with_items(None, probabilities=given)
        assert got.voice.on
        assert world.right(got.found.posterior) > plain + 0.05
    both = world.with_items(world.items, probabilities=model)
    assert world.right(both.found.posterior) >= world.right(got.found.posterior) - 0.01


def test_gold_is_kept_and_calibrates() -> None:
    world = World(each=2)
    gold = np.where(np.arange(world.tasks) % 10 == 0, world.truth, -1)
    got = world.with_items(world.items, gold=gold)
    assert got.found.calibrated
    assert (got.found.label[gold >= 0] == gold[gold >= 0]).all()
    rest = np.where(gold < 0, world.truth, -1)
    assert calibrate.expected_error(got.found.posterior, rest) < 0.06
    assert majority.split_accuracy(got.found.posterior, rest) > majority.split_accuracy(
        world.without(gold).posterior, rest
    )


def test_tasks_without_answers_have_the_classifiers_posterior() -> None:
    world = World(each=3)
    asked = world.task < 700
    world.task, world.labeler, world.label = world.task[asked], world.labeler[asked], world.label[asked]
    got = world.with_items(world.items)
    rest = np.where(np.arange(world.tasks) >= 700, world.truth, -1)
    assert (got.found.label >= 0).all()
    assert majority.split_accuracy(got.found.posterior, rest) > 0.7
    assert (world.with_items(np.zeros((world.tasks, 3))).found.label[700:] == -1).all()


@pytest.mark.parametrize(
    "odd",
    ["constant", "zeros", "none", "wide", "huge", "copies", "one class", "few", "one task"],
)
def test_odd_features_have_a_result(odd: str) -> None:
    world = World(tasks=200)
    if odd == "one class":
        world.label[:] = 2
    keep = {"few": 8, "one task": 2}.get(odd, len(world.task))
    world.task, world.labeler, world.label = world.task[:keep], world.labeler[:keep], world.label[:keep]
    rng = np.random.default_rng(2)
    made = {
        "constant": np.full((200, 4), 7.0), "zeros": np.zeros((200, 4)), "none": np.zeros((200, 0)),
        "wide": np.hstack([world.items, rng.normal(size=(200, 900))]), "huge": world.items * 1e149,
        "copies": np.tile(world.items, 30),
    }.get(odd, world.items)  # fmt: skip
    found = world.with_items(made).found
    assert np.isfinite(found.posterior).all()
    assert np.allclose(found.posterior.sum(axis=1), 1)
    if odd in {"constant", "zeros", "none", "one class", "few", "one task"}:
        assert (found.posterior == world.without().posterior).all()
    else:
        assert world.right(found.posterior) >= world.right(world.without().posterior) - 0.01


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"features": np.array([[1.0], [np.nan], [1.0]])}, "Row 1: a feature"),
        ({"features": np.array([[1.0], [1.0], [np.inf]])}, "Row 2: a feature"),
        ({"features": np.ones((2, 4))}, "there are 3 tasks and 2 rows"),
        ({"features": np.ones(3)}, "matrix"),
        ({"features": np.array([["a"], ["b"], ["c"]])}, "matrix of numbers"),
        ({"features": np.ones((2, 1)), "of": [0, 3]}, "Row 1: there is no task 3"),
        ({"features": np.ones((2, 1)), "of": [1, 1]}, "two rows"),
        ({"probabilities": np.ones((3, 5))}, "each of 2 classes"),
        ({"probabilities": np.array([[1.0, 0], [0, 1], [-0.1, 1]])}, "Row 2: a probability"),
        ({}, "Give features, probabilities"),
    ],
)
def test_a_refusal_names_the_row(given: dict[str, Floats], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        features.estimate([0, 1, 2], [0, 0, 0], [0, 1, 1], tasks=3, labelers=1, classes=2, **given)


def test_the_order_of_answers_makes_no_difference() -> None:
    world = World()
    first = world.with_items(world.items).found.posterior
    order = np.random.default_rng(3).permutation(len(world.task))
    world.task, world.labeler, world.label = world.task[order], world.labeler[order], world.label[order]
    assert np.allclose(first, world.with_items(world.items).found.posterior, atol=1e-6)


def test_no_task_is_judged_by_its_own_answers() -> None:
    """The classifier has not seen the task: what is told of one whose answers change stays what it was."""
    world = World(tasks=300)
    z = logistic.columns(world.items)
    y = np.eye(world.k)[world.truth]
    learnt = np.ones(300, dtype=np.bool_)
    before = features.unseen(z, y, learnt, 10.0)
    y[7] = np.roll(y[7], 1)
    after = features.unseen(z, y, learnt, 10.0)
    assert (before[7] == after[7]).all()
    assert np.abs(before - after).max() > 0


def test_logistic_regression_is_scikit_learns() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    world = World()
    z, y = logistic.columns(world.items), np.eye(world.k)[world.truth]
    for ridge in (1.0, 30.0):
        theirs = linear_model.LogisticRegression(C=1 / ridge, max_iter=5000, tol=1e-8).fit(z, world.truth)
        ours = logistic.predict(z, logistic.fit(z, y, ridge))
        assert np.abs(ours - theirs.predict_proba(z)).max() < 5e-3


def test_wide_columns_keep_what_differs_most() -> None:
    rng = np.random.default_rng(4)
    low = rng.normal(size=(500, 5))
    made = logistic.columns(low @ rng.normal(size=(5, 400)) + 0.01 * rng.normal(size=(500, 400)))
    assert made.shape == (500, logistic.CAP)
    variance = np.sort(made.var(axis=0))[::-1]
    assert variance[:5].sum() > 0.99 * variance.sum()
    assert all(a >= b for a, b in pairwise(variance))
