"""Which gold must go: asked too often, doubted by good labelers, or an answer that is none any more.

Part of the job that estimates skills, in its process.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from neraca import tasks
from neraca.accounts import Cell, House
from neraca.kind import Kind
from neraca.measure import online, skills
from neraca.measure.majority import Ints
from neraca.quality.gold import queries, rules

ACTOR = "engine"


def contested(found: skills.SkillTable, task: Ints, labeler: Ints, label: Ints, gold: Ints) -> list[int]:
    """Tasks whose known class has P < 0.2 under what five or more good labelers said, each judged without the task.

    `task`, `labeler`, `label`: n vectors; `gold`: the known class of each task, -1 where there is none.
    """
    order = np.argsort(task, kind="stable")
    ends = np.searchsorted(task[order], np.arange(len(gold) + 1))
    truly = np.where(gold[task] >= 0, gold[task] == label, found.posterior[task, label])
    right = np.bincount(labeler, weights=truly, minlength=len(found.answers))
    pool = float(right.sum() / len(task)) if len(task) else 0.5
    return [
        int(t)
        for t in np.flatnonzero(gold >= 0)
        if _doubted(found, labeler[order[ends[t] : ends[t + 1]]], label[order[ends[t] : ends[t + 1]]], int(gold[t]),
                    (right, pool))
    ]  # fmt: skip


def _doubted(found: skills.SkillTable, who: Ints, said: Ints, known: int, knowing: tuple[Any, float]) -> bool:
    right, pool = knowing
    own = right[who] - (said == known)
    accuracy = (skills.PSEUDO * pool + own) / (skills.PSEUDO + found.answers[who] - 1)
    good = accuracy >= rules.GOOD
    if int(good.sum()) < rules.FEWEST:
        return False
    columns = []
    for w, one in zip(who[good], said[good], strict=True):
        table = found.counts.of(int(w))
        counts, rows = table[:, one], table.sum(axis=1)
        counts[known] -= 1
        rows[known] -= 1
        column = (online.STRENGTH * found.pooled[:, one] + np.maximum(counts, 0)) / (
            online.STRENGTH + np.maximum(rows, 0)
        )
        columns.append(column.tolist())
    p = online.posterior_of(found.prior.tolist(), columns, temper=online.together(len(columns)))
    return p[known] < rules.DOUBT


def unfit(kind: Kind, config: Mapping[str, Any], live: Sequence[queries.Row]) -> dict[UUID, str]:
    """Gold that is worn, or whose answer today's configuration does not know."""
    model = kind.config.model_validate(config, strict=False)
    found = {row["task_id"]: "worn" for row in live if row["asked"] > rules.WORN}
    return found | {
        row["task_id"]: "outdated" for row in live if tasks.known(kind, model, row["params"], row["answer"])[1]
    }


def refused(weighed: Sequence[queries.Row]) -> list[UUID]:
    """Contested gold of kinds without classes."""
    said: dict[UUID, list[queries.Row]] = {}
    for row in weighed:
        said.setdefault(row["task_id"], []).append(row)
    return [task_id for task_id, rows in said.items() if rules.refused(rows)]


async def retire(house: House, cell: Cell, project_id: UUID, reasons: Mapping[UUID, str]) -> int:
    """Ends gold, one transaction each; gives how many."""
    ended = 0
    for task_id, reason in reasons.items():
        async with house.inside(cell) as db:
            await queries.lock(db, task_id, None)
            ended += await tasks.retire_gold(db, project_id=project_id, task_id=task_id, actor=ACTOR, reason=reason)
    return ended
