"""What is told of one labeler: to who manages the project, and to themselves."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from neraca import projects
from neraca.accounts import CellSession
from neraca.quality.reports import queries
from neraca.quality.reports.service import ID, spoken
from neraca.wire import quality as wire
from neraca.wire.errors import NotFound

ON_GOLD = frozenset({"checks", "drift"})  # evidence that counts answers to gold
ENOUGH = 20  # answers to gold from which a labeler is told how they did on it: from fewer they might guess which it was


async def labeler(session: CellSession, project_id: UUID, labeler_id: UUID) -> wire.LabelerReport:
    """The page of a labeler who answered in a project. Raises not-found."""
    project = await projects.get(session, project_id)
    row = await queries.labeler(session.db, project["id"], labeler_id)
    if row is None:
        raise NotFound
    manager = session.who.role == "manager"
    told: dict[str, Any] = row["report"] or {}
    evidence = [e for e in told.get("evidence", []) if manager or e["kind"] not in ON_GOLD]
    gold = _of(row) if manager and row["gold_answers"] else None
    return wire.LabelerReport(
        labeler=str(row["id"]),
        handle=row["handle"],
        kind=row["kind"],
        answers=row["answers"],
        accuracy=row["accuracy"],
        low=row["low"],
        high=row["high"],
        gold=gold,
        classes=[wire.ClassRate(**{"name": c["class"]} | _less(c, "class")) for c in told.get("classes", [])],
        confusion=[wire.Said(**cell) for cell in told.get("confusion", [])],
        speed=_pace(told),
        stretches=_stretches(told, gold=manager),
        evidence=await _evidence(session, project["id"], evidence),
        estimated_at=row["updated_at"],
    )


async def own(session: CellSession, project_id: UUID) -> wire.OwnReport:
    """The same for who asks, without what would tell them of gold, and without other people. Raises not-found."""
    row = await queries.own(session.db, project_id, session.who.labeler_id, session.who.mode or "live")
    if row is None:
        raise NotFound
    told: dict[str, Any] = row["report"] or {}
    evidence = [e for e in told.get("evidence", []) if e["kind"] not in ON_GOLD or row["gold_answers"] >= ENOUGH]
    return wire.OwnReport(
        answers=row["answers"],
        accuracy=row["accuracy"],
        low=row["low"],
        high=row["high"],
        speed=_pace(told),
        stretches=_stretches(told, gold=False),
        evidence=[wire.Evidence(**_kept(e) | spoken(e, lambda _: "another labeler")) for e in evidence],
        estimated_at=row["updated_at"],
    )


def _of(row: queries.Row) -> wire.Rate:
    low, high = _between(row["gold_right"], row["gold_answers"])
    return wire.Rate(right=row["gold_right"], of=row["gold_answers"], low=low, high=high)


def _between(right: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval, as in `neraca.measure.labelers`, without NumPy."""
    p = right / of
    middle = p + z * z / (2 * of)
    half = z * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    return max((middle - half) / (1 + z * z / of), 0.0), min((middle + half) / (1 + z * z / of), 1.0)


def _less(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _pace(told: Mapping[str, Any]) -> wire.Pace | None:
    return wire.Pace(**told["speed"]) if told.get("speed") else None


def _stretches(told: Mapping[str, Any], *, gold: bool) -> list[wire.Stretch]:
    return [
        wire.Stretch(
            since=datetime.fromtimestamp(one["since"], UTC),
            until=datetime.fromtimestamp(one["until"], UTC),
            answers=one["answers"],
            agree=wire.Rate(**one["agree"]) if one["agree"] else None,
            gold=wire.Rate(**one["gold"]) if gold and one["gold"] else None,
        )
        for one in told.get("stretches", [])
    ]


def _kept(sign: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": sign["kind"], "against": sign["against"]}


async def _evidence(session: CellSession, project_id: UUID, signs: Sequence[Mapping[str, Any]]) -> list[wire.Evidence]:
    others = {UUID(one) for sign in signs for one in ID.findall(sign["sentence"])}
    known = await queries.labelers(session.db, project_id, list(others)) if others else {}

    def called(found: re.Match[str]) -> str:
        return str(known[found[0]]["handle"]) if found[0] in known else "somebody else"

    return [wire.Evidence(**_kept(sign) | spoken(sign, called)) for sign in signs]
