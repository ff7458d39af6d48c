"""Against the naive version below, and against Dawid and Skene's own table of 1979."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from neraca.measure import dawid_skene, majority, skills
from neraca.measure.majority import Floats, Ints

CROWDS = "NERACA_CROWDS"  # a folder of recorded crowds, one folder each with labels.csv


def naive(task: Ints, labeler: Ints, label: Ints, t: int, w: int, k: int, rounds: int) -> Floats:
    p = majority.shares(task, label, tasks=t, classes=k)
    for step in range(rounds + 1):
        counts = np.zeros((w, k, k))
        for i, j, said in zip(task, labeler, label, strict=True):
            counts[j, :, said] += p[i]
        confusion = np.maximum(counts, 1e-10)
        confusion /= confusion.sum(axis=2, keepdims=True)
        prior = p.mean(axis=0)
        if step == rounds:
            break
        score = np.tile(np.log(prior), (t, 1))
        for i, j, said in zip(task, labeler, label, strict=True):
            score[i] += np.log(confusion[j, :, said])
        p = np.exp(score - score.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    return p


def crowd(seed: int, t: int = 60, w: int = 8, k: int = 3) -> tuple[Ints, Ints, Ints, Ints]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, t)
    task = np.repeat(np.arange(t), 5)
    labeler = np.concatenate([rng.permutation(w)[:5] for _ in range(t)])
    right = rng.random(len(task)) < 0.75
    label = np.where(right, truth[task], rng.integers(0, k, len(task)))
    return task, labeler, label, truth


@pytest.mark.parametrize("seed", range(3))
def test_equals_the_naive_version(seed: int) -> None:
    task, labeler, label, _ = crowd(seed)
    found = dawid_skene.estimate(
        task, labeler, label, tasks=60, labelers=8, classes=3, strength=0, iterations=7, tolerance=0
    )
    assert np.abs(found.posterior - naive(task, labeler, label, 60, 8, 3, 7)).max() < 1e-6


def test_anaesthesia() -> None:
    path = Path(os.environ.get(CROWDS, "")) / "anaesthesia" / "labels.csv"
    if CROWDS not in os.environ or not path.exists():
        pytest.skip(f"{CROWDS} names no folder with the anaesthesia table")
    with path.open(encoding="utf-8") as file:
        rows = [(int(r["task"]), r["worker"], int(r["label"])) for r in csv.DictReader(file)]
    tasks, workers = sorted({r[0] for r in rows}), sorted({r[1] for r in rows})
    found = dawid_skene.estimate(
        np.array([tasks.index(r[0]) for r in rows]), np.array([workers.index(r[1]) for r in rows]),
        np.array([r[2] - 1 for r in rows]), tasks=45, labelers=5, classes=4, strength=0,
        iterations=2000, tolerance=1e-10,
    )  # fmt: skip
    assert found.converged
    assert found.prior == pytest.approx([0.4000, 0.4216, 0.1118, 0.0667], abs=5e-5)
    first = [[0.9074, 0.0926, 0, 0], [0.0703, 0.8766, 0.0531, 0], [0, 0.3388, 0.6612, 0], [0, 0, 0.5556, 0.4444]]
    assert np.abs(found.confusion[0] - first).max() < 5e-5
    assert np.bincount(found.label).tolist() == [18, 19, 5, 3]


@pytest.mark.parametrize("strength", [0.0, 2.0])
def test_odd_crowds_have_defined_results(strength: float) -> None:
    one = np.array([0, 0, 2])
    found = dawid_skene.estimate(
        one, np.array([0, 1, 1]), np.array([1, 0, 1]), tasks=4, labelers=3, classes=3, strength=strength
    )
    assert np.isfinite(found.posterior).all()
    assert np.isfinite(found.confusion).all()
    assert found.label[1] == -1
    assert found.label[3] == -1
    empty = np.array([], dtype=np.int64)
    none = dawid_skene.estimate(empty, empty, empty, tasks=2, labelers=0, classes=2, strength=strength)
    assert none.label.tolist() == [-1, -1]
    single = dawid_skene.estimate(one, one, np.zeros(3, dtype=np.int64), tasks=3, labelers=3, classes=1)
    assert np.isfinite(single.posterior).all()


def test_a_bad_row_is_named() -> None:
    with pytest.raises(ValueError, match="Row 1: there is no class 7"):
        dawid_skene.estimate(np.array([0, 0]), np.array([0, 1]), np.array([0, 7]), tasks=1, labelers=2, classes=2)


def test_skills_order_and_intervals() -> None:
    task, labeler, label, truth = crowd(5, t=300)
    label = np.where(labeler == 0, (truth[task] + 1) % 3, label)
    table = skills.estimate(task, labeler, label, tasks=300, labelers=8, classes=3)
    assert table.accuracy.argmin() == 0
    assert (table.low < table.accuracy).all()
    assert (table.accuracy < table.high).all()
    assert majority.split_accuracy(table.posterior, truth) > 0.9


def test_beta_quantiles() -> None:
    a, b = np.array([3.2, 800.0, 1.0]), np.array([7.7, 3.0, 1.0])
    assert skills.beta_quantile(a, b, 0.025)[0] == pytest.approx(0.07760006, abs=1e-7)
    assert skills.beta_quantile(a, b, 0.975)[1] == pytest.approx(0.99922792, abs=1e-7)
    assert skills.beta_quantile(a, b, 0.975)[2] == pytest.approx(0.975, abs=1e-7)


def test_ties_are_split() -> None:
    p = majority.shares(np.array([0, 0, 1]), np.array([0, 1, 1]), tasks=2, classes=2)
    assert majority.split_accuracy(p, np.array([0, 1])) == pytest.approx(0.75)
