"""Suggestions in the statistics: the suggestion is one labeler, and who confirms it may not have looked.

See `neraca.measure.suggestions` for the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from neraca.kind import Kind, Vote
from neraca.kit.session import Connection
from neraca.quality import hint_queries

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hint:
    """A task's suggestion, and whose it is."""

    value: dict[str, Any]
    by: UUID


def of(row: Mapping[str, Any]) -> Hint | None:
    """The suggestion in the columns of a task."""
    return None if row["suggestion"] is None else Hint(row["suggestion"], row["suggested_by"])


def said(kind: Kind, config: Mapping[str, Any], hint: Hint | None, number: Mapping[str, int]) -> list[tuple[UUID, int]]:
    """What a suggestion says, as (labeler, class): nothing where there is none, or its class is gone."""
    if hint is None:
        return []
    judged = kind.judgments([Vote(hint.value, str(hint.by), "")], config)
    return [(hint.by, number[j.value]) for j in judged if j.value in number]


def confirming(rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Those who confirmed it."""
    return {UUID(str(r["labeler_id"])) for r in rows if r.get("confirmed")}


def voices(rows: Sequence[Row], hint: Hint | None) -> list[Row]:
    """Answers without an online rule, each of whom speaks for itself: all who confirmed speak with one voice.

    It is the suggestion's own. Nobody's confirmation leaves it without one: a person who corrected it is not outvoted,
    nor drawn towards it, by what they corrected.
    """
    apart = [r for r in rows if not r.get("confirmed")]
    if hint is None or len(apart) == len(rows):
        return apart
    return [{"id": "", "labeler_id": hint.by, "value": hint.value}, *apart]


async def read(
    db: Connection, kind: Kind, config: Mapping[str, Any], project_id: UUID, number: Mapping[str, int],
    tasks: Mapping[UUID, int],
) -> list[tuple[int, UUID, int]]:  # fmt: skip
    """The suggestions of answered tasks, as (task, source, class)."""
    rows = await hint_queries.suggested(db, project_id)
    return [
        (tasks[row["id"]], by, one)
        for row in rows
        if row["id"] in tasks
        for by, one in said(kind, config, of(row), number)
    ]
