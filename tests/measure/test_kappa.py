"""Published examples; each expected value carries its source or its arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from neraca.measure import kappa

# Fleiss 1971 as it stands in the statistics texts: 10 subjects x 5 categories, 14 raters each
FLEISS: list[list[int]] = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
# Gwet's four raters x 12 units (irrCAC's cac.raw4raters), as counts of classes 1..5
FOUR_RATERS: list[list[int]] = [
    [3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0], [0, 4, 0, 0, 0], [1, 1, 1, 1, 0],
    [0, 0, 0, 4, 0], [3, 1, 0, 0, 0], [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0],
]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[20, 5], [10, 15]], 0.4),  # p_a = 35/50, p_e = .5 * .6 + .5 * .4 = .5
        ([[45, 15], [25, 15]], 0.130435),  # p_a = .6, p_e = .6 * .7 + .4 * .3 = .54; .06 / .46
        ([[25, 35], [5, 35]], 0.259259),  # p_a = .6, p_e = .6 * .3 + .4 * .7 = .46; .14 / .54
    ],
)
def test_cohen(counts: list[list[float]], expected: float) -> None:
    assert kappa.cohen_table(counts) == pytest.approx(expected, abs=5e-7)


def test_cohen_weighted() -> None:
    shares = [[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]]
    assert kappa.cohen_table(shares) == pytest.approx(0.428571, abs=5e-7)
    assert kappa.cohen_table(shares, "linear") == pytest.approx(0.492308, abs=5e-7)
    assert kappa.cohen_table(shares, "quadratic") == pytest.approx(0.566667, abs=5e-7)
    left, right = [0] * 25 + [1] * 25, [0] * 20 + [1] * 5 + [0] * 10 + [1] * 15
    assert kappa.cohen(left, right, 2) == pytest.approx(0.4)


def test_fleiss_and_randolph() -> None:
    assert kappa.fleiss(FLEISS) == pytest.approx(0.209931, abs=5e-7)
    assert kappa.of_counts(FLEISS, "uniform") == pytest.approx(0.222527, abs=5e-7)


def test_gwet_with_missing_answers() -> None:
    assert kappa.ac1(FOUR_RATERS) == pytest.approx(0.77544, abs=5e-6)
    assert kappa.fleiss(FOUR_RATERS) == pytest.approx(0.76117, abs=5e-6)
    assert kappa.of_counts(FOUR_RATERS, "uniform") == pytest.approx(0.77273, abs=5e-6)


def test_ac2_by_hand() -> None:
    # classes 1, 2, 3 with linear weights 1, .5, 0; tasks {1, 1}, {1, 2}, {3, 1}: p_a = (1 + .5 + 0) / 3 = .5
    # shares 4/6, 1/6, 1/6; sum s (1 - s) = 8/36 + 5/36 + 5/36 = .5; sum of w = 3 + 4 * .5 = 5
    # p_e = 5 / 6 * .5 = 5/12; AC2 = (1/2 - 5/12) / (7/12) = 1/7
    assert kappa.ac2([[2, 0, 0], [1, 1, 0], [1, 0, 1]], "linear") == pytest.approx(1 / 7)


Table = NDArray[np.int64]


def pairwise(counts: Table, w: NDArray[np.float64]) -> float:
    each = []
    for row in counts:
        said = [k for k, n in enumerate(row) for _ in range(n)]
        if len(said) >= 2:
            pairs = [w[a, b] for i, a in enumerate(said) for j, b in enumerate(said) if i != j]
            each.append(sum(pairs) / len(pairs))
    return float(sum(each) / len(each))


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(["none", "linear", "quadratic"]),
)
@settings(max_examples=60, deadline=None)
def test_equals_the_pairs_one_by_one(rows: list[list[int]], weighted: kappa.Weights) -> None:
    counts = np.array([*rows, [1, 1, 0]])  # one task that can be compared
    agreed = pairwise(counts, kappa.weights(3, weighted))
    shares = np.mean([row / row.sum() for row in counts if row.sum()], axis=0)
    w = kappa.weights(3, weighted)
    for chance, expected in (
        ("fleiss", sum(w[a, b] * shares[a] * shares[b] for a in range(3) for b in range(3))),
        ("gwet", w.sum() / 6 * sum(s * (1 - s) for s in shares)),
        ("uniform", w.sum() / 9),
    ):
        found = kappa.of_counts(counts, chance, weighted)  # type: ignore[arg-type]  # a literal of the loop
        assert found == pytest.approx((agreed - expected) / (1 - expected) if expected < 1 else 1.0, abs=1e-9)
    assert kappa.of_counts(counts[::-1], "gwet", weighted) == pytest.approx(kappa.ac2(counts, weighted), abs=1e-12)


def test_unanimity_and_one_class() -> None:
    assert kappa.fleiss([[3, 0], [0, 3]]) == 1
    assert kappa.ac1([[3, 0], [4, 0]]) == 1
    assert kappa.fleiss([[3, 0], [4, 0]]) == 1
    assert kappa.ac1([[3], [4]]) == 1
    assert kappa.cohen([1, 1], [1, 1], 3) == 1


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="No task has two answers"):
        kappa.fleiss([[1, 0], [0, 0]])
    with pytest.raises(ValueError, match="Row 1: a count must be a finite number"):
        kappa.fleiss([[1.0, 0.0], [float("nan"), 0.0]])
    with pytest.raises(ValueError, match="Row 1: there is no class 2"):
        kappa.cohen([0, 2], [0, 1], 2)
    with pytest.raises(ValueError, match="no task that both"):
        kappa.cohen([], [], 2)
    with pytest.raises(ValueError, match="square table"):
        kappa.cohen_table([[0, 0], [0, 0]])
