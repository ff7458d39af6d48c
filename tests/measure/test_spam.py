"""A crowd with a guesser, a copier, one who tires and one who rushes; and one with none of them."""

import re

import numpy as np
import pytest

from neraca.measure import spam, timing
from neraca.measure.arrays import Floats, Ints


def crowd(seed: int, *, clean: bool) -> tuple[Ints, Ints, Ints, Floats, Ints]:
    """300 tasks of 9 answers by 20 labelers: task, labeler, label, seconds, truth.

    Unless it is clean, 0 guesses, 1 is often wrong and 2 copies them, 3 tires, 5 rushes.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 300)
    rows: list[tuple[int, int, int]] = []
    seconds = []
    for t in range(300):
        said: dict[int, int] = {}
        for w in sorted(int(x) for x in rng.permutation(20)[:9]):
            skill = 0.85
            if not clean:
                skill = {0: 0.0, 1: 0.6, 3: 0.0 if t > 150 else 0.85}.get(w, 0.85)
            said[w] = int(truth[t]) if rng.random() < skill else int(rng.integers(4))
            if not clean and w == 2 and 1 in said:
                said[w] = said[1]
            rows.append((t, w, said[w]))
            seconds.append(float(rng.lognormal(0.0 if w == 5 and not clean else 2.5, 0.4)))
    task, who, label = (np.array([r[i] for r in rows]) for i in range(3))
    return task, who, label, np.array(seconds), truth


def screened(seed: int, *, clean: bool) -> list[spam.Screened]:
    task, who, label, seconds, truth = crowd(seed, clean=clean)
    gold = np.where(np.arange(300) % 4 == 0, truth, -1)
    return spam.screen(task, who, label, tasks=300, labelers=20, classes=4, gold=gold, seconds=seconds)


@pytest.mark.parametrize("seed", range(3))
def test_each_is_found_by_what_they_do(seed: int) -> None:
    found = screened(seed, clean=False)
    against = {s.labeler: {e.kind for e in s.evidence if e.against} for s in found if s.suspect}
    assert "agreement" in against[0]
    assert against[0] & {"checks", "drift"}  # one in twenty guessers is cleared at first
    assert "copies" in against[1]
    assert "copies" in against[2]
    assert against[3] & {"change", "drift"}
    assert "speed" in against[5]
    assert set(against) <= {0, 1, 2, 3, 5}


@pytest.mark.parametrize("ordered", [True, False])
def test_only_what_speaks_against_somebody_is_the_same_of_them(ordered: bool) -> None:
    for seed in range(4):
        task, who, label, _, truth = crowd(seed, clean=False)
        gold = np.where(np.arange(300) % 4 == 0, truth, -1)

        all_of, few = (
            spam.screen(
                task, who, label, tasks=300, labelers=20, classes=4, gold=gold, ordered=ordered, against=against
            )
            for against in (False, True)
        )
        told = [[[e.sentence for e in one.evidence if e.against] for one in found] for found in (all_of, few)]
        assert told[0] == told[1]
        assert any(told[1])
        assert sum(len(one.evidence) for one in few) < sum(len(one.evidence) for one in all_of)


def test_careful_labelers_are_left_alone() -> None:
    suspects = [s.labeler for seed in range(10, 25) for s in screened(seed, clean=True) if s.suspect]
    assert len(suspects) <= 3  # of 300 labelers, at an alpha of 0.01 a crowd and test


def test_every_finding_is_one_or_more_plain_sentences_with_facts() -> None:
    for one in screened(0, clean=False):
        for e in one.evidence:
            assert e.sentence[0].isupper() or e.sentence[0].isdigit()
            assert e.sentence.endswith(".")
            assert not re.search(r"nan|inf\b|None|\{|\}", e.sentence)
            assert all(isinstance(x, str) or np.isfinite(x) for x in e.facts.values())
            assert not re.search(r"cheat|fraud|spam|lazy", e.sentence)
    told = next(e.sentence for e in screened(1, clean=False)[0].evidence if e.kind == "checks")
    assert re.fullmatch(
        r"\d+ of the first \d+ answers to check tasks are right; somebody who works with care is right in about 85 %, a"
        r" guesser in 25 %\. Fewer than 1 in 1900 careful labelers look so by chance\.", told,
    )  # fmt: skip


def test_speeds_need_more_than_being_quick() -> None:
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(10), 40)
    seconds = rng.lognormal(2.5, 0.4, 400) * np.where(who == 1, 0.6, 1.0) * np.where(who == 2, 0.03, 1.0)
    found = {s.labeler: s for s in timing.speeds(who, seconds, labelers=11)}
    assert [w for w, s in found.items() if s.found] == [2]
    assert found[1].median < found[1].crowd_median
    assert 10 not in found


def test_without_an_order_nothing_is_said_of_time() -> None:
    task, who, label, _, truth = crowd(0, clean=False)
    found = spam.screen(task, who, label, tasks=300, labelers=20, classes=4, gold=truth, ordered=False)
    assert {e.kind for s in found for e in s.evidence} == {"checks", "agreement", "copies"}


def test_odd_crowds() -> None:
    assert [s.evidence for s in spam.screen([], [], [], tasks=1, labelers=2, classes=2)] == [[], []]
    one = spam.screen([0, 0], [0, 0], [1, 1], tasks=1, labelers=1, classes=2)
    assert not one[0].suspect
    same = spam.screen(list(range(9)) * 3, np.repeat([0, 1, 2], 9), [0] * 27, tasks=9, labelers=3, classes=1)
    assert not any(s.suspect for s in same)
    with pytest.raises(ValueError, match="Row 1: there is no class 5"):
        spam.screen([0, 0], [0, 1], [1, 5], tasks=1, labelers=2, classes=2)
    with pytest.raises(ValueError, match="Gold of task 0: there is no class 7"):
        spam.screen([0], [0], [0], tasks=1, labelers=1, classes=2, gold=[7])
