"""What an answer is worth before it is given, and to whom a task should go."""

from itertools import pairwise
from math import log

import numpy as np
import pytest

from neraca.measure import gain, online


def naive(p: list[float], rows: np.ndarray, weight: float, target: float) -> float:
    """The formula over the whole joint distribution, with NumPy."""
    prior, e = np.array(p), np.maximum(rows, online.FLOOR)
    joint = prior[:, None] * e
    m = joint.sum(0)
    after = prior[:, None] * e**weight
    after /= after.sum(0)
    told = float((joint * np.log(e / m)).sum())
    return float(m[after.max(0) >= target].sum()) + gain.SHARE * told


@pytest.mark.parametrize("k", [2, 3, 4])
def test_worth_is_the_formula(k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(50):
        p, rows = rng.dirichlet(np.ones(k)).tolist(), rng.dirichlet(np.ones(k), k)
        weight, target = float(rng.uniform(0.3, 1)), float(rng.uniform(0.5, 1))
        assert gain.worth(p, gain.teller(rows.tolist(), weight), target) == pytest.approx(
            naive(p, rows, weight, target), abs=1e-9
        )


def test_of_many_classes_the_likeliest_count() -> None:
    """With nothing on the others it is what these alone would give; with 64 classes it stays finite and at least 0."""
    four = [[0.7, 0.1, 0.1, 0.1], [0.2, 0.6, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.1, 0.3, 0.1, 0.5]]
    p = [0.4, 0.3, 0.2, 0.1]
    wide = [[*row, 0.0, 0.0] for row in four] + [[1 / 6] * 6, [1 / 6] * 6]
    small = gain.worth(p, gain.teller(four, 0.6), 0.9)
    assert gain.worth([*p, 0.0, 0.0], gain.teller(wide, 0.6), 0.9) == pytest.approx(small, abs=1e-4)
    rng = np.random.default_rng(0)
    for _ in range(20):
        q, rows = rng.dirichlet(np.full(64, 0.2)).tolist(), rng.dirichlet(np.ones(64), 64).tolist()
        assert -1e-9 <= gain.worth(q, gain.teller(rows, 0.5), 0.9) < 1 + gain.SHARE * log(64)


def test_a_guesser_tells_nothing_and_more_skill_tells_more() -> None:
    p = [0.5, 0.3, 0.2]
    told = [gain.worth(p, gain.teller(online.start_rows(3, a), 1.0), 2.0) for a in (1 / 3, 0.5, 0.7, 0.9, 0.99)]
    assert told[0] == pytest.approx(0.0, abs=1e-12)
    assert all(a < b for a, b in pairwise(told))


def test_an_answer_that_decides_is_worth_more_than_one_that_does_not() -> None:
    who = gain.teller(online.start_rows(2, 0.8), 1.0)
    near, far = gain.worth([0.85, 0.15], who, 0.95), gain.worth([0.5, 0.5], who, 0.95)
    assert near > far
    assert gain.worth([0.85, 0.15], who, 2.0) < gain.worth([0.5, 0.5], who, 2.0)


def test_a_task_goes_to_who_knows_its_classes_better_than_others_do() -> None:
    """Ada tells the first two classes apart, Ben the last two; the usual labeler is half of each."""
    sure, guess = [[0.95, 0.05], [0.05, 0.95]], [[0.55, 0.45], [0.45, 0.55]]

    def rows(first: list[list[float]], second: list[list[float]]) -> list[list[float]]:
        return [[*row, 0.0, 0.0] for row in first] + [[0.0, 0.0, *row] for row in second]

    ada, ben = gain.teller(rows(sure, guess), 0.7), gain.teller(rows(guess, sure), 0.7)
    usual = gain.teller(rows([[0.75, 0.25], [0.25, 0.75]], [[0.75, 0.25], [0.25, 0.75]]), 0.7)
    early, late = [0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]
    for own, mine, other in ((ada, early, late), (ben, late, early)):
        assert gain.advantage(mine, own, usual, 0.95) > 0 > gain.advantage(other, own, usual, 0.95)
    assert gain.advantage(early, usual, usual, 0.95) == 0.0
