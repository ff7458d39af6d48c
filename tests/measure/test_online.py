import subprocess
import sys
from itertools import permutations

import pytest

from neraca.measure import online


def test_three_of_four_fifths_agree() -> None:
    rows = online.start_rows(2, 0.8)
    p = online.posterior(online.uniform(2), [(0, rows)] * 3)
    assert p[0] == pytest.approx(64 / 65, abs=1e-12)  # ((1 - a) / a)^3


def test_order_makes_no_difference() -> None:
    votes = [(i % 3, online.start_rows(3, 0.4 + i / 10)) for i in range(5)]
    assert len({online.posterior((0.2, 0.3, 0.5), order) for order in permutations(votes)}) == 1


def test_nobody_is_impossible_and_nothing_is_nan() -> None:
    never = ((1.0, 0.0), (0.0, 1.0))
    p = online.posterior((1.0, 0.0), [(0, never), (1, never)] * 500)
    assert sum(p) == pytest.approx(1.0)
    assert online.posterior((0.5, 0.5), []) == (0.5, 0.5)
    with pytest.raises(IndexError):
        online.posterior((0.5, 0.5), [(2, never)])


def test_policies_decide() -> None:
    target = online.policy({"type": "target", "confidence": 0.98, "min": 2, "max": 4})
    assert online.decide(target, (0.99, 0.01), 1) == "ask"
    assert online.decide(target, (0.99, 0.01), 2) == "met"
    assert online.decide(target, (0.97, 0.03), 3) == "ask"
    assert online.decide(target, (0.97, 0.03), 4) == "exhausted"
    fixed = online.policy({"type": "fixed", "answers": 2})
    assert [online.decide(fixed, (0.5, 0.5), n) for n in (1, 2, 3)] == ["ask", "count", "count"]
    with pytest.raises(ValueError, match="no such policy"):
        online.policy({"type": "hope"})


def test_gain_is_highest_where_doubt_is_and_none_for_a_guesser() -> None:
    rows = online.start_rows(2, 0.8)
    assert online.expected_gain((0.5, 0.5), rows) == pytest.approx(0.3)
    assert online.expected_gain((0.9, 0.1), rows) == 0.0
    assert online.expected_gain((0.5, 0.5), online.start_rows(2, 0.5)) == 0.0


def test_a_new_labeler_is_the_pool_and_an_old_one_is_not() -> None:
    pool = online.start_rows(2, 0.7)
    assert online.rows(None, pool) == pool
    known = online.rows(((98.0, 0.0), (0.0, 98.0)), pool)
    assert known[0][0] == pytest.approx((98 + 1.4) / 100)


def test_the_api_needs_no_numpy() -> None:
    code = "import sys, neraca.measure.online, neraca.kinds as k; k.all(); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_answer_counts_for_more_the_more_is_known_of_who_gave_it() -> None:
    weights = [online.weight(n) for n in (0, 10, 100, 10**6)]
    assert weights == sorted(weights)
    assert weights[0] == pytest.approx(online.TEMPER / 2)
    assert weights[-1] < online.weight(None) == online.TEMPER
    rows = online.start_rows(2, 0.8)
    one = online.posterior((0.5, 0.5), [(0, rows), (1, rows)], temper=[0.7, 0.35])
    assert one[0] == pytest.approx(1 / (1 + 4**-0.35))


def test_a_calibrated_posterior_is_the_map_by_hand() -> None:
    assert online.calibrated((0.8, 0.2), 1.0, (0.0, 0.0)) == pytest.approx((0.8, 0.2))
    q = online.calibrated((0.8, 0.2), 0.5, (0.0, 1.0))
    assert q[0] / q[1] == pytest.approx(2 / 2.718281828459045)
