"""The report of an estimate, in its process: what needs all answers of a project, and NumPy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import numpy as np

from neraca.accounts import Cell, House
from neraca.kind import Kind, Vote
from neraca.measure import calibrate, copies, evidence, online, report, savings, spam, timing
from neraca.measure.alpha import alpha
from neraca.measure.arrays import Floats, Ints
from neraca.quality import queries as answers
from neraca.quality.reports import queries
from neraca.quality.reports.pages import Crowd, Signs, medians, pages

PAGE = 5000
DOUBTS = 50
PAIRS = 20
LABELERS = 500
PAGES = 5000  # labelers who have a page
TARGETS = (0.9, 0.95, 0.98)
REPLAYED = 20_000  # answers for each target, over all random orders
LEAST_GOLD = 10  # tasks from which something is told of calibration
MANY = 200_000  # answers from which a fifth of the resamples is enough


@dataclass(frozen=True, slots=True)
class Held:
    """What the verdicts say: a class for each task of the crowd, -1 where there is none; their rows by task."""

    label: Ints
    rows: Mapping[UUID, queries.Row]
    through: int


@dataclass(frozen=True, slots=True)
class Known:
    """Gold tasks as they stood when the rule would have closed them: G x K posteriors, and their G truths."""

    posterior: Floats
    truth: Ints


async def write(
    house: House, cell: Cell, project_id: UUID, kind: Kind, config: dict[str, Any], crowd: Crowd, known: Known,
    *, items: dict[str, Any] | None,
) -> None:  # fmt: skip
    """Makes the report and the labelers' pages, and puts them in the place of the last ones."""
    held = await _verdicts(house, cell, project_id, kind, config, crowd)
    signs = _signs(crowd)
    made = _report(crowd, held, signs) | {"calibration": _calibration(known), "items": items}
    told = list(pages(crowd, held.label, signs, PAGES).items())
    async with house.inside(cell) as db:
        await queries.put_report(db, project_id, answers=len(crowd.task), verdict_event_id=held.through, report=made)
        await queries.forget_pages(db, project_id)
        for start in range(0, len(told), PAGE):
            await queries.put_pages(db, project_id, told[start : start + PAGE])


def _calibration(known: Known) -> dict[str, Any] | None:
    """How often confidences on gold are right: through maps that do not know the task, where there is gold enough."""
    if len(known.truth) < LEAST_GOLD:
        return None
    fitted = len(known.truth) >= calibrate.ENOUGH
    raw = calibrate.reliability(known.posterior, known.truth)
    found = raw
    if fitted:
        p = calibrate.crossed(known.posterior, known.truth, least=online.FLOOR)
        found = calibrate.reliability(p, known.truth)
    bins = zip(found.start, found.tasks_in, found.stated_in, found.right_in, strict=True)
    return {
        "tasks": found.tasks, "right": found.right, "stated": found.stated, "error": found.error, "low": found.low,
        "high": found.high, "calibrated": fitted, "error_before": raw.error,
        "bins": [
            {"start": float(at), "tasks": int(n), "stated": float(said), "right": round(float(share * n))}
            for at, n, said, share in bins
        ],
    }  # fmt: skip


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


def _report(crowd: Crowd, held: Held, signs: Signs) -> dict[str, Any]:
    k = len(crowd.classes)
    size = np.bincount(crowd.task, minlength=len(crowd.tasks))
    votes = np.bincount(crowd.task * k + crowd.label, minlength=len(crowd.tasks) * k).reshape(-1, k).astype(float)
    # Posteriors of an estimate are too sure of themselves; see `calibrate`.
    p = calibrate.apply(calibrate.prior(k), crowd.found.posterior, votes)
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
        "labelers": _labelers(crowd, np.where(size >= 2, held.label, -1), signs),
        "savings": _savings(crowd),
    }  # fmt: skip


def _savings(crowd: Crowd) -> list[dict[str, Any]]:
    """Of tasks that were not asked to measure labelers."""
    rows = crowd.gold[crowd.task] < 0
    if not rows.any():
        return []
    found = savings.savings(
        crowd.task[rows], crowd.labeler[rows], crowd.label[rows], crowd.found.label, crowd.classes, targets=TARGETS,
        replayed=REPLAYED,
    )  # fmt: skip
    return [asdict(one) for one in found]


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


def _labelers(crowd: Crowd, held: Ints, signs: Signs) -> list[dict[str, Any]]:
    w = len(crowd.labelers)
    answers = np.bincount(crowd.labeler, minlength=w)
    judged, off = report.against(crowd.task, crowd.labeler, crowd.label, held, labelers=w)
    timed = crowd.active_ms > 0
    middle = medians(crowd.labeler[timed], crowd.active_ms[timed] / 1000, w)
    against = {i: [sign for sign in told if sign["against"]] for i, told in signs.items()}
    odd = {i for i, told in against.items() if told}
    first = sorted(range(w), key=lambda i: (i not in odd, -int(answers[i]), i))[:LABELERS]
    return [
        {
            "labeler": str(crowd.labelers[i]), "answers": int(answers[i]), "median_seconds": middle.get(i),
            "against": int(off[i]) / int(judged[i]) if judged[i] else None, "signs": against.get(i, []),
        }
        for i in sorted(first, key=lambda i: (-int(answers[i]), i))
    ]  # fmt: skip


def _signs(crowd: Crowd) -> dict[int, list[dict[str, Any]]]:
    """The evidence on each labeler, what speaks against them first.

    Another labeler is named by their id, which the reader turns into a name.
    """
    rows = np.flatnonzero(report.sample(crowd.task, classes=len(crowd.classes)))
    there, who = np.unique(crowd.labeler[rows], return_inverse=True)
    found = spam.screen(
        crowd.task[rows], who, crowd.label[rows], tasks=len(crowd.tasks), labelers=len(there),
        classes=len(crowd.classes), gold=crowd.gold, copied=copies.none(len(there)),
    )  # fmt: skip
    told = {int(there[one.labeler]): list(one.evidence) for one in found}
    for pair in crowd.found.copied.pairs:
        for one, other in ((pair.left, pair.right), (pair.right, pair.left)):
            told.setdefault(one, []).append(evidence.of_copies(pair, str(crowd.labelers[other])))
    timed = np.flatnonzero(crowd.active_ms > 0)
    for speed in timing.speeds(crowd.labeler[timed], crowd.active_ms[timed] / 1000, labelers=len(crowd.labelers)):
        told.setdefault(speed.labeler, []).append(evidence.of_speed(speed))
    return {
        w: [
            {"kind": e.kind, "against": e.against, "sentence": e.sentence, "facts": dict(e.facts)}
            for e in sorted(all_of, key=lambda e: not e.against)
        ]
        for w, all_of in told.items()
    }
