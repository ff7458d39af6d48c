"""Tests that may be looked at after every answer: does a labeler work with care, and do they still?

Wald's SPRT (1945). H0: right with probability `good`, H1: with `bad` (a guesser's 1 / K).
score = sum over answers of r ln(bad / good) + (1 - r) ln((1 - bad) / (1 - good)),    r = 1 right, 0 wrong, or between
flag at score >= ln((1 - beta) / alpha), clear at <= ln(beta / (1 - alpha))
alpha = the share of careful labelers who are flagged, beta = the share of guessers who are cleared

After clearing, Page's CUSUM (1954) with the same steps: S = max(0, S + step), an alarm at S >= ln(run): a labeler who
is as good as ever raises one in `run` answers or more on average (Lorden 1971).

r may be the probability that an answer is right (from the others' answers): soft gold. Plain Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Literal

Verdict = Literal["flag", "clear", "open"]

ALPHA, BETA = 0.01, 0.05
RUN = 1000.0


@dataclass(frozen=True, slots=True)
class Sprt:
    """What was decided, after how many of the `answers`, with the score there; `right` counts all up to there."""

    verdict: Verdict
    answers: int
    right: float
    score: float
    flag_at: float
    clear_at: float
    good: float
    bad: float


@dataclass(frozen=True, slots=True)
class Cusum:
    """Whether there was an alarm, at which answer, since when it went wrong (indices from 0), and how much was right.

    `right` of `answers` counts those from `since` to the alarm (or to the end).
    """

    alarm: bool
    at: int
    since: int
    answers: int
    right: float
    score: float
    alarm_at: float
    good: float
    bad: float


def sprt(right: Sequence[float], *, good: float, bad: float, alpha: float = ALPHA, beta: float = BETA) -> Sprt:
    """Wald's test over answers in their order; stops at the first decision. Raises ValueError naming a bad row."""
    win, lose = steps(good, bad)
    _share(alpha, "alpha")
    _share(beta, "beta")
    flag_at, clear_at = log((1 - beta) / alpha), log(beta / (1 - alpha))
    score = total = 0.0
    for n, r in enumerate(_checked(right), 1):
        score += r * win + (1 - r) * lose
        total += r
        if score >= flag_at:
            return Sprt("flag", n, total, score, flag_at, clear_at, good, bad)
        if score <= clear_at:
            return Sprt("clear", n, total, score, flag_at, clear_at, good, bad)
    return Sprt("open", len(right), total, score, flag_at, clear_at, good, bad)


def cusum(right: Sequence[float], *, good: float, bad: float, run: float = RUN) -> Cusum:
    """Page's test over answers in their order; stops at the first alarm. Raises ValueError naming a bad row."""
    win, lose = steps(good, bad)
    if not run > 1:
        raise ValueError("The run must be above 1.")
    alarm_at = log(run)
    score, since, total = 0.0, 0, 0.0
    for n, r in enumerate(_checked(right)):
        step = score + r * win + (1 - r) * lose
        if step <= 0:
            score, since, total = 0.0, n + 1, 0.0
            continue
        score, total = step, total + r
        if score >= alarm_at:
            return Cusum(True, n, since, n + 1 - since, total, score, alarm_at, good, bad)
    return Cusum(False, len(right) - 1, since, len(right) - since, total, score, alarm_at, good, bad)


def steps(good: float, bad: float) -> tuple[float, float]:
    """What a right and what a wrong answer add to the score."""
    _share(good, "good")
    _share(bad, "bad")
    if bad >= good:
        raise ValueError("The bad rate must be below the good one.")
    return log(bad / good), log((1 - bad) / (1 - good))


def _share(p: float, what: str) -> None:
    if not 0 < p < 1:
        raise ValueError(f"The {what} rate must be above 0 and below 1.")


def _checked(right: Sequence[float]) -> Sequence[float]:
    for row, r in enumerate(right):
        if not (isfinite(r) and 0 <= r <= 1):
            raise ValueError(f"Row {row}: an answer is right by 0 to 1.")
    return right
