"""The online rule: what an answer does to its task's posterior, and whether to ask again.

posterior:  p(c) ~ prior[c] * prod_w E_w[c, l_w]^u_w       (Dawid & Skene 1979, where every u is 1)
skill row:  E_w[c, l] = (s G[c, l] + C_w[c, l]) / (s + sum_l C_w[c, l])     with G the pooled confusion
weight:     u_w = (n_w + 15) / (n_w + 25) / (1 + rho (m - 1))

n_w answers of who said it were seen by the last estimate: a labeler whom nobody knows tells less. m answers of one task
err alike, so they tell what m / (1 + rho (m - 1)) independent ones would: the design effect of a cluster (Kish 1965).
Two who agree count almost in full, and twenty for seven: easy tasks close as soon as ever, hard ones have to wait.

Shapes: K classes; `prior` K probabilities; a `Rows` K x K, row = the truth, column = what is said. O(votes x K), no
NumPy (the API process imports this). Sums are exact (`math.fsum`), so the order of the votes makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, log
from typing import Literal

Rows = Sequence[Sequence[float]]
Decision = Literal["ask", "met", "count", "exhausted", "capped", "hopeless", "escalated"]

STRENGTH = 2.0  # pseudo-answers a row of a new labeler is worth; the best of 2..50 over twelve real crowds
FLOOR = 1e-6  # no answer is impossible, so that no single one decides against all others
START_ACCURACY = 0.6  # believed of labelers before a project has an estimate: two who agree are not yet enough
TEMPER = 0.7  # what the features of a task count for beside its answers
LEANING = 0.8  # believed of how often a suggestion is confirmed without a look, before anything is known
ALIKE = 0.12  # rho: how alike the errors of one task are; in eleven real crowds 0.05 to 0.5, with what is hard in it
START_WEIGHT = 0.85  # of an answer then: that accuracy is a guess, and of many classes two who agree would look sure
NEW, MET = 15.0, 25.0  # an answer of one who gave n counts for (n + NEW) / (n + MET): 0.6 at first
FIRST = 200  # answers of a project before the first estimate of its labelers: fewer take who is alone for right
FIRST_WITH_GOLD = 50
GROWTH = 1.25  # by how many times the answers have to grow for another
EXPERT = 0.95  # believed of those with the skill that hard tasks are passed to
EXPERT_ANSWERS = 20.0  # answers that this belief is worth beside what an estimate has seen of them


@dataclass(frozen=True, slots=True)
class Fixed:
    """Ask for `answers` answers, whatever they say."""

    answers: int


@dataclass(frozen=True, slots=True)
class Escalate:
    """Who is asked about tasks that cannot reach their target: up to `answers` of those who have the skill `to`."""

    to: str
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """Ask until the posterior reaches `confidence`, with at least `min` and at most `max` answers.

    No answer is asked with which a task would cost more than `cost_cap`, in millionths. The answers that `escalate`
    asks for count neither against `max` nor against the cap.
    """

    confidence: float
    min: int
    max: int
    cost_cap: int | None = None
    escalate: Escalate | None = None


Policy = Fixed | Target


def policy(raw: Mapping[str, object]) -> Policy:
    """A policy from its stored JSON. Raises ValueError for one that does not exist."""
    match raw:
        case {"type": "fixed", "answers": int(n)}:
            return Fixed(n)
        case {"type": "target", "confidence": float() | int() as p, "min": int(low), "max": int(high)}:
            return Target(float(p), low, high, _cap(raw.get("cost_cap")), _escalate(raw.get("escalate")))
        case _:
            raise ValueError("There is no such policy.")


def _cap(raw: object) -> int | None:
    match raw:
        case None:
            return None
        case {"micros": int(cap)}:
            return cap
        case _:
            raise ValueError("There is no such cost cap.")


def _escalate(raw: object) -> Escalate | None:
    match raw:
        case None:
            return None
        case {"to": str(skill), "answers": int(most)}:
            return Escalate(skill, most)
        case {"to": str(skill)}:
            return Escalate(skill)
        case _:
            raise ValueError("There is no such escalation.")


def uniform(k: int) -> tuple[float, ...]:
    """The class prior of a project without an estimate."""
    return (1.0 / k,) * k


def start_rows(k: int, accuracy: float = START_ACCURACY) -> tuple[tuple[float, ...], ...]:
    """The pooled confusion of a project without an estimate: right with `accuracy`, wrong evenly."""
    right = min(max(accuracy, FLOOR), 1.0 - FLOOR) if k > 1 else 1.0
    wrong = (1.0 - right) / max(k - 1, 1)
    return tuple(tuple(right if c == v else wrong for v in range(k)) for c in range(k))


def start_column(k: int, said: int, accuracy: float = START_ACCURACY) -> tuple[float, ...]:
    """One column of `start_rows`: P(said | truth = c) for each c, in O(k)."""
    right = min(max(accuracy, FLOOR), 1.0 - FLOOR) if k > 1 else 1.0
    wrong = (1.0 - right) / max(k - 1, 1)
    return tuple(right if c == said else wrong for c in range(k))


def rows(counts: Rows | None, pooled: Rows, strength: float = STRENGTH) -> tuple[tuple[float, ...], ...]:
    """A labeler's confusion: their counts (K x K, may be fractions) drawn towards the pool; the pool if None."""
    if counts is None:
        return tuple(tuple(row) for row in pooled)
    totals = [strength + fsum(max(x, 0.0) for x in said) for said in counts]
    return tuple(
        tuple((strength * g + max(c, 0.0)) / total for c, g in zip(said, pool, strict=True))
        for said, pool, total in zip(counts, pooled, totals, strict=True)
    )


def posterior(
    prior: Sequence[float], votes: Iterable[tuple[int, Rows]], *, temper: float | Sequence[float] = 1.0
) -> tuple[float, ...]:
    """P(truth = c) for each of K classes from (class said, confusion of who said it). The prior if there is no vote.

    `temper` in 0..1 is the exponent of every answer's likelihood, or one for each. Raises IndexError for a class
    outside 0..K-1.
    """
    given = list(votes)
    k = len(prior)
    if any(not 0 <= said < k for said, _ in given):
        raise IndexError(f"A vote is for none of the {k} classes.")
    return posterior_of(prior, [[row[said] for row in confusion] for said, confusion in given], temper=temper)


def leant(column: Sequence[float], leaning: float = LEANING) -> tuple[float, ...]:
    """The likelihood of an answer that confirms a suggestion: of who leans on it with probability `leaning`."""
    a = min(max(leaning, 0.0), 1.0)
    return tuple(a + (1.0 - a) * p for p in column)


def weight(answers: int | None, of: int = 1) -> float:
    """What one `of` so many answers of a task counts for, by how many of who said it the last estimate has seen.

    None: there is no estimate.
    """
    return (START_WEIGHT if answers is None else (answers + NEW) / (answers + MET)) * together(of)


def together(n: int) -> float:
    """What each of n answers of one task counts for beside a single one."""
    return 1.0 / (1.0 + ALIKE * max(n - 1, 0))


def posterior_of(
    prior: Sequence[float], columns: Iterable[Sequence[float]], *, temper: float | Sequence[float] = 1.0
) -> tuple[float, ...]:
    """The same from one likelihood vector an answer: P(what was said | truth = c) for each of K classes.

    `temper` is one exponent, or one for each answer.
    """
    given = list(columns)
    weights = [temper] * len(given) if isinstance(temper, int | float) else temper
    score = [
        fsum([log(max(p, FLOOR)), *(w * log(max(of[c], FLOOR)) for of, w in zip(given, weights, strict=True))])
        for c, p in enumerate(prior)
    ]
    return _normal(score)


def calibrated(p: Sequence[float], tau: float, bias: Sequence[float]) -> tuple[float, ...]:
    """A posterior through the map that gold taught: q(c) ~ p(c)^tau exp(bias_c)."""
    return _normal([tau * log(max(x, FLOOR)) + b for x, b in zip(p, bias, strict=True)])


def _normal(score: Sequence[float]) -> tuple[float, ...]:
    top = max(score)
    weight = [exp(s - top) for s in score]
    total = fsum(weight)
    return tuple(w / total for w in weight)


def best(p: Sequence[float]) -> int:
    """The most probable class; the first of equals, so that a tie does not depend on the order of answers."""
    return max(range(len(p)), key=lambda c: (p[c], -c))


def payable(cap: int | None, price: int, spent: int, pending: int = 0) -> int | None:
    """How many answers can still come: those that are being given (`pending`, in `spent`) and those the cap allows."""
    if cap is None or price <= 0:
        return None
    return pending + max(cap - spent, 0) // price


def decide(
    how: Policy, p: Sequence[float], n: int, *, left: int | None = None, sway: float | None = None,
    told: int | None = None,
) -> Decision:  # fmt: skip
    """What to do with a task of n answers, `told` of which tell something (None: all): ask on, or end it.

    met: the target is reached. count: so many were wanted. exhausted: the most answers were used up. capped: the next
    one would cost too much (`left`, how many the cap still allows, is 0). hopeless: see there; only where there is
    somebody else to ask, as otherwise every answer makes the verdict better.
    """
    match how:
        case Fixed(answers=wanted):
            return "ask" if n < wanted else "count"
        case Target(confidence=target, min=low, max=high):
            if n >= low and max(p) >= target:
                return "met"
            if n >= high:
                return "exhausted"
            if left == 0:
                return "capped"
            rest = high - n if left is None else min(high - n, left)
            if n < low or how.escalate is None or sway is None:
                return "ask"
            return "hopeless" if hopeless(target, p, n if told is None else told, rest, sway) else "ask"


def hopeless(target: float, p: Sequence[float], n: int, left: int, sway: float) -> bool:
    """Whether `left` answers after n that all speak for the leading class cannot make it as probable as `target`.

    An answer multiplies the odds of one class against another by no more than e^(g sway), g = `together(n + left)`, so
    after `left` of them p(c) / (1 - p(c)) <= e^(left g sway) max p / (1 - max p), for every class c.
    """
    top = min(max(p), 1.0 - FLOOR)
    most = left * together(n + left) * sway
    return log(max(top, FLOOR) / (1.0 - top)) + most < log(target / (1.0 - target))


def sway(confusions: Iterable[Rows], prior: Sequence[float]) -> float:
    """The most that an answer of any of these labelers, where it stands alone, moves the logarithm of the odds.

    It also makes those before it count for less, and what is known without answers (`prior`) for more by ALIKE of its
    own odds.
    """
    most = max(
        (
            log(max(*column, FLOOR) / max(min(column), FLOOR))
            for confusion in confusions
            for column in zip(*confusion, strict=True)
        ),
        default=0.0,
    )
    return most + ALIKE * log(max(*prior, FLOOR) / max(min(prior), FLOOR))


def sway_through(sway: float, tau: float, bias: Sequence[float]) -> float:
    """The same of posteriors through the map that gold taught."""
    return tau * sway + ALIKE * (max(bias, default=0.0) - min(bias, default=0.0))


def after_experts(how: Target, p: Sequence[float], experts: int) -> Decision:
    """The same for a task that was escalated, after the answers of `experts` who have the skill.

    A late answer of somebody else may still meet the target: that is met, not escalated.
    """
    wanted = how.escalate.answers if how.escalate is not None else 1
    if max(p) >= how.confidence:
        return "escalated" if experts else "met"
    return "escalated" if experts >= wanted else "ask"


def expert_column(k: int, said: int, own: Sequence[float] | None = None, answers: int = 0) -> tuple[float, ...]:
    """P(said | truth = c) of one who has the skill: what is believed of all of them, and the own column by its answers.

    Experts see mostly hard tasks, so an estimate alone would make too little of them.
    """
    start = start_column(k, said, EXPERT)
    if own is None:
        return start
    whole = EXPERT_ANSWERS + max(answers, 0)
    return tuple((EXPERT_ANSWERS * s + max(answers, 0) * o) / whole for s, o in zip(start, own, strict=True))
