"""What may be wrong with verdicts of objects."""

import numpy as np
import pytest
from bench.measures import drawing

from neraca.measure import drawers, object_report
from neraca.measure.boxes import Box

HERE, THERE = Box(0.0, 0.0, 10.0, 10.0), Box(50.0, 50.0, 10.0, 10.0)


def test_what_is_wrong_with_a_verdict() -> None:
    sure, unsure = (HERE, 0, 0.9), (THERE, 1, 0.6)
    assert object_report.wrong([], []) == object_report.Wrong(0.0, 0, 0)
    right = object_report.wrong([(HERE, 0), (THERE, 1)], [sure, unsure])
    assert right.share == pytest.approx(0.25)
    assert (right.doubtful, right.lacking) == (0, 0)
    lacks = object_report.wrong([(HERE, 0)], [sure, unsure])
    assert lacks.share == pytest.approx(1 - 0.9 / 1.6)
    assert (lacks.doubtful, lacks.lacking) == (0, 1)
    other = object_report.wrong([(HERE, 1)], [sure])  # of another class
    assert (other.share, other.doubtful, other.lacking) == (1.0, 1, 0)
    invented = object_report.wrong([(HERE, 0), (THERE, 0)], [sure])
    assert invented.share == pytest.approx(0.55)
    assert invented.doubtful == 1
    nothing = object_report.wrong([], [sure, unsure])
    assert nothing.share == pytest.approx(1 - 0.1 * 0.4)
    assert nothing.lacking == 2


def test_how_much_differs_from_the_verdicts() -> None:
    """Three things in task 0, one in task 1; task 2 is empty by its verdict, and task 3 has none."""
    task, group = np.array([0, 0, 0, 1, 0, 0, 3]), np.array([0, 1, 2, 3, 0, 2, 4])
    who, label = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 1, 1, 0, 0, 0, 0])
    marks = drawers.Marks(task, who, label, group, np.zeros((7, 4)))
    asked = np.array([[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [3, 1], [2, 2], [3, 3]])
    held, size = np.array([0, 1, 0, -1, 0]), np.array([3, 1, 0, -1])
    found = object_report.against(marks, asked, held, size, labelers=5)
    assert found[0] == pytest.approx(1 - 2 * 2 / (4 + 4))  # one of another class, and one that is in no verdict
    assert found[1] == pytest.approx(1 - 2 * 2 / (2 + 4))  # what task 3 has counts for nothing
    assert found[2:] == [0.0, None, None]


def test_the_class_that_is_missed_and_the_one_that_is_invented_are_told() -> None:
    """Everybody overlooks half the things of class 0; inventions are all called class 1."""
    crowd = drawing.crowd(6, tasks=150, labelers=8)
    rng = np.random.default_rng(0)
    marks = crowd.marks()
    drop = (marks.label == 0) & (rng.random(len(marks.label)) < 0.4)
    size = np.bincount(marks.group)[marks.group]
    label = np.where(size == 1, 1, marks.label)
    kept = ~drop
    group = np.unique(marks.group[kept], return_inverse=True)[1]
    marks = drawers.Marks(marks.task[kept], marks.labeler[kept], label[kept], group, marks.numbers[kept])
    table = drawers.estimate(
        marks, crowd.asked[:, 0], crowd.asked[:, 1], tasks=150, labelers=8, classes=crowd.classes
    )  # fmt: skip
    asked = np.bincount(crowd.asked[:, 0], minlength=150)
    found = {one.label: one for one in object_report.by_class(marks, table, asked, classes=3, labelers=8)}
    missed, invented = ({c: getattr(one, what) for c, one in found.items()} for what in ("missed", "invented"))
    assert max(missed, key=lambda c: missed[c]) == 0
    assert max(invented, key=lambda c: invented[c]) == 1
    assert len(found[0].missed_tasks) == len(found[1].invented_tasks) == object_report.EXAMPLES
    assert object_report.by_class(marks, table, asked, classes=3, labelers=8)[0].label in {0, 1}
