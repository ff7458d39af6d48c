from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import majority, ordinal
from neraca.measure.arrays import Floats, Ints


def crowd(seed: int, k: int = 5) -> tuple[Ints, Ints, Ints, Ints, Floats, Floats]:
    """300 tasks of 5 answers by 20 labelers: task, labeler, label, truth, bias, noise."""
    rng = np.random.default_rng(seed)
    truth = rng.binomial(k - 1, 0.5, 300)
    s, b = 0.7 * np.exp(rng.normal(0, 0.6, 20)), rng.normal(0, 0.4, 20)
    task = np.repeat(np.arange(300), 5)
    who = np.concatenate([rng.permutation(20)[:5] for _ in range(300)])
    said = np.clip(np.rint(truth[task] + b[who] + s[who] * rng.normal(size=1500)), 0, k - 1).astype(np.int64)
    return task, who, said, truth, b, s


@pytest.mark.parametrize("seed", range(3))
def test_beats_median_and_majority(seed: int) -> None:
    task, who, said, truth, bias, noise = crowd(seed)
    found = ordinal.estimate(task, who, said, tasks=300, labelers=20, classes=5)
    median = ordinal.medians(task, said, tasks=300, classes=5)
    most = majority.shares(task, said, tasks=300, classes=5).argmax(axis=1)
    assert np.abs(found.label - truth).mean() < 0.85 * np.abs(median - truth).mean()
    assert np.abs(found.label - truth).mean() < 0.6 * np.abs(most - truth).mean()
    assert np.corrcoef(found.bias, bias)[0, 1] > 0.75
    assert np.corrcoef(np.log(found.noise), np.log(noise))[0, 1] > 0.85
    assert found.converged


def test_a_cell_of_the_model_by_hand() -> None:
    def under(z: float) -> float:
        return (1 + erf(z / sqrt(2))) / 2

    g = 6 * len(ordinal.NOISES) + 5  # bias 0 and the sixth noise
    s = float(ordinal.NOISES[5])
    table = ordinal.tables(np.array([0.5, 1.5]))
    assert table[g, 1, 1] == pytest.approx(0.99 * (under(0.5 / s) - under(-0.5 / s)) + 0.01 / 3)
    assert table[g, 0, 2] == pytest.approx(0.99 * (1 - under(1.5 / s)) + 0.01 / 3)
    assert table.sum(axis=2) == pytest.approx(1.0)


rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3)), max_size=25)


@given(rows)
@settings(max_examples=40, deadline=None)
def test_always_defined_and_without_order(given_: list[tuple[int, int, int]]) -> None:
    def of(order: list[tuple[int, int, int]]) -> ordinal.Estimate:
        t, w, x = ([r[i] for r in order] for i in range(3))
        return ordinal.estimate(t, w, x, tasks=6, labelers=5, classes=4, iterations=10)

    one, other = of(given_), of(given_[::-1])
    assert np.isfinite(one.posterior).all()
    assert np.isfinite(one.confusion).all()
    assert one.posterior.sum(axis=1) == pytest.approx(1.0)
    assert np.abs(one.posterior - other.posterior).max() < 1e-6
    assert [x >= 0 for x in one.label] == [t in {r[0] for r in given_} for t in range(6)]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=10), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_unanimity_is_given_back(truths: list[int], people: int) -> None:
    task = np.repeat(np.arange(len(truths)), people)
    who = np.tile(np.arange(people), len(truths))
    found = ordinal.estimate(task, who, np.array(truths)[task], tasks=len(truths), labelers=people, classes=5)
    assert found.label.tolist() == truths


def test_gold_and_odd_crowds() -> None:
    found = ordinal.estimate([0, 0], [0, 1], [3, 3], tasks=2, labelers=2, classes=4, gold=[0, 2])
    assert found.label.tolist() == [0, 2]
    assert ordinal.estimate([0], [0], [0], tasks=1, labelers=1, classes=1).label.tolist() == [0]
    assert ordinal.estimate([], [], [], tasks=2, labelers=0, classes=3).label.tolist() == [-1, -1]
    with pytest.raises(ValueError, match="Row 1: there is no class 4"):
        ordinal.estimate([0, 0], [0, 1], [0, 4], tasks=1, labelers=2, classes=4)
    with pytest.raises(ValueError, match="Gold of task 0: there is no class 2"):
        ordinal.estimate([0], [0], [0], tasks=1, labelers=1, classes=2, gold=[2])
