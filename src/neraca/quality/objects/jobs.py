"""The estimate of a project whose answers are objects: recall, invention, classes and hands of each labeler.

Part of the job that estimates skills, in its process.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import structlog

from neraca.accounts import Cell, House
from neraca.kind import Kind, Objects
from neraca.measure import box_groups, drawers
from neraca.measure.arrays import Bools, Ints
from neraca.measure.object_calibration import Map
from neraca.quality import queries as answers
from neraca.quality.objects import queries, rules, teaching
from neraca.quality.objects.reading import Given, Learnt, beliefs

PAGE = 250  # answers: each may hold ten thousand objects
ROWS = 1000  # skills written in one transaction
log = structlog.get_logger("neraca.quality")


async def learn(
    house: House, cell: Cell, project: Mapping[str, Any], kind: Kind, live: Sequence[Mapping[str, Any]]
) -> Learnt | None:
    """Reads, estimates, writes skills and what gold teaches. None where no task tells anything of a labeler."""
    objects = kind.objects
    assert objects is not None
    project_id, names = project["id"], objects.classes(project["config"])
    given = await _read(house, cell, project_id, objects, names)
    for row in live:
        given.know(row, objects, {name: i for i, name in enumerate(names)})
    asked = np.array(given.asked, dtype=np.int64).reshape(-1, 2)
    sure = np.zeros(len(given.tasks), dtype=np.bool_)
    sure[given.sure] = True
    if not ((np.bincount(asked[:, 0], minlength=len(sure)) >= 2) | sure).any():
        await _nothing(house, cell, project_id, given.seen)
        return None
    found = _estimate(given, asked, sure, names)
    async with house.inside(cell) as db:
        before = rules.crowd(await queries.project(db, project_id), [])
    how = await teaching.taught(house, cell, kind, project, found, live, before)
    await _write(house, cell, project_id, found, how)
    log.info(
        "estimated", project=str(project_id), answers=given.seen, objects=len(found.marks.task),
        labelers=len(given.labelers), iterations=found.table.iterations, converged=found.table.converged,
    )  # fmt: skip
    return found


async def _read(house: House, cell: Cell, project_id: UUID, objects: Objects, names: Sequence[str]) -> Given:
    given, after = Given(), 0
    number = {name: i for i, name in enumerate(names)}
    while True:
        async with house.inside(cell) as db:
            page = await answers.answers_after(db, project_id, after, PAGE)
        for row in page:
            if not row["confirmed"]:  # what somebody took over tells nothing of how they draw
                given.answer(row, objects, number)
        given.seen += len(page)
        if len(page) < PAGE:
            return given
        after = page[-1]["event_id"]


def _estimate(given: Given, asked: Ints, sure: Bools, names: list[str]) -> Learnt:
    people = len(given.labelers)
    rows = np.array(given.rows, dtype=np.int64).reshape(-1, 3)
    boxes = np.array(given.boxes, dtype=np.float64).reshape(-1, 4)
    who = np.where(rows[:, 1] < 0, people, rows[:, 1])
    order = np.lexsort((who, rows[:, 0]))
    task, who, label, boxes = rows[order, 0], who[order], rows[order, 2], boxes[order]
    group = box_groups.groups(task, who, label, boxes)
    marks = drawers.Marks(task, who, label, group, box_groups.outside(group, boxes))
    table = drawers.estimate(
        marks, asked[:, 0], asked[:, 1], tasks=len(given.tasks), labelers=people, classes=len(names), sure=sure
    )
    return Learnt(given, marks, boxes, asked, table, names)


async def _nothing(house: House, cell: Cell, project_id: UUID, seen: int) -> None:
    """These answers are not read again until there are more."""
    async with house.inside(cell) as db:
        await answers.put_project(
            db, project_id, classes=[], pooled=[], prior=[], answers=seen, iterations=0, converged=False
        )


async def _write(house: House, cell: Cell, project_id: UUID, found: Learnt, how: Map | None) -> None:
    table = found.table
    project, people = beliefs(table, found.classes)
    if how is not None:
        project |= {"tau": how.tau, "bias": [0.0, how.bias], "calibrated_on": how.gold}
        project["objects"]["lacking"] = how.lacking
    rows = [
        (
            name, one["answers"], one["confusion"], float(table.f1.value[w]), float(table.f1.low[w]),
            float(table.f1.high[w]), one["objects"],
        )
        for (name, w), one in zip(found.given.labelers.items(), people, strict=True)
    ]  # fmt: skip
    async with house.inside(cell) as db:
        for start in range(0, len(rows), ROWS):
            await queries.put_skills(db, project_id, rows[start : start + ROWS])
        await queries.put_project(
            db, project_id, answers=found.given.seen, iterations=table.iterations, converged=table.converged, **project
        )
