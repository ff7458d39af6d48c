import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import numeric
from neraca.measure.arrays import Floats, Ints


def crowd(
    seed: int, *, bias: float = 0.0, unlike: float = 0.0, wild: float = 0.0
) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """300 tasks of 5 answers by 20 labelers: task, labeler, value, truth, bias."""
    rng = np.random.default_rng(seed)
    truth, b, s = rng.normal(0, 3, 300), rng.normal(0, bias, 20), np.exp(rng.normal(0, unlike, 20))
    b -= b.mean()  # the level of all is not to be seen
    task = np.repeat(np.arange(300), 5)
    who = np.concatenate([rng.permutation(20)[:5] for _ in range(300)])
    x = truth[task] + b[who] + rng.normal(0, 1, 1500) * s[who]
    far = rng.random(1500) < wild
    x[far] = rng.uniform(-50, 50, int(far.sum()))
    return task, who, x, truth, b


def error(found: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((found - truth) ** 2)))


@pytest.mark.parametrize(
    ("how", "gain"),
    [({"unlike": 0.8}, 0.75), ({"bias": 1.0}, 0.85), ({"unlike": 0.8, "bias": 1.0}, 0.7), ({"wild": 0.1}, 0.75)],
)
def test_beats_mean_and_median_where_labelers_differ(how: dict[str, float], gain: float) -> None:
    task, who, x, truth, _ = crowd(1, **how)
    found = numeric.estimate(task, who, x, tasks=300, labelers=20)
    plain = min(error(f(task, x, tasks=300)[0], truth) for f in (numeric.means, numeric.medians))
    assert error(found.truth, truth) < gain * plain  # with bias alone nothing can go below 1 / sqrt 5 = 0.447
    assert found.converged


def test_is_the_mean_where_they_do_not() -> None:
    task, who, x, truth, _ = crowd(2)
    found = numeric.estimate(task, who, x, tasks=300, labelers=20)
    assert found.alike == numeric.ALIKE[1]
    assert error(found.truth, truth) < 1.01 * error(numeric.means(task, x, tasks=300)[0], truth)
    assert error(found.shrunk, truth) <= 1.005 * error(found.truth, truth)


def test_bias_noise_and_the_tail_are_found() -> None:
    task, who, x, truth, bias = crowd(3, bias=1.0)
    found = numeric.estimate(task, who, x, tasks=300, labelers=20)
    assert np.corrcoef(found.bias, bias)[0, 1] > 0.97
    assert found.noise.mean() == pytest.approx(1.0, rel=0.1)
    assert np.isinf(found.tail)
    inside = np.abs(found.truth - (truth)) < 1.96 * found.sd
    assert 0.9 < inside.mean() < 0.98
    task, who, x, _, _ = crowd(3, wild=0.1)
    assert numeric.estimate(task, who, x, tasks=300, labelers=20).tail < 10


def test_one_step_by_hand() -> None:
    # Two tasks, labelers a and b without bias, noise equal by the prior: the truth is the mean, the sd noise / sqrt 2.
    found = numeric.estimate([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 3.0, 7.0, 5.0], tasks=2, labelers=2, biased=False)
    assert found.truth == pytest.approx([2.0, 6.0])
    assert found.sd == pytest.approx(found.noise / np.sqrt(2))
    assert found.weight == pytest.approx([0.5] * 4)


rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.floats(-1e6, 1e6)), max_size=25)


@given(rows)
@settings(max_examples=60, deadline=None)
def test_always_defined_and_without_order(given_: list[tuple[int, int, float]]) -> None:
    def of(order: list[tuple[int, int, float]]) -> numeric.Estimate:
        t, w, x = ([r[i] for r in order] for i in range(3))
        return numeric.estimate(t, w, x, tasks=6, labelers=5, iterations=15)

    one, other = of(given_), of(given_[::-1])
    for array in (one.truth, one.sd, one.shrunk, one.bias, one.noise, one.weight):
        assert np.isfinite(array).all()
    scale = max((abs(x) for *_, x in given_), default=1.0) or 1.0
    assert np.abs(one.truth - other.truth).max() <= 1e-6 * scale
    assert one.iterations <= 15
    assert one.answered.tolist() == [t in {r[0] for r in given_} for t in range(6)]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_unanimity_is_given_back(truths: list[float], people: int) -> None:
    task = np.repeat(np.arange(len(truths)), people)
    found = numeric.estimate(
        task, np.tile(np.arange(people), len(truths)), np.array(truths)[task], tasks=len(truths), labelers=people
    )
    assert np.abs(found.truth - truths).max() <= 1e-6 * max(abs(x) for x in [*truths, 1e-300])


def test_medians_equal_numpy() -> None:
    rng = np.random.default_rng(0)
    task, x = rng.integers(0, 9, 50), rng.normal(size=50)
    found, answered = numeric.medians(task, x, tasks=10)
    assert found[:9] == pytest.approx([np.median(x[task == t]) for t in range(9)])
    assert not answered[9]


def test_bad_rows_are_named() -> None:
    for bad in (float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match="Row 1: a value must be a finite number"):
            numeric.estimate([0, 0], [0, 1], [1.0, bad], tasks=1, labelers=2)
    with pytest.raises(ValueError, match="Row 0: there is no labeler 2"):
        numeric.estimate([0], [2], [1.0], tasks=1, labelers=2)
    with pytest.raises(ValueError, match=r"Row 0: a task is a whole number, not 0\.5"):
        numeric.estimate([0.5], [0], [1.0], tasks=1, labelers=1)
