"""Decisions about gold that need no database."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from neraca import routing
from neraca.kind import Answer, Kind

NEAR = 0.5  # the distance from the known answer up to which an answer is right: 0 or 1 where answers are classes
NEAR_OBJECTS = 0.35  # two of three objects found to the pixel, or all of them with two thirds of their area shared
WORN = 200  # times asked after which labelers may have told each other
FEWEST = 5  # good labelers that it takes to doubt a known answer
GOOD = 0.7  # P(right) of a good one, without what they said to the doubted task
DOUBT = 0.2  # P(the known answer) under theirs, below which it is contested


def score(kind: Kind, answer: Answer, known: Answer, config: Mapping[str, Any]) -> float:
    """How near an answer comes to what is known, by the kind's own ruler: 1 is the same, 0 has nothing of it."""
    return 1 - kind.distance(answer, known, config)


def right(kind: Kind, found: float) -> bool:
    """Whether an answer of this score counts as right."""
    return found >= 1 - (NEAR if kind.objects is None else NEAR_OBJECTS)


def refused(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether good labelers agree that a known answer is wrong, for kinds without classes.

    A row for each answer: `correct`, and of its labeler's other answers to gold how many there are (`others`) and
    how many are right (`others_correct`). The share who are right stands for the posterior.
    """
    good = [r["correct"] for r in rows if (r["others_correct"] + 1) / (r["others"] + 2) >= GOOD]
    return len(good) >= FEWEST and sum(good) / len(good) < DOUBT


class Exam(NamedTuple):
    """Where a labeler stands; the counts are of the present attempt."""

    state: str
    attempt: int
    answered: int
    correct: int


def after(exam: Exam, *, correct: bool, terms: Mapping[str, Any]) -> tuple[Exam, dict[str, int] | None]:
    """The exam after one more answer, and the figures of the attempt where that was its last one.

    An attempt is decided by its last task and not before, so that everybody answers as many and is paid for as many.
    """
    answered, right = exam.answered + 1, exam.correct + correct
    if answered < terms["tasks"]:
        return exam._replace(answered=answered, correct=right), None
    told = {"attempt": exam.attempt, "answered": answered, "correct": right}
    if right >= routing.wanted(terms):
        return Exam("passed", exam.attempt, answered, right), told
    if exam.attempt < terms["attempts"]:
        return Exam("open", exam.attempt + 1, 0, 0), told
    return Exam("failed", exam.attempt, answered, right), told
