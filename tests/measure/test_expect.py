"""What a policy is expected to take, against what it takes: closed forms, simulated and real crowds replayed."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neraca.measure import expect, online, replay, skills

PILOTS = (1, 2, 3)
REAL = 0.15  # the most that expectations from pilots of 200 tasks may be off on a real crowd in the mean, relative
HELD = 2  # of three intervals: each lies about a pilot of its own
LARGE = expect.Pilot(1000)
SETS = ("rte", "possent", "sp_amt", "temp", "barzan", "face", "product")


def shares(found: expect.Expected) -> float:
    return found.met + found.count + found.exhausted + found.capped + found.escalated


def test_a_fixed_number_is_expected_exactly() -> None:
    found = expect.expect(online.Fixed(3), expect.assumed(4))
    assert (found.answers, found.low, found.high, found.experts, found.count) == (3, 3, 3, 0, 1)
    assert 0.5 < found.confidence < 1


def test_the_same_question_has_the_same_answer() -> None:
    how = online.Target(0.95, 1, 7)
    assert expect.expect(how, expect.assumed(3)) == expect.expect(how, expect.assumed(3))
    assert expect.expect(how, expect.assumed(3)) != expect.expect(how, expect.assumed(3), seed=1)


def test_two_who_are_known_and_agree_suffice() -> None:
    """Two classes, labelers right with 0.9 whose skill is known: met at two answers that agree, or at the fourth.

    By hand: agree at once with .82; else one each, and the posterior is even: again two.
    """
    crowd = expect.of_rows(
        (0.5, 0.5), [(1e6, online.start_rows(2, 0.9))] * 40, pilot=expect.Pilot(10**6), seen=4 * 10**7
    )
    one, two = (1 / (1 + 9 ** (-n * online.together(n) * expect.SEEN)) for n in (1, 2))
    found = expect.expect(online.Target((one + two) / 2, 1, 4), crowd, tasks=1000)
    wanted = 2 * 0.82 + 4 * 0.18
    error = 3 * 2 * (0.82 * 0.18 / expect.TASKS) ** 0.5
    assert found.answers == pytest.approx(wanted, abs=error)
    assert found.low < wanted < found.high
    assert found.met == pytest.approx(0.82 + 0.18 * 0.82, abs=3 * (0.03 / expect.TASKS) ** 0.5)
    assert found.exhausted == pytest.approx(1 - found.met)


def test_more_sureness_takes_more_and_stronger_labelers_take_less() -> None:
    taken = [expect.expect(online.Target(c, 1, 15), expect.assumed(3)).answers for c in (0.8, 0.9, 0.95, 0.99)]
    assert taken == sorted(taken)
    by_skill = [
        expect.expect(online.Target(0.95, 1, 15), expect.of_accuracies(3, [(500, a)] * 20, pilot=LARGE)).answers
        for a in (0.95, 0.85, 0.75, 0.6)
    ]
    assert by_skill == sorted(by_skill)


def test_what_gold_taught_of_confidences_takes_more_answers() -> None:
    """Posteriors that were too sure are flattened: by hand, two that agree do not suffice any more."""
    crowd = expect.of_rows((0.5, 0.5), [(1e6, online.start_rows(2, 0.9))] * 40, pilot=LARGE, seen=4 * 10**7)
    two = 1 / (1 + 9 ** (-2 * online.together(2) * expect.SEEN))
    how = online.Target(two - 0.001, 1, 9)
    plain = expect.expect(how, crowd)
    flat = expect.expect(how, replace(crowd, tau=0.6))
    assert plain.answers < 2.9  # one each: three to one are less than two, four to one are more
    assert flat.answers > 3.5
    assert flat == expect.expect(how, replace(crowd, tau=0.6, bias=(0.0, 0.0)))
    one_sided = expect.expect(how, replace(crowd, bias=(1.5, -1.5)))
    assert one_sided.answers < plain.answers  # one of the classes is met at once


def test_what_is_known_already_counts_from_the_first_answer() -> None:
    """Labelers right with 0.95, seventy tasks: a pilot that goes on has its estimate; with gold it comes sooner."""
    crowd = expect.of_rows((0.5, 0.5), [(40, online.start_rows(2, 0.95))] * 6, pilot=expect.Pilot(70, 0.9))
    how = online.Target(0.95, 1, 7)
    plain, sooner, known = (
        expect.expect(how, one, tasks=70).answers
        for one in (crowd, replace(crowd, first=online.FIRST_WITH_GOLD), replace(crowd, seen=140))
    )
    assert plain > 2.8  # before an estimate two who agree are not enough: 200 answers for seventy tasks
    assert known < sooner < plain
    assert known < 2.2


def test_a_cap_bounds_the_answers_and_is_told() -> None:
    how = online.Target(0.999, 1, 9, cost_cap=250)
    found = expect.expect(how, expect.assumed(2), price=100)
    assert (found.answers, found.high) == (2, 2)
    assert found.capped == 1
    assert expect.expect(how, expect.assumed(2), price=0).answers > 5  # what costs nothing has no cap


def test_experts_are_counted_on_top() -> None:
    alone = online.Target(0.98, 2, 5)
    passing = online.Target(0.98, 2, 5, escalate=online.Escalate("judge", 2))
    crowd = expect.of_accuracies(2, [(400, 0.75)] * 20, pilot=LARGE)
    without, found = expect.expect(alone, crowd), expect.expect(passing, crowd)
    assert without.experts == without.escalated == 0
    assert without.exhausted > 0.3
    assert found.escalated > 0.3
    assert found.escalated <= found.experts <= 2 * found.escalated
    assert found.exhausted == 0
    assert found.confidence > without.confidence
    assert shares(found) == pytest.approx(1) == shares(without)


def test_odd_crowds_have_an_expectation() -> None:
    how = online.Target(0.95, 1, 7, escalate=online.Escalate("judge"))
    crowds = [
        expect.assumed(1), expect.assumed(500), expect.of_rows((0.5, 0.5), [], pilot=expect.Pilot(0)),
        expect.of_rows((1.0, 0.0), [(1, ((1.0, 0.0), (0.0, 1.0)))], pilot=expect.Pilot(1, 0.0)),
        expect.of_accuracies(2, [(1, 0.0), (3, 1.0)], pilot=expect.Pilot(2, 1.0)),
            expect.of_accuracies(40, [(10, 0.5)] * 3000, pilot=expect.Pilot(9, 0.5)),
        expect.of_rows((0.5, 0.5), [(10.0, ((0.1, 0.9), (0.9, 0.1)))], pilot=expect.Pilot(5, 0.9)),
    ]  # fmt: skip
    for crowd in crowds:
        found = expect.expect(how, crowd, tasks=10**6, price=7)
        assert 1 <= found.low <= found.answers <= found.high <= 8
        assert shares(found) == pytest.approx(1)
        assert 0 <= found.confidence <= 1


def test_many_labelers_are_put_together_and_none_is_lost() -> None:
    given = [(n % 7 + 1, online.start_rows(2, 0.5 + n / 1000)) for n in range(400)]
    crowd = expect.of_rows((0.5, 0.5), given, pilot=LARGE)
    assert len(crowd.labelers) <= expect.KINDS + 1
    assert sum(one.members for one in crowd.labelers) == 400
    assert sum(one.share for one in crowd.labelers) == pytest.approx(1)


def test_the_api_needs_no_numpy() -> None:
    code = "import sys, neraca.measure.expect; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def pilot(data: replay.Crowd, of: int, each: int, seed: int) -> tuple[replay.Crowd, replay.Crowd]:
    """`of` random tasks with up to `each` answers, and all other tasks."""
    rng = random.Random(seed)  # noqa: S311 - repeatable
    first = set(rng.sample(range(len(data.tasks)), of))
    order = rng.sample(range(len(data.task)), len(data.task))
    parts: tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]] = ([], [])
    had: dict[int, int] = {}
    for i in order:
        t = int(data.task[i])
        had[t] = had.get(t, 0) + 1
        if t not in first or had[t] <= each:
            row = (data.tasks[t], data.workers[int(data.worker[i])], data.classes[int(data.label[i])])
            parts[t not in first].append(row)
    known = dict.fromkeys(data.classes)
    small, rest = (replay.crowd(data.name, rows, {f"class {c}": c for c in known}) for rows in parts)
    return small, rest


def agreement(small: replay.Crowd) -> expect.Pilot:
    said: dict[int, list[int]] = {}
    for t, label in zip(small.task.tolist(), small.label.tolist(), strict=True):
        said.setdefault(t, []).append(label)
    pairs = [one[0] == one[1] for one in said.values() if len(one) > 1]
    return expect.Pilot(len(pairs), sum(pairs) / len(pairs))


def learnt(small: replay.Crowd) -> expect.Crowd:
    found = skills.estimate(
        small.task, small.worker, small.label, tasks=len(small.tasks), labelers=len(small.workers),
        classes=len(small.classes),
    )  # fmt: skip
    rows = [
        (int(found.answers[w]), online.rows(found.counts.of(w).tolist(), found.pooled.tolist()))
        for w in range(len(small.workers))
    ]
    return expect.of_rows(found.prior.tolist(), rows, pilot=agreement(small))


def took(data: replay.Crowd, how: online.Target, orders: int = 2) -> float:
    got = replay.replay(data, how, orders=orders)
    return got.used / len(data.tasks)


def test_a_simulated_crowd_takes_what_was_expected() -> None:
    """Labelers of mixed skill, three classes: a pilot of 200 tasks foretells the other 1,000."""
    rng = random.Random(2)  # noqa: S311 - repeatable
    able = {f"w{w}": 0.6 + 0.35 * rng.random() for w in range(30)}
    rows = []
    for t in range(1200):
        truth = rng.choice("abc")
        wrong = "abc".replace(truth, "")
        rows += [
            (str(t), w, truth if rng.random() < able[w] else rng.choice(wrong)) for w in rng.sample(sorted(able), 8)
        ]
    small, rest = pilot(replay.crowd("simulated", rows, {}), 200, 4, 1)
    crowd = learnt(small)
    for confidence in (0.9, 0.97):
        how = online.Target(confidence, 2, 7)
        found, real = expect.expect(how, crowd, tasks=1000), took(rest, how)
        assert found.answers == pytest.approx(real, rel=0.12)
        assert found.low < real < found.high


@pytest.mark.parametrize("name", SETS)
def test_a_real_crowd_takes_about_what_was_expected(name: str) -> None:
    folder = Path(os.environ.get("NERACA_CROWDS") or "-") / name
    if not folder.is_dir():
        pytest.skip(f"NERACA_CROWDS names no folder that has the crowd {name}.")
    data = replay.read_folder(folder)
    for confidence in (0.9, 0.98):
        off, held = [], 0
        for seed in PILOTS:
            small, rest = pilot(data, min(200, len(data.tasks) // 3), 5, seed)
            how = online.Target(confidence, 2, min(7, int(np.bincount(rest.task).min())))
            found, real = expect.expect(how, learnt(small), tasks=len(rest.tasks)), took(rest, how)
            off.append(found.answers / real - 1)
            held += found.low <= real <= found.high
            print(  # noqa: T201 - the figures of docs/reference/policies.md, shown by `pytest -s`
                f"{name:10} target {confidence}: expected {found.answers:.2f} ({found.low:.2f} to {found.high:.2f}),"
                f" took {real:.2f} ({off[-1]:+.0%})"
            )
        assert abs(float(np.mean(off))) <= REAL
        assert held >= HELD
