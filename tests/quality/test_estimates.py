"""The periodic estimate: what it writes, what it decides, and what the next answer is worth."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import Crew, choices, target

from neraca.measure import online
from neraca.quality import jobs, rules

WORTHY = 0.9
TASKS = 30


async def estimate(crew: Crew, project: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))


async def all_say(crew: Crew, who: httpx.AsyncClient, project: str, says: dict[str, str]) -> None:
    """A labeler works through a project."""
    while (lease := await crew.next(who, project)) is not None:
        assert (await crew.submit(who, lease, says[lease["task_id"]])).status_code == 201


async def crowd(crew: Crew, names: tuple[str, ...] = ("a", "b", "c"), least: int = 1) -> tuple[str, dict[str, str]]:
    """Thirty tasks on which two new labelers agree: not yet enough to decide."""
    project = await crew.project(config=choices(names), policy=target(WORTHY, least, 5))
    tasks = await crew.tasks(project, TASKS)
    truth = {task: names[n % len(names)] for n, task in enumerate(tasks)}
    for _ in range(2):
        await all_say(crew, await crew.labeler(), project, truth)
    assert (await crew.progress(project))["decided"] == 0
    return project, truth


async def skills(crew: Crew, project: str) -> list[dict[str, Any]]:
    return list((await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"])


async def test_an_estimate_writes_skills_and_decides_what_they_can_decide(crew: Crew) -> None:
    project, truth = await crowd(crew)
    assert [s["accuracy"] for s in await skills(crew, project)] == [None, None]
    await estimate(crew, project)
    for row in await skills(crew, project):
        assert row["answers"] == TASKS
        assert 0.9 < row["low"] < row["accuracy"] < row["high"] < 1
    told = await crew.progress(project)
    assert (told["decided"], told["open"], told["answers"]) == (TASKS, 0, 2 * TASKS)
    for task, right in truth.items():
        verdict = (await crew.task(task))["verdict"]
        assert (verdict["answer"]["choice"], verdict["reason"]) == (right, "met")
        assert verdict["confidence"] >= WORTHY
    assert await crew.next(await crew.labeler(), project) is None
    outbox = await crew.rows("select count(*)::int as n from outbox where project_id = %s", project)
    assert outbox == [{"n": TASKS}]  # each verdict is told


async def test_the_next_answer_counts_as_its_labelers_skill_says(crew: Crew) -> None:
    project, truth = await crowd(crew)
    liar = await crew.labeler()
    other = {"a": "b", "b": "c", "c": "a"}
    await all_say(crew, liar, project, {task: other[right] for task, right in truth.items()})
    await estimate(crew, project)
    by_accuracy = sorted(await skills(crew, project), key=lambda s: s["accuracy"])
    assert by_accuracy[0]["accuracy"] < 0.2
    assert by_accuracy[1]["accuracy"] > 0.9
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "b", liar)
    (row,) = await crew.rows("select posterior, confidence from task where id = %s", task)
    (belief,) = await crew.rows("select prior, pooled from project_skill where project_id = %s", project)
    (skill,) = await crew.rows(
        "select confusion, answers from labeler_skill where project_id = %s and labeler_id = %s",
        project, UUID(by_accuracy[0]["labeler"]),
    )  # fmt: skip
    wanted = online.posterior(belief["prior"], [(1, skill["confusion"])], temper=online.weight(skill["answers"]))
    assert [row["posterior"][c] for c in "abc"] == pytest.approx(wanted)
    assert online.best(wanted) == 0  # who says b of what is a is no witness for b
    weights = [online.weight(skill["answers"], 2), online.weight(0, 2)]
    await crew.answer(project, "b")  # a labeler who was never estimated is worth the pool
    (row,) = await crew.rows("select posterior from task where id = %s", task)
    wanted = online.posterior(belief["prior"], [(1, skill["confusion"]), (1, belief["pooled"])], temper=weights)
    assert [row["posterior"][c] for c in "abc"] == pytest.approx(wanted)


async def test_an_estimate_for_other_classes_is_not_used(crew: Crew) -> None:
    project, _ = await crowd(crew)
    await estimate(crew, project)
    await crew.change(project, config=choices(("a", "b")))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "a")
    (row,) = await crew.rows("select posterior from task where id = %s", task)
    wanted = online.posterior(online.uniform(2), [(0, online.start_rows(2))], temper=online.weight(None))
    assert [row["posterior"][c] for c in "ab"] == pytest.approx(wanted)
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))  # answers for c are left out
    (belief,) = await crew.rows("select classes, answers from project_skill where project_id = %s", project)
    assert belief == {"classes": ["a", "b"], "answers": 2 * TASKS + 1}


async def test_with_many_classes_accuracy_alone_is_kept(crew: Crew) -> None:
    names = tuple(f"c{n}" for n in range(rules.MATRIX_LIMIT + 6))
    project, _ = await crowd(crew, names, least=3)
    await estimate(crew, project)
    rows = await crew.rows("select confusion, accuracy from labeler_skill where project_id = %s", project)
    assert [r["confusion"] for r in rows] == [[], []]
    (belief,) = await crew.rows("select pooled, prior from project_skill where project_id = %s", project)
    assert belief["pooled"] == []
    (task,) = await crew.tasks(project, 1, priority=9)
    await crew.answer(project, "c3")
    (row,) = await crew.rows("select posterior from task where id = %s", task)
    column = online.start_column(len(names), 3)
    wanted = online.posterior_of(belief["prior"], [column], temper=online.weight(0))
    assert [row["posterior"][c] for c in names] == pytest.approx(wanted)


async def test_it_is_due_after_two_hundred_answers_and_a_quarter_more(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 2)
    await crew.answer(project)
    place = crew.door.place
    wanted = ("estimate", place.cell.client_id, UUID(project))

    async def asked(answers: int) -> bool:
        """Whether the relay starts the job, had there been so many answers."""
        await crew.turn()
        await crew.rows(
            "update tally set n = %s where project_id = %s and kind = 'answer.stored' returning 1", answers, project
        )
        crew.jobs.seen.clear()
        await crew.turn()
        return wanted in crew.jobs.seen

    assert [await asked(n) for n in (1, 199, 200)] == [False, False, True]
    await estimate(crew, project)
    # One answer a task tells nothing of labelers, and is not read again for each answer more.
    rows = await crew.rows("select classes, answers from project_skill where project_id = %s", project)
    assert rows == [{"classes": [], "answers": 1}]
    await crew.rows("update project_skill set answers = 200 where project_id = %s returning 1", project)
    assert [await asked(n) for n in (200, 249, 250)] == [False, False, True]


async def test_an_estimate_of_a_project_that_is_gone_or_has_no_answers(crew: Crew) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(int=1))
    project = await crew.project(
        kind="image",
        config={"question": "?", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]},
    )
    await jobs.run(place.house, place.cell, UUID(project))
    empty = await crew.project()
    await jobs.run(place.house, place.cell, UUID(empty))
    rows = await crew.rows("select classes, answers from project_skill where project_id = any(%s)", [project, empty])
    assert rows == [{"classes": [], "answers": 0}] * 2
