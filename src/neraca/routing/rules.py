"""What a labeler is to have of the slots ahead of them, and what an exam wants. No database is needed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from neraca.measure import gain, online

AHEAD = 4  # claims that one look over the open slots serves: more cost less, and choose by what is older
TURN = 8  # one look in so many begins with the first slot of the walk
PATIENCE = timedelta(hours=1)  # nothing is passed over for what was opened so much later
NEVER = 2.0  # a target that no answer reaches: more are wanted first

Slot = tuple[UUID, int]  # task and number


def choose(terms: Mapping[str, Any], seen: Sequence[Mapping[str, Any]], *, turn: bool = False) -> list[Slot]:
    """The `AHEAD` slots to be given next, of the `seen` in the order of the walk; [] if the order tells as much.

    Slots of less than the highest priority wait, and so does a second one of a task. What has been open `PATIENCE`
    longer than the youngest comes before all others, in the order of the walk; and so does the first of the walk where
    it is its `turn`, for slots that were all opened at once. So nothing is passed over for ever - but for a task of
    which a copy of theirs has `told`: an answer that is theirs again counts for nothing, so it waits for somebody else
    as long as there is other work.
    """
    first = {row["task_id"]: row for row in reversed(seen) if row["priority"] == seen[0]["priority"]}
    rows = list(reversed(first.values()))
    if len(rows) < 2:
        return []
    told = [bool(row["told"]) for row in rows]
    worth = _worth(terms, rows)
    if len(set(zip(told, worth, strict=True))) < 2:
        return []
    late = max(row["opened_at"] for row in rows) - PATIENCE
    order = [
        (2, -more) if waits else (0, 0.0) if row["opened_at"] < late else (1, -more)
        for row, waits, more in zip(rows, told, worth, strict=True)
    ]
    ahead = sorted(range(len(rows)), key=order.__getitem__)[:AHEAD]
    if turn:
        first_of_walk = told.index(False) if False in told else 0
        ahead = [first_of_walk, *(at for at in ahead if at != first_of_walk)]
    return [(rows[at]["task_id"], rows[at]["n"]) for at in ahead]


def _worth(terms: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """What an answer of this labeler does more than a usual one's; all alike where their confusion is not known."""
    if not terms["confusion"] or len(terms["pooled"]) != len(terms["classes"]):
        return [0.0] * len(rows)
    tellers: dict[int, tuple[gain.Teller, gain.Teller]] = {}  # by how many answers share what is known of the task
    known: dict[tuple[tuple[float, ...], float, int], float] = {}
    worth = []
    for row in rows:
        n = row["answers"] + 1
        p, target = _standing(terms, row), terms["confidence"] if n >= terms["least"] else NEVER
        if n not in tellers:
            weight = online.weight(terms["answers"], n) * terms["tau"]
            tellers[n] = gain.teller(terms["confusion"], weight), gain.teller(terms["pooled"], weight)
        if (p, target, n) not in known:
            known[p, target, n] = round(gain.advantage(p, *tellers[n], target), 9)
        worth.append(known[p, target, n])
    return worth


def _standing(terms: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[float, ...]:
    """The posterior of a task in the order of the estimate's classes; the prior before its first answer."""
    told = row["posterior"]
    if told is None or told.keys() != set(terms["classes"]):
        return tuple(terms["prior"])
    return tuple(told[name] for name in terms["classes"])


def wanted(terms: Mapping[str, Any]) -> int:
    """How many tasks of an exam must be right."""
    return ceil(float(terms["right"]) * int(terms["tasks"]) - 1e-9)
