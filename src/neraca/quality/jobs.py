"""The full estimate of a project's skills, in a process of its own, from all its answers.

Gold is known in it. Ends gold that is worn or contested, writes what is believed of each labeler and what gold taught
of posteriors, then looks again at the open tasks that the new skills can decide.
A verdict that has been told stays: decided tasks are not opened again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import structlog

from neraca import kinds
from neraca.accounts import Cell, House
from neraca.kind import Kind, Vote
from neraca.measure import calibrate, copies, online, skills, suggestions
from neraca.measure.majority import Floats, Ints
from neraca.quality import hints, items, queries, rules, service, whole
from neraca.quality.gold import jobs as golden
from neraca.quality.gold import queries as gold
from neraca.quality.objects import findings
from neraca.quality.objects import jobs as objects
from neraca.quality.reports import jobs as reports
from neraca.quality.reports import pages

PAGE = 5000
LOOK = 2000  # tasks of which one statement asks whether they are open
log = structlog.get_logger("neraca.quality")


class _Answers:
    """A project's answers as indices, in the order of their events."""

    def __init__(self) -> None:
        self.tasks: dict[UUID, int] = {}
        self.labelers: dict[UUID, int] = {}
        self.rows: list[tuple[int, int, int]] = []
        self.active_ms: list[int] = []
        self.at: list[int] = []  # in seconds since 1970
        self.known: dict[UUID, int] = {}  # the class of each task that is gold
        self.how: list[int] = []  # of each answer: 1 confirmed a suggestion, 0 departed from it, -1 saw none
        self.hints: list[tuple[int, int, int]] = []  # suggestions as (task, source, class); sources are labelers too
        self.people = 0  # labelers who answered: they come first

    def gold(self) -> Ints:
        """The known class of each task, -1 where there is none."""
        return np.array([self.known.get(task, -1) for task in self.tasks], dtype=np.int64)

    def add(self, kind: Kind, config: dict[str, Any], number: dict[str, int], page: Sequence[queries.Row]) -> None:
        """Answers for a class that is gone are left out."""
        for row, vote in zip(page, rules.votes_of(page), strict=True):
            for judgment in kind.judgments([vote], config):
                if judgment.value in number:
                    t = self.tasks.setdefault(row["task_id"], len(self.tasks))
                    w = self.labelers.setdefault(row["labeler_id"], len(self.labelers))
                    self.rows.append((t, w, number[judgment.value]))
                    self.active_ms.append(row["active_ms"])
                    self.at.append(row["at"])
                    self.how.append(-1 if row["confirmed"] is None else int(row["confirmed"]))
        self.people = len(self.labelers)

    def hint(self, found: Sequence[tuple[int, UUID, int]]) -> None:
        """Takes the suggestions in, when all answers are there."""
        self.hints = [(t, self.labelers.setdefault(by, len(self.labelers)), one) for t, by, one in found]
        says = {t: one for t, _, one in self.hints}
        self.how = [
            -1 if h < 0 or t not in says else int(one == says[t])
            for (t, _, one), h in zip(self.rows, self.how, strict=True)
        ]

    def know(self, kind: Kind, config: dict[str, Any], names: list[str], live: Sequence[queries.Row]) -> None:
        """Takes the classes of gold in."""
        number = {name: i for i, name in enumerate(names)}
        for row in live:
            (one,) = kind.judgments([Vote(row["answer"], "", "")], config)
            self.known[row["task_id"]] = number[one.value]

    def all(self, told: Floats | None = None) -> whole.Given:
        """Every suggestion and answer."""
        table = np.array([*self.hints, *self.rows], dtype=np.int64).reshape(-1, 3)
        how = np.array([2] * len(self.hints) + self.how, dtype=np.int64)
        return whole.Given(table[:, 0], table[:, 1], table[:, 2], len(self.tasks), how if self.hints else None, told)

    def arrays(self, *, alone: bool = False) -> tuple[Ints, Ints, Ints]:
        """Task, labeler and class of each answer that tells something of its labeler: one to gold always does.

        One that confirms a suggestion does not; one that is `alone` with its task does where features speak too.
        """
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 3)
        task = table[:, 0]
        apart = np.array(self.how, dtype=np.int64) != 1
        table = table[apart & (skills.telling(task, len(self.tasks)) | (self.gold()[task] >= 0) | alone)]
        return table[:, 0], table[:, 1], table[:, 2]

    def agreement(self) -> tuple[int, float | None]:
        """How many tasks have two answers or more, and in what share of them the first two are the same."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 3)
        table = table[np.argsort(table[:, 0], kind="stable")]
        first = np.flatnonzero(np.r_[True, table[1:, 0] != table[:-1, 0]])
        first = first[first + 1 < len(table)]
        first = first[table[first, 0] == table[first + 1, 0]]
        if not len(first):
            return 0, None
        return len(first), float((table[first, 2] == table[first + 1, 2]).mean())

    def crowd(self, names: Sequence[str], believed: whole.Believed) -> pages.Crowd:
        """All answers of people and models, for the report; suggestions are none."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 3)
        return pages.Crowd(
            tasks=list(self.tasks), labelers=list(self.labelers)[: self.people], classes=names, task=table[:, 0],
            labeler=table[:, 1], label=table[:, 2], active_ms=np.array(self.active_ms, dtype=np.int64),
            at=np.array(self.at, dtype=np.int64), gold=self.gold(), found=believed.found, whole=believed.whole,
        )  # fmt: skip


async def run(house: House, cell: Cell, project_id: UUID) -> None:
    """Estimates and writes; a project that is gone, or whose kind has no classes, is left alone."""
    async with house.inside(cell) as db:
        project = await queries.project(db, project_id)
        live = await gold.live(db, project_id)
    kind = kinds.get(project["kind"]) if project else None
    if project is None or kind is None:
        return
    ending = golden.unfit(kind, project["config"], live)
    if kind.objects is not None:
        await _of_objects(house, cell, project, kind, live, ending)
        return
    if not kind.online:
        if live:
            await _without_classes(house, cell, project_id, ending)
        return
    names = kind.classes(project["config"])
    given, seen = await _read(house, cell, project_id, kind, project["config"], names)
    given.know(kind, project["config"], names, [row for row in live if row["task_id"] not in ending])
    heard = await _heard(house, cell, project_id, given, names)
    told = heard.of(list(given.tasks), len(names))
    task, labeler, label = given.arrays(alone=told is not None)
    if not len(task) and not given.hints:
        await _note(house, cell, project_id, seen)
        await golden.retire(house, cell, project_id, ending)
        return
    found, leaning = _estimate(given, len(names), told)
    named = list(given.tasks)
    ending |= {named[t]: "contested" for t in golden.contested(found, task, labeler, label, given.gold())}
    await golden.retire(house, cell, project_id, ending)
    everything = given.all(told)
    believed = whole.Believed(found, len(names) <= rules.MATRIX_LIMIT, leaning)
    before = await _before(house, cell, project_id, names)
    known = whole.closed(everything, believed, given.gold(), project["policy"], before)
    how = whole.taught(known)
    await _write(house, cell, project_id, given, believed, how, names, seen, heard)
    near = whole.decided(whole.posteriors(everything, believed), everything, project["policy"], how)
    looked = await _look_again(house, cell, [named[t] for t in near.tolist()])
    share = whole.saved(everything, believed, project["policy"], how)
    closed = reports.Known(known.posterior, known.truth)
    crowd = given.crowd(names, believed)
    await reports.write(
        house, cell, project_id, kind, project["config"], crowd, closed, items=heard.summary(share)
    )  # fmt: skip
    log.info(
        "estimated", project=str(project_id), answers=len(given.rows), labelers=len(given.labelers),
        iterations=found.iterations, converged=found.converged, decided=looked,
        calibrated_on=how.gold if how else 0,
    )  # fmt: skip


async def _of_objects(
    house: House, cell: Cell, project: queries.Row, kind: Kind, live: Sequence[queries.Row], ending: dict[UUID, str]
) -> None:
    """Skills of those who draw; gold that good ones do not find right goes."""
    project_id = project["id"]
    async with house.inside(cell) as db:
        ending |= dict.fromkeys(golden.refused(await gold.weighed(db, project_id)), "contested")
    await golden.retire(house, cell, project_id, ending)
    known = [row for row in live if row["task_id"] not in ending]
    found = await objects.learn(house, cell, project, kind, known)
    how = online.policy(project["policy"])
    if found is None:
        return
    if isinstance(how, online.Target):
        await _look_again(house, cell, found.near(how.confidence))
    await findings.write(house, cell, project_id, kind, project["config"], found)


async def _heard(
    house: House, cell: Cell, project_id: UUID, given: _Answers, names: Sequence[str]
) -> items.Heard:  # fmt: skip
    """What is known of the project's tasks beside their answers, as far as it foretells these."""
    if len(names) > rules.MATRIX_LIMIT:
        return items.NOTHING
    known = await items.read(house, cell, project_id, names)
    return items.hear(known, given.tasks, given.arrays(alone=True), given.gold(), len(given.labelers), len(names))


def _estimate(given: _Answers, classes: int, told: Floats | None) -> tuple[skills.SkillTable, Floats | None]:
    """What is believed of labelers; where there are suggestions, of their sources too, and who leans on them."""
    sizes = {"tasks": len(given.tasks), "labelers": len(given.labelers), "classes": classes}
    if not given.hints:
        answers = given.arrays(alone=told is not None)
        return skills.estimate(*answers, gold=given.gold(), told=told, **sizes), None
    every, gold = given.all(), given.gold()
    assert every.how is not None
    copied = copies.find(*given.arrays(), gold=gold, **sizes)
    at = (skills.telling(every.task, every.tasks) | (gold[every.task] >= 0)) & ~every.repeats(copied)
    found = suggestions.estimate(
        every.task[at], every.labeler[at], every.label[at], every.how[at], gold=gold, besides=told, **sizes
    )  # fmt: skip
    return replace(found.skills, copied=copied), np.where(found.shown, found.leaning, np.nan)


async def _without_classes(house: House, cell: Cell, project_id: UUID, ending: dict[UUID, str]) -> None:
    """No skills, but gold that must go."""
    async with house.inside(cell) as db:
        doubted = golden.refused(await gold.weighed(db, project_id))
        seen = await queries.answers_so_far(db, project_id)
    await golden.retire(house, cell, project_id, ending | dict.fromkeys(doubted, "contested"))
    await _note(house, cell, project_id, seen)


async def _note(house: House, cell: Cell, project_id: UUID, seen: int) -> None:
    """Nothing can be learnt from these answers: they are not read again until there are more.

    An estimate for no classes is used by nobody.
    """
    async with house.inside(cell) as db:
        await queries.put_project(
            db, project_id, classes=[], pooled=[], prior=[], answers=seen, iterations=0, converged=False
        )


async def _read(
    house: House, cell: Cell, project_id: UUID, kind: Kind, config: dict[str, Any], names: list[str]
) -> tuple[_Answers, int]:
    given, after, seen = _Answers(), 0, 0
    number = {name: i for i, name in enumerate(names)}
    while True:
        async with house.inside(cell) as db:
            page = await queries.answers_after(db, project_id, after, PAGE)
        given.add(kind, config, number, page)
        seen += len(page)
        if len(page) < PAGE:
            async with house.inside(cell) as db:
                given.hint(await hints.read(db, kind, config, project_id, number, given.tasks))
            return given, seen
        after = page[-1]["event_id"]


async def _before(house: House, cell: Cell, project_id: UUID, names: list[str]) -> calibrate.Map:
    """The map that the project's tasks were closed by; before there is one, that of real crowds."""
    async with house.inside(cell) as db:
        row = await queries.believed(db, project_id)
    if row is None or row["classes"] != names or not row["calibrated_on"]:
        return calibrate.Map(calibrate.RULE, 0.0, np.zeros(len(names)), 0)
    return calibrate.Map(row["tau"], 0.0, np.array(row["bias"]), row["calibrated_on"])


async def _write(
    house: House, cell: Cell, project_id: UUID, given: _Answers, believed: whole.Believed, how: calibrate.Map | None,
    names: list[str], seen: int, heard: items.Heard,
) -> None:  # fmt: skip
    found, pooled = believed.found, believed.found.pooled.tolist()
    keep, of_group = believed.whole, _groups(list(given.labelers), found.copied)
    rows = [
        (
            name, int(found.answers[w]), online.rows(found.counts.of(w).tolist(), pooled) if keep else [],
            float(found.accuracy[w]), float(found.low[w]), float(found.high[w]), believed.lean(w),
            of_group[w],
        )
        for name, w in given.labelers.items()
    ]  # fmt: skip
    sway = online.sway([pooled, *(row[2] for row in rows)], found.prior.tolist()) if keep else _sway_by_rate(found)
    pairs, agreement = given.agreement()
    taught = {"tau": how.tau, "bias": how.bias.tolist(), "calibrated_on": how.gold} if how else {}
    async with house.inside(cell) as db:
        for start in range(0, len(rows), PAGE):
            await queries.put_skills(db, project_id, rows[start : start + PAGE])
        await queries.put_project(
            db, project_id, classes=names, pooled=pooled if keep else [], prior=found.prior.tolist(), answers=seen,
            iterations=found.iterations, converged=found.converged, sway=sway, pairs=pairs, agreement=agreement,
            **taught,
        )  # fmt: skip
        await items.write(db, project_id, heard)  # with the estimate that it belongs to


def _groups(labelers: Sequence[UUID], copied: copies.Copies) -> list[UUID | None]:
    """The first labeler of each one's group, None for who is in none."""
    size = np.bincount(copied.group, minlength=len(labelers))
    return [labelers[one] if size[one] > 1 else None for one in copied.group.tolist()]


def _sway_by_rate(found: skills.SkillTable) -> float:
    """`online.sway` where only accuracies are kept."""
    k, accuracy = len(found.prior), found.accuracy
    rates = [online.START_ACCURACY, float(accuracy.max(initial=0.0)), float(accuracy.min(initial=1.0))]
    return online.sway([[(p,) for p in online.start_column(k, 0, rate)] for rate in rates], found.prior.tolist())


async def _look_again(house: House, cell: Cell, wanted: Sequence[UUID]) -> int:
    """Each in a transaction of its own, by the submit's own rule; gives how many are decided by it."""
    decided = 0
    for start in range(0, len(wanted), LOOK):
        async with house.inside(cell) as db:
            still = await queries.still_open(db, wanted[start : start + LOOK])
        for task_id in still:
            async with house.inside(cell) as db:
                decided += await service.decide_task(db, task_id)
    return decided
