import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import multilabel
from neraca.measure.arrays import Bools, Ints


def crowd(seed: int) -> tuple[Ints, Ints, Ints, Bools]:
    """200 tasks, 8 labels, 5 answers each by 15 labelers of unlike skill: task, labeler, said, truth."""
    rng = np.random.default_rng(seed)
    there = rng.random((200, 8)) < rng.uniform(0.05, 0.5, 8)
    skill = rng.normal(0, 1, 15)[:, None]
    sees = 1 / (1 + np.exp(-(1.4 + skill + rng.normal(0, 0.5, (15, 8)))))
    invents = 1 / (1 + np.exp(2.5 + skill + rng.normal(0, 0.5, (15, 8))))
    task = np.repeat(np.arange(200), 5)
    who = np.concatenate([rng.permutation(15)[:5] for _ in range(200)])
    said = rng.random((1000, 8)) < np.where(there[task], sees[who], invents[who])
    return task, who, said.astype(np.int64), there


def f1(chosen: Bools, there: Bools) -> float:
    return float(2 * (chosen & there).sum() / (chosen.sum() + there.sum()))


@pytest.mark.parametrize("seed", range(3))
def test_beats_the_majority_on_every_label(seed: int) -> None:
    task, who, said, there = crowd(seed)
    found = multilabel.estimate(task, who, said, tasks=200, labelers=15)
    most = multilabel.shares(task, said, tasks=200) > 0.5
    assert f1(found.chosen, there) > f1(most, there) + 0.01
    assert found.converged


rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.lists(st.integers(0, 1), min_size=3, max_size=3)), min_size=1,
    max_size=20,
)  # fmt: skip


@given(rows)
@settings(max_examples=50, deadline=None)
def test_always_defined_and_without_order(given_: list[tuple[int, int, list[int]]]) -> None:
    def of(order: list[tuple[int, int, list[int]]]) -> multilabel.Estimate:
        t, w, x = [r[0] for r in order], [r[1] for r in order], [r[2] for r in order]
        return multilabel.estimate(t, w, x, tasks=5, labelers=4, iterations=20)

    one, other = of(given_), of(given_[::-1])
    assert np.isfinite(one.posterior).all()
    assert ((one.posterior >= 0) & (one.posterior <= 1)).all()
    assert np.abs(one.posterior - other.posterior).max() < 1e-6


@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=1, max_size=8), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_unanimity_is_given_back(truths: list[list[int]], people: int) -> None:
    task = np.repeat(np.arange(len(truths)), people)
    found = multilabel.estimate(
        task, np.tile(np.arange(people), len(truths)), np.array(truths)[task], tasks=len(truths), labelers=people
    )
    assert found.chosen.tolist() == [[x == 1 for x in row] for row in truths]


def test_a_task_without_answers_has_no_label() -> None:
    found = multilabel.estimate([0, 0], [0, 1], [[1, 0], [1, 1]], tasks=2, labelers=2)
    assert found.posterior[1].tolist() == [0, 0]
    assert multilabel.shares([0, 0], [[1, 0], [1, 1]], tasks=1).tolist() == [[1.0, 0.5]]


def test_bad_rows_are_named() -> None:
    with pytest.raises(ValueError, match="Row 1: a label is 1"):
        multilabel.estimate([0, 0], [0, 1], [[1, 0], [2, 1]], tasks=1, labelers=2)
    with pytest.raises(ValueError, match="must be a table"):
        multilabel.estimate([0, 0], [0, 1], [1, 0], tasks=1, labelers=2)
