"""The online rule: what an answer does to its task's posterior, and whether to ask again.

posterior:  p(c) ~ prior[c] * prod_w E_w[c, l_w]           (Dawid & Skene 1979)
skill row:  E_w[c, l] = (s G[c, l] + C_w[c, l]) / (s + sum_l C_w[c, l])     with G the pooled confusion

Shapes: K classes; `prior` K probabilities; a `Rows` K x K, row = the truth, column = what is said. O(votes x K), no
NumPy (the API process imports this). Sums are exact (`math.fsum`), so the order of the votes makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, isfinite, log
from typing import Literal

Rows = Sequence[Sequence[float]]
Decision = Literal["ask", "met", "count", "exhausted"]

STRENGTH = 2.0  # pseudo-answers a row of a new labeler is worth; the best of 2..50 over twelve real crowds
FLOOR = 1e-6  # no answer is impossible, so that no single one decides against all others
START_ACCURACY = 0.6  # believed of labelers before a project has an estimate: two who agree are not yet enough
TEMPER = 0.7  # what an answer counts for: errors of one task are not independent
NEW, MET = 10.0, 20.0  # an answer of one who gave n counts for (n + NEW) / (n + MET) of that: half of it at first


@dataclass(frozen=True, slots=True)
class Fixed:
    """Ask for `answers` answers, whatever they say."""

    answers: int


@dataclass(frozen=True, slots=True)
class Target:
    """Ask until the posterior reaches `confidence`, with at least `min` and at most `max` answers."""

    confidence: float
    min: int
    max: int


Policy = Fixed | Target


def policy(raw: Mapping[str, object]) -> Policy:
    """A policy from its stored JSON. Raises ValueError for one that does not exist."""
    match raw:
        case {"type": "fixed", "answers": int(n)}:
            return Fixed(n)
        case {"type": "target", "confidence": float() | int() as p, "min": int(low), "max": int(high)}:
            return Target(float(p), low, high)
        case _:
            raise ValueError("There is no such policy.")


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
    return tuple(
        tuple(
            (strength * g + max(c, 0.0)) / (strength + fsum(max(x, 0.0) for x in said))
            for c, g in zip(said, pool, strict=True)
        )
        for said, pool in zip(counts, pooled, strict=True)
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


def weight(answers: int | None) -> float:
    """What an answer counts for, by how many answers of who said it the last estimate has seen; None: there is none."""
    return TEMPER if answers is None else TEMPER * (answers + NEW) / (answers + MET)


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


def decide(how: Policy, p: Sequence[float], n: int) -> Decision:
    """What to do with a task of n answers: ask on, or close it: met, by count, exhausted (max without target)."""
    match how:
        case Fixed(answers=wanted):
            return "ask" if n < wanted else "count"
        case Target(confidence=target, min=low, max=high):
            if n < low:
                return "ask"
            if max(p) >= target:
                return "met"
            return "ask" if n < high else "exhausted"


def expected_gain(p: Sequence[float], confusion: Rows) -> float:
    """What one more answer of this labeler should add to P(right): sum_l max_c p(c) E[c, l] - max_c p(c) >= 0."""
    k = len(p)
    after = fsum(max(p[c] * confusion[c][said] for c in range(k)) for said in range(k))
    gain = after - max(p)
    return gain if isfinite(gain) and gain > 0.0 else 0.0
