import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import tree

# 0 thing; 1 animal, 2 plant, 3 stone; 4 dog, 5 cat, 6 cow under 1; 7 oak, 8 rose under 2; 9 poodle, 10 beagle under 4
PARENT = [-1, 0, 0, 0, 1, 1, 1, 2, 2, 4, 4]
SHAPE = tree.tree(PARENT)


def test_the_shape() -> None:
    assert SHAPE.leaves.tolist() == [3, 5, 6, 7, 8, 9, 10]
    assert SHAPE.depth.tolist() == [0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]
    with pytest.raises(ValueError, match="one root"):
        tree.tree([-1, -1])
    with pytest.raises(ValueError, match="Node 1 goes round"):
        tree.tree([-1, 2, 1])
    with pytest.raises(ValueError, match="Node 1: there is no such parent"):
        tree.tree([-1, 9])


def test_one_answer_by_hand() -> None:
    # a = 3/4 at the start, leaves alike. "dog" given poodle or beagle: a^2; given cat or cow: a (1 - a) / 2;
    # oak, rose, stone: wrong at the root (1 - a) / 2, then one of three at random
    right, one, two = 0.75**2, 0.75 * 0.25 / 2, 0.25 / 2 / 3
    total = 2 * right + 2 * one + 3 * two
    found = tree.estimate(SHAPE, [0], [0], [4], tasks=1, labelers=1, iterations=1)
    assert found.posterior[0, [9, 5, 7]] == pytest.approx([right / total, one / total, two / total])
    assert found.posterior[0, 4] == pytest.approx(2 * right / total)
    assert found.node[0] == 4  # one in two says poodle, which is not one half of all


def test_who_knows_the_animal_but_not_the_breed_says_dog() -> None:
    found = tree.estimate(SHAPE, [0, 0, 0, 0], [0, 1, 2, 3], [9, 10, 9, 10], tasks=1, labelers=4, confidence=0.8)
    assert found.node[0] == 4
    assert found.posterior[0, 4] > 0.95


def walk(rng: np.random.Generator, leaf: int, skill: float) -> int:
    path = {leaf}
    while PARENT[leaf] >= 0:
        leaf = PARENT[leaf]
        path.add(leaf)
    node = 0
    while children := [c for c, p in enumerate(PARENT) if p == node]:
        good = [c for c in children if c in path]
        if node and rng.random() < 0.2:
            break
        others = [c for c in children if c not in path]
        node = good[0] if good and rng.random() < skill else int(rng.choice(others if good else children))
    return node


def test_beats_the_majority() -> None:
    rng = np.random.default_rng(0)
    truth, skill = rng.choice(SHAPE.leaves, 150), rng.beta(4, 2, 12)
    rows = [(t, w, walk(rng, int(truth[t]), skill[w])) for t in range(150) for w in rng.permutation(12)[:6]]
    task, who, said = (np.array([r[i] for r in rows]) for i in range(3))
    found = tree.estimate(SHAPE, task, who, said, tasks=150, labelers=12)
    most = tree.votes(SHAPE, task, said, tasks=150)
    assert (found.best == truth).mean() > (most == truth).mean() + 0.1
    assert np.corrcoef(found.skill, skill)[0, 1] > 0.7


rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 10)), max_size=20)


@given(rows)
@settings(max_examples=50, deadline=None)
def test_always_defined_and_without_order(given_: list[tuple[int, int, int]]) -> None:
    def of(order: list[tuple[int, int, int]]) -> tree.Estimate:
        t, w, x = ([r[i] for r in order] for i in range(3))
        return tree.estimate(SHAPE, t, w, x, tasks=5, labelers=4, iterations=20)

    one, other = of(given_), of(given_[::-1])
    assert np.isfinite(one.posterior).all()
    assert np.abs(one.posterior - other.posterior).max() < 1e-9
    assert [n >= 0 for n in one.node] == [t in {r[0] for r in given_} for t in range(5)]


@given(st.lists(st.sampled_from([int(x) for x in SHAPE.leaves]), min_size=1, max_size=8), st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_unanimity_is_given_back(truths: list[int], people: int) -> None:
    task = np.repeat(np.arange(len(truths)), people)
    who = np.tile(np.arange(people), len(truths))
    found = tree.estimate(SHAPE, task, who, np.array(truths)[task], tasks=len(truths), labelers=people)
    assert found.best.tolist() == truths
