"""Features in the engine: the estimate learns from them, open tasks are told, and verdicts say so."""

import random
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.crew import Crew, choices, fixed, target
from tests.quality.test_estimates import all_say, estimate

from neraca.measure import online
from neraca.quality import rules

TASKS = 48


def numbers(draw: random.Random, one: str, *, tell: bool = True) -> list[float]:
    return [(2.5 if tell and one == name else 0.0) + draw.gauss(0, 1) for name in "abc"] + [draw.gauss(0, 1)]


async def filled(crew: Crew, *, tell: bool = True, policy: dict[str, Any] | None = None) -> tuple[str, dict[str, str]]:
    """A project with features and the truth of its tasks, all answered by two: one of four answers is wrong."""
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    project = await crew.project(policy=policy or target(0.95, 2, 6))
    truth: dict[str, str] = {}
    tasks = [draw.choice("abc") for _ in range(TASKS)]
    body = {"tasks": [{"params": {"text": "t"}, "features": numbers(draw, one, tell=tell)} for one in tasks]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert said.status_code == 201, said.text
    truth = dict(zip((t["id"] for t in said.json()["items"]), tasks, strict=True))
    for _ in range(2):
        says = {task: one if draw.random() < 0.75 else draw.choice("abc") for task, one in truth.items()}
        await all_say(crew, await crew.labeler(), project, says)
    return project, truth


async def report(crew: Crew, project: str) -> dict[str, Any] | None:
    return (await crew.manager.get(f"/api/projects/{project}/quality")).json()["items"]  # type: ignore[no-any-return]


async def told(crew: Crew, project: str) -> list[list[float] | None]:
    rows = await crew.rows("select told from task_item where project_id = %s order by task_id", UUID(project))
    return [row["told"] for row in rows]


async def test_features_that_tell_decide_sooner_and_the_verdict_says_so(crew: Crew) -> None:
    project, truth = await filled(crew)
    before = (await crew.progress(project))["decided"]
    draw = random.Random(8)  # noqa: S311
    (fresh,) = await crew.tasks(project, 1, features=numbers(draw, "c"))
    await estimate(crew, project)
    found = await report(crew, project)
    assert found is not None
    assert (found["on"], found["tasks"]) == (True, TASKS)
    assert found["gain"] > 0.1
    assert found["saved"] is not None
    assert found["saved"] >= 0
    assert all(one is not None and len(one) == 3 for one in await told(crew, project))
    assert (await crew.progress(project))["decided"] > before
    decided = [await crew.task(task) for task in truth]
    items = [(t["id"], t["verdict"]["items"]) for t in decided if t["verdict"] and t["verdict"]["items"]]
    assert items
    for task, alone in items:
        assert sum(alone.values()) == pytest.approx(1)
        assert set(alone) == {"a", "b", "c"}
        assert task in truth
    hits = [max(alone, key=alone.__getitem__) == truth[task] for task, alone in items]
    assert sum(hits) / len(hits) > 0.7
    # A task that nobody had answered was told too: its first answer counts together with that.
    (plain,) = await crew.tasks(project, 1)
    stands: list[dict[str, Any]] = []
    for task in (fresh, plain):
        body = {"labeler": "Ada", "answer": {"choice": "c"}}
        assert (await crew.manager.post(f"/api/tasks/{task}/answers", json=body)).status_code == 201
        stands += await crew.rows("select posterior from task where id = %s", UUID(task))
    assert stands[0]["posterior"]["c"] > stands[1]["posterior"]["c"] + 0.05


async def test_features_that_tell_nothing_are_left_out(crew: Crew) -> None:
    project, _ = await filled(crew, tell=False, policy=fixed(2))
    await estimate(crew, project)
    found = await report(crew, project)
    assert found == {"on": False, "tasks": TASKS, "gain": 0.0, "saved": None}
    assert await told(crew, project) == [None] * TASKS


async def test_what_was_told_is_taken_back(crew: Crew) -> None:
    """An estimate that hears nothing any more leaves nothing of the last one."""
    project, _ = await filled(crew)
    await estimate(crew, project)
    assert any(await told(crew, project))
    await crew.rows("update task_item set features = null where project_id = %s returning 1", UUID(project))
    await estimate(crew, project)
    assert await told(crew, project) == [None] * TASKS


async def test_what_was_told_of_other_classes_is_not_used(crew: Crew) -> None:
    project, _ = await filled(crew, policy=fixed(3))
    await estimate(crew, project)
    await crew.change(project, config=choices(("a", "b", "c", "d")))
    (fresh,) = await crew.tasks(project, 1)
    await crew.rows(
        "insert into task_item (task_id, project_id, told) values (%s, %s, '{0, 0, 5}') returning 1",
        UUID(fresh), UUID(project),
    )  # fmt: skip
    who = await crew.labeler()
    while (await crew.answer(project, "a", who))["task_id"] != fresh:
        pass
    (row,) = await crew.rows("select posterior from task where id = %s", UUID(fresh))
    assert max(row["posterior"], key=row["posterior"].__getitem__) == "a"


async def test_another_project_learns_nothing_of_it(crew: Crew) -> None:
    project, _ = await filled(crew)
    draw = random.Random(9)  # noqa: S311
    other = await crew.project()
    await crew.tasks(other, 1, features=numbers(draw, "a"))
    await estimate(crew, project)
    assert any(await told(crew, project))
    assert await told(crew, other) == [None]


async def test_a_models_probabilities_count_like_features(crew: Crew) -> None:
    draw = random.Random(7)  # noqa: S311
    project = await crew.project(policy=fixed(2))
    tasks = [draw.choice("abc") for _ in range(TASKS)]
    guess = [one if draw.random() < 0.85 else draw.choice("abc") for one in tasks]
    body = {"tasks": [{"params": {"text": "t"}, "probabilities": {one: 0.8, "a": 0.1} | {one: 0.8}} for one in guess]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    ids = [t["id"] for t in said.json()["items"]]
    for _ in range(2):
        says = {task: one if draw.random() < 0.75 else draw.choice("abc") for task, one in zip(ids, tasks, strict=True)}
        await all_say(crew, await crew.labeler(), project, says)
    await estimate(crew, project)
    found = await report(crew, project)
    assert found is not None
    assert found["on"]


def test_what_features_say_is_one_more_column() -> None:
    """As `online.posterior_of` of one answer more with that likelihood."""
    said = (-3.0, 0.5, 0.0)
    column = rules.likely(said)
    assert column == pytest.approx((2.718281828**-3.5, 1.0, 2.718281828**-0.5))
    alone = online.posterior_of(online.uniform(3), [column], temper=online.TEMPER)
    assert alone.index(max(alone)) == 1
