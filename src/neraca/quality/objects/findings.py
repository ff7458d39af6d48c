"""The report of an estimate over objects: agreement, doubtful verdicts, classes missed and invented, labelers."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np

from neraca.accounts import Cell, House
from neraca.kind import Kind
from neraca.measure import evidence, object_report, report, timing
from neraca.measure.alpha import alpha_of
from neraca.measure.boxes import Box
from neraca.quality import queries as answers
from neraca.quality.objects import queries
from neraca.quality.objects.reading import Learnt
from neraca.quality.reports import queries as reports

PAGE = 1000
SAMPLE = 300  # tasks whose answers are compared for the agreement
DOUBTS = 50
PAIRS = 20
LABELERS = 500
CROWD = 3  # labelers that it takes to say what is usual
CLEARLY = 0.1  # below it, by the upper end of the interval


async def write(house: House, cell: Cell, project_id: UUID, kind: Kind, config: dict[str, Any], found: Learnt) -> None:
    """Makes the report and puts it in the place of the last one."""
    things = _Things(found)
    doubts, through = await _doubts(house, cell, project_id, kind, things)
    told = {
        "agreement": await _agreement(house, cell, kind, config, found),
        "doubts": doubts,
        "confused": _confused(found),
        "labelers": _labelers(found, things.against()),
        "objects": _classes(found),
    }
    async with house.inside(cell) as db:
        await reports.put_report(db, project_id, answers=found.given.seen, verdict_event_id=through, report=told)


async def _agreement(
    house: House, cell: Cell, kind: Kind, config: dict[str, Any], found: Learnt
) -> dict[str, Any] | None:
    """Alpha with the kind's own distance, over tasks drawn at random."""
    names = list(found.given.tasks)
    several = np.flatnonzero(np.bincount(found.asked[:, 0], minlength=len(names)) >= 2)
    drawn = np.random.default_rng(0).permutation(several)[:SAMPLE]
    async with house.inside(cell) as db:
        rows = await queries.answers_of(db, [names[t] for t in drawn])
    units: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in rows:
        units.setdefault(row["task_id"], []).append(row["value"])
    kept = [said for said in units.values() if len(said) >= 2]
    if not kept:
        return None
    one = alpha_of(kept, lambda a, b: kind.distance(a, b, config), resamples=200)
    return {"alpha": one.alpha, "low": one.low, "high": one.high, "tasks": len(several), "varied": one.varied}


def _confused(found: Learnt) -> list[dict[str, Any]]:
    names = list(found.given.tasks)
    return [
        {
            "left": found.classes[one.left], "right": found.classes[one.right], "share": one.share,
            "left_as_right": one.left_as_right, "right_as_left": one.right_as_left,
            "tasks": [str(names[t]) for t in one.tasks],
        }
        for one in object_report.mixed(found.marks, found.table, classes=len(found.classes), most=PAIRS)
    ]  # fmt: skip


def _classes(found: Learnt) -> list[dict[str, Any]]:
    names = list(found.given.tasks)
    asked = np.bincount(found.asked[:, 0], minlength=len(names))
    rows = object_report.by_class(
        found.marks, found.table, asked, classes=len(found.classes), labelers=len(found.given.labelers)
    )
    return [
        {
            "name": found.classes[one.label], "things": one.things, "drawn": one.drawn, "missed": one.missed,
            "invented": one.invented, "missed_tasks": [str(names[t]) for t in one.missed_tasks],
            "invented_tasks": [str(names[t]) for t in one.invented_tasks],
        }
        for one in rows
    ]  # fmt: skip


def _labelers(found: Learnt, against: list[float | None]) -> list[dict[str, Any]]:
    """Their pace, and what speaks against it; skills are read where the report is."""
    who, names = found.asked[:, 1], list(found.given.labelers)
    took = np.array(found.given.active_ms, dtype=np.int64) / 1000
    timed = took > 0
    count = np.bincount(who, minlength=len(names))
    order = np.lexsort((took[timed], who[timed]))
    ends = np.cumsum(np.bincount(who[timed], minlength=len(names)))[:-1]
    middle = [float(np.median(part)) if len(part) else None for part in np.split(took[timed][order], ends)]
    fast = {
        one.labeler: evidence.of_speed(one)
        for one in timing.speeds(who[timed], took[timed], labelers=len(names)) if one.found
    }  # fmt: skip
    signs = {w: [*_drawing(found, w), *([fast[w]] if w in fast else [])] for w in range(len(names))}
    first = sorted(range(len(names)), key=lambda w: (not signs[w], -int(count[w]), w))[:LABELERS]
    return [
        {
            "labeler": str(names[w]), "answers": int(count[w]), "median_seconds": middle[w],
            "against": against[w],
            "signs": [
                {"kind": sign.kind, "sentence": sign.sentence, "facts": dict(sign.facts)} for sign in signs[w]
            ],
        }
        for w in sorted(first, key=lambda w: (-int(count[w]), w))
    ]  # fmt: skip


def _drawing(found: Learnt, w: int) -> list[evidence.Evidence]:
    """Who overlooks or invents clearly more than half of the labelers do."""
    table = found.table
    drew = table.drawn > 0
    if int(drew.sum()) < CROWD:
        return []
    usual = [float(np.median(rate.value[drew])) for rate in (table.recall, table.precision)]
    real, drawn, signs = float(table.hits[w]), int(table.drawn[w]), []
    if table.real[w] > 0 and table.recall.high[w] < usual[0] - CLEARLY:
        signs.append(evidence.of_recall(real, float(table.real[w]), float(table.recall.high[w]), usual[0]))
    if drawn and table.precision.high[w] < usual[1] - CLEARLY:
        signs.append(evidence.of_precision(real, drawn, float(table.precision.high[w]), usual[1]))
    return signs


async def _doubts(
    house: House, cell: Cell, project_id: UUID, kind: Kind, things: "_Things"
) -> tuple[list[dict[str, Any]], int]:
    """Verdicts against all that is known now, the likeliest to be wrong first."""
    through = 0
    rows: dict[UUID, dict[str, Any]] = {}
    while True:
        async with house.inside(cell) as db:
            page = await answers.verdicts_after(db, project_id, through, PAGE)
        for row in page:
            found_out = things.wrong(kind, row)
            rows[row["task_id"]] = {
                "task": str(row["task_id"]), "verdict": None, "wrong": found_out.share, "otherwise": None, "sure": None,
                "answers": row["answers"], "agree": None, "doubtful": found_out.doubtful,
                "lacking": found_out.lacking,
            }  # fmt: skip
        if page:
            through = page[-1]["event_id"]
        if len(page) < PAGE:
            break
    first = sorted(rows.values(), key=lambda one: -float(one["wrong"]))[:DOUBTS]
    return [one for one in first if float(one["wrong"]) >= report.DOUBT], through


class _Things:
    """What may be there in each task: mean boxes of the groups, their class, and P(there); and what verdicts hold."""

    def __init__(self, found: Learnt) -> None:
        marks, groups, people = found.marks, len(found.table.there), len(found.given.labelers)
        count = np.maximum(np.bincount(marks.group, minlength=groups), 1)
        self._mean = np.stack(
            [np.bincount(marks.group, weights=found.boxes[:, k], minlength=groups) / count for k in range(4)], axis=1
        )
        self._label = object_report.named(marks, groups, len(found.classes), people)
        self._found = found
        of = np.zeros(groups, dtype=np.int64)
        of[marks.group] = marks.task
        self._order = np.argsort(of, kind="stable")
        self._ends = np.searchsorted(of[self._order], np.arange(len(found.given.tasks) + 1))
        self._number = {name: i for i, name in enumerate(found.classes)}
        self._held = np.full(groups, -1, dtype=np.int64)
        self._size = np.full(len(found.given.tasks), -1, dtype=np.int64)

    def _of(self, task: int) -> Iterator[tuple[Box, int, float]]:
        for g in self._order[self._ends[task] : self._ends[task + 1]]:
            yield Box(*self._mean[g].tolist()), int(self._label[g]), float(self._found.table.there[g])

    def wrong(self, kind: Kind, row: Mapping[str, Any]) -> object_report.Wrong:
        """By the estimate where it knows the task; else by the verdict's own confidence."""
        task = self._found.given.tasks.get(row["task_id"])
        things = list(self._of(task)) if task is not None else []
        if task is None or not self._tells(task):
            return object_report.Wrong(1 - float(row["confidence"]), 0, 0)
        assert kind.objects is not None
        verdict = [
            (Box(*one.numbers), self._number.get(one.label, -1)) for one in kind.objects.drawn(row["value"])
        ]  # fmt: skip
        found = object_report.wrong(verdict, things)
        mine = self._order[self._ends[task] : self._ends[task + 1]]
        self._held[mine] = -1
        for place, thing in found.pairs:
            self._held[mine[thing]] = verdict[place][1]
        self._size[task] = len(verdict)
        return found

    def against(self) -> list[float | None]:
        """Of each labeler, by the verdicts that were looked at, on tasks that somebody else answered too."""
        asked, people = self._found.asked, len(self._found.given.labelers)
        several = np.bincount(asked[:, 0], minlength=len(self._size)) >= 2
        return object_report.against(
            self._found.marks, asked, self._held, np.where(several, self._size, -1), labelers=people
        )

    def _tells(self, task: int) -> bool:
        mine = self._order[self._ends[task] : self._ends[task + 1]]
        return bool(self._found.table.told[mine].any()) or not len(mine)
