"""What is told of a project's quality, over the API, after an estimate and before one."""

import random
import subprocess
import sys
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import Crew, fixed, target

from neraca.quality import jobs


async def quality(crew: Crew, project: str) -> dict[str, Any]:
    said = await crew.manager.get(f"/api/projects/{project}/quality")
    assert said.status_code == 200, said.text
    return dict(said.json())


async def estimate(crew: Crew, project: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))


async def all_say(crew: Crew, who: httpx.AsyncClient, project: str, says: dict[str, str], ms: int = 1500) -> None:
    """A labeler works through a project, so fast."""
    while (lease := await crew.next(who, project)) is not None:
        given = {"answer": {"choice": says[lease["task_id"]]}, "active_ms": ms}
        assert (await crew.act(who, lease, "submit", **given)).status_code == 201


async def test_a_new_project_has_nothing_to_tell(crew: Crew) -> None:
    told = await quality(crew, await crew.project())
    assert told["verdicts"] == sum(told["confidence"]) == 0
    assert [told[name] for name in ("mean_confidence", "cost_per_task", "agreement", "estimated_at")] == [None] * 4
    assert told["doubts"] == told["confused"] == told["labelers"] == told["answers_per_task"] == []


async def test_before_an_estimate_the_verdicts_tell_by_themselves(crew: Crew) -> None:
    project = await crew.project(policy=fixed(3))
    first, second = await crew.tasks(project, 2)
    for said in ("aab", "aaa"):
        for one in said:
            await crew.answer(project, one)
    told = await quality(crew, project)
    assert (told["verdicts"], told["mean_answers"], told["answers_per_task"]) == (2, 3, [{"answers": 3, "tasks": 2}])
    assert told["reasons"] == {"count": 2, "met": 0, "exhausted": 0, "capped": 0, "escalated": 0}
    assert told["cost_per_task"] == {"micros": 150_000, "currency": "USD"}
    assert told["cost_per_right"]["micros"] == pytest.approx(150_000 / told["mean_confidence"], abs=1)
    split, whole = told["doubts"]
    assert (split["task"], split["verdict"], split["otherwise"], split["agree"]) == (first, "a", "b", 2)
    assert (whole["task"], whole["agree"], whole["answers"]) == (second, 3, 3)
    assert split["wrong"] > whole["wrong"] > 0.05
    assert split["why"].startswith("1 of 3 answers say something else than the verdict; b has ")
    assert split["wrong"] == pytest.approx(1 - (await crew.task(first))["verdict"]["confidence"])
    assert told["estimated_answers"] is None


async def test_an_estimate_tells_whom_and_what_to_look_at(crew: Crew) -> None:
    project = await crew.project(policy=fixed(4))
    tasks = await crew.tasks(project, 60, external_id="same")
    draw = random.Random(1)  # noqa: S311 - repeatable, not secret
    truth = {task: "abc"[n % 3] for n, task in enumerate(tasks)}
    mixed = {task: "b" if right == "c" and n % 2 else right for n, (task, right) in enumerate(truth.items())}
    for says in (truth, mixed, truth):
        await all_say(crew, await crew.labeler(), project, says, 4000)
    await all_say(crew, await crew.labeler(), project, {task: draw.choice("abc") for task in tasks}, 200)
    await estimate(crew, project)
    told = await quality(crew, project)
    assert (told["verdicts"], told["estimated_answers"]) == (60, 240)
    found = told["agreement"]
    assert found["low"] < found["alpha"] < found["high"] < 1
    assert (found["tasks"], found["varied"]) == (60, True)
    pair = told["confused"][0]
    assert {pair["left"], pair["right"]} == {"b", "c"}
    assert set(pair["tasks"]) <= set(tasks)
    by_answers = told["labelers"]
    assert [one["answers"] for one in by_answers] == [60] * 4
    guesser = min(by_answers, key=lambda one: one["accuracy"])
    assert guesser["median_seconds"] == 0.2
    assert guesser["against"] > 0.4
    assert guesser["low"] < guesser["accuracy"] < guesser["high"] < 0.8
    (sign,) = guesser["signs"]
    assert sign["kind"] == "agreement"
    assert " answers are what most others said of the same task" in sign["sentence"]
    assert [one["median_seconds"] for one in by_answers if one is not guesser] == [4.0] * 3
    assert all(one["external_id"] == "same" and one["task"] in tasks for one in told["doubts"])
    doubtful = [one["wrong"] for one in told["doubts"]]
    assert doubtful == sorted(doubtful, reverse=True)
    (row,) = await crew.rows("select answers from quality_report where project_id = %s", project)
    assert row == {"answers": 240}


async def test_copies_are_told_by_the_name_of_the_other(crew: Crew) -> None:
    project = await crew.project(policy=fixed(5))
    tasks = await crew.tasks(project, 60)
    draw = random.Random(2)  # noqa: S311 - repeatable, not secret
    truth = {task: "abc"[n % 3] for n, task in enumerate(tasks)}

    def said(guessed: float) -> dict[str, str]:
        return {task: draw.choice("abc") if draw.random() < guessed else right for task, right in truth.items()}

    first = said(0.4)
    for says in (said(0.15), said(0.15), said(0.15), first, first):
        await all_say(crew, await crew.labeler(), project, says)
    await estimate(crew, project)
    labelers = (await quality(crew, project))["labelers"]
    copied = [one for one in labelers if "copies" in {sign["kind"] for sign in one["signs"]}]
    assert len(copied) == 2
    (sentence,) = [sign["sentence"] for sign in copied[0]["signs"] if sign["kind"] == "copies"]
    assert f"are the same as those of {copied[1]['handle']}; " in sentence
    assert copied[1]["labeler"] not in sentence


async def test_verdicts_after_the_estimate_are_told_too(crew: Crew) -> None:
    project = await crew.project(policy=target(0.99, 3, 3))
    tasks = await crew.tasks(project, 20)
    for _ in range(3):
        await all_say(crew, await crew.labeler(), project, {task: "abc"[n % 3] for n, task in enumerate(tasks)})
    await estimate(crew, project)
    before = {one["task"] for one in (await quality(crew, project))["doubts"]}
    (late,) = await crew.tasks(project, 1)
    for said in "abc":
        await crew.answer(project, said)
    first = (await quality(crew, project))["doubts"][0]
    assert late not in before
    assert (first["task"], first["answers"], first["agree"]) == (late, 3, 1)


async def test_answers_alone_make_no_estimate(crew: Crew) -> None:
    project = await crew.project(policy=fixed(1))
    await crew.tasks(project, 1)
    await crew.answer(project)
    await estimate(crew, project)
    told = await quality(crew, project)
    assert (told["verdicts"], told["estimated_at"], told["labelers"]) == (1, None, [])


async def test_a_kind_without_classes_is_told_by_its_verdicts(crew: Crew) -> None:
    config = {"question": "?", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
    project = await crew.project(kind="image", config=config, policy=fixed(1))
    picture = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}
    task = str((await crew.door.place.tasks(UUID(project), [picture]))[0])
    box = {"objects": [{"class": "cup", "shape": "box", "box": {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}}]}
    await crew.answer(project, box)
    await crew.turn()  # the worker decides it
    await estimate(crew, project)
    told = await quality(crew, project)
    assert (told["verdicts"], told["estimated_at"]) == (1, None)
    for one in told["doubts"]:
        assert (one["task"], one["verdict"], one["otherwise"], one["agree"]) == (task, None, None, None)
    assert told["mean_confidence"] < 0.95
    assert len(told["doubts"]) == 1


async def test_who_may_see_it(crew: Crew) -> None:
    project = await crew.project()
    labeler = await crew.labeler()
    assert (await labeler.get(f"/api/projects/{project}/quality")).status_code == 403
    assert (await crew.door.theirs.get(f"/api/projects/{project}/quality")).status_code == 404
    assert (await crew.door.test.get(f"/api/projects/{project}/quality")).status_code == 404
    assert (await crew.manager.get(f"/api/projects/{project}/quality?limit=3")).status_code == 422


def test_the_api_answers_without_numpy() -> None:
    code = "import sys, neraca.server.app; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_copies_count_as_one_from_the_next_answer_on(crew: Crew) -> None:
    project = await crew.project(policy=fixed(8))
    draw = random.Random(2)  # noqa: S311 - repeatable, not secret
    tasks = await crew.tasks(project, 60)
    truth = {task: "abc"[n % 3] for n, task in enumerate(tasks)}

    def said(guessed: float) -> dict[str, str]:
        return {task: draw.choice("abc") if draw.random() < guessed else right for task, right in truth.items()}

    first = said(0.4)
    others, alike = [await crew.labeler() for _ in range(5)], [await crew.labeler() for _ in range(3)]
    for who in others:
        await all_say(crew, who, project, said(0.15))
    for who in alike:
        await all_say(crew, who, project, first)
    await estimate(crew, project)
    groups = await crew.rows(
        "select copy_of, count(*) as n, bool_or(labeler_id = copy_of) as own from labeler_skill"
        " where project_id = %s group by copy_of order by copy_of nulls first",
        project,
    )
    assert [(g["copy_of"] is None, g["n"], g["own"]) for g in groups] == [(True, 5, None), (False, 3, True)]
    (late,) = await crew.tasks(project, 1)
    sure = []
    for who, one in [(alike[0], "a"), (alike[1], "a"), (alike[2], "b"), (others[0], "a")]:
        await all_say(crew, who, project, {late: one})
        (row,) = await crew.rows("select posterior from task where id = %s", late)
        sure.append(row["posterior"]["a"])
    assert sure[1] == sure[0]  # the same again tells nothing
    assert sure[2] < sure[1]  # something else does
    assert sure[3] > sure[2]
    (told,) = await crew.rows("select answers from task where id = %s", late)
    assert told["answers"] == 4  # and each is an answer, kept and paid
