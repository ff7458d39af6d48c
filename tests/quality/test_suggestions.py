"""Suggestions in the engine: confirming is cheap and counts for little, departing counts in full."""

from typing import Any
from uuid import UUID

import pytest
from tests.answers.test_submit import box, image_task
from tests.fixtures.crew import Crew, fixed, target
from tests.quality.test_estimates import estimate

A: dict[str, Any] = {"answer": {"choice": "a"}, "source": "resnet-7"}


async def sure(crew: Crew, task: str) -> tuple[str, float, str]:
    found = (await crew.task(task))["verdict"]
    return found["answer"]["choice"], found["confidence"], found["reason"]


async def test_five_who_confirm_are_not_five_who_answer(crew: Crew) -> None:
    project = await crew.project(policy=target(0.9, 1, 5))
    hinted, plain = (await crew.tasks(project, 1, suggestion=A))[0], (await crew.tasks(project, 1))[0]
    for _ in range(5):
        who = await crew.labeler()
        while (lease := await crew.next(who, project)) is not None:
            await crew.submit(who, lease, "a")
    choice, confidence, reason = await sure(crew, hinted)
    assert (choice, reason) == ("a", "exhausted")
    assert confidence < 0.75
    choice, confidence, reason = await sure(crew, plain)
    assert (choice, reason) == ("a", "met")
    assert confidence >= 0.9


async def test_those_who_depart_overturn_it(crew: Crew) -> None:
    """By hand, each of eleven voices counting 0.85 / 2.2: odds of b 18.2 against a, 30 against c, so 0.919."""
    project = await crew.project(policy=target(0.9, 1, 12))
    (task,) = await crew.tasks(project, 1, suggestion=A)
    for said in "aabbbbbbbbbb":
        if (lease := await crew.next(who := await crew.labeler(), project)) is not None:
            await crew.submit(who, lease, said)
    choice, confidence, reason = await sure(crew, task)
    assert (choice, reason) == ("b", "met")
    assert confidence == pytest.approx(0.919, abs=0.001)
    assert len((await crew.task(task))["verdict"]["answers"]) == 10  # with nine 0.896


async def test_the_estimate_finds_out_who_leans(crew: Crew) -> None:
    """Half of the suggestions are wrong; one labeler confirms them all, two look. Nothing is known beforehand."""
    project = await crew.project(policy=target(0.98, 2, 3))
    suggested: dict[str, str] = {}
    truth: dict[str, str] = {}
    for n in range(24):
        hint, right = "abc"[n % 3], "abc"[(n + n % 2) % 3]
        given = {"answer": {"choice": hint}, "source": "resnet-7"}
        (task,) = await crew.tasks(project, 1, suggestion=given)
        suggested[task], truth[task] = hint, right
    lazy, *careful = [await crew.labeler() for _ in range(3)]
    for who, says in ((lazy, suggested), (careful[0], truth), (careful[1], truth)):
        while (lease := await crew.next(who, project)) is not None:
            assert (await crew.submit(who, lease, says[lease["task_id"]])).status_code == 201
    await estimate(crew, project)
    rows = await crew.rows(
        "select s.leaning, s.accuracy, g.name from labeler_skill s left join suggester g on g.id = s.labeler_id"
        " where s.project_id = %s order by g.name, s.leaning",
        project,
    )
    assert [r["name"] for r in rows] == ["resnet-7", None, None, None]
    assert rows[0]["leaning"] is None
    assert rows[0]["accuracy"] < min(rows[1]["accuracy"], rows[2]["accuracy"]) - 0.1
    assert rows[1]["leaning"] < 0.5
    assert rows[2]["leaning"] < 0.5
    assert rows[3]["leaning"] > 0.85
    labelers = (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"]
    assert len(labelers) == 3  # what suggestions come from is no labeler in the lists
    (task,) = await crew.tasks(project, 1, suggestion={"answer": {"choice": "c"}, "source": "resnet-7"})
    await crew.answer(project, "c", lazy)
    (before,) = await crew.rows("select posterior from task where id = %s", task)
    await crew.answer(project, "c", careful[0])
    (after,) = await crew.rows("select posterior from task where id = %s", task)
    (other,) = await crew.tasks(project, 1, suggestion={"answer": {"choice": "c"}, "source": "resnet-7"})
    await crew.answer(project, "c", careful[0])
    (alone,) = await crew.rows("select posterior from task where id = %s", other)
    assert alone["posterior"]["c"] > before["posterior"]["c"] + 0.05
    assert after["posterior"]["c"] > before["posterior"]["c"] + 0.05


async def test_boxes_that_one_person_corrected_are_the_verdict(crew: Crew) -> None:
    project, task = await image_task(crew, policy=fixed(1))
    await crew.rows(
        "update task set suggestion = %s::jsonb, suggested_by = %s where id = %s returning id",
        '{"objects": [{"class": "cup", "shape": "box", "box": {"x": 1, "y": 2, "w": 30, "h": 40}}]}', UUID(int=7), task,
    )  # fmt: skip
    await crew.answer(project, {"objects": [box(9, 2, 30, 40)]})
    await crew.turn()
    assert (await crew.task(task))["verdict"]["answer"]["objects"][0]["box"]["x"] == 9


async def test_boxes_that_many_confirmed_speak_with_one_voice(crew: Crew) -> None:
    project, task = await image_task(crew, policy=fixed(5))
    await crew.rows(
        "update task set suggestion = %s::jsonb, suggested_by = %s where id = %s returning id",
        '{"objects": [{"class": "cup", "shape": "box", "box": {"x": 1, "y": 2, "w": 30, "h": 40}}]}', UUID(int=7), task,
    )  # fmt: skip
    for x in (1, 1, 1, 5, 5):
        await crew.answer(project, {"objects": [box(x, 2, 30, 40)]})
        await crew.turn()
    verdict = (await crew.task(task))["verdict"]
    assert verdict["answer"]["objects"][0]["box"]["x"] == 5  # the median of one voice at 1 and two at 5
    assert len(verdict["answers"]) == 5
