"""Crowds that are not what one hopes for: every categorical method gives a defined result or names the row."""

from typing import Any

import numpy as np
import pytest

from neraca.measure import aggregate, dawid_skene
from neraca.measure.majority import Ints

NAMES = ["auto", *aggregate.METHODS]
PRIORS = [name for name in NAMES if name != "dawid-skene"]  # plain EM knows nothing of those who answered little
Crowd = tuple[Ints, Ints, Ints, int, int, int]


def run(name: str, crowd: Crowd) -> aggregate.Aggregate:
    task, labeler, label, t, w, k = crowd
    got = aggregate.estimate(task, labeler, label, tasks=t, labelers=w, classes=k, method=name)
    assert np.isfinite(got.posterior).all()
    assert np.isfinite(got.skill).all()
    assert np.isfinite(got.confidence).all()
    assert ((got.confidence >= 0) & (got.confidence <= 1)).all()
    assert got.iterations <= 1000
    return got


def good(seed: int = 0, t: int = 120, w: int = 9, k: int = 3, each: int = 5) -> tuple[Crowd, Ints]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, t)
    task = np.repeat(np.arange(t), each)
    labeler = np.concatenate([rng.permutation(w)[:each] for _ in range(t)])
    label = np.where(rng.random(len(task)) < 0.85, truth[task], rng.integers(0, k, len(task)))
    return (task, labeler, label, t, w, k), truth


@pytest.mark.parametrize("name", NAMES)
def test_every_labeler_gave_one_answer(name: str) -> None:
    (task, _, label, t, _, k), truth = good(each=7)
    got = run(name, (task, np.arange(len(task)), label, t, len(task), k))
    assert name not in PRIORS or (got.label == truth).mean() > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_tasks_without_answers_stay_unanswered(name: str) -> None:
    (task, labeler, label, t, w, k), truth = good()
    got = run(name, (task * 2, labeler, label, 2 * t, w, k))
    assert (got.label[1::2] == -1).all()
    assert (got.confidence[1::2] == 0).all()
    assert (got.label[::2] == truth).mean() > 0.85


@pytest.mark.parametrize("name", NAMES)
def test_nobody_answered_at_all(name: str) -> None:
    none = np.zeros(0, dtype=np.int64)
    assert (run(name, (none, none, none, 3, 2, 2)).label == -1).all()


@pytest.mark.parametrize("name", NAMES)
def test_there_is_one_class_only(name: str) -> None:
    (task, labeler, label, t, w, _), _ = good()
    assert (run(name, (task, labeler, np.zeros_like(label), t, w, 1)).label == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_everybody_says_the_same_class_of_three(name: str) -> None:
    (task, labeler, label, t, w, k), _ = good()
    got = run(name, (task, labeler, np.ones_like(label), t, w, k))
    assert (got.label == 1).all()
    assert got.confidence.min() > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_classes_that_nobody_says_are_no_verdict(name: str) -> None:
    (task, labeler, label, t, w, _), truth = good()
    got = run(name, (task, labeler, label * 20, t, w, 60))
    assert name not in PRIORS or set(got.label.tolist()) <= {0, 20, 40}
    assert (got.label == truth * 20).mean() > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_a_labeler_who_disagrees_with_everybody(name: str) -> None:
    (task, labeler, label, t, w, k), truth = good()
    wrong = (truth + 1) % k
    odd = (
        np.concatenate([task, np.arange(t)]), np.concatenate([labeler, np.full(t, w)]),
        np.concatenate([label, wrong]), t, w + 1, k,
    )  # fmt: skip
    got = run(name, odd)
    assert (got.label == truth).mean() > 0.85
    assert got.skill[w] == got.skill.min()


@pytest.mark.parametrize("name", NAMES)
def test_copies_of_a_labeler_count_as_several_and_break_nothing(name: str) -> None:
    (task, labeler, label, t, w, k), truth = good(each=6)
    own = labeler == 0
    whose = [labeler, *(labeler[own] + w + n for n in range(3))]
    copies = (
        np.concatenate([task, *([task[own]] * 3)]), np.concatenate(whose),
        np.concatenate([label, *([label[own]] * 3)]), t, w + 3, k,
    )  # fmt: skip
    got = run(name, copies)
    assert np.ptp(got.skill[[0, w, w + 1, w + 2]]) < 0.15
    assert (got.label == truth).mean() > 0.85


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300, 0.5, -1.0])
@pytest.mark.parametrize("column", range(3))
def test_absurd_numbers_name_their_row(name: str, value: float, column: int) -> None:
    rows = [np.array([0.0, 0.0, 1.0]) for _ in range(3)]
    rows[column][2] = value
    with pytest.raises(ValueError, match="Row 2"):
        run(name, (*rows, 2, 2, 2))  # type: ignore[arg-type]  # what a careless caller gives


@pytest.mark.parametrize("name", NAMES)
def test_words_are_no_classes(name: str) -> None:
    rows: tuple[Any, ...] = (np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.array(["cat"]))
    with pytest.raises(ValueError, match="A class is a whole number"):
        run(name, (*rows, 1, 1, 2))


@pytest.mark.parametrize("name", NAMES)
def test_ten_million_labelers(name: str) -> None:
    """Of whom a few thousand answered: what counts is who answered, and no table has labelers times classes squared."""
    n = 8_000
    task, label = np.arange(n) // 4, np.tile([7, 7, 7, 19], n // 4)
    got = run(name, (task, np.arange(n) * 1250, label, n // 4, 10_000_000, 20))
    assert (got.label == 7).all()


def test_ten_million_labelers_compiled() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    n = 8_000
    task, label = np.arange(n) // 4, np.tile([7, 7, 7, 99], n // 4)
    got = dawid_skene.estimate(
        task, np.arange(n) * 1250, label, tasks=n // 4, labelers=10_000_000, classes=100, engine="numba", iterations=5
    )
    assert (got.label == 7).all()
    assert np.isfinite(got.posterior).all()
