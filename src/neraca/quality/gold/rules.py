"""Decisions about gold that need no database."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Answer, Kind

NEAR = 0.5  # the distance from the known answer up to which an answer is right: 0 or 1 where answers are classes
WORN = 200  # times asked after which labelers may have told each other
FEWEST = 5  # good labelers that it takes to doubt a known answer
GOOD = 0.7  # P(right) of a good one, without what they said to the doubted task
DOUBT = 0.2  # P(the known answer) under theirs, below which it is contested


def right(kind: Kind, answer: Answer, known: Answer, config: Mapping[str, Any]) -> bool:
    """Whether an answer says what is known."""
    return kind.distance(answer, known, config) <= NEAR


def refused(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether good labelers agree that a known answer is wrong, for kinds without classes.

    A row for each answer: `correct`, and of its labeler's other answers to gold how many there are (`others`) and
    how many are right (`others_correct`). The share who are right stands for the posterior.
    """
    good = [r["correct"] for r in rows if (r["others_correct"] + 1) / (r["others"] + 2) >= GOOD]
    return len(good) >= FEWEST and sum(good) / len(good) < DOUBT
