"""Published examples, a naive version, and laws."""

import csv
import os
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neraca.measure.alpha import METRICS, Metric, alpha, alpha_of, ratio

CROWDS = "NERACA_CROWDS"  # a folder of recorded crowds, one folder each with labels.csv

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: 4 observers x 12 units
KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
THREE_CODERS = """
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""


def table(text: str) -> tuple[list[int], list[int]]:
    cells = [(u, int(x)) for line in text.split("\n") for u, x in enumerate(line.split()) if x != "."]
    return [u for u, _ in cells], [x for _, x in cells]


def naive(units: list[int], values: list[float], d: Callable[[float, float], float]) -> float:
    """The definition, pair by pair."""
    groups = [[x for v, x in zip(units, values, strict=True) if v == u] for u in sorted(set(units))]
    groups = [g for g in groups if len(g) >= 2]
    flat = [x for g in groups for x in g]
    n = len(flat)
    observed = sum(d(x, y) / (len(g) - 1) for g in groups for x, y in permutations(g, 2)) / n
    expected = sum(d(x, y) for x, y in permutations(flat, 2)) / (n * (n - 1))
    return 1 - observed / expected if expected else 1.0


def distance(metric: Metric, units: list[int], values: list[float]) -> Callable[[float, float], float]:
    if metric == "nominal":
        return lambda x, y: float(x != y)
    if metric == "interval":
        return lambda x, y: (x - y) ** 2
    kept = [x for u, x in zip(units, values, strict=True) if units.count(u) >= 2]

    def ordinal(x: float, y: float) -> float:  # Krippendorff's own words: the counts between, less half of both ends
        low, high = min(x, y), max(x, y)
        between = sum(1 for z in kept if low <= z <= high)
        return (between - (kept.count(low) + kept.count(high)) / 2) ** 2 if x != y else 0.0

    return ordinal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # nominal, by hand from example C: of n = 40 pairable values 9, 13, 10, 5, 3 are 1..5; the coincidences off the
        # diagonal sum to 8, so alpha = 1 - 39 * 8 / (40^2 - 9^2 - 13^2 - 10^2 - 5^2 - 3^2) = 1 - 312 / 1216 = 0.743421
        (KRIPPENDORFF, {"nominal": 0.743421, "ordinal": 0.815388, "interval": 0.849107}),
        (THREE_CODERS, {"nominal": 0.691358, "ordinal": 0.806721, "interval": 0.810845}),
    ],
)
def test_published_examples(text: str, expected: dict[Metric, float]) -> None:
    units, values = table(text)
    for metric, value in expected.items():
        assert alpha(units, values, metric, resamples=0).alpha == pytest.approx(value, abs=5e-7)


@pytest.mark.parametrize(("text", "expected"), [(KRIPPENDORFF, 0.797403), (THREE_CODERS, 0.808944)])
def test_ratio_is_a_matrix(text: str, expected: float) -> None:
    units, values = table(text)
    found = alpha(units, np.array(values) - 1, delta=ratio(np.arange(1.0, 6.0)), resamples=0)
    assert found.alpha == pytest.approx(expected, abs=5e-7)


crowds = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=2, max_size=40)


@given(crowds, st.sampled_from(METRICS))
@settings(max_examples=80, deadline=None)
def test_equals_the_definition_in_any_order(rows: list[tuple[int, int]], metric: Metric) -> None:
    units, values = [u for u, _ in rows], [float(x) for _, x in rows]
    assume(any(units.count(u) >= 2 for u in units))
    d = distance(metric, units, values)
    found = alpha(units, values, metric, resamples=3)
    assert found.alpha == pytest.approx(naive(units, values, d), abs=1e-9)
    assert alpha(units[::-1], values[::-1], metric, resamples=0).alpha == pytest.approx(found.alpha, abs=1e-12)
    assert found.low <= found.alpha <= found.high <= 1
    groups = [[x for v, x in rows if v == u] for u in sorted(set(units))]
    assert alpha_of(groups, d, resamples=0).alpha == pytest.approx(found.alpha, abs=1e-9)
    if metric == "nominal":
        other = alpha(units, [int(x) for x in values], delta=1 - np.eye(5), resamples=0)
        assert other.alpha == pytest.approx(found.alpha, abs=1e-12)


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=20), st.sampled_from(METRICS))
@settings(max_examples=60, deadline=None)
def test_unanimity_is_one(truths: list[float], metric: Metric) -> None:
    units = [u for u in range(len(truths)) for _ in range(3)]
    found = alpha(units, [truths[u] for u in units], metric, resamples=20)
    assert found.alpha == pytest.approx(1.0, abs=1e-9)
    assert found.varied is (len(set(truths)) > 1)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    "truths", [(0.0, 2.3e-311), (1e-170, 3e-170), (1e150, -1e150), (1e9, 1e9 + 2e-7), (1.0, 1.0 + 2.3e-16)]
)
def test_the_size_of_the_numbers_does_not_matter(truths: tuple[float, float], metric: Metric) -> None:
    units, values = [0] * 50 + [1] * 50 + [2, 2], [truths[0]] * 50 + [truths[1]] * 50 + [*truths]
    found = alpha(units, values, metric, resamples=20)
    assert found.varied
    assert np.isfinite([found.low, found.high, found.observed, found.expected]).all()
    # two classes: every metric says the same of them
    assert found.alpha == pytest.approx(alpha(units, [x == truths[1] for x in values], resamples=0).alpha, abs=1e-9)


def test_one_class_only_is_told() -> None:
    found = alpha([0, 0, 1, 1], [3, 3, 3, 3])
    assert (found.alpha, found.low, found.high, found.varied) == (1.0, 1.0, 1.0, False)


def test_the_interval_covers_what_more_tasks_show() -> None:
    rng = np.random.default_rng(0)

    def crowd(tasks: int) -> tuple[list[int], list[int]]:
        truth = rng.integers(0, 3, tasks)
        said = np.where(rng.random((tasks, 4)) < 0.7, truth[:, None], rng.integers(0, 3, (tasks, 4)))
        return np.repeat(np.arange(tasks), 4).tolist(), said.ravel().tolist()

    truth = alpha(*crowd(50_000), resamples=0).alpha
    found = [alpha(*crowd(80), resamples=200) for _ in range(100)]
    inside = sum(one.low <= truth <= one.high for one in found)
    assert 88 <= inside <= 99  # 95 of 100 but for chance: 88 is three standard errors below


def test_bad_rows_are_named() -> None:
    with pytest.raises(ValueError, match="Row 1: a value must be a finite number"):
        alpha([0, 0], [1.0, float("nan")], "interval")
    with pytest.raises(ValueError, match="Row 2: there is no unit -1"):
        alpha([0, 0, -1], [1, 1, 1])
    with pytest.raises(ValueError, match="No task has two answers"):
        alpha([0, 1], [1, 1])
    with pytest.raises(ValueError, match="Row 0: there is no class 7"):
        alpha([0, 0], [7, 1], delta=1 - np.eye(2))
    with pytest.raises(ValueError, match="symmetric"):
        alpha([0, 0], [0, 1], delta=np.array([[0.0, 1.0], [0.5, 0.0]]))
    with pytest.raises(ValueError, match="one length"):
        alpha([0, 0], [1])
    with pytest.raises(ValueError, match="finite"):
        alpha_of([["a", "b"]], lambda *_: float("nan"))


@pytest.mark.parametrize(
    ("name", "metric", "expected"),
    [
        ("caries", "nominal", 0.277060), ("rte", "nominal", 0.241479), ("temp", "nominal", 0.223413),
        ("wsd", "nominal", 0.937200), ("bluebird", "nominal", 0.125501), ("face", "nominal", 0.494920),
        ("numeric_wordsim", "interval", 0.670082), ("anaesthesia", "nominal", 0.585756),
        ("anaesthesia", "ordinal", 0.798704), ("anaesthesia", "interval", 0.793114),
    ],
)  # fmt: skip
def test_real_crowds(name: str, metric: Metric, expected: float) -> None:
    path = Path(os.environ.get(CROWDS, "")) / name / "labels.csv"
    if CROWDS not in os.environ or not path.exists():
        pytest.skip(f"{CROWDS} names no folder with {name}")
    with path.open(encoding="utf-8") as file:
        rows = [(int(r["task"]), float(r["label"])) for r in csv.DictReader(file)]
    found = alpha([t for t, _ in rows], [x for _, x in rows], metric, resamples=0)
    assert found.alpha == pytest.approx(expected, abs=1e-6)
