import numpy as np
import pytest

from neraca.measure import agreement
from neraca.measure.alpha import METRICS, Metric, alpha


def crowd(seed: int = 0) -> tuple[list[int], list[int], list[int]]:
    """60 tasks, 6 labelers of whom the last one guesses, 3 classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 60)
    rows = [
        (t, w, int(truth[t]) if w < 5 and rng.random() < 0.85 else int(rng.integers(0, 3)))
        for t in range(60) for w in range(6)
    ]  # fmt: skip
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]


@pytest.mark.parametrize("metric", METRICS)
def test_the_mean_over_labelers_is_alpha(metric: Metric) -> None:
    task, labeler, value = crowd()
    people = agreement.by_labeler(task, labeler, value, metric, labelers=8)
    known = [p for p in people if p.alpha is not None]
    mean = sum(p.tasks * p.alpha for p in known if p.alpha is not None) / sum(p.tasks for p in known)
    assert mean == pytest.approx(alpha(task, value, metric, resamples=0).alpha, abs=1e-9)
    assert min(known, key=lambda p: p.alpha or 0).labeler == 5
    assert (people[6].answers, people[6].alpha) == (0, None)
    assert all((p.low or 0) < (p.alpha or 0) <= (p.high or 0) <= 1 for p in known)


def test_one_labeler_by_hand() -> None:
    # tasks {a: 0, b: 0}, {a: 1, b: 0}; D_e: values 0 0 1 0, 3 of 6 pairs differ = 1/2; labeler a is apart in one of two
    found = agreement.by_labeler([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], labelers=2)
    assert [p.alpha for p in found] == [pytest.approx(1 - 0.5 / 0.5)] * 2


def test_a_muddled_class_is_found() -> None:
    task, _, value = crowd()
    rng = np.random.default_rng(1)
    mixed = [int(rng.integers(1, 3)) if x in {1, 2} else x for x in value]
    rows = {c.label: c for c in agreement.by_class(task, mixed, classes=4)}
    assert set(rows) == {0, 1, 2}
    assert rows[1].alpha.high < rows[0].alpha.low
    assert sum(c.share for c in rows.values()) == pytest.approx(1)


def test_a_crowd_that_grows_worse_is_seen() -> None:
    rng = np.random.default_rng(2)
    task = np.repeat(np.arange(200), 3)
    value = np.where(rng.random(600) < np.where(task < 100, 0.95, 0.4), task % 3, rng.integers(0, 3, 600))
    found = agreement.over_time(task, value, task * 60.0, stretches=4)
    assert [f.tasks for f in found] == [50] * 4
    assert found[0].alpha.low > found[3].alpha.high
    assert (found[0].start, found[-1].end) == (0.0, 199 * 60.0)


def test_nothing_to_compare() -> None:
    assert agreement.by_class([0, 1], [0, 1], classes=2) == []
    assert [p.alpha for p in agreement.by_labeler([0, 1], [0, 1], [5, 5], labelers=2)] == [None, None]
    assert agreement.over_time([0, 1], [0, 1], [0.0, 1.0]) == []
    same = agreement.by_labeler([0, 0], [0, 1], [5.5, 5.5], "interval", labelers=2)
    assert [p.alpha for p in same] == [1.0, 1.0]
    with pytest.raises(ValueError, match="Row 0: there is no labeler 9"):
        agreement.by_labeler([0], [9], [0], labelers=2)
