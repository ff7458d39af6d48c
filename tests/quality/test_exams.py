"""Exams and calibration sets: gold that comes before work."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.fixtures.crew import OPTIONS, Crew, fixed

Json = dict[str, Any]
WRONG = {"a": "b", "b": "c", "c": "a"}


def examined(tasks: int = 4, right: float = 0.75, attempts: int = 1, **more: Any) -> Json:
    return fixed(1) | {"exam": {"tasks": tasks, "right": right, "attempts": attempts}} | more


async def gold(crew: Crew, project: str, count: int, use: str = "exam") -> dict[str, str]:
    known = [OPTIONS[n % 3] for n in range(count)]
    body = [{"params": {"text": f"{use}{n}"}, "gold": {"choice": c}, "gold_use": use} for n, c in enumerate(known)]
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json={"tasks": body})
    assert said.status_code == 201, said.text
    return {t["id"]: c for t, c in zip(said.json()["items"], known, strict=True)}


async def sit(
    crew: Crew, who: httpx.AsyncClient, project: str, known: dict[str, str], rights: list[bool]
) -> list[Json]:
    """Answers so many tasks of the exam, rightly or not."""
    leases = []
    for right in rights:
        lease = await crew.lease(who, project)
        leases.append(lease)
        said = known[lease["task_id"]]
        assert (await crew.submit(who, lease, said if right else WRONG[said])).status_code == 201
    return leases


async def standing(who: httpx.AsyncClient, project: str) -> Json:
    return dict((await who.get(f"/api/work/projects/{project}/instructions")).json()["exam"])


async def offered(who: httpx.AsyncClient, project: str) -> Json:
    items = (await who.get("/api/work/projects")).json()["items"]
    return next(dict(i) for i in items if i["project_id"] == project)


async def test_work_begins_when_the_exam_is_passed(crew: Crew) -> None:
    project = await crew.project(policy=examined())
    work = set(await crew.tasks(project, 5))
    known = await gold(crew, project, 6)
    ada = await crew.labeler()
    assert (await offered(ada, project))["open_slots"] == 4
    assert (await offered(ada, project))["exam"] == "open"
    leases = await sit(crew, ada, project, known, [True, False, True, True])
    assert len({lease["task_id"] for lease in leases}) == 4
    assert [lease["exam"]["answered"] for lease in leases] == [0, 1, 2, 3]
    assert all(lease["exam"]["correct"] is None for lease in leases), "nothing is told before the end"
    assert leases[0]["price"] == {"micros": 50_000, "currency": "USD"}, "an exam is work, and paid"
    first = await crew.lease(ada, project)
    assert first["task_id"] in work
    assert first["exam"] is None
    now = await standing(ada, project)
    assert (now["state"], now["answered"], now["correct"], now["wanted"]) == ("passed", 4, 3, 3)
    assert (await offered(ada, project))["exam"] is None


async def test_who_fails_is_told_by_how_much_and_gets_no_work(crew: Crew) -> None:
    project = await crew.project(policy=examined())
    await crew.tasks(project, 5)
    known = await gold(crew, project, 6)
    ada = await crew.labeler()
    await sit(crew, ada, project, known, [True, False, False, True])
    assert await crew.next(ada, project) is None
    now = await standing(ada, project)
    assert (now["state"], now["correct"], now["wanted"]) == ("failed", 2, 3)
    assert (await offered(ada, project))["open_slots"] == 0
    listed = (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"]
    assert [(one["exam"], one["gold_answers"], one["gold_right"]) for one in listed] == [("failed", 4, 2)]


async def test_each_attempt_has_tasks_of_its_own(crew: Crew) -> None:
    project = await crew.project(policy=examined(attempts=2))
    work = set(await crew.tasks(project, 5))
    known = await gold(crew, project, 8)
    ada = await crew.labeler()
    first = await sit(crew, ada, project, known, [False] * 4)
    assert (await standing(ada, project))["attempt"] == 2
    second = await sit(crew, ada, project, known, [True] * 4)
    assert {lease["task_id"] for lease in first} & {lease["task_id"] for lease in second} == set()
    assert (await crew.lease(ada, project))["task_id"] in work


async def test_a_manager_has_the_last_word(crew: Crew) -> None:
    project = await crew.project(policy=examined(tasks=1, right=1.0))
    work = set(await crew.tasks(project, 5))
    known = await gold(crew, project, 3)
    ada = await crew.labeler()
    await sit(crew, ada, project, known, [False])
    assert await crew.next(ada, project) is None
    one = (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"][0]["labeler"]
    path = f"/api/projects/{project}/labelers/{one}/exam"
    assert (await crew.manager.put(path, json={"state": "open"})).status_code == 204
    await sit(crew, ada, project, known, [False])
    assert await crew.next(ada, project) is None
    assert (await crew.manager.put(path, json={"state": "passed"})).status_code == 204
    assert (await crew.lease(ada, project))["task_id"] in work
    events = await crew.rows(
        "select actor, data->>'state' as state from event where project_id = %s and kind = 'exam.decided' order by id",
        project,
    )
    assert [e["state"] for e in events] == ["failed", "open", "failed", "passed"]
    assert [e["actor"] == "engine" for e in events] == [True, False, True, False]


async def test_no_attempt_is_asked_more_tasks_than_it_has(crew: Crew) -> None:
    project = await crew.project(policy=examined(tasks=2, right=0.5))
    work = set(await crew.tasks(project, 5))
    known = await gold(crew, project, 9)
    ada = await crew.labeler()
    first = await crew.lease(ada, project)
    ahead = await crew.next(ada, project, prefetch=True)
    assert ahead is not None
    assert ahead["task_id"] in known
    assert (first["exam"]["answered"], ahead["exam"]["answered"]) == (0, 1)
    assert ahead["lease_id"] != first["lease_id"]
    assert (await crew.submit(ada, first, known[first["task_id"]])).status_code == 201
    assert (await crew.act(ada, ahead, "open")).status_code == 200
    assert await crew.next(ada, project, prefetch=True) is None, "the exam has no third task"
    assert (await crew.submit(ada, ahead, known[ahead["task_id"]])).status_code == 201
    assert (await crew.lease(ada, project))["task_id"] in work


async def test_an_answer_counts_once_however_it_arrives(crew: Crew) -> None:
    project = await crew.project(policy=examined(tasks=3, right=1.0))
    await crew.tasks(project, 2)
    known = await gold(crew, project, 5)
    ada = await crew.labeler()
    first, ahead = await crew.lease(ada, project), await crew.next(ada, project, prefetch=True)
    assert ahead is not None
    said = await asyncio.gather(
        *(crew.submit(ada, lease, known[lease["task_id"]]) for lease in (first, first, first, ahead, ahead))
    )
    assert {r.status_code for r in said} <= {200, 201}
    assert (await standing(ada, project))["answered"] == 2
    assert (await crew.submit(ada, first, WRONG[known[first["task_id"]]])).status_code == 409
    assert (await standing(ada, project))["answered"] == 2


async def test_who_proved_themselves_on_gold_before_need_not_sit_it(crew: Crew) -> None:
    project = await crew.project(policy=fixed(1) | {"gold_share": 0.5})
    await crew.tasks(project, 30)
    known = await gold(crew, project, 10, use="work")
    ada, bob = await crew.labeler(), await crew.labeler()
    while (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"][0:1] == [] or (
        await crew.manager.get(f"/api/projects/{project}/labelers")
    ).json()["items"][0]["gold_right"] < 4:
        lease = await crew.lease(ada, project)
        await crew.submit(ada, lease, known.get(lease["task_id"], "a"))
    await gold(crew, project, 4)
    await crew.change(project, policy=examined(gold_share=0.5))
    assert (await crew.lease(ada, project))["exam"] is None
    assert (await crew.lease(bob, project))["exam"]["tasks"] == 4


async def test_gold_of_the_exam_is_never_woven_into_work(crew: Crew) -> None:
    project = await crew.project(policy=fixed(1) | {"gold_share": 0.5})
    await crew.tasks(project, 20)
    await gold(crew, project, 10)
    ada = await crew.labeler()
    for _ in range(20):
        assert (await crew.submit(ada, await crew.lease(ada, project))).status_code == 201
    assert await crew.next(ada, project) is None
    assert {
        r["gold"] for r in await crew.rows("select gold from slot where project_id = %s and fence > 0", project)
    } == {False}


async def test_everybody_is_asked_the_calibration_set_in_one_order(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2) | {"gold_share": 0.5})
    await crew.tasks(project, 60)
    common = await gold(crew, project, 4, use="calibration")
    await gold(crew, project, 20, use="work")
    seen = []
    for _ in range(2):
        who, had = await crew.labeler(), []
        for _ in range(40):
            lease = await crew.next(who, project)
            assert lease is not None
            had.append(lease["task_id"])
            await crew.submit(who, lease)
        seen.append([t for t in had if t in common])
    assert seen[0] == seen[1]
    assert set(seen[0]) == set(common)


async def test_gold_is_moved_from_one_use_to_another(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await gold(crew, project, 1, use="work")
    said = await crew.manager.post(f"/api/tasks/{task}/gold", json={"use": "exam"})
    assert (said.json()["use"], said.json()["version"]) == ("exam", 1)
    assert (await crew.manager.delete(f"/api/tasks/{task}/gold")).json()["use"] is None
    kinds = [
        r["kind"]
        for r in await crew.rows(
            "select kind from event where task_id = %s or (project_id = %s and task_id is null and kind like 'gold.%%')"
            " order by id",
            task,
            project,
        )
    ]
    assert kinds == ["gold.made", "gold.moved", "gold.retired"]


@pytest.mark.parametrize(
    ("exam", "pointer"),
    [
        ({"tasks": 0, "right": 0.8}, "#/policy/fixed/exam/tasks"),
        ({"tasks": 5, "right": 1.5}, "#/policy/fixed/exam/right"),
        ({"tasks": 5}, "#/policy/fixed/exam/right"),
        ({"tasks": 5, "right": 0.8, "attempts": 11}, "#/policy/fixed/exam/attempts"),
    ],
)
async def test_an_exam_that_cannot_be_is_refused(crew: Crew, exam: Json, pointer: str) -> None:
    project = await crew.project()
    said = await crew.manager.patch(f"/api/projects/{project}", json={"policy": fixed(1) | {"exam": exam}})
    assert said.status_code == 422
    assert [e["pointer"].replace("/fixed", "") for e in said.json()["errors"]] == [pointer.replace("/fixed", "")]


async def test_a_use_without_gold_is_refused_and_a_word_ahead_of_an_exam_stands(crew: Crew) -> None:
    project = await crew.project()
    body = {"tasks": [{"params": {"text": "x"}, "gold_use": "exam"}]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert [e["pointer"] for e in said.json()["errors"]] == ["#/tasks/0/gold_use"]
    await crew.tasks(project, 2)
    ada = await crew.labeler()
    await crew.answer(project, who=ada)
    one = (await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"][0]["labeler"]
    path = f"/api/projects/{project}/labelers/{one}/exam"
    assert (await crew.manager.put(path, json={"state": "passed"})).status_code == 204
    await crew.change(project, policy=examined())
    assert (await crew.lease(ada, project))["exam"] is None
