"""Confirmed suggestions are weak evidence, departures are full evidence, and who looks is found out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from neraca.measure import online, skills, suggestions
from neraca.measure.majority import Floats, Ints

SOURCE = 0  # the suggestion's labeler


class World:
    """`tasks` tasks of `k` classes; suggestions right with `good`; labelers of (accuracy, leaning), `each` a task."""

    def __init__(self, people: list[tuple[float, float]], *, good: float, tasks: int, each: int, k: int = 3) -> None:
        draw = np.random.default_rng(5)
        self.truth = draw.integers(0, k, tasks)
        self.k, self.people = k, len(people) + 1
        hint = np.where(draw.random(tasks) < good, self.truth, (self.truth + draw.integers(1, k, tasks)) % k)
        rows = [(t, SOURCE, int(hint[t]), 2) for t in range(tasks)]
        for t in range(tasks):
            for w in draw.choice(len(people), each, replace=False):
                skill, lean = people[w]
                own = self.truth[t] if draw.random() < skill else (self.truth[t] + draw.integers(1, k)) % k
                said = hint[t] if draw.random() < lean else own
                rows.append((t, int(w) + 1, int(said), int(said == hint[t])))
        self.rows: NDArray[np.int64] = np.array(rows)

    def estimate(self, gold: Ints | None = None) -> suggestions.Estimate:
        task, labeler, label, how = self.rows.T
        return suggestions.estimate(
            task, labeler, label, how, tasks=len(self.truth), labelers=self.people, classes=self.k, gold=gold
        )

    def right(self, label: Ints) -> float:
        return float((label == self.truth).mean())


def online_p(found: suggestions.Estimate | None, said: list[tuple[int, int]], suggested: int, k: int) -> Floats:
    """The posterior of a task whose suggestion of class `suggested` is by SOURCE, from (labeler, class) pairs."""

    def column(w: int, one: int) -> tuple[float, ...]:
        if found is None:
            return online.start_column(k, one)
        rows = online.rows(found.skills.counts.of(w).tolist(), found.skills.pooled.tolist())
        return tuple(row[one] for row in rows)

    def lean(w: int) -> float:
        return online.LEANING if found is None else float(found.leaning[w])

    columns = [column(SOURCE, suggested)]
    columns += [online.leant(column(w, one), lean(w)) if one == suggested else column(w, one) for w, one in said]
    seen = [None if found is None else int(found.skills.answers[w]) for w in (SOURCE, *(w for w, _ in said))]
    weights = [online.weight(n, len(columns)) for n in seen]
    return np.array(online.posterior_of(online.uniform(k), columns, temper=weights))


@pytest.mark.parametrize("k", [2, 3, 10])
def test_five_lazy_confirmers_of_a_wrong_suggestion_are_not_believed(k: int) -> None:
    """Not before anything is known of them; as five independent answers they would be."""
    five = [(w, 0) for w in range(1, 6)]
    assert online_p(None, five, 0, k)[0] < 0.75
    alone = online.posterior_of(online.uniform(k), [online.start_column(k, 0)] * 6, temper=online.weight(None, 6))
    assert alone[0] > 0.78  # of two classes by hand: odds 1.5^(6 * 0.85 / 1.6) = 3.64
    lazy = World([(0.9, 0.95)] * 8, good=0.7, tasks=600, each=3, k=k)
    gold = np.where(np.arange(600) < 60, lazy.truth, -1)
    found = lazy.estimate(gold)
    assert (found.leaning[1:] > 0.75).all()
    assert online_p(found, five, 0, k)[0] < 0.98
    naive = skills.estimate(
        *lazy.rows.T[:3], tasks=600, labelers=9, classes=k,
    )  # fmt: skip
    believed = [[row[0] for row in online.rows(naive.counts.of(w).tolist(), naive.pooled.tolist())] for w in range(6)]
    taken_in = online.posterior_of(
        online.uniform(k), believed, temper=[online.weight(int(n), 6) for n in naive.answers[:6]]
    )
    assert taken_in[0] > 0.98  # what would be believed if confirmations were answers like others


def test_departures_count_like_any_other_answer() -> None:
    p = online_p(None, [(1, 1), (2, 1), (3, 1)], 0, 3)
    columns = [online.start_column(3, 0), *[online.start_column(3, 1)] * 3]
    assert p == pytest.approx(online.posterior_of(online.uniform(3), columns, temper=online.weight(None, 4)))
    assert p[1] > 0.7


def test_who_looks_is_found_out() -> None:
    world = World([(0.9, 0.0)] * 4 + [(0.9, 0.95)] * 4, good=0.7, tasks=1500, each=4)
    found = world.estimate()
    assert (found.leaning[1:5] < 0.3).all(), found.leaning
    assert (found.leaning[5:] > 0.7).all(), found.leaning
    assert found.shown.tolist() == [w != SOURCE for w in range(len(found.shown))]
    assert found.skills.accuracy[1:5] == pytest.approx(0.9, abs=0.06)
    assert 0.45 < found.skills.accuracy[SOURCE] < 0.75  # without gold a source is not believed more than it has shown
    known = world.estimate(np.where(np.arange(1500) < 150, world.truth, -1))
    assert known.skills.accuracy[SOURCE] == pytest.approx(0.7, abs=0.1)
    careful, lazy = [(w, 0) for w in (1, 2)], [(w, 0) for w in (5, 6)]
    assert online_p(found, careful, 0, 3)[0] > online_p(found, lazy, 0, 3)[0] + 0.05


def test_lazy_crowds_do_not_carry_wrong_suggestions() -> None:
    """Two of three lean hard: a plain estimate takes the suggestion for the truth."""
    world = World([(0.9, 0.9)] * 6 + [(0.9, 0.0)] * 3, good=0.6, tasks=1200, each=3)
    task, labeler, label, _ = world.rows.T
    plain = skills.estimate(task, labeler, label, tasks=1200, labelers=10, classes=3)
    gold = np.where(np.arange(1200) < 80, world.truth, -1)
    rest = gold < 0
    found = world.estimate(gold)
    naive, ours = plain.label[rest] == world.truth[rest], found.skills.label[rest] == world.truth[rest]
    assert ours.mean() > naive.mean() + 0.08, (ours.mean(), naive.mean())


def test_a_source_that_everybody_confirms_is_not_right_by_its_own_word() -> None:
    """One lazy answer a task and nothing else: nothing is known, and nothing is claimed."""
    world = World([(0.9, 1.0)] * 5, good=0.6, tasks=400, each=1)
    found = world.estimate()
    assert found.skills.accuracy[SOURCE] < 0.75
    assert online_p(found, [(w, 0) for w in range(1, 6)], 0, 3)[0] < 0.98


def test_without_suggestions_it_is_close_to_the_usual_estimate() -> None:
    world = World([(0.8, 0.0)] * 10, good=0.7, tasks=500, each=5)
    rows = world.rows[world.rows[:, 3] != 2]
    task, labeler, label = rows.T[:3]
    none = np.full(len(rows), -1)
    found = suggestions.estimate(task, labeler, label, none, tasks=500, labelers=11, classes=3)
    plain = skills.estimate(task, labeler, label, tasks=500, labelers=11, classes=3)
    assert (found.skills.label == plain.label).mean() > 0.97
    assert not found.shown.any()
    assert (found.leaning == online.LEANING).all()


def test_bad_input_is_named() -> None:
    sizes = {"tasks": 2, "labelers": 2, "classes": 2}
    with pytest.raises(ValueError, match="Row 0: it confirms"):
        suggestions.estimate([0], [0], [0], [1], **sizes)
    with pytest.raises(ValueError, match="two suggestions"):
        suggestions.estimate([0, 0], [0, 1], [0, 1], [2, 2], **sizes)
    with pytest.raises(ValueError, match="confirmed"):
        suggestions.estimate([0], [0], [0], [7], **sizes)
    empty = suggestions.estimate([], [], [], [], **sizes)
    assert np.isfinite(empty.skills.posterior).all()
