"""What gold teaches of the confidences of objects."""

from dataclasses import replace

import pytest
from bench import boxes_confidence
from bench.measures import drawing

from neraca.measure import belief, calibrate, object_calibration
from neraca.measure.object_calibration import Judged


def test_gold_brings_what_is_stated_near_to_what_is_right() -> None:
    """A crowd whose errors go together believes in itself too much; 40 known tasks tell it."""
    crowd = drawing.crowd(4, tasks=160, answers=5, unlike=2.0)
    blind = boxes_confidence.learnt(crowd)
    taught = boxes_confidence.calibrated(crowd, blind)
    before, after = boxes_confidence.judged(crowd, blind), boxes_confidence.judged(crowd, taught)
    assert before.right == after.right  # the verdicts are the same
    assert before.stated - before.right > 0.06
    assert abs(after.stated - after.right) < 0.05


def test_too_few_tasks_teach_nothing() -> None:
    one = Judged([0.9], [True], 0, 0.1)
    assert object_calibration.fit([one] * (calibrate.ENOUGH - 1)) is None
    found = object_calibration.fit([one] * calibrate.ENOUGH)
    assert found is not None
    assert found.gold == calibrate.ENOUGH


def test_odd_gold_is_defined() -> None:
    """Nothing drawn on any, all wrong, certainties."""
    empty = object_calibration.fit([Judged([], [], 2, 0.0)] * 30)
    assert empty is not None
    assert (empty.tau, empty.bias, empty.lacking) == (1.0, 0.0, object_calibration.LARGEST)
    wrong = object_calibration.fit([Judged([1.0, 0.0], [False, True], 1, 1.0)] * 30)
    assert wrong is not None
    crowd = belief.Crowd(tau=wrong.tau, bias=wrong.bias, lacking=wrong.lacking, calibrated_on=30, learnt=True)
    for p in (0.0, 0.5, 1.0):
        assert 0 <= belief.calibrated(crowd, p) <= 1
        assert 0 <= belief.without(crowd, p) <= 1


def test_more_that_lacks_makes_everything_less_sure() -> None:
    crowd = belief.Crowd(learnt=True)
    lacks = replace(crowd, lacking=3.0, calibrated_on=40)
    assert belief.without(crowd, 0.9) == 0.9
    assert belief.without(lacks, 0.9) == pytest.approx(0.75)
    assert belief.calibrated(crowd, 0.9) == 0.9
    assert belief.calibrated(replace(lacks, tau=0.5), 0.9) == pytest.approx(0.75)
