"""The report of an estimate, in its process: what needs all answers of a project, and NumPy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from neraca.accounts import Cell, House
from neraca.kind import Kind, Vote
from neraca.measure import calibrate, evidence, report, spam, timing
from neraca.measure.alpha import alpha
from neraca.measure.arrays import Floats, Ints
from neraca.quality import queries as answers
from neraca.quality.reports import queries

PAGE = 5000
DOUBTS = 50
PAIRS = 20
LABELERS = 500
MANY = 200_000  # answers from which a fifth of the resamples is enough
LIKE = "labeler "  # how a screening calls a labeler in its sentences


@dataclass(frozen=True, slots=True)
class Crowd:
    """A project's answers as indices, in the order of their events: n of `task`, `labeler`, `label`, `active_ms`.

    `posterior` T x K is the estimate's.
    """

    tasks: Sequence[UUID]
    labelers: Sequence[UUID]
    classes: Sequence[str]
    task: Ints
    labeler: Ints
    label: Ints
    active_ms: Ints
    posterior: Floats


@dataclass(frozen=True, slots=True)
class Held:
    """What the verdicts say: a class for each task of the crowd, -1 where there is none; their rows by task."""

    label: Ints
    rows: Mapping[UUID, queries.Row]
    through: int


async def write(house: House, cell: Cell, project_id: UUID, kind: Kind, config: dict[str, Any], crowd: Crowd) -> None:
    """Makes the report and puts it in the place of the last one."""
    held = await _verdicts(house, cell, project_id, kind, config, crowd)
    made = _report(crowd, held)
    async with house.inside(cell) as db:
        await queries.put_report(db, project_id, answers=len(crowd.task), verdict_event_id=held.through, report=made)


async def _verdicts(
    house: House, cell: Cell, project_id: UUID, kind: Kind, config: dict[str, Any], crowd: Crowd
) -> Held:
    number = {name: i for i, name in enumerate(crowd.classes)}
    place = {task: t for t, task in enumerate(crowd.tasks)}
    label = np.full(len(crowd.tasks), -1, dtype=np.int64)
    rows: dict[UUID, queries.Row] = {}
    through = 0
    while True:
        async with house.inside(cell) as db:
            page = await answers.verdicts_after(db, project_id, through, PAGE)
        for row in page:
            said = kind.judgments([Vote(row["value"], "", "")], config)
            row["class"] = said[0].value if said else None
            rows[row["task_id"]] = row
            if row["task_id"] in place:
                label[place[row["task_id"]]] = number.get(row["class"], -1)
        if page:
            through = page[-1]["event_id"]
        if len(page) < PAGE:
            return Held(label, rows, through)


def _report(crowd: Crowd, held: Held) -> dict[str, Any]:
    k = len(crowd.classes)
    size = np.bincount(crowd.task, minlength=len(crowd.tasks))
    votes = np.bincount(crowd.task * k + crowd.label, minlength=len(crowd.tasks) * k).reshape(-1, k).astype(float)
    # Posteriors of an estimate are too sure of themselves; see `calibrate`.
    p = calibrate.apply(calibrate.prior(k), crowd.posterior, votes)
    known = size[crowd.task] >= 2
    task, label = crowd.task[known], crowd.label[known]
    return {
        "agreement": _agreement(task, label),
        "doubts": _doubts(crowd, held, votes, p, size),
        "confused": [
            {
                "left": crowd.classes[one.left], "right": crowd.classes[one.right], "share": one.share,
                "left_as_right": one.left_as_right, "right_as_left": one.right_as_left,
                "tasks": [str(crowd.tasks[t]) for t in one.tasks],
            }
            for one in report.confused(task, label, votes, p, most=PAIRS)
        ],
        "labelers": _labelers(crowd, np.where(size >= 2, held.label, -1)),
    }  # fmt: skip


def _agreement(task: Ints, label: Ints) -> dict[str, Any] | None:
    if not len(task):
        return None
    found = alpha(task, label, resamples=1000 if len(task) <= MANY else 200)
    return {
        "alpha": found.alpha, "low": found.low, "high": found.high, "tasks": found.units, "varied": found.varied,
    }  # fmt: skip


def _doubts(crowd: Crowd, held: Held, votes: Floats, p: Floats, size: Ints) -> list[dict[str, Any]]:
    """By the estimate where it knows the task; else by the verdict's own confidence."""
    looked = np.where(size >= 2, held.label, -1)
    found: list[dict[str, Any]] = [
        {
            "task": str(crowd.tasks[one.task]), "verdict": crowd.classes[one.held], "wrong": one.wrong,
            "otherwise": crowd.classes[one.better], "sure": one.sure, "answers": one.answers, "agree": one.agree,
        }
        for one in report.doubts(votes, p, looked, most=DOUBTS)
    ]  # fmt: skip
    there = {crowd.tasks[t] for t in np.flatnonzero(looked >= 0).tolist()}
    found += [
        {
            "task": str(name), "verdict": row["class"], "wrong": 1 - row["confidence"], "otherwise": None,
            "sure": None, "answers": row["answers"], "agree": None,
        }
        for name, row in held.rows.items() if name not in there and 1 - row["confidence"] >= report.DOUBT
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one["wrong"])[:DOUBTS]


def _labelers(crowd: Crowd, held: Ints) -> list[dict[str, Any]]:
    w = len(crowd.labelers)
    answers = np.bincount(crowd.labeler, minlength=w)
    judged, off = report.against(crowd.task, crowd.labeler, crowd.label, held, labelers=w)
    middle = _medians(crowd, w)
    signs = _signs(crowd)
    first = sorted(range(w), key=lambda i: (i not in signs, -int(answers[i]), i))[:LABELERS]
    return [
        {
            "labeler": str(crowd.labelers[i]), "answers": int(answers[i]), "median_seconds": middle.get(i),
            "against": int(off[i]) / int(judged[i]) if judged[i] else None, "signs": signs.get(i, []),
        }
        for i in sorted(first, key=lambda i: (-int(answers[i]), i))
    ]  # fmt: skip


def _medians(crowd: Crowd, labelers: int) -> dict[int, float]:
    """The median active time in seconds; answers that were entered without a time tell nothing of it."""
    timed = crowd.active_ms > 0
    who, took = crowd.labeler[timed], crowd.active_ms[timed] / 1000
    order = np.lexsort((took, who))
    count = np.bincount(who, minlength=labelers)
    parts = np.split(took[order], np.cumsum(count)[:-1])
    return {w: float(np.median(part)) for w, part in enumerate(parts) if len(part)}


def _signs(crowd: Crowd) -> dict[int, list[dict[str, Any]]]:
    """What speaks against whom; another labeler is named by their id, which the reader turns into a name."""
    rows = np.flatnonzero(report.sample(crowd.task, classes=len(crowd.classes)))
    there, who = np.unique(crowd.labeler[rows], return_inverse=True)
    found = spam.screen(
        crowd.task[rows], who, crowd.label[rows], tasks=len(crowd.tasks), labelers=len(there),
        classes=len(crowd.classes),
    )  # fmt: skip
    signs: dict[int, list[dict[str, Any]]] = {}
    for one in found:
        for sign in one.evidence:
            if sign.against:
                signs.setdefault(int(there[one.labeler]), []).append(_sign(sign, crowd, there))
    timed = np.flatnonzero(crowd.active_ms > 0)
    pace = timing.speeds(crowd.labeler[timed], crowd.active_ms[timed] / 1000, labelers=len(crowd.labelers))
    for speed in pace:
        if speed.found:
            signs.setdefault(speed.labeler, []).append(_sign(evidence.of_speed(speed), crowd, there))
    return signs


def _sign(found: evidence.Evidence, crowd: Crowd, there: Ints) -> dict[str, Any]:
    sentence, facts = found.sentence, dict(found.facts)
    other = facts.get("other")
    if isinstance(other, str) and other.startswith(LIKE):
        facts["other"] = str(crowd.labelers[there[int(other.removeprefix(LIKE))]])
        sentence = sentence.replace(other, str(facts["other"]), 1)
    return {"kind": found.kind, "sentence": sentence, "facts": facts}
