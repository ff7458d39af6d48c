import random

import pytest

from neraca.measure.stopping import Stop, taken


def test_tasks_that_all_ended_are_their_mean() -> None:
    found = taken([Stop(1, "met"), Stop(2, "met"), Stop(4, "exhausted"), Stop(1, "met")], 4)
    assert found.mean == pytest.approx(2.0)
    assert found.ended == pytest.approx({"met": 0.75, "exhausted": 0.25})
    assert found.low < 2 < found.high


def test_a_task_whose_answers_are_used_up_may_still_take_more() -> None:
    """By hand: S = 1, 1/2, then one of the two that are left has no second answer; the other ends: S(2) = 0."""
    found = taken([Stop(1, "met"), Stop(1, "met"), Stop(1, "ask"), Stop(2, "met")], 5)
    assert found.mean == pytest.approx(1 + 0.5)
    alone = taken([Stop(2, "ask")] * 3, 5)
    assert alone.mean == alone.high == 5
    assert alone.low == pytest.approx(3)
    assert alone.ended == {"exhausted": 1.0}


def test_cut_recordings_tell_what_whole_ones_tell() -> None:
    rng = random.Random(4)  # noqa: S311 - repeatable
    whole = [next((n for n in range(1, 8) if rng.random() < 0.35), 7) for _ in range(4000)]
    cut = [Stop(min(n, k), "met" if n <= k else "ask") for n in whole for k in [rng.randint(2, 7)]]
    real = sum(whole) / len(whole)
    found = taken(cut, 7)
    assert found.mean == pytest.approx(real, rel=0.03)
    assert sum(found.ended.values()) == pytest.approx(1)
    short = taken([Stop(min(n, 3), "met" if n <= 3 else "ask") for n in whole], 7)
    assert short.low < real < short.high
    assert short.mean == pytest.approx(real, rel=0.05)  # the last answer's rate goes on


def test_nothing_is_learnt_from_nothing() -> None:
    with pytest.raises(ValueError, match="no task"):
        taken([], 3)
