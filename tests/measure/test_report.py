"""What a quality report is made of, reckoned by hand."""

import numpy as np
import pytest

from neraca.measure import report, skills

P = np.array([[0.9, 0.1, 0.0], [0.3, 0.6, 0.1], [0.0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])
VOTES = np.array([[3, 0, 0], [2, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=float)


def test_what_is_held_is_the_majority_and_ties_go_to_the_likelier() -> None:
    held = report.held_by_most(VOTES, P)
    assert held.tolist() == [0, 0, 1, -1]
    assert report.held_by_most(VOTES, P[:, ::-1])[2] == 1
    assert report.wrong(P, held) == pytest.approx([0.1, 0.7, 0.5, 0.0])


def test_doubts_come_by_probability() -> None:
    found = report.doubts(VOTES, P, np.array([0, 0, 1, -1]), most=10)
    assert [(d.task, d.better, d.answers, d.agree) for d in found] == [(1, 1, 3, 2), (2, 2, 2, 1), (0, 1, 3, 3)]
    assert [d.wrong for d in found] == pytest.approx([0.7, 0.5, 0.1])
    assert [d.task for d in report.doubts(VOTES, P, np.array([0, 0, 1, -1]), most=1)] == [1]
    assert report.doubts(VOTES[:, :1], np.ones((4, 1)), np.zeros(4, dtype=np.int64), most=5) == []


def test_confusion_is_expected_over_all_answers() -> None:
    task = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    label = np.array([0, 0, 0, 0, 0, 1, 1, 2])
    first, second = report.confused(task, label, VOTES, P, most=10)
    assert (first.left, first.right, first.tasks) == (0, 1, [1])
    assert first.left_as_right == pytest.approx(0.3)  # task 1 is a 0 with 0.3, and one said 1
    assert first.right_as_left == pytest.approx(3 * 0.1 + 2 * 0.6)
    assert (second.left, second.right, second.tasks) == (1, 2, [2])
    assert second.left_as_right + second.right_as_left == pytest.approx(0.5 + 0.5 + 0.1)  # with task 1's 0.1
    assert first.share == pytest.approx(1.8 / (3 * 0.9 + 3 * 0.3 + 3 * 0.1 + 3 * 0.6 + 2 * 0.5))


def test_against_counts_what_was_decided_alone() -> None:
    judged, off = report.against(
        np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, -1]), labelers=3
    )
    assert (judged.tolist(), off.tolist()) == ([1, 2, 0], [0, 1, 0])


def test_a_sample_is_whole_tasks_within_its_bounds() -> None:
    task = np.repeat(np.arange(3000), 10)
    assert report.sample(task, classes=4).all()
    taken = report.sample(task, classes=100)
    assert 1900 <= taken.sum() <= report.CELLS // 100**2
    assert set(np.bincount(task[taken])) == {0, 10}
    crowded = np.concatenate([np.zeros(5000, dtype=np.int64), task + 1])  # one task has 12 million pairs
    taken = report.sample(crowded, classes=2)
    assert not taken[:5000].any()
    assert taken[5000:].all()
    assert report.sample(np.array([], dtype=np.int64), classes=2).tolist() == []


def test_accuracies_are_drawn_to_the_crowd() -> None:
    rate, low, high = skills.accuracies(np.array([9.0, 0.0]), np.array([10, 0]), 0.8)
    assert rate == pytest.approx([(9 + 3.2) / 14, 0.8])
    assert (low < rate).all()
    assert (rate < high).all()
