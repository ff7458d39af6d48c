"""What a task may come with beside its answers: features and a model's probabilities, checked and kept apart."""

import json
from array import array
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.crew import Crew
from tests.fixtures.place import Place
from tests.tasks.test_imports import imported, outcome

NUMBERS = [0.5, -1, 2e-7]


async def stored(crew: Crew, task: str) -> dict[str, Any]:
    (row,) = await crew.rows("select * from task_item where task_id = %s", UUID(task))
    return row


async def test_they_are_kept_and_no_labeler_is_shown_them(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1, features=NUMBERS, probabilities={"a": 0.75, "b": 0.2})
    row = await stored(crew, task)
    assert array("f", row["features"]).tolist() == array("f", NUMBERS).tolist()
    assert (row["probabilities"], row["told"]) == ({"a": 0.75, "b": 0.2}, None)
    lease = await crew.lease(await crew.labeler(), project)
    for word in ("features", "probabilities", "0.75", "told"):
        assert word not in json.dumps(lease)


@pytest.mark.parametrize(
    ("wrong", "where", "code"),
    [
        ({"features": []}, "#/tasks/0/features", "too-few"),
        ({"features": [0.0] * 4097}, "#/tasks/0/features", "too-many"),
        ({"features": [1, "2"]}, "#/tasks/0/features/1", "wrong-type"),
        ({"features": [1e31]}, "#/tasks/0/features/0", "out-of-range"),
        ({"probabilities": {"a": -0.1}}, "#/tasks/0/probabilities/a", "out-of-range"),
        ({"probabilities": {"a": 0, "b": 0}}, "#/tasks/0/probabilities", "all-zero"),
        ({"probabilities": {"a": 1, "z/": 0.5}}, "#/tasks/0/probabilities/z~1", "unknown-class"),
    ],
)
async def test_faults_are_named(crew: Crew, wrong: dict[str, Any], where: str, code: str) -> None:
    project = await crew.project()
    body = {"tasks": [{"params": {"text": "t"}} | wrong]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert said.status_code == 422, said.text
    assert (where, code) in [(e["pointer"], e["code"]) for e in said.json()["errors"]], said.text
    assert await crew.rows("select 1 from task where project_id = %s", project) == []


async def test_not_a_number_is_refused(crew: Crew) -> None:
    project = await crew.project()
    for text in ("NaN", "Infinity"):
        said = await crew.manager.post(
            f"/api/projects/{project}/tasks", headers={"content-type": "application/json"},
            content=f'{{"tasks": [{{"params": {{"text": "t"}}, "features": [1, {text}]}}]}}',
        )  # fmt: skip
        assert said.status_code in {400, 422}, said.text


async def test_all_tasks_of_a_project_have_as_many_features(crew: Crew) -> None:
    project = await crew.project()
    body = {"tasks": [{"params": {"text": "t"}, "features": [0.0] * n} for n in (3, 3, 4)]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert [(e["pointer"], e["code"]) for e in said.json()["errors"]] == [("#/tasks/2/features", "other-length")]
    await crew.tasks(project, 2, features=[1.0, 2.0])  # what was refused has set no length
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert [e["pointer"] for e in said.json()["errors"]] == [f"#/tasks/{n}/features" for n in range(3)]
    assert "the tasks of this project have 2" in said.json()["errors"][0]["detail"]
    other = await crew.project()
    await crew.tasks(other, 1, features=[1.0])
    await crew.tasks(project, 1)  # they are never required


async def test_kinds_without_classes_refuse_them(crew: Crew) -> None:
    project = await crew.project(
        kind="image",
        config={"question": "Box", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]},
    )  # fmt: skip
    body = {"tasks": [{"params": {"image": "https://x.example/a.png", "width": 9, "height": 9}, "features": [1]}]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert ("#/tasks/0/features", "no-classes") in [(e["pointer"], e["code"]) for e in said.json()["errors"]]


async def test_lines_of_json_bring_them_and_each_misfit_is_a_row_of_the_report(place: Place) -> None:
    lines: list[dict[str, Any]] = [
        {"features": [1, 2]}, {"features": [1, 2, 3]}, {"probabilities": {"b": 1}}, {"probabilities": {"q": 1}}, {},
        {"features": [1, None]},
    ]  # fmt: skip
    file = "".join(json.dumps({"params": {"text": "t"}} | line) + "\n" for line in lines)
    _, tasks, errors = await outcome(place, await imported(place, file.encode(), "jsonl"))
    assert len(tasks) == 3
    assert {row: [(e["pointer"], e["code"]) for e in found] for row, found in errors.items()} == {
        2: [("#/features", "other-length")], 4: [("#/probabilities/q", "unknown-class")],
        6: [("#/features/1", "wrong-type")],
    }  # fmt: skip
    async with place.house.inside(place.cell) as db:
        found = await (
            await db.execute(
                "select features, probabilities from task_item where task_id = any(%s)", [[t["id"] for t in tasks]]
            )
        ).fetchall()
    assert sorted((len(one["features"] or b""), one["probabilities"]) for one in found) == [(0, {"b": 1}), (8, None)]
