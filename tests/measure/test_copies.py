"""Copies of a labeler are found, weigh as one, and honest crowds are left alone."""

from math import exp, log

import numpy as np
import pytest

from neraca.measure import aggregate, copies, dawid_skene
from neraca.measure.answers import read
from neraca.measure.majority import Ints

Crowd = tuple[Ints, Ints, Ints]


def crowd(seed: int, *, tasks: int = 200, labelers: int = 15, each: int = 6, classes: int = 3) -> tuple[Crowd, Ints]:
    rng = np.random.default_rng(seed)
    truth, right = rng.integers(0, classes, tasks), rng.beta(8, 2, labelers)
    right[0] = 0.55
    task = np.repeat(np.arange(tasks), each)
    labeler = np.concatenate([rng.permutation(labelers)[:each] for _ in range(tasks)])
    wrong = (truth[task] + rng.integers(1, classes, len(task))) % classes
    return (task, labeler, np.where(rng.random(len(task)) < right[labeler], truth[task], wrong)), truth


def copied(given: Crowd, who: int, times: int, *, first: int, differs: float = 0.0, seed: int = 0) -> Crowd:
    """With accounts from `first` on that say what `who` says, but for a share of their answers."""
    rng = np.random.default_rng(seed)
    task, labeler, label = given
    own = np.flatnonzero(labeler == who)
    parts = [given]
    for n in range(times):
        said = np.where(rng.random(len(own)) < differs, rng.integers(0, 3, len(own)), label[own])
        parts.append((task[own], np.full(len(own), first + n), said))
    return (
        np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
    )  # fmt: skip


def naive(given: Crowd, tasks: int, labelers: int, k: int, gold: Ints) -> dict[tuple[int, int], tuple[int, int, float]]:
    """Every pair of labelers: tasks of both, equal answers and the score of the first round, by the formula."""
    rows = list(zip(*(x.tolist() for x in given), strict=True))
    p = dawid_skene.estimate(*given, tasks=tasks, labelers=labelers, classes=k, gold=gold).posterior
    counts = np.zeros((labelers, k, k))
    for t, w, said in rows:
        counts[w, :, said] += p[t]
    pool = dawid_skene.draw(counts.sum(axis=0))
    prior = p[np.unique(given[0])].mean(axis=0)

    def column(t: int, w: int, said: int) -> list[float]:
        return [
            (max(counts[w, c, said] - p[t, c], 0) + 2 * pool[c, said]) / (max(counts[w, c].sum() - p[t, c], 0) + 2)
            for c in range(k)
        ]

    found: dict[tuple[int, int], tuple[int, int, float]] = {}
    for t in range(tasks):
        here = [(w, said) for at, w, said in rows if at == t]
        for i, a in here:
            for j, b in here:
                if i >= j:
                    continue
                logs = [
                    log(prior[c]) + sum(log(column(t, w, s)[c]) for w, s in here if w not in {i, j}) for c in range(k)
                ]
                whole = sum(exp(x - max(logs)) for x in logs)
                q = [0.95 * exp(x - max(logs)) / whole + 0.05 / k for x in logs]
                if gold[t] >= 0:
                    q = [float(c == gold[t]) for c in range(k)]
                one, two = column(t, i, a), column(t, j, b)
                both = sum(q[c] * one[c] * two[c] for c in range(k))
                alone = both / min(sum(q[c] * one[c] for c in range(k)), sum(q[c] * two[c] for c in range(k)))
                others = sum(s == a for w, s in here if w not in {i, j})
                likely = min(max(alone, (2 * alone + 1 + others) / (3 + len(here) - 2), 1e-3), 1.0)
                n, same, score = found.get((i, j), (0, 0, 0.0))
                worth = log((0.9 + 0.1 * likely) / likely) if a == b else log(0.1)
                found[i, j] = (n + 1, same + (a == b), score + worth)
    return found


@pytest.mark.parametrize("known", [0, 10])
def test_scores_are_those_of_the_formula(known: int) -> None:
    given, truth = crowd(3, tasks=30, labelers=8, each=4)
    given = copied(given, 0, 1, first=8)
    gold = np.where(np.arange(30) < known, truth, -1)
    judge = {pair: told for pair, told in naive(given, 30, 9, 3, gold).items() if told[0] >= copies.LEAST}
    all_of = read(*given, tasks=30, labelers=9, classes=3)
    p = dawid_skene.estimate(*given, tasks=30, labelers=9, classes=3, gold=gold).posterior
    where, who, _ = copies._rows(all_of)
    left, right = copies._compared(where, who, all_of.given)
    # At an alpha so large every pair is told
    told = copies._pairs(all_of, p, gold, np.ones(len(where), dtype=np.bool_), left, right, 1e300)
    assert {(one.left, one.right) for one in told} == set(judge)
    for one in told:
        n, same, score = judge[one.left, one.right]
        assert (one.tasks, one.equal) == (n, same)
        assert one.score == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("differs", [0.0, 0.05])
def test_copies_are_one_group(times: int, differs: float) -> None:
    given, _ = crowd(1)
    found = copies.find(*copied(given, 0, times, first=15, differs=differs), tasks=200, labelers=15 + times, classes=3)
    group = [0, *range(15, 15 + times)]
    assert len(set(found.group[group].tolist())) == 1
    assert set(np.delete(found.group, group).tolist()) == set(range(1, 15))
    assert all(one.found and {one.left, one.right} <= set(group) for one in found.pairs)


def test_a_group_weighs_as_one_labeler() -> None:
    """The verdicts are those of the crowd without the copies, which else would be drawn to a weak labeler's."""
    given, truth = crowd(5)
    many = copied(given, 0, 3, first=15)
    alone = aggregate.estimate(*given, tasks=200, labelers=15, classes=3)
    got = aggregate.estimate(*many, tasks=200, labelers=18, classes=3)
    assert np.abs(got.posterior - alone.posterior).max() < 1e-12
    assert got.repeated == 3 * int((given[1] == 0).sum())
    assert np.ptp(got.skill[[0, *range(15, 18)]]) < 1e-12
    plain = aggregate.estimate(*many, tasks=200, labelers=18, classes=3, method="hierarchical")
    assert (got.label == truth).mean() > (plain.label == truth).mean() + 0.02


def test_which_rows_come_first_does_not_matter() -> None:
    given, _ = crowd(5)
    many = copied(given, 0, 3, first=15, differs=0.05)
    order = np.random.default_rng(1).permutation(len(many[0]))
    a, b = (aggregate.estimate(*rows, tasks=200, labelers=18, classes=3) for rows in (many, [x[order] for x in many]))
    assert a.repeated == b.repeated > 0
    assert np.abs(a.posterior - b.posterior).max() < 1e-9


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("hard", [0.0, 0.15])
def test_honest_crowds_are_left_alone(classes: int, hard: float) -> None:
    """Also where some tasks mislead most: at most one crowd in a hundred may have a finding, so of thirty none has."""
    found = []
    for seed in range(30):
        rng = np.random.default_rng(100 + seed)
        (task, labeler, label), truth = crowd(seed, tasks=300, labelers=20, each=5, classes=classes)
        misled = (rng.random(300) < hard)[task] & (rng.random(len(task)) < 0.7)
        label = np.where(misled, (truth[task] + 1) % classes, label)
        found += copies.find(task, labeler, label, tasks=300, labelers=20, classes=classes).pairs
    assert found == []


def test_good_labelers_who_agree_are_no_copies() -> None:
    """Five who are nearly always right, and so nearly always the same, among others who are not."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 3, 400)
        right = np.r_[np.full(5, 0.985), np.full(15, 0.75)]
        task = np.repeat(np.arange(400), 8)
        labeler = np.concatenate([rng.permutation(20)[:8] for _ in range(400)])
        wrong = (truth[task] + rng.integers(1, 3, len(task))) % 3
        label = np.where(rng.random(len(task)) < right[labeler], truth[task], wrong)
        assert not copies.find(task, labeler, label, tasks=400, labelers=20, classes=3).any


def test_gold_clears_those_who_alone_are_right() -> None:
    """Two are right where everybody else is misled: copies, as far as answers tell. Gold knows better."""
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 300)
    task, labeler = np.repeat(np.arange(300), 8), np.tile(np.arange(8), 300)
    odd = (rng.random(300) < 0.2)[task] & (labeler > 1)
    right = np.where(odd, rng.random(len(task)) < 0.3, rng.random(len(task)) < 0.99)
    label = np.where(right, truth[task], 1 - truth[task])
    assert copies.find(task, labeler, label, tasks=300, labelers=8, classes=2).any
    assert not copies.find(task, labeler, label, tasks=300, labelers=8, classes=2, gold=truth).any


@pytest.mark.parametrize("classes", [1, 2])
def test_where_all_say_the_same_nobody_copies(classes: int) -> None:
    task, labeler = np.repeat(np.arange(50), 6), np.tile(np.arange(6), 50)
    assert not copies.find(task, labeler, np.zeros_like(task), tasks=50, labelers=6, classes=classes).any


def test_habits_are_no_copies() -> None:
    """Three who say the same class of everything say the same of everything."""
    (task, labeler, label), _ = crowd(2)
    label = np.where(labeler > 11, 0, label)
    assert not copies.find(task, labeler, label, tasks=200, labelers=15, classes=3).any


def test_little_or_odd_input() -> None:
    none = np.zeros(0, dtype=np.int64)
    one = np.zeros(1, dtype=np.int64)
    assert not copies.find(none, none, none, tasks=3, labelers=2, classes=2).any
    assert not copies.find(one, one, one, tasks=1, labelers=1, classes=2).any
    assert not copies.find(one, one, one, tasks=1, labelers=10_000_000, classes=2).any
    twice = copies.find([0] * 12, [0, 1] * 6, [1] * 12, tasks=1, labelers=2, classes=2)  # one task again and again
    assert not twice.any
    with pytest.raises(ValueError, match="Row 1"):
        copies.find([0, 9], [0, 1], [0, 0], tasks=2, labelers=2, classes=2)


def test_a_crowd_with_too_many_pairs_is_drawn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = crowd(1, tasks=400)
    many = copied(given, 0, 2, first=15)
    monkeypatch.setattr(copies, "PAIRS", 6000)
    where, who, _ = copies._rows(read(*many, tasks=400, labelers=17, classes=3))
    left, _ = copies._compared(where, who, np.bincount(who))
    assert 4000 < len(left) <= 6000
    assert len(set(copies.find(*many, tasks=400, labelers=17, classes=3).group[[0, 15, 16]].tolist())) == 1


def test_what_repeats_is_what_came_later_or_ranks_lower() -> None:
    group = copies.Copies([copies.Pair(0, 2, 9, 9, 1.0, 9.0, 5.0)], np.array([0, 1, 0]))
    task, labeler, label = np.array([0, 0, 0, 1, 1]), np.array([2, 1, 0, 0, 2]), np.array([1, 1, 1, 0, 1])
    assert group.repeats(task, labeler, label).tolist() == [False, False, True, False, False]
    assert group.repeats(task, labeler, label, labeler).tolist() == [True, False, False, False, False]
