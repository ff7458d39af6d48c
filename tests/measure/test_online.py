import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import permutations, product

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
    assert weights[0] == pytest.approx(0.6)
    assert 0.999 < weights[-1] < 1
    rows = online.start_rows(2, 0.8)
    one = online.posterior((0.5, 0.5), [(0, rows), (1, rows)], temper=[0.7, 0.35])
    assert one[0] == pytest.approx(1 / (1 + 4**-0.35))


def test_many_answers_of_a_task_tell_what_fewer_independent_ones_would() -> None:
    """Kish's design effect by hand: of m at rho = 0.12, m / (1 + 0.12 (m - 1)) count, never more than 1 / 0.12."""
    assert [online.together(m) for m in (0, 1, 11, 21)] == pytest.approx([1, 1, 1 / 2.2, 1 / 3.4])
    assert online.weight(25, 11) == pytest.approx(0.8 / 2.2)
    told = [m * online.together(m) for m in range(1, 500)]
    assert told == sorted(told)
    assert told[-1] < 1 / 0.12


def test_a_calibrated_posterior_is_the_map_by_hand() -> None:
    assert online.calibrated((0.8, 0.2), 1.0, (0.0, 0.0)) == pytest.approx((0.8, 0.2))
    q = online.calibrated((0.8, 0.2), 0.5, (0.0, 1.0))
    assert q[0] / q[1] == pytest.approx(2 / 2.718281828459045)


def test_a_policy_is_read_with_its_cap_and_its_escalation() -> None:
    raw = {"type": "target", "confidence": 0.9, "min": 1, "max": 5}
    assert online.policy(raw) == online.Target(0.9, 1, 5)
    more = {"cost_cap": {"micros": 300, "currency": "USD"}, "escalate": {"to": "judge", "answers": 2}}
    assert online.policy(raw | more) == online.Target(0.9, 1, 5, 300, online.Escalate("judge", 2))
    assert online.policy(raw | {"escalate": {"to": "judge"}}) == online.Target(
        0.9, 1, 5, None, online.Escalate("judge")
    )
    for wrong in ({"cost_cap": 3}, {"escalate": {"answers": 1}}):
        with pytest.raises(ValueError, match="no such"):
            online.policy(raw | wrong)


def test_a_cap_counts_what_was_paid_and_what_is_being_given() -> None:
    assert online.payable(None, 10, 999) is None
    assert online.payable(100, 0, 50) is None
    assert [online.payable(100, 30, spent) for spent in (0, 9, 30, 70, 71, 100, 130)] == [3, 3, 2, 1, 0, 0, 0]
    assert online.payable(100, 30, 90, pending=1) == 1
    capped = online.Target(0.98, 1, 7, cost_cap=100)
    assert online.decide(capped, (0.9, 0.1), 3, left=0) == "capped"
    assert online.decide(capped, (0.9, 0.1), 3, left=1) == "ask"
    assert online.decide(capped, (0.99, 0.01), 3, left=0) == "met"
    assert online.decide(capped, (0.9, 0.1), 7, left=0) == "exhausted"


def test_hopeless_is_never_said_of_a_task_that_could_still_be_met() -> None:
    """Every sequence of answers that is left, from every labeler of a crowd, against what the rule said."""
    rng = random.Random(11)  # noqa: S311 - repeatable
    said_so = 0
    for _ in range(400):
        k = rng.choice((2, 3))
        crowd = [_rows(rng, k) for _ in range(3)]
        prior = _normal([rng.random() + 0.01 for _ in range(k)])
        tau, bias = rng.choice(((1.0, [0.0] * k), (0.6, [rng.gauss(0, 0.5) for _ in range(k)])))
        sway = online.sway_through(online.sway(crowd, prior), tau, bias)
        so_far = [(rng.randrange(k), rng.choice(crowd)) for _ in range(3)]
        left, target = rng.randint(1, 3), rng.choice((0.9, 0.98))

        def stands(
            more: Iterable[tuple[int, online.Rows]], prior: Sequence[float] = prior, tau: float = tau,
            bias: Sequence[float] = bias, so_far: Sequence[tuple[int, online.Rows]] = so_far,
        ) -> Sequence[float]:  # fmt: skip
            votes = [*so_far, *more]
            p = online.posterior(prior, votes, temper=online.weight(10**9, len(votes)))
            return online.calibrated(p, tau, bias)

        best = max(max(stands(given)) for given in product(product(range(k), crowd), repeat=left))
        how = online.Target(target, 1, 3 + left, escalate=online.Escalate("judge"))
        if online.decide(how, stands(()), 3, sway=sway) == "hopeless":
            said_so += 1
            assert best < target
    assert said_so > 40


def test_only_where_others_can_be_asked_is_anything_hopeless() -> None:
    alone, passing = online.Target(0.98, 1, 5), online.Target(0.98, 1, 5, escalate=online.Escalate("judge"))
    assert online.decide(alone, (0.5, 0.5), 4, sway=1.0) == "ask"
    assert online.decide(passing, (0.5, 0.5), 4, sway=1.0) == "hopeless"
    assert online.decide(passing, (0.5, 0.5), 4) == "ask"  # nothing is known of the labelers yet
    assert online.decide(passing, (0.5, 0.5), 4, sway=5.0) == "hopeless"  # a fifth counts 1 / 1.48: 3.38 of 3.89
    assert online.decide(passing, (0.5, 0.5), 4, sway=5.8) == "ask"  # 3.92
    assert online.decide(passing, (0.5, 0.5), 4, sway=5.0, told=2) == "ask"  # of copies one tells: the next is a third
    assert online.decide(passing, (0.5, 0.5), 2, left=1, sway=1.0) == "hopeless"  # the cap allows one more


def test_experts_end_a_task_by_the_target_or_by_their_number() -> None:
    how = online.Target(0.98, 1, 5, escalate=online.Escalate("judge", 2))
    assert online.after_experts(how, (0.99, 0.01), 0) == "met"
    assert online.after_experts(how, (0.99, 0.01), 1) == "escalated"
    assert online.after_experts(how, (0.6, 0.4), 1) == "ask"
    assert online.after_experts(how, (0.6, 0.4), 2) == "escalated"
    assert online.after_experts(online.Target(0.98, 1, 5), (0.6, 0.4), 1) == "escalated"


def test_an_expert_is_believed_by_the_skill_and_then_by_what_they_did() -> None:
    assert online.expert_column(2, 0) == online.start_column(2, 0, online.EXPERT)
    poor = (0.6, 0.4)
    few, many = (online.expert_column(2, 0, poor, n) for n in (1, 2000))
    assert few[0] > 0.9
    assert many[0] == pytest.approx(0.6, abs=0.01)


def _normal(weights: list[float]) -> tuple[float, ...]:
    return tuple(w / sum(weights) for w in weights)


def _rows(rng: random.Random, k: int) -> tuple[tuple[float, ...], ...]:
    return tuple(_normal([rng.random() + 2 * (c == v) for v in range(k)]) for c in range(k))
