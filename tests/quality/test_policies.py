"""Policies through the API: what a cap allows, what is passed on to experts, how tasks end and what tells of it."""

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import Crew, Json, choices, target

from neraca import deliver
from neraca.measure import online
from neraca.quality import jobs
from neraca.server import migrate

PRICE = 50_000
IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
PICTURE = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}
BOX = {"objects": [{"class": "cup", "shape": "box", "box": {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}}]}


def capped(policy: Json, micros: int) -> Json:
    return policy | {"cost_cap": {"micros": micros, "currency": "USD"}}


def passing(policy: Json, answers: int = 1, to: str = "judge") -> Json:
    return policy | {"escalate": {"to": to, "answers": answers}}


async def expert(crew: Crew, *skills: str) -> httpx.AsyncClient:
    """A labeler with these skills, known from a project of its own."""
    who, school = await crew.labeler(), await crew.project()
    await crew.tasks(school, 1)
    task = (await crew.answer(school, "a", who))["task_id"]
    labeler = (await crew.answers(task))[0]["labeler"]
    said = await crew.manager.put(f"/api/labelers/{labeler}/skills", json={"skills": list(skills)})
    assert said.status_code == 200, said.text
    return who


async def ended(crew: Crew, project: str) -> dict[str, int]:
    """How tasks ended, before and after the worker has folded its counts."""
    before = (await crew.progress(project))["ended"]
    await crew.turn()
    after = (await crew.progress(project))["ended"]
    assert before == after
    return {name: n for name, n in after.items() if n}


async def listed(crew: Crew, project: str, **query: str) -> list[str]:
    said = await crew.manager.get(f"/api/projects/{project}/tasks", params=query)
    assert said.status_code == 200, said.text
    return [one["id"] for one in said.json()["items"]]


async def slots(crew: Crew, task: str) -> list[tuple[int, str | None]]:
    rows = await crew.rows("select state, needs from slot where task_id = %s order by n", task)
    return [(r["state"], r["needs"]) for r in rows]


async def test_no_answer_is_asked_with_which_a_task_would_cost_more_than_the_cap(crew: Crew) -> None:
    project = await crew.project(policy=capped(target(0.99, 1, 9), 3 * PRICE + PRICE - 1))
    (task,) = await crew.tasks(project, 1)
    decided = [(await crew.answer(project, choice))["task_decided"] for choice in "abc"]
    assert decided == [False, False, True]
    shown = await crew.task(task)
    assert (shown["reason"], shown["verdict"]["reason"], shown["answers_count"]) == ("capped", "capped", 3)
    assert await crew.next(await crew.labeler(), project) is None
    assert (await crew.progress(project))["spent"]["micros"] == 3 * PRICE
    assert await ended(crew, project) == {"capped": 1}


async def test_a_cap_counts_the_prices_under_which_answers_were_given(crew: Crew) -> None:
    project = await crew.project(policy=capped(target(0.99, 1, 9), 4 * PRICE))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "a")
    await crew.change(project, price={"micros": 3 * PRICE, "currency": "USD"})
    assert (await crew.answer(project, "b"))["task_decided"] is True  # 1 + 3 are paid, and a third one would be 7
    assert (await crew.task(task))["reason"] == "capped"
    await crew.change(project, price={"micros": 0, "currency": "USD"})
    (free,) = await crew.tasks(project, 1)
    for n in range(9):
        assert (await crew.answer(project, "abc"[n % 3]))["task_decided"] is (n == 8)
    assert (await crew.task(free))["reason"] == "exhausted"  # what costs nothing has no cap


async def test_who_is_at_work_is_waited_for_before_a_cap_ends_a_task(crew: Crew) -> None:
    project = await crew.project(policy=capped(target(0.99, 2, 9), 2 * PRICE))
    (task,) = await crew.tasks(project, 1)
    one, other = await crew.labeler(), await crew.labeler()
    leases = [(who, await crew.lease(who, project)) for who in (one, other)]
    first = await crew.submit(*leases[0], "a")
    assert first.json()["task_decided"] is False
    assert (await crew.submit(*leases[1], "b")).json()["task_decided"] is True
    assert (await crew.task(task))["reason"] == "capped"


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        (capped(target(0.9, 2, 5), 2 * PRICE - 1), "#/policy/cost_cap"),
        (target(0.9, 1, 5) | {"cost_cap": {"micros": 10**6, "currency": "EUR"}}, "#/policy/cost_cap/currency"),
        (target(0.9, 1, 5) | {"cost_cap": 5}, "#/policy/cost_cap"),
        (passing(target(0.9, 1, 5), 0), "#/policy/escalate/answers"),
        (passing(target(0.9, 1, 5), to=" "), "#/policy/escalate/to"),
        (target(0.9, 1, 5) | {"escalate": {}}, "#/policy/escalate/to"),
        ({"type": "fixed", "answers": 2, "escalate": {"to": "judge"}}, "#/policy/escalate"),
        ({"type": "fixed", "answers": 2, "cost_cap": {"micros": 1, "currency": "USD"}}, "#/policy/cost_cap"),
    ],
)
async def test_what_is_wrong_with_a_policy_is_named(crew: Crew, policy: Json, pointer: str) -> None:
    body = {
        "name": "P", "kind": "choice", "config": choices(), "policy": policy, "minutes": 1,
        "price": {"micros": PRICE, "currency": "USD"},
    }  # fmt: skip
    for said in (
        await crew.manager.post("/api/projects", json=body),
        await crew.manager.patch(f"/api/projects/{await crew.project()}", json={"policy": policy}),
    ):
        assert said.status_code == 422, said.text
        assert [e["pointer"] for e in said.json()["errors"]] == [pointer]


async def test_a_price_that_the_cap_cannot_pay_is_refused(crew: Crew) -> None:
    policy = capped(target(0.9, 2, 5), 2 * PRICE)
    project = await crew.project(policy=policy)
    dearer = {"micros": PRICE + 1, "currency": "USD"}
    said = await crew.manager.patch(f"/api/projects/{project}", json={"price": dearer})
    assert (said.status_code, said.json()["errors"][0]["pointer"]) == (422, "#/price/micros")
    assert "Raise the cap first" in said.json()["errors"][0]["detail"]
    both = await crew.change(project, price=dearer, policy=capped(target(0.9, 2, 5), 3 * PRICE))
    assert both["policy"]["cost_cap"]["micros"] == 3 * PRICE
    assert "escalate" not in both["policy"]  # of what it does not have it says nothing


async def test_a_task_that_nobody_can_tell_goes_to_an_expert_and_to_nobody_else(crew: Crew) -> None:
    project = await crew.project(policy=passing(target(0.9, 2, 3)))
    (task,) = await crew.tasks(project, 1)
    assert [(await crew.answer(project, c))["task_decided"] for c in "abc"] == [False] * 3
    shown = await crew.task(task)
    assert (shown["state"], shown["reason"], shown["verdict"]) == ("open", "escalated", None)
    assert await slots(crew, task) == [(2, None), (2, None), (2, None), (0, "judge")]
    assert await crew.next(await crew.labeler(), project) is None
    assert await crew.next(await expert(crew, "other"), project) is None
    told = await crew.progress(project)
    assert (told["escalated"], told["open"], told["decided"]) == (1, 1, 0)
    assert await listed(crew, project, reason="escalated", state="open") == [task]
    assert (await crew.answer(project, "b", await expert(crew, "judge")))["task_decided"] is True
    verdict = (await crew.task(task))["verdict"]
    assert (verdict["answer"], verdict["reason"], len(verdict["answers"])) == ({"choice": "b"}, "escalated", 4)
    odds = online.EXPERT / ((1 - online.EXPERT) / 2)  # a, b and c once each: the expert alone tells
    assert verdict["confidence"] == pytest.approx(odds / (odds + 2))
    assert await ended(crew, project) == {"escalated": 1}
    assert (await crew.progress(project))["escalated"] == 0
    events = await crew.rows("select data from event where kind = 'task.escalated' and task_id = %s", task)
    assert events == [{"data": {"because": "exhausted", "to": "judge"}}]


async def test_an_expert_outweighs_two_who_are_not(crew: Crew) -> None:
    project = await crew.project(policy=passing(capped(target(0.95, 2, 9), 3 * PRICE)))
    (task,) = await crew.tasks(project, 1)
    for choice in "aab":
        await crew.answer(project, choice)
    assert (await crew.task(task))["reason"] == "escalated"
    assert (await crew.answer(project, "b", await expert(crew, "judge")))["task_decided"] is True
    assert (await crew.task(task))["verdict"]["answer"] == {"choice": "b"}
    rows = await crew.rows("select data from event where kind = 'task.escalated' and task_id = %s", task)
    assert rows[0]["data"]["because"] == "capped"
    assert (await crew.progress(project))["spent"]["micros"] == 4 * PRICE  # an expert comes on top of the cap


async def test_a_second_expert_is_asked_where_the_first_does_not_suffice(crew: Crew) -> None:
    project = await crew.project(policy=passing(target(0.98, 1, 2), 2))
    (task,) = await crew.tasks(project, 1)
    for choice in "ab":
        await crew.answer(project, choice)
    one, other = await expert(crew, "judge"), await expert(crew, "judge")
    assert (await crew.answer(project, "a", one))["task_decided"] is False
    assert (await slots(crew, task))[2:] == [(2, "judge"), (0, "judge")]
    assert await crew.next(one, project) is None
    assert (await crew.answer(project, "b", other))["task_decided"] is True
    shown = await crew.task(task)
    assert (shown["verdict"]["reason"], len(shown["verdict"]["answers"])) == ("escalated", 4)
    (second,) = await crew.tasks(project, 1)
    for choice in "aa":
        await crew.answer(project, choice)
    assert (await crew.answer(project, "a", one))["task_decided"] is True  # sure enough: the second is not asked
    assert (await slots(crew, second))[2:] == [(2, "judge")]


async def test_a_late_answer_may_still_meet_the_target(crew: Crew) -> None:
    """One is at work when the others have used the answers up: what they say counts, and the expert's slot closes."""
    project = await crew.project(policy=passing(target(0.8, 4, 4)))
    (task,) = await crew.tasks(project, 1)
    late = await crew.labeler()
    lease = await crew.lease(late, project)
    await crew.change(project, policy=passing(target(0.8, 3, 3)))
    for choice in "aab":
        await crew.answer(project, choice)
    assert (await crew.task(task))["reason"] == "escalated"
    await crew.change(project, policy=passing(target(0.7, 3, 3)))
    assert (await crew.submit(late, lease, "a")).json()["task_decided"] is True
    assert (await crew.task(task))["reason"] == "met"
    assert await ended(crew, project) == {"met": 1}
    assert [state for state, needs in await slots(crew, task) if needs] == [3]


async def test_a_policy_that_is_changed_leaves_nothing_hanging(crew: Crew) -> None:
    """Tasks that wait for an expert end also under a policy that knows none, and under a fixed number."""
    for later in (target(0.9, 2, 2), {"type": "fixed", "answers": 3}):
        project = await crew.project(policy=passing(target(0.9, 2, 2)))
        (task,) = await crew.tasks(project, 1)
        for choice in "ab":
            await crew.answer(project, choice)
        await crew.change(project, policy=later)
        assert (await crew.answer(project, "b", await expert(crew, "judge")))["task_decided"] is True
        assert (await crew.task(task))["reason"] == ("escalated" if later["type"] == "target" else "count")


async def test_boxes_are_passed_on_by_the_worker(crew: Crew) -> None:
    project = await crew.project(kind="image", config=IMAGE, policy=passing(target(0.97, 1, 2)))
    (task,) = await crew.door.place.tasks(UUID(project), [PICTURE])
    said: tuple[Json, ...] = (BOX, {"objects": []})
    for value in said:
        await crew.answer(project, value)
        await crew.turn()
    assert (await crew.task(str(task)))["reason"] == "escalated"
    await crew.answer(project, BOX, await expert(crew, "judge"))
    await crew.turn()
    shown = await crew.task(str(task))
    assert (shown["verdict"]["reason"], shown["verdict"]["answer"]) == ("escalated", BOX)


async def learnt(crew: Crew, policy: Json) -> tuple[str, list[httpx.AsyncClient]]:
    """A project whose three labelers are known to be right in four of five, with two classes."""
    project = await crew.project(config=choices(("a", "b")), policy={"type": "fixed", "answers": 3})
    tasks = await crew.tasks(project, 30)
    people = [await crew.labeler() for _ in range(3)]
    for w, who in enumerate(people):
        while (lease := await crew.next(who, project)) is not None:
            n = tasks.index(lease["task_id"])
            right = "ab"[n % 2]
            said = await crew.submit(who, lease, right if (n + w) % 5 else "ab".replace(right, ""))
            assert said.status_code == 201
    await jobs.run(crew.door.place.house, crew.door.place.cell, UUID(project))
    await crew.change(project, policy=policy)
    return project, people


async def test_a_hopeless_task_is_passed_on_before_its_answers_are_used_up(crew: Crew) -> None:
    policy = passing(target(0.999, 1, 3))
    project, people = await learnt(crew, policy)
    (kept,) = await crew.rows("select sway, pairs, agreement from project_skill where project_id = %s", project)
    assert kept["pairs"] == 30
    assert 0.5 < kept["agreement"] < 0.8
    assert 0.3 < kept["sway"] < 3
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "a", people[0])
    stood = await crew.rows("select confidence::float8 as c from task where id = %s", task)
    hopeless = online.hopeless(0.999, (stood[0]["c"], 1 - stood[0]["c"]), 1, 2, kept["sway"])
    assert hopeless == ((await crew.task(task))["reason"] == "escalated")
    if not hopeless:
        await crew.answer(project, "b", people[1])
    assert (await crew.task(task))["reason"] == "escalated"
    (noted,) = await crew.rows("select data from event where kind = 'task.escalated' and task_id = %s", task)
    assert noted["data"]["because"] == "hopeless"
    alone = await crew.project(policy=target(0.999, 1, 3))
    await crew.tasks(alone, 1)
    assert (await crew.answer(alone, "a"))["task_decided"] is False


async def test_how_tasks_ended_is_told_everywhere(crew: Crew) -> None:
    project = await crew.project(policy=passing(capped(target(0.8, 1, 4), 4 * PRICE)))
    met, doubtful = await crew.tasks(project, 2)
    for n in range(3):
        people = [await crew.labeler()]
        for who in people:
            for _ in range(2):
                lease = await crew.next(who, project)
                if lease is not None:
                    await crew.submit(who, lease, "a" if lease["task_id"] == met else "abc"[n])
    await crew.answer(project, "a")
    assert (await crew.task(met))["reason"] == "met"
    assert (await crew.task(doubtful))["reason"] == "escalated"
    assert await listed(crew, project, reason="met") == [met]
    assert await listed(crew, project, reason="escalated") == [doubtful]
    assert await listed(crew, project, reason="capped") == []
    said = await crew.manager.get(f"/api/projects/{project}/tasks", params={"reason": "bored"})
    assert said.status_code == 422
    await crew.answer(project, "b", await expert(crew, "judge"))
    assert await ended(crew, project) == {"met": 1, "escalated": 1}
    reasons = (await crew.manager.get(f"/api/projects/{project}/quality")).json()["reasons"]
    assert reasons == {"count": 0, "met": 1, "exhausted": 0, "capped": 0, "escalated": 1}
    (waiting,) = await crew.tasks(project, 1)
    for choice in "abca":
        await crew.answer(project, choice)
    assert (await crew.task(waiting))["reason"] == "escalated"
    assert (await crew.manager.post(f"/api/tasks/{waiting}/cancel")).status_code == 200
    told = await crew.progress(project)
    assert (told["escalated"], told["canceled"]) == (0, 1)
    assert await listed(crew, project, reason="escalated") == [doubtful]


async def test_exports_and_callbacks_say_how_a_task_ended(crew: Crew) -> None:
    project = await crew.project(policy=capped(target(0.99, 1, 9), 2 * PRICE))
    await crew.rows(
        "insert into endpoint (project_id, mode, url, secret) values (%s, 'live', 'https://a.invalid', %s) returning 1",
        project, "whsec_" + "A" * 32,
    )  # fmt: skip
    (cheap,) = await crew.tasks(project, 1)
    for choice in "ab":
        await crew.answer(project, choice)
    await crew.change(project, policy=passing(target(0.99, 1, 2)))
    (hard,) = await crew.tasks(project, 1)
    for choice in "ab":
        await crew.answer(project, choice)
    await crew.answer(project, "b", await expert(crew, "judge"))
    await crew.turn()
    text = (await crew.manager.get(f"/api/projects/{project}/export.jsonl")).text
    exported = {row["id"]: row["verdict"]["reason"] for row in map(json.loads, text.splitlines())}
    assert exported == {cheap: "capped", hard: "escalated"}
    sent = await crew.rows("select payload from delivery where task_id = any(%s)", [cheap, hard])
    told = [one["payload"]["data"] for one in sent]
    assert {data["task"]["id"]: data["verdict"]["reason"] for data in told} == exported


async def test_several_at_once_escalate_once(crew: Crew) -> None:
    project = await crew.project(policy=passing(target(0.99, 4, 4)))
    (task,) = await crew.tasks(project, 1)
    people = [await crew.labeler() for _ in range(4)]
    leases = [await crew.lease(p, project) for p in people]
    await asyncio.gather(*(crew.submit(p, lease, c) for p, lease, c in zip(people, leases, "abca", strict=True)))
    assert [needs for state, needs in await slots(crew, task) if state == 0] == ["judge"]
    (told,) = await crew.rows(
        "select count(*)::int as n from event where kind = 'task.escalated' and task_id = %s", task
    )
    assert told == {"n": 1}


async def test_an_older_cell_learns_how_tasks_ended(crew: Crew) -> None:
    """The migration fills in what it is given, whatever was sealed before."""
    project = await crew.project()
    tasks = await crew.tasks(project, 2)
    await crew.answer(project)
    await crew.turn()
    await crew.rows("delete from tally where kind like 'ended.%%' and project_id = %s returning 1", project)
    await crew.rows("update task set reason = null where project_id = %s returning 1", project)
    assert (await crew.progress(project))["ended"]["count"] == 0
    (sql,) = [text for name, text in migrate.versions("cell") if name == "0014"]
    assert sql is not None
    place = crew.door.place
    again = [part for part in sql.split(";") if part.strip().removeprefix("--").strip()]
    async with place.house.inside(place.cell) as db:
        for part in again:
            if "update task" in part or "insert into tally" in part:
                await db.execute(part.encode())
    assert (await crew.progress(project))["ended"]["count"] == 1
    reasons: set[Any] = {(await crew.task(task))["reason"] for task in tasks}
    assert reasons == {"count", None}
    async with place.house.inside(place.cell, transaction=False) as db:
        await deliver.seal(db)
    assert (await crew.progress(project))["ended"]["count"] == 1
