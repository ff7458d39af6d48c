"""What gold teaches of confidences: the map that an estimate writes, and what a submit makes of it."""

import json
import random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from tests.fixtures.crew import Crew, choices, fixed, target

from neraca.measure import calibrate, online, skills
from neraca.quality import jobs, rules, whole

TASKS = 60
LABELERS = 5


def crowd(classes: int, seed: int = 3) -> tuple[whole.Given, np.ndarray[Any, np.dtype[np.int64]]]:
    """Answers of labelers who are right three times in four, in a random order, and the truth."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes, TASKS)
    task, labeler = np.divmod(draw.permutation(TASKS * LABELERS), LABELERS)
    said = np.where(draw.random(len(task)) < 0.75, truth[task], draw.integers(0, classes, len(task)))
    return whole.Given(task, labeler, said, TASKS), truth


def estimated(given: whole.Given, classes: int, gold: Any = None) -> skills.SkillTable:
    return skills.estimate(
        given.task, given.labeler, given.label, tasks=given.tasks, labelers=LABELERS, classes=classes, gold=gold
    )


@pytest.mark.parametrize("kept", [True, False])
def test_a_whole_project_is_reckoned_as_the_submits_are(kept: bool) -> None:
    classes = 4
    given, _ = crowd(classes)
    found = estimated(given, classes)
    p = whole.posteriors(given, whole.Believed(found, kept), page=37)
    for t in range(TASKS):
        mine = np.flatnonzero(given.task == t)
        columns, weights = [], []
        for i in mine.tolist():
            w, said = int(given.labeler[i]), int(given.label[i])
            confusion = online.rows(found.counts.of(w).tolist(), found.pooled.tolist())
            belief = {
                "known": True, "accuracy": float(found.accuracy[w]), "answers": int(found.answers[w]),
                "col": [row[said] for row in confusion] if kept else [],
            }  # fmt: skip
            columns.append(rules.column(classes, said, belief))
            weights.append(rules.weight(belief, len(mine)))
        wanted = online.posterior_of(found.prior.tolist(), columns, temper=weights)
        assert p[t].tolist() == pytest.approx(wanted, abs=1e-9)


def test_gold_is_not_judged_with_its_own_truth() -> None:
    given, truth = crowd(3)
    gold = np.full(TASKS, -1)
    gold[0] = truth[0]
    found = estimated(given, 3, gold)
    mine = np.flatnonzero(given.task == 0)
    believed = whole.Believed(found, True)
    without = believed.columns(given.labeler[mine], given.label[mine], gold[given.task[mine]])
    for row, w, said in zip(without, given.labeler[mine], given.label[mine], strict=True):
        counts = found.counts.of(w)
        counts[truth[0], said] -= 1
        wanted = online.rows(counts.tolist(), found.pooled.tolist())
        assert row.tolist() == pytest.approx([r[said] for r in wanted])
    rate = whole.Believed(found, False).columns(given.labeler[mine], given.label[mine], gold[given.task[mine]])
    said_right = given.label[mine] == truth[0]
    full = found.accuracy[given.labeler[mine]]
    own = rate[np.arange(len(mine)), given.label[mine]]
    assert ((own < full) == said_right).all()  # who was right about it is believed less without it


def test_too_little_gold_teaches_nothing() -> None:
    given, truth = crowd(3)
    found = estimated(given, 3)
    start = calibrate.Map(calibrate.RULE, 0.0, np.zeros(3), 0)
    gold = np.full(TASKS, -1)
    gold[: calibrate.ENOUGH - 1] = truth[: calibrate.ENOUGH - 1]
    policy = {"type": "target", "confidence": 0.95, "min": 2, "max": 5}
    believed = whole.Believed(found, True)
    assert whole.taught(whole.closed(given, believed, gold, policy, start)) is None
    gold[: calibrate.ENOUGH] = truth[: calibrate.ENOUGH]
    how = whole.taught(whole.closed(given, believed, gold, policy, start))
    assert how is not None
    assert how.gold == calibrate.ENOUGH


def test_with_very_many_classes_the_map_has_one_number() -> None:
    draw = np.random.default_rng(5)
    classes = 300
    p = draw.dirichlet(np.full(classes, 0.02), 50)
    how = calibrate.of_rule(p, p.argmax(axis=1), least=online.FLOOR)
    assert how.bias.tolist() == [0.0] * classes
    assert how.tau > 1  # they were surer than they said


async def misled(crew: Crew, **given: Any) -> tuple[str, list[str], dict[str, str]]:
    """A project in which three labelers all make the same mistake in one task of five; its truth by task."""
    project = await crew.project(config=choices(("a", "b")), **given)
    tasks = await crew.tasks(project, TASKS)
    truth = {task: "ab"[n % 2] for n, task in enumerate(tasks)}
    wrong = set(random.Random(4).sample(tasks, TASKS // 5))  # noqa: S311 - repeatable, not secret
    says = {task: ("b" if right == "a" else "a") if task in wrong else right for task, right in truth.items()}
    for _ in range(3):
        who = await crew.labeler()
        while (lease := await crew.next(who, project)) is not None:
            assert (await crew.submit(who, lease, says[lease["task_id"]])).status_code == 201
    return project, tasks, truth


async def known(crew: Crew, tasks: list[str], truth: dict[str, str]) -> None:
    for task in tasks:
        said = await crew.manager.post(f"/api/tasks/{task}/gold", json={"answer": {"choice": truth[task]}})
        assert said.status_code == 201, said.text


async def estimate(crew: Crew, project: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))


async def test_confidences_say_what_gold_taught(crew: Crew) -> None:
    project, tasks, truth = await misled(crew, policy=fixed(3))
    first = (await crew.task(tasks[0]))["verdict"]
    assert first["calibrated_on"] == 0
    await estimate(crew, project)
    before = await decided(crew, project)
    assert (before["confidence"] > 0.95, before["calibrated_on"]) == (True, 0)
    await known(crew, tasks[:40], truth)
    await estimate(crew, project)
    after = await decided(crew, project)
    assert after["calibrated_on"] == 40
    assert 0.5 < after["confidence"] < 0.9  # four of five such tasks are right, and these labelers are new
    assert sum(after["posterior"].values()) == pytest.approx(1)
    (belief,) = await crew.rows("select tau, bias, calibrated_on from project_skill where project_id = %s", project)
    assert (belief["calibrated_on"], len(belief["bias"])) == (40, 2)
    lines = (await crew.manager.get(f"/api/projects/{project}/export.jsonl")).text.splitlines()
    told = [json.loads(line)["verdict"]["calibrated_on"] for line in lines]
    assert (told.count(0), told.count(40)) == (TASKS + 1, 1)


async def decided(crew: Crew, project: str) -> dict[str, Any]:
    """The verdict of one more task, on which three new labelers agree."""
    (task,) = await crew.tasks(project, 1, priority=9)
    for _ in range(3):
        who = await crew.labeler()
        lease = await crew.lease(who, project)
        assert lease["task_id"] == task
        assert (await crew.submit(who, lease, "a")).status_code == 201
    await crew.turn()
    return dict((await crew.task(task))["verdict"])


async def test_a_target_is_met_by_calibrated_confidence(crew: Crew) -> None:
    project, tasks, truth = await misled(crew, policy=fixed(3))
    await known(crew, tasks[:40], truth)
    await estimate(crew, project)
    await crew.change(project, policy=target(0.95, 2, 9))
    (task,) = await crew.tasks(project, 1, priority=9)
    for n in range(3):  # without gold three who agree would be sure enough
        receipt = await crew.answer(project, "a")
        assert (receipt["task_id"], receipt["task_decided"], n) == (task, False, n)
    (row,) = await crew.rows("select confidence from task where id = %s", task)
    assert row["confidence"] < 0.95


async def test_a_map_for_other_classes_is_not_used(crew: Crew) -> None:
    project, tasks, truth = await misled(crew, policy=fixed(3))
    await known(crew, tasks[:40], truth)
    await estimate(crew, project)
    await crew.change(project, config=choices(("a", "b", "c")))
    assert (await decided(crew, project))["calibrated_on"] == 0
