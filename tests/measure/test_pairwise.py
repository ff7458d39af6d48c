import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import pairwise, rankings
from neraca.measure.arrays import Floats, Ints


def crowd(seed: int, guess: float, turned: float, n: int = 2000) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """50 items, 30 labelers of whom some click left in 70 % of the cases or say the contrary."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.5, 50)
    a = rng.integers(0, 50, n)
    b = (a + rng.integers(1, 50, n)) % 50
    who = rng.integers(0, 30, n)
    right = rng.random(n) < 1 / (1 + np.exp(score[b] - score[a]))
    kind = who / 30
    said = np.where(kind < guess, rng.random(n) < 0.7, np.where(kind < guess + turned, ~right, right))
    return a, b, who, said.astype(np.float64), score


def order(found: Floats, truth: Floats) -> float:
    i, j = np.triu_indices(len(truth), 1)
    return float(np.mean(np.sign(found[i] - found[j]) == np.sign(truth[i] - truth[j])))


def test_two_items_by_hand() -> None:
    # 3 of 4 for the first: with a weak ridge the gap is ln 3
    score, _, converged = pairwise.bradley_terry([0] * 4, [1] * 4, [1, 1, 1, 0], items=2, ridge=1e-6)
    assert score[0] - score[1] == pytest.approx(np.log(3), abs=1e-4)
    assert converged
    tied, _, _ = pairwise.bradley_terry([0, 0], [1, 1], [0.5, 0.5], items=2)
    assert tied.tolist() == [0, 0]


results = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 2), st.sampled_from([0.0, 0.5, 1.0])), max_size=25
)


@given(results)
@settings(max_examples=40, deadline=None)
def test_newton_equals_the_naive_version_and_has_no_order(rows: list[tuple[int, int, int, float]]) -> None:
    a = [r[0] for r in rows]
    b = [(r[0] + r[1]) % 5 for r in rows]
    won = [r[3] for r in rows]
    score, _, converged = pairwise.bradley_terry(a, b, won, items=5)
    assert converged
    assert np.abs(score - pairwise.naive(a, b, won, items=5)).max() < 1e-5
    turned, _, _ = pairwise.bradley_terry(b[::-1], a[::-1], [1 - y for y in won[::-1]], items=5)
    assert np.abs(score - turned).max() < 1e-6
    found = pairwise.estimate(a, b, [r[2] for r in rows], won, items=5, labelers=3)
    assert np.isfinite(found.score).all()
    assert np.isfinite(found.sd).all()
    assert found.ways.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(("guess", "turned"), [(0.3, 0.1), (0.5, 0.0), (0.0, 0.2)])
def test_beats_plain_bradley_terry_among_spammers(guess: float, turned: float) -> None:
    gains = []
    for seed in range(4):
        a, b, who, won, truth = crowd(seed, guess, turned)
        plain, _, _ = pairwise.bradley_terry(a, b, won, items=50)
        found = pairwise.estimate(a, b, who, won, items=50, labelers=30)
        assert found.converged
        gains.append(order(found.score, truth) - order(plain, truth))
    assert np.mean(gains) > 0.01


def test_the_ways_of_labelers_are_found() -> None:
    a, b, who, won, _ = crowd(0, 0.2, 0.1)
    found = pairwise.estimate(a, b, who, won, items=50, labelers=30)
    assert found.ways[12:, 0].mean() > found.ways[:6, 0].mean() + 0.3
    assert (found.ways[6:9, 1] > 0.5).all()
    assert (found.ways[:6, 2] > found.ways[:6, 3]).all()


def test_unanimity_is_given_back() -> None:
    pairs = [(i, j) for i in range(6) for j in range(6) if i < j]
    a, b = [i for i, _ in pairs] * 3, [j for _, j in pairs] * 3
    found = pairwise.estimate(a, b, [w for w in range(3) for _ in pairs], [1.0] * len(a), items=6, labelers=3)
    assert np.argsort(-found.score).tolist() == list(range(6))


def test_bad_rows_are_named() -> None:
    with pytest.raises(ValueError, match="Row 1: an item cannot beat itself"):
        pairwise.bradley_terry([0, 1], [1, 1], [1, 1], items=2)
    with pytest.raises(ValueError, match="Row 0: an answer is between"):
        pairwise.bradley_terry([0], [1], [2], items=2)
    with pytest.raises(ValueError, match="Row 0: there is no labeler 5"):
        pairwise.estimate([0], [1], [5], [1], items=2, labelers=2)
    with pytest.raises(ValueError, match="ridge"):
        pairwise.bradley_terry([0], [1], [1], items=2, ridge=0)


def test_rankings() -> None:
    rng = np.random.default_rng(0)
    sizes = [5] * 60
    truth = [rng.permutation(5).tolist() for _ in range(60)]
    task, who, said = [], [], []
    for t in range(60):
        for w in range(6):
            worth = np.empty(5)
            worth[truth[t]] = np.arange(5)[::-1]
            noise = rng.gumbel(size=5) * (0.8 if w < 3 else 0.0)
            seen = worth + noise if w < 3 else rng.normal(size=5)  # w 3, 4, 5 guess
            task.append(t)
            who.append(w)
            said.append(np.argsort(-seen).tolist())
    found = rankings.estimate(task, who, said, sizes=sizes, labelers=6)
    plain = rankings.borda(task, said, sizes)

    def off(orders: list[list[int]]) -> float:
        return float(np.mean([rankings.kendall(o, t) for o, t in zip(orders, truth, strict=True)]))

    assert off(found.order) < 0.8 * off(plain)
    assert found.ways[:3, 0].min() > found.ways[3:, 0].max()


@given(st.permutations(range(5)), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_rankings_unanimity(ranking: list[int], people: int) -> None:
    found = rankings.estimate([0] * people, range(people), [ranking] * people, sizes=[5], labelers=people)
    assert found.order == [ranking]
    assert rankings.borda([0] * people, [ranking] * people, [5]) == [ranking]
    assert rankings.kendall(ranking, ranking[::-1]) == 1
    assert rankings.kendall(ranking, ranking) == 0


def test_rankings_name_bad_rows() -> None:
    with pytest.raises(ValueError, match="Row 1: an item is ranked twice"):
        rankings.estimate([0, 0], [0, 1], [[0, 1], [1, 1]], sizes=[2], labelers=2)
    with pytest.raises(ValueError, match="Row 0: an item is none of the task's 2"):
        rankings.borda([0], [[0, 2]], [2])
    with pytest.raises(ValueError, match="not of the same items"):
        rankings.kendall([0, 1], [0, 2])
    assert rankings.estimate([], [], [], sizes=[2], labelers=0).order == [[0, 1]]
