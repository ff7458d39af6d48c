"""Who gets what next, and in which order."""

import asyncio
from typing import Any

from tests.fixtures.crew import Crew, fixed


async def taken(crew: Crew, who: Any, project: str) -> list[str]:
    """Everything that a labeler is given, answered one by one."""
    found = []
    while (lease := await crew.next(who, project)) is not None:
        found.append(lease["task_id"])
        assert (await crew.submit(who, lease)).status_code == 201
    return found


async def test_urgent_tasks_come_first_and_equals_in_their_order(crew: Crew) -> None:
    project = await crew.project()
    low = await crew.tasks(project, 2, priority=0)
    high = await crew.tasks(project, 2, priority=9)
    middle = await crew.tasks(project, 2, priority=4)
    assert await taken(crew, await crew.labeler(), project) == high + middle + low


async def test_a_task_takes_the_priority_of_its_project(crew: Crew) -> None:
    project = await crew.project(priority=3)
    before = await crew.tasks(project, 1)
    above = await crew.tasks(project, 1, priority=4)
    assert (await crew.task(before[0]))["priority"] == 3
    assert await taken(crew, await crew.labeler(), project) == above + before


async def test_nobody_has_a_task_twice(crew: Crew) -> None:
    project = await crew.project(policy=fixed(3))
    tasks = await crew.tasks(project, 3)
    people = [await crew.labeler() for _ in range(4)]
    for who in people[:3]:
        assert await taken(crew, who, project) == tasks
    assert await taken(crew, people[3], project) == []
    rows = await crew.rows(
        "select count(*) as n, count(distinct labeler_id) as who from answer where project_id = %s", project
    )
    assert rows == [{"n": 9, "who": 3}]


async def test_many_at_once_on_one_hot_project(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    tasks = await crew.tasks(project, 10)
    people = [await crew.labeler() for _ in range(25)]
    leases = [lease for lease in await asyncio.gather(*(crew.next(p, project) for p in people)) if lease]
    assert len(leases) == 20
    assert len({lease["lease_id"] for lease in leases}) == 20
    assert sorted(lease["task_id"] for lease in leases) == sorted(tasks * 2)


async def test_many_at_once_on_many_projects(crew: Crew) -> None:
    projects = [await crew.project() for _ in range(4)]
    tasks = {p: await crew.tasks(p, 5) for p in projects}
    people = [await crew.labeler() for _ in range(6)]
    asked = [(who, p) for who in people for p in projects]
    leases = await asyncio.gather(*(crew.next(who, p) for who, p in asked))
    for project in projects:
        mine = [lease["task_id"] for (_, p), lease in zip(asked, leases, strict=True) if p == project and lease]
        assert sorted(mine) == sorted(tasks[project])
    assert sum(lease is None for lease in leases) == 4


async def test_one_labeler_with_fifty_tabs_has_one_lease(crew: Crew) -> None:
    project = await crew.project(policy=fixed(5))
    await crew.tasks(project, 5)
    who = await crew.labeler()
    leases = await asyncio.gather(*(crew.lease(who, project) for _ in range(50)))
    assert len({lease["lease_id"] for lease in leases}) == 1
    said = await asyncio.gather(*(crew.submit(who, leases[0]) for _ in range(50)))
    assert sorted(s.status_code for s in said) == [200] * 49 + [201]
    assert len({s.json()["answer_id"] for s in said}) == 1


async def test_a_skipped_task_goes_to_others_only(crew: Crew) -> None:
    project = await crew.project()
    first, second = await crew.tasks(project, 2)
    one, other = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(one, project)
    assert lease["task_id"] == first
    assert (await crew.act(one, lease, "skip", reason="I cannot tell")).status_code == 204
    assert await taken(crew, one, project) == [second]
    assert await taken(crew, other, project) == [first]
    rows = await crew.rows("select actor, data from event where kind = 'lease.skipped' and task_id = %s", first)
    assert [r["data"] for r in rows] == [{"slot": 1, "reason": "I cannot tell"}]


async def test_skipping_twice_is_as_once_and_nothing_else_comes_after(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    assert (await crew.act(who, lease, "skip")).status_code == 204
    assert (await crew.act(who, lease, "skip")).status_code == 204
    for verb in ("open", "heartbeat"):
        said = await crew.act(who, lease, verb)
        assert (said.status_code, said.json()["code"]) == (409, "lease-lost")
    said = await crew.submit(who, lease)
    assert (said.status_code, said.json()["code"]) == (409, "lease-lost")
    rows = await crew.rows("select count(*) as n from event where kind = 'lease.skipped' and project_id = %s", project)
    assert rows == [{"n": 1}]


async def test_paused_and_archived_projects(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 3)
    one, other = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(one, project)
    await crew.change(project, state="paused")
    assert await crew.next(other, project) is None
    assert await crew.next(one, project, prefetch=True) is None
    again = await crew.lease(one, project)  # what was begun may be ended
    assert again["lease_id"] == lease["lease_id"]
    assert (await crew.submit(one, lease)).status_code == 201
    assert await crew.next(one, project) is None
    assert (
        await crew.manager.post(f"/api/projects/{project}/tasks", json={"tasks": [{"params": {"text": "x"}}]})
    ).is_success
    await crew.change(project, state="active")
    lease = await crew.lease(other, project)
    await crew.change(project, state="archived")
    said = await one.post("/api/work/next", json={"project_id": project})
    assert (said.status_code, said.json()["code"]) == (404, "not-found")
    assert (await one.get(f"/api/work/projects/{project}/instructions")).status_code == 404
    assert (await crew.submit(other, lease)).status_code == 201
    refused = await crew.manager.post(f"/api/projects/{project}/tasks", json={"tasks": [{"params": {"text": "x"}}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_a_project_of_another_mode_or_client_is_not_there(crew: Crew) -> None:
    live, test = await crew.project(), await crew.project(by=crew.door.test)
    await crew.tasks(live, 1)
    await crew.tasks(test, 1, by=crew.door.test)
    for who, own, foreign in ((await crew.labeler(), live, test), (await crew.labeler("test"), test, live)):
        said = await who.post("/api/work/next", json={"project_id": foreign})
        assert (said.status_code, said.json()["code"]) == (404, "not-found")
        assert (await who.get(f"/api/work/projects/{foreign}/instructions")).status_code == 404
        assert [p["project_id"] for p in (await who.get("/api/work/projects")).json()["items"]] == [own]
        assert await crew.next(who, own) is not None
    assert (await crew.door.theirs.post("/api/work/next", json={"project_id": live})).status_code == 404


async def test_the_list_of_work_and_the_instructions(crew: Crew) -> None:
    first = await crew.project(name="First", instructions="Look *well*.", minutes=0.5)
    urgent = await crew.project(name="Urgent", priority=5)
    hidden = await crew.project(name="Hidden")
    await crew.change(hidden, state="paused")
    await crew.tasks(first, 3)
    who = await crew.labeler()
    await crew.answer(first, "b", who)
    items = (await who.get("/api/work/projects")).json()["items"]
    assert [i["name"] for i in items] == ["Urgent", "First"]
    assert items[1] == {
        "project_id": first, "name": "First", "kind": "choice", "price": {"micros": 50_000, "currency": "USD"},
        "minutes": 0.5, "open_slots": 2, "answered": 1, "exam": None,
    }  # fmt: skip
    told = (await who.get(f"/api/work/projects/{first}/instructions")).json()
    assert (told["instructions"], told["config_version"], told["config"]["question"]) == ("Look *well*.", 1, "Which?")
    await crew.change(first, instructions="Look *twice*.")
    told = (await who.get(f"/api/work/projects/{first}/instructions")).json()
    assert (told["instructions"], told["config_version"]) == ("Look *twice*.", 2)
    assert urgent != first


async def test_work_that_came_back_behind_a_cursor_is_found(crew: Crew) -> None:
    """A task that was refused for ten minutes lies behind the labeler's cursor when the time is over."""
    project = await crew.project()
    lost, _, last = await crew.tasks(project, 3)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    assert lease["task_id"] == lost
    await crew.expire(lease)
    await crew.turn()  # the slot opens again at the end of the walk, and this labeler is kept off it
    # Slots older than the slack, so that the cursor moves over what is refused.
    await crew.rows(
        "update slot set opened_at = opened_at - interval '1 minute' where project_id = %s returning 1", project
    )
    assert last in await taken(crew, who, project)
    cursor = await crew.rows("select max(pos) as pos from walk where project_id = %s", project)
    behind = await crew.rows("select pos from slot where task_id = %s", lost)
    assert behind[0]["pos"] <= cursor[0]["pos"]
    assert await crew.next(who, project) is None
    await crew.rows("update refusal set until = clock_timestamp() where task_id = %s returning 1", lost)
    assert await crew.next(who, project) is None  # behind the cursor, and looked for once a minute
    await crew.rows(
        "update walk set swept_at = swept_at - interval '2 minutes' where project_id = %s returning 1", project
    )
    assert await taken(crew, who, project) == [lost]


async def test_a_task_that_is_reopened_reaches_those_who_walked_past_it(crew: Crew) -> None:
    project = await crew.project()
    tasks = await crew.tasks(project, 3)
    await crew.rows(
        "update slot set opened_at = opened_at - interval '1 minute' where project_id = %s returning 1", project
    )
    holder, walker = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(holder, project)
    assert await taken(crew, walker, project) == tasks[1:]
    assert (await crew.act(holder, lease, "skip")).status_code == 204
    assert await taken(crew, walker, project) == [tasks[0]]
