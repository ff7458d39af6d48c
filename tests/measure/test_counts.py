"""Counts by pairs are the dense table, seen in parts."""

import numpy as np

from neraca.measure import skills
from neraca.measure.answers import read
from neraca.measure.counts import Counts


def test_every_view_is_of_the_dense_table() -> None:
    rng = np.random.default_rng(0)
    task, labeler, label = rng.integers(0, 40, 300), rng.integers(0, 30, 300) * 2, rng.integers(0, 5, 300)
    given = read(task, labeler, label, tasks=40, labelers=70, classes=5)
    counts = Counts(given, given.collect(rng.dirichlet(np.ones(5), 40)))
    full = counts.dense()
    np.testing.assert_allclose(full.sum(), 300)
    every = np.arange(70)
    assert (np.stack([counts.of(w) for w in range(70)]) == full).all()
    np.testing.assert_allclose(counts.met(every), full.sum(axis=2), atol=1e-12)
    for said in range(5):
        assert (counts.said(every, np.full(70, said)) == full[:, :, said]).all()


def test_of_nobody_there_is_nothing() -> None:
    given = read([], [], [], tasks=2, labelers=3, classes=2)
    counts = Counts(given, given.collect(given.shares()))
    assert not counts.dense().any()
    assert not counts.of(1).any()
    assert counts.met(np.arange(3)).shape == counts.said(np.arange(3), np.zeros(3, dtype=np.int64)).shape == (3, 2)


def test_labelers_with_an_answer_each_cost_no_square_of_the_classes() -> None:
    n, k = 2_000, 30
    rng = np.random.default_rng(0)
    found = skills.estimate(
        np.arange(n) // 5, np.arange(n), rng.integers(0, k, n), tasks=n // 5, labelers=n, classes=k
    )  # fmt: skip
    assert found.counts.table.shape == (n, k)  # and not n x k x k
    assert found.answers.sum() == n
    np.testing.assert_allclose(found.counts.met(np.arange(n)).sum(axis=1), 1.0)
