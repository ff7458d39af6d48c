"""Slots that want a skill: who is given them, and what they cost those who are not."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from tests.fixtures.crew import Crew, Json, fixed

from neraca import routing


async def want(crew: Crew, task: str, skill: str | None, priority: int = 0) -> None:
    """One more answer to a task, of somebody with a skill."""
    place = crew.door.place
    async with place.house.inside(place.cell) as db:
        row = await (await db.execute("select project_id from task where id = %s for update", [UUID(task)])).fetchone()
        assert row is not None
        await routing.open_slot(db, UUID(task), row["project_id"], priority, needs=skill)


async def only_for(crew: Crew, project: str, count: int, skill: str) -> list[str]:
    """Tasks that only a labeler with a skill may answer."""
    tasks = await crew.tasks(project, count)
    await crew.rows("update slot set needs = %s where task_id = any(%s) returning 1", skill, tasks)
    return tasks


async def known(crew: Crew, who: httpx.AsyncClient, project: str) -> str:
    """A labeler's pseudonym, by which a manager grants; they have asked for work once."""
    lease = await crew.lease(who, project)
    assert (await crew.submit(who, lease)).status_code == 201
    rows = await crew.rows("select labeler_id from answer where task_id = %s", lease["task_id"])
    return str(rows[-1]["labeler_id"])


async def grant(crew: Crew, labeler: str, *skills: str) -> Json:
    said = await crew.manager.put(f"/api/labelers/{labeler}/skills", json={"skills": list(skills)})
    assert said.status_code == 200, said.text
    return dict(said.json())


async def given(crew: Crew, who: httpx.AsyncClient, project: str) -> list[str]:
    found = []
    while (lease := await crew.next(who, project)) is not None:
        found.append(lease["task_id"])
        assert (await crew.submit(who, lease)).status_code == 201
    return found


async def hired(crew: Crew, *skills: str) -> httpx.AsyncClient:
    """A labeler with these skills, known from a project of its own."""
    who, school = await crew.labeler(), await crew.project()
    await crew.tasks(school, 1)
    await grant(crew, await known(crew, who, school), *skills)
    return who


async def test_a_slot_that_wants_a_skill_goes_to_who_was_granted_it_and_first(crew: Crew) -> None:
    project = await crew.project(policy=fixed(1))
    plain = await crew.tasks(project, 2, priority=5)
    hard = await only_for(crew, project, 2, "radiology")
    other = await only_for(crew, project, 1, "law")
    expert, layman = await hired(crew, "radiology"), await crew.labeler()
    assert (await crew.lease(layman, project))["task_id"] == plain[0]
    assert await given(crew, expert, project) == [*hard, plain[1]]
    rows = await crew.rows("select state from slot where task_id = %s", other[0])
    assert rows == [{"state": 0}]


async def test_urgent_ones_come_first_among_those_of_all_skills(crew: Crew) -> None:
    project = await crew.project()
    tasks = await crew.tasks(project, 4)
    for task, (skill, priority) in zip(
        tasks, [("law", 0), ("radiology", 0), ("law", 3), ("radiology", 9)], strict=True
    ):
        await crew.rows(
            "update slot set needs = %s, priority = %s where task_id = %s returning 1", skill, priority, task
        )
    expert = await hired(crew, "radiology", "law")
    assert await given(crew, expert, project) == [tasks[3], tasks[2], tasks[0], tasks[1]]


async def test_what_was_granted_elsewhere_is_found_by_a_vain_claim_and_what_was_revoked_is_not(crew: Crew) -> None:
    """This process remembers nothing of the labeler's skills."""
    project = await crew.project()
    (hard, second) = await only_for(crew, project, 2, "radiology")
    expert = await hired(crew)
    home = crew.door.place.house
    labeler = (await crew.rows("select labeler_id as id from answer order by submitted_at desc limit 1"))[0]["id"]
    assert await crew.next(expert, project) is None
    await crew.rows(
        "insert into labeler_grant (labeler_id, skill, granted_by) values (%s, 'radiology', 'test') returning 1",
        labeler,
    )
    assert home.recall(b"skilled" + labeler.bytes) is None
    lease = await crew.lease(expert, project)
    assert lease["task_id"] == hard
    await grant(crew, str(labeler))  # none any more: what is held may be ended, and nothing follows
    assert (await crew.submit(expert, lease)).status_code == 201
    assert await crew.next(expert, project) is None
    assert (await crew.rows("select state from slot where task_id = %s", second)) == [{"state": 0}]


async def test_a_slot_keeps_what_it_wants_when_it_comes_back(crew: Crew) -> None:
    project = await crew.project()
    skipped, lost = await only_for(crew, project, 2, "radiology")
    expert, other = await hired(crew, "radiology"), await hired(crew, "radiology")
    assert (await crew.act(expert, await crew.lease(expert, project), "skip")).status_code == 204
    await crew.expire(await crew.lease(expert, project))
    await crew.turn()
    assert await crew.next(await crew.labeler(), project) is None
    assert sorted(await given(crew, other, project)) == sorted([skipped, lost])


async def test_work_that_came_back_behind_an_experts_cursor_is_found(crew: Crew) -> None:
    project = await crew.project()
    first, second = await only_for(crew, project, 2, "radiology")
    expert = await hired(crew, "radiology")
    lease = await crew.lease(expert, project)
    await crew.expire(lease)
    await crew.turn()
    await crew.rows(
        "update slot set opened_at = opened_at - interval '1 minute' where project_id = %s returning 1", project
    )
    assert await given(crew, expert, project) == [second]
    assert await crew.next(expert, project) is None
    rows = await crew.rows("select needs, pos from walk where project_id = %s", project)
    behind = await crew.rows("select pos from slot where task_id = %s", first)
    assert [r["needs"] for r in rows if r["pos"] >= behind[0]["pos"]] == ["radiology"]
    await crew.rows("update refusal set until = clock_timestamp() where task_id = %s returning 1", first)
    await crew.rows(
        "update walk set swept_at = swept_at - interval '2 minutes' where project_id = %s returning 1", project
    )
    assert await given(crew, expert, project) == [first]


async def test_a_named_labeler_fills_what_they_may(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await only_for(crew, project, 1, "radiology")
    said = await crew.manager.post(f"/api/tasks/{task}/answers", json={"labeler": "Ada", "answer": {"choice": "a"}})
    assert said.status_code in {200, 201}, said.text
    rows = await crew.rows("select n, state, needs from slot where task_id = %s order by n", task)
    assert [(r["n"], r["needs"]) for r in rows] == [(1, "radiology"), (2, None)]
    assert rows[1]["state"] == 2


async def test_counts_of_open_work_are_those_of_the_labeler(crew: Crew) -> None:
    project = await crew.project(name="Counted")
    await crew.tasks(project, 2)
    await only_for(crew, project, 3, "radiology")
    expert, layman = await hired(crew, "radiology"), await crew.labeler()

    async def open_slots(who: httpx.AsyncClient) -> int:
        items = (await who.get("/api/work/projects")).json()["items"]
        return int(next(i["open_slots"] for i in items if i["project_id"] == project))

    assert (await open_slots(expert), await open_slots(layman)) == (5, 2)
    place = crew.door.place
    async with place.house.inside(place.cell) as db:
        offered = {str(r["project_id"]): r["open_slots"] for r in await routing.offers(db)}
    assert offered[project] == 2


async def test_many_experts_at_once_never_share_a_slot(crew: Crew) -> None:
    project = await crew.project()
    tasks = await only_for(crew, project, 6, "radiology")
    experts = [await hired(crew, "radiology") for _ in range(10)]
    leases = [one for one in await asyncio.gather(*(crew.next(e, project) for e in experts)) if one]
    assert sorted(lease["task_id"] for lease in leases) == sorted(tasks)


def plans(node: Json) -> list[Json]:
    return [node, *(one for child in node.get("Plans", []) for one in plans(child))]


async def test_a_labeler_without_the_skill_does_not_step_over_what_wants_it(crew: Crew) -> None:
    """Thousands of them lie before the first slot that everybody may have: their index does not hold them."""
    project = await crew.project()
    await crew.rows(
        "insert into slot (task_id, n, project_id, priority, needs)"
        " select gen_random_uuid(), 1, %s, 0, 'radiology' from generate_series(1, 5000) returning 1", project,
    )  # fmt: skip
    (task,) = await crew.tasks(project, 1)
    found = await crew.rows(
        "explain (analyze, buffers, format json) select task_id from slot where project_id = %s and state = 0"
        " and needs is null and priority = 0 and pos > 0 order by pos limit 1", project,
    )  # fmt: skip
    plan: Any = found[0]["QUERY PLAN"]
    seen = plans(plan[0]["Plan"])
    assert any(n.get("Index Name") == "slot_open" for n in seen)
    assert sum(n.get("Shared Hit Blocks", 0) + n.get("Shared Read Blocks", 0) for n in seen[:1]) < 20
    assert (await crew.lease(await crew.labeler(), project))["task_id"] == task


async def test_a_manager_sees_and_changes_skills(crew: Crew) -> None:
    school = await crew.project()
    await crew.tasks(school, 1)
    who = await crew.labeler()
    labeler = await known(crew, who, school)
    assert (await grant(crew, labeler, "law", "law", "Röntgen (kids)"))["skills"] == ["Röntgen (kids)", "law"]
    found, onward = [], ""
    while True:
        page = (await crew.manager.get(f"/api/labelers?limit=2{onward}")).json()
        found += page["items"]
        if page["next"] is None:
            break
        onward = f"&cursor={page['next']}"
    mine = [one for one in found if one["labeler"] == labeler]
    assert [(m["kind"], m["skills"]) for m in mine] == [("model", ["Röntgen (kids)", "law"])]
    told = (await crew.manager.get(f"/api/projects/{school}/labelers")).json()["items"]
    assert [t["skills"] for t in told] == [["Röntgen (kids)", "law"]]
    assert (await grant(crew, labeler, "law"))["skills"] == ["law"]
    assert (await crew.manager.get(f"/api/labelers/{labeler}/skills")).json()["skills"] == ["law"]
    rows = await crew.rows(
        "select kind, data->>'skill' as skill from event where data->>'labeler' = %s order by id", labeler
    )
    assert [(r["kind"], r["skill"]) for r in rows] == [
        ("skill.granted", "Röntgen (kids)"), ("skill.granted", "law"), ("skill.revoked", "Röntgen (kids)"),
    ]  # fmt: skip


async def test_bad_skills_are_refused(crew: Crew) -> None:
    school = await crew.project()
    await crew.tasks(school, 1)
    labeler = await known(crew, await crew.labeler(), school)
    for bad in ("", " ", "x" * 65, "a\nb", 3, None):
        said = await crew.manager.put(f"/api/labelers/{labeler}/skills", json={"skills": ["law", bad]})
        assert (said.status_code, said.json()["code"]) == (422, "validation-failed"), bad
        assert [e["pointer"] for e in said.json()["errors"]] == ["#/skills/1"]
    assert (await crew.manager.get(f"/api/labelers/{labeler}/skills")).json()["skills"] == []
    nobody = "00000000-0000-4000-8000-000000000000"
    said = await crew.manager.put(f"/api/labelers/{nobody}/skills", json={"skills": ["law"]})
    assert (said.status_code, said.json()["code"]) == (404, "not-found")


async def test_a_key_for_tests_neither_sees_nor_changes_skills(crew: Crew) -> None:
    school = await crew.project()
    await crew.tasks(school, 1)
    labeler = await known(crew, await crew.labeler(), school)
    assert (await crew.door.test.get("/api/labelers")).json()["items"] == []
    path = f"/api/labelers/{labeler}/skills"
    assert (await crew.door.test.get(path)).status_code == 404
    assert (await crew.door.test.put(path, json={"skills": ["law"]})).status_code == 404
    assert (await crew.manager.get(path)).json()["skills"] == []
