"""Suggestions: shown to labelers as where to begin, checked like answers, and known to have been confirmed."""

from typing import Any

from tests.answers.test_submit import box, image_task
from tests.fixtures.crew import Crew, fixed

A: dict[str, Any] = {"answer": {"choice": "a"}, "source": "resnet-7"}


async def confirmed(crew: Crew, task: str) -> list[bool | None]:
    return [one["confirmed"] for one in await crew.answers(task)]


async def test_a_labeler_sees_the_suggestion_and_not_whose_it_is(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1, suggestion=A)
    lease = await crew.lease(await crew.labeler(), project)
    assert lease["suggestion"] == {"choice": "a"}
    assert lease["draft"] is None
    assert "resnet-7" not in str(lease)
    assert (await crew.task(task))["suggestion"] == A


async def test_an_answer_confirms_or_departs(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1, suggestion={"answer": {"choice": "a"}})
    await crew.answer(project, "a")
    await crew.answer(project, "b")
    assert await confirmed(crew, task) == [True, False]
    assert (await crew.task(task))["suggestion"] == {"answer": {"choice": "a"}, "source": None}


async def test_without_a_suggestion_nothing_is_confirmed(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    assert (await crew.lease(await crew.labeler(), project))["suggestion"] is None
    await crew.answer(project, "a")
    assert await confirmed(crew, task) == [None]
    assert (await crew.task(task))["suggestion"] is None


async def test_an_answer_made_elsewhere_was_not_shown_it(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1, suggestion=A)
    said = await crew.manager.post(f"/api/tasks/{task}/answers", json={"labeler": "Ada", "answer": {"choice": "a"}})
    assert said.status_code == 201, said.text
    assert await confirmed(crew, task) == [None]


async def test_a_suggestion_must_be_an_answer_of_its_kind(crew: Crew) -> None:
    project = await crew.project()
    for wrong, where, code in [
        ({"answer": {"choice": "z"}}, "#/tasks/0/suggestion/answer/choice", "unknown-option"),
        ({"answer": {"chosen": "a"}}, "#/tasks/0/suggestion/answer/choice", "required"),
        ({"answer": "a"}, "#/tasks/0/suggestion/answer", "wrong-type"),
        ({"answer": {"choice": "a"}, "source": ""}, "#/tasks/0/suggestion/source", "too-short"),
        ({"answer": {"choice": "a"}, "by": "x"}, "#/tasks/0/suggestion/by", "unknown-field"),
        ({"source": "x"}, "#/tasks/0/suggestion/answer", "required"),
    ]:
        body = {"tasks": [{"params": {"text": "t"}, "suggestion": wrong}]}
        said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
        assert said.status_code == 422, said.text
        assert (where, code) in [(e["pointer"], e["code"]) for e in said.json()["errors"]], said.text
    assert await crew.rows("select 1 from task where project_id = %s", project) == []
    assert await crew.rows("select 1 from suggester where name = 'x'") == []


async def test_boxes_as_an_editor_rounds_them_are_confirmed_and_moved_ones_are_not(crew: Crew) -> None:
    project, task = await image_task(crew, policy=fixed(3))
    await crew.rows(
        "update task set suggestion = %s::jsonb where id = %s returning id",
        '{"objects": [{"class": "cup", "shape": "box", "box": {"x": 1.2345, "y": 2, "w": 30, "h": 40}}]}', task,
    )  # fmt: skip
    for x, w in ((1.23, 30), (1.23, 31), (3, 30)):
        await crew.answer(project, {"objects": [box(x, 2, w, 40, id="o0")]})
        await crew.turn()
    assert await confirmed(crew, task) == [True, False, False]
