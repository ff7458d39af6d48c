"""What is told of a project's quality."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from neraca import kinds, projects
from neraca.accounts import CellSession
from neraca.kind import Kind, Vote
from neraca.quality.reports import queries
from neraca.wire import quality as wire
from neraca.wire.shape import Money

DOUBTS = 50
SURE = 0.95  # a verdict at least so sure is not told as doubtful
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def quality(session: CellSession, project_id: UUID) -> wire.Quality:
    """The latest thousand verdicts by themselves, and what the last estimate found out. Raises not-found."""
    project = await projects.get(session, project_id)
    kind = kinds.get(project["kind"])
    assert kind is not None
    now = await queries.latest(session.db, project_id)
    stored = await queries.report(session.db, project_id)
    told: dict[str, Any] = stored["report"] if stored else {}
    through = stored["verdict_event_id"] if stored else 0
    unsure = await queries.unsure(session.db, project_id, through, SURE, DOUBTS)
    doubts = await _doubts(session, told.get("doubts", []), [_unsure(kind, project["config"], r) for r in unsure])
    money = _cost(now, project["currency"])
    return wire.Quality(
        right_of="tasks" if kind.objects is None else "objects",
        verdicts=now["verdicts"],
        confidence=now["spread"],
        mean_confidence=now["confidence"],
        reasons=wire.VerdictReasons(
            count=now["by_count"],
            met=now["met"],
            exhausted=now["exhausted"],
            capped=now["capped"],
            escalated=now["escalated"],
        ),
        answers_per_task=[wire.AnswersPerTask(answers=n, tasks=tasks) for n, tasks in now["per_task"]],
        mean_answers=now["answers"],
        cost_per_task=money[0],
        cost_per_right=money[1],
        agreement=wire.Agreement(**told["agreement"]) if told.get("agreement") else None,
        calibration=wire.Calibration(**told["calibration"]) if told.get("calibration") else None,
        savings=[wire.Saving(**one) for one in told.get("savings", [])],
        doubts=doubts,
        confused=[wire.ConfusedClasses(**one) for one in told.get("confused", [])],
        objects=[wire.ObjectClass(**one) for one in told.get("objects", [])],
        items=wire.Items(**told["items"]) if told.get("items") else None,
        labelers=await _labelers(session, project_id, told.get("labelers", [])),
        calibrated_on=now["calibrated_on"],
        estimated_answers=stored["answers"] if stored else None,
        estimated_at=stored["updated_at"] if stored else None,
    )


def _cost(now: queries.Row, currency: str) -> tuple[Money | None, Money | None]:
    """What a decided task costs, and what one that is right is expected to cost."""
    if not now["verdicts"]:
        return None, None
    each = now["micros"] / now["verdicts"]
    right = each / max(now["confidence"], 1e-9)
    return (
        Money.model_construct(micros=round(each), currency=currency),
        Money.model_construct(micros=round(right), currency=currency),
    )


def _unsure(kind: Kind, config: dict[str, Any], row: queries.Row) -> dict[str, Any]:
    """A verdict that no estimate has looked at, as an estimate would tell it."""
    said = kind.judgments([Vote(row["value"], "", "")], config) if kind.online else []
    verdict = str(said[0].value) if said else None
    rest = {name: p for name, p in (row["posterior"] or {}).items() if name != verdict}
    other = max(rest, key=lambda name: rest[name]) if rest else None
    return {
        "task": str(row["task_id"]), "external_id": row["external_id"], "verdict": verdict,
        "wrong": 1 - row["confidence"], "otherwise": other, "sure": None if other is None else rest[other],
        "answers": row["answers"], "agree": row["agree"] if kind.online else None,
    }  # fmt: skip


async def _doubts(
    session: CellSession, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> list[wire.Doubt]:
    """Both together, the likeliest first; a newer verdict of a task takes the place of an older one."""
    known = await queries.names(session.db, [UUID(one["task"]) for one in old])
    found = {one["task"]: {**one, "external_id": known[one["task"]]} for one in old if one["task"] in known}
    found |= {one["task"]: dict(one) for one in new}
    first = sorted(found.values(), key=lambda one: -one["wrong"])[:DOUBTS]
    return [wire.Doubt(**one, why=why(one)) for one in first]


def why(doubt: Mapping[str, Any]) -> str:
    """The reason for a doubt, in a sentence."""
    answers, agree = doubt["answers"], doubt["agree"]
    doubtful, lacking = doubt.get("doubtful") or 0, doubt.get("lacking") or 0
    if doubtful or lacking:
        told = " and ".join(
            [f"{doubtful} of its objects {'is' if doubtful == 1 else 'are'} doubtful"] * bool(doubtful)
            + [f"{lacking} that {'is' if lacking == 1 else 'are'} rather there {'lacks' if lacking == 1 else 'lack'}"]
            * bool(lacking)
        )
    elif agree is None:
        told = f"From {answers} {'answer' if answers == 1 else 'answers'} alone nobody can be surer"
    elif agree == answers:
        told = f"All {answers} answers agree, but those who gave them are not known to be right often enough"
    else:
        told = f"{answers - agree} of {answers} answers say something else than the verdict"
    if doubt["otherwise"] is None:
        return f"{told}."
    better = "is likelier now, with" if doubt["sure"] > 1 - doubt["wrong"] else "has"
    return f"{told}; {doubt['otherwise']} {better} {100 * doubt['sure']:.0f} %."


Called = Callable[[re.Match[str]], str]


def spoken(sign: Mapping[str, Any], called: Called) -> dict[str, Any]:
    """A sentence and its facts, in which labelers have names instead of ids."""
    facts = {name: ID.sub(called, fact) if isinstance(fact, str) else fact for name, fact in sign["facts"].items()}
    return {"sentence": ID.sub(called, sign["sentence"]), "facts": facts}


async def _labelers(
    session: CellSession, project_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> list[wire.LabelerQuality]:
    named = {other for row in rows for sign in row["signs"] for other in ID.findall(sign["sentence"])}
    wanted = {row["labeler"] for row in rows} | named
    known = await queries.labelers(session.db, project_id, [UUID(one) for one in wanted])

    def called(found: re.Match[str]) -> str:
        return str(known[found[0]]["handle"]) if found[0] in known else "somebody else"

    return [
        wire.LabelerQuality(
            labeler=row["labeler"],
            handle=who["handle"],
            kind=who["kind"],
            answers=row["answers"],
            accuracy=who["accuracy"],
            low=who["low"],
            high=who["high"],
            median_seconds=row["median_seconds"],
            against=row["against"],
            signs=[wire.Sign(kind=sign["kind"], **spoken(sign, called)) for sign in row["signs"]],
        )
        for row in rows
        if (who := known.get(row["labeler"]))
    ]
