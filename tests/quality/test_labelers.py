"""The page of a labeler: what managers, reviewers and the labeler themselves are told."""

import random
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import pytest
from tests.fixtures.crew import Crew, fixed

from neraca.measure import labelers
from neraca.quality import jobs

Json = dict[str, Any]
TASKS = 90


async def work(crew: Crew, who: httpx.AsyncClient, project: str, says: dict[str, str], ms: int = 3000) -> None:
    while (lease := await crew.next(who, project)) is not None:
        given = {"answer": {"choice": says[lease["task_id"]]}, "active_ms": ms}
        assert (await crew.act(who, lease, "submit", **given)).status_code == 201


async def estimate(crew: Crew, project: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))


async def crowd(crew: Crew) -> tuple[str, httpx.AsyncClient, dict[str, str]]:
    """Four labelers on ninety tasks; the last takes every c for b in the second half of their work, and is quick."""
    project = await crew.project(policy=fixed(4))
    tasks = await crew.tasks(project, TASKS)
    truth = {task: "abc"[n % 3] for n, task in enumerate(tasks)}
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    for _ in range(3):
        says = {t: draw.choice("abc") if draw.random() < 0.1 else right for t, right in truth.items()}
        await work(crew, await crew.labeler(), project, says)
    who = await crew.labeler()
    last = set(tasks[TASKS // 2 :])
    await work(crew, who, project, {t: "b" if right == "c" and t in last else right for t, right in truth.items()}, 900)
    for task in tasks[::3]:
        known = {"answer": {"choice": truth[task]}}
        assert (await crew.manager.post(f"/api/tasks/{task}/gold", json=known)).status_code == 201
    return project, who, truth


async def page(crew: Crew, project: str, labeler: str, by: httpx.AsyncClient | None = None) -> Json:
    said = await (by or crew.manager).get(f"/api/projects/{project}/labelers/{labeler}")
    assert said.status_code == 200, said.text
    return dict(said.json())


async def named(crew: Crew, project: str, seconds: float) -> str:
    """The labeler of this pace."""
    told = (await crew.manager.get(f"/api/projects/{project}/quality")).json()["labelers"]
    (found,) = [one["labeler"] for one in told if one["median_seconds"] == seconds]
    return str(found)


async def test_a_page_tells_skill_classes_pace_and_work_over_time(crew: Crew) -> None:
    project, _, _ = await crowd(crew)
    await estimate(crew, project)
    labeler = await named(crew, project, 0.9)
    told = await page(crew, project, labeler)
    assert (told["labeler"], told["answers"], told["estimated_at"] is not None) == (labeler, TASKS, True)
    assert told["low"] < told["accuracy"] < told["high"]
    worst = min(told["classes"], key=lambda c: c["right"])
    assert (worst["name"], worst["right"] < 0.75, worst["low"] < worst["right"] < worst["high"]) == ("c", True, True)
    cells = {(c["truth"], c["said"]): c["answers"] for c in told["confusion"]}
    assert cells["c", "b"] == pytest.approx(15, abs=4)
    assert cells["a", "a"] == pytest.approx(30, abs=4)
    pace = told["speed"]
    assert (pace["median_seconds"], pace["crowd_median_seconds"]) == (0.9, 3.0)
    assert sum(pace["answers"]) == TASKS
    assert sum(pace["crowd"]) == pytest.approx(1)
    assert len(pace["edges"]) == len(pace["answers"]) + 1
    stretches = told["stretches"]
    assert sum(s["answers"] for s in stretches) == TASKS
    assert len(stretches) == TASKS // labelers.LEAST
    early, late = stretches[:4], stretches[-4:]
    agree = [sum(s["agree"]["right"] for s in part) / sum(s["agree"]["of"] for s in part) for part in (early, late)]
    assert agree[0] > 0.95
    assert agree[1] < 0.8
    assert sum(s["gold"]["of"] for s in stretches if s["gold"]) == TASKS // 3
    assert [s["since"] <= s["until"] for s in stretches] == [True] * len(stretches)


async def test_gold_is_told_to_managers_and_to_nobody_else(crew: Crew) -> None:
    project, who, _ = await crowd(crew)
    await estimate(crew, project)
    labeler = await named(crew, project, 0.9)
    managers = await page(crew, project, labeler)
    assert "checks" in {e["kind"] for e in managers["evidence"]}
    assert any(s["gold"] for s in managers["stretches"])
    said = await who.get(f"/api/work/projects/{project}/skill")
    assert said.status_code == 200, said.text
    own = said.json()
    for name in ("answers", "accuracy", "low", "high", "speed", "estimated_at"):
        assert own[name] == managers[name]
    assert [s["gold"] for s in own["stretches"]] == [None] * len(own["stretches"])
    assert "gold" not in {e["kind"] for e in own["evidence"]}
    assert (await who.get(f"/api/projects/{project}/labelers/{labeler}")).status_code == 403


async def test_who_answered_little_gold_is_not_told_how(crew: Crew) -> None:
    """From one answer to gold they could tell which it was."""
    project, who, truth = await crowd(crew)
    for task in list(truth)[::3][5:]:
        assert (await crew.manager.delete(f"/api/tasks/{task}/gold")).status_code == 200
    await estimate(crew, project)
    managers = await page(crew, project, await named(crew, project, 0.9))
    own = (await who.get(f"/api/work/projects/{project}/skill")).json()
    assert "checks" in {e["kind"] for e in managers["evidence"]}
    assert {e["kind"] for e in own["evidence"]} & {"checks", "drift"} == set()


async def test_other_people_have_no_name_in_what_a_labeler_reads(crew: Crew) -> None:
    project = await crew.project(policy=fixed(5))
    tasks = await crew.tasks(project, 60)
    draw = random.Random(2)  # noqa: S311 - repeatable, not secret

    def said(guessed: float) -> dict[str, str]:
        return {t: draw.choice("abc") if draw.random() < guessed else "abc"[n % 3] for n, t in enumerate(tasks)}

    first, pair = said(0.4), [await crew.labeler(), await crew.labeler()]
    for _ in range(3):
        await work(crew, await crew.labeler(), project, said(0.15))
    for who in pair:
        await work(crew, who, project, first)
    await estimate(crew, project)
    for who in pair:
        own = (await who.get(f"/api/work/projects/{project}/skill")).json()
        (copied,) = [e for e in own["evidence"] if e["kind"] == "copies"]
        assert copied["facts"]["other"] == "another labeler"
        assert " are the same as those of another labeler; " in copied["sentence"]
        assert copied["against"]
        assert own["evidence"][0]["against"]


async def test_before_an_estimate_and_for_strangers(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    own = (await who.get(f"/api/work/projects/{project}/skill")).json()
    assert (own["answers"], own["accuracy"], own["estimated_at"], own["evidence"]) == (0, None, None, [])
    assert (await crew.answer(project, "a", who))["task_id"] == task
    (labeler,) = (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"]
    told = await page(crew, project, labeler["labeler"])
    assert (told["answers"], told["accuracy"], told["gold"], told["stretches"]) == (1, None, None, [])
    assert (await crew.manager.get(f"/api/projects/{project}/labelers/{uuid4()}")).status_code == 404
    assert (await who.get(f"/api/work/projects/{uuid4()}/skill")).status_code == 404


async def test_the_report_tells_calibration_and_savings(crew: Crew) -> None:
    project, _, _ = await crowd(crew)
    await estimate(crew, project)
    told = (await crew.manager.get(f"/api/projects/{project}/quality")).json()
    found = told["calibration"]
    assert (found["tasks"], found["calibrated"], told["calibrated_on"]) == (TASKS // 3, True, TASKS // 3)
    assert sum(b["tasks"] for b in found["bins"]) == found["tasks"]
    assert sum(b["right"] for b in found["bins"]) == found["right"]
    assert 0 <= found["low"] <= found["high"] <= 1
    assert found["error"] == pytest.approx(
        sum(abs(b["right"] - b["tasks"] * b["stated"]) for b in found["bins"]) / found["tasks"], abs=1e-6
    )
    targets = [one["target"] for one in told["savings"]]
    assert targets == [0.9, 0.95, 0.98]
    used = [one["used"] for one in told["savings"]]
    assert used == sorted(used)  # who wants to be surer asks more
    assert all(one["answers"] == 4 * (TASKS - TASKS // 3) for one in told["savings"])
    assert all(one["saved"] == pytest.approx(1 - one["used"] / one["answers"]) for one in told["savings"])


def test_wilson_agrees_with_published_figures() -> None:
    low, high = labelers.wilson(np.array([81.0, 15.0, 0.0, 1.0]), np.array([263.0, 148.0, 20.0, 29.0]))
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3
    assert low == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


def test_stretches_cover_everybodys_work_in_order() -> None:
    draw = np.random.default_rng(1)
    n, people = 700, 9
    task, label = draw.integers(0, 80, n), draw.integers(0, 3, n)
    labeler = draw.choice(people, n, p=np.arange(people) / np.arange(people).sum())
    held, gold = draw.integers(-1, 3, 80), draw.integers(-1, 3, 80)
    found = labelers.stretches(task, labeler, label, held, gold, labelers=people)
    for w in range(people):
        mine = np.flatnonzero(labeler == w)
        parts = np.flatnonzero(found.labeler == w)
        assert len(parts) == (0 if not len(mine) else min(max(len(mine) // labelers.LEAST, 1), labelers.MOST))
        cut = np.split(mine, np.cumsum(found.answers[parts])[:-1]) if len(mine) else []
        for part, rows in zip(parts, cut, strict=True):
            assert (found.first[part], found.last[part]) == (rows[0], rows[-1])
            for truth, known, right in ((held, found.judged, found.agree), (gold, found.known, found.right)):
                there = rows[truth[task[rows]] >= 0]
                assert (known[part], right[part]) == (len(there), (truth[task[there]] == label[there]).sum())
        sizes = found.answers[parts]
        assert not len(sizes) or sizes.max() - sizes.min() <= 1
