"""Models at work, through the API and the worker's own steps, against real programs that behave well and badly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.fixtures.crew import Crew, fixed
from tests.models.program import Call, asked, program

from neraca.client import webhooks
from neraca.models import rules
from neraca.server.hooks import ANSWER_STORED
from neraca.server.modeling import Modeling

Json = dict[str, Any]


@asynccontextmanager
async def working(crew: Crew, seconds: float = 60.0) -> AsyncIterator[Modeling]:
    """One worker's models; it ends without saying goodbye."""
    found = Modeling(crew.door.place.house, ANSWER_STORED, seconds=seconds, idle=0.0, jitter=lambda: 0.0)
    try:
        yield found
    finally:
        for task in found._running():
            task.cancel()


async def work(crew: Crew, models: Modeling) -> None:
    """A step, and what it began."""
    await models.step(crew.door.place.cell)
    await models.settled()


async def added(crew: Crew, url: str, *project_ids: str, **given: Any) -> Json:
    body = {"name": "M", "url": url, "project_ids": list(project_ids)} | given
    said = await crew.manager.post("/api/models", json=body)
    assert said.status_code == 201, said.text
    return dict(said.json())


async def shown(crew: Crew, model: Json) -> Json:
    return dict((await crew.manager.get(f"/api/models/{model['id']}")).json())


async def rested(crew: Crew) -> None:
    """The rest after a failure is over."""
    async with crew.door.place.house.inside(crew.door.place.cell) as db:
        await db.execute("update model set rest_until = '-infinity'")


async def died(crew: Crew) -> None:
    """The time after which a worker that died is missed is over."""
    async with crew.door.place.house.inside(crew.door.place.cell) as db:
        await db.execute("update model set held_until = '-infinity'")


@pytest.fixture(autouse=True)
async def alone(crew: Crew) -> None:
    """No models of earlier tests."""
    async with crew.door.place.house.inside(crew.door.place.cell) as db:
        await db.execute("delete from model")


async def test_a_model_fills_slots_like_anybody(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2), instructions="Look well.")
    tasks = await crew.tasks(project, 9)
    async with program() as there, working(crew) as models:
        there.says = lambda _: {"answer": {"choice": "b"}, "confidence": 0.75}
        model = await added(crew, there.url + "/answer", project)
        await work(crew, models)
        assert sorted(c.task["id"] for c in there.calls) == sorted(tasks)
        for call in there.calls:
            webhooks.verify(model["secret"], call.headers, call.body)
        first = there.calls[0]
        assert first.path == "/answer"
        assert first.task.keys() == {"id", "project_id", "kind", "params", "config", "instructions", "media"}
        assert (first.task["instructions"], first.task["kind"]) == ("Look well.", "choice")
        assert first.task["config"]["question"] == "Which?"
        (answer,) = await crew.answers(tasks[0])
        assert (answer["handle"], answer["labeler_kind"], answer["answer"]) == ("M", "model", {"choice": "b"})
        told = await shown(crew, model)
        assert (told["secret"], told["state"], told["failures"]) == (None, "active", 0)
        (at,) = told["projects"]
        assert (at["project_id"], at["answers"], at["confidence"]) == (project, 9, 0.75)
        await work(crew, models)
        assert len(there.calls) == 9  # the second slots are other labelers'
    await crew.answer(project, "b")
    decided = await crew.rows("select state from task where project_id = %s and state = 'decided'", project)
    assert len(decided) == 1  # a person and the model together


async def test_no_more_calls_at_once_than_the_model_takes(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 8)
    async with program() as there, working(crew) as models:
        there.gate = gate = asyncio.Event()
        await added(crew, there.url, project, at_once=3)
        assert await models.step(crew.door.place.cell) == 3
        await asked(there, 3)
        assert await models.step(crew.door.place.cell) == 0
        gate.set()
        await models.settled()
        assert (len(there.calls), there.most_at_once) == (8, 3)


async def test_a_minute_holds_so_many_calls(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 5)
    async with program() as there, working(crew) as models:
        await added(crew, there.url, project, per_minute=2, at_once=1)
        await work(crew, models)
        assert len(there.calls) == 2


async def test_a_model_works_where_it_is_attached_and_no_longer(crew: Crew) -> None:
    one, other = await crew.project(), await crew.project()
    await crew.tasks(one, 2)
    await crew.tasks(other, 3)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url)
        await work(crew, models)
        assert there.calls == []
        path = f"/api/models/{model['id']}/projects"
        assert (await crew.manager.put(f"{path}/{one}")).status_code == 200
        await work(crew, models)
        assert {c.task["project_id"] for c in there.calls} == {one}
        assert (await crew.manager.delete(f"{path}/{one}")).status_code == 204
        assert (await crew.manager.delete(f"{path}/{one}")).status_code == 404
        await crew.tasks(one, 2)
        assert (await crew.manager.put(f"{path}/{other}")).status_code == 200
        await crew.manager.patch(f"/api/models/{model['id']}", json={"state": "paused"})
        await work(crew, models)
        assert len(there.calls) == 2
        await crew.manager.patch(f"/api/models/{model['id']}", json={"state": "active"})
        await work(crew, models)
        assert [c.task["project_id"] for c in there.calls[2:]] == [other] * 3


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ("error", "http-error"), ("moved", "redirect"), ("nonsense", "protocol"), ("half", "protocol"),
        ("hang", "timeout"), ("huge", "too-large"), (b"{not json", "not-json"), (b"", "not-json"),
        (b'{"answer": {"choice": "a"}, "answer": {"choice": "b"}}', "not-json"), ([], "no-answer"), ({}, "no-answer"),
        ({"answer": "a"}, "no-answer"), ({"answer": {"choice": "a"}, "confidence": 2}, "no-answer"),
        ({"answer": {"choice": "a"}, "confidence": "high"}, "no-answer"),
        (b'{"answer": {"choice": "a"}, "confidence": NaN}', "not-json"),
    ],
)  # fmt: skip
async def test_a_failed_call_is_made_again_under_the_same_lease(crew: Crew, says: object, code: str) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    async with program() as there, working(crew, seconds=0.4 if says == "hang" else 60.0) as models:
        model = await added(crew, there.url, project)
        there.says = lambda _: says
        await work(crew, models)
        models._seconds = 60.0  # an answer has its time, however busy the machine is
        assert [c.path for c in there.calls] == ["/"]  # a redirect is not followed
        told = await shown(crew, model)
        assert (told["failures"], told["state"], told["flawed"], told["notice"]) == (1, "active", 0, None), code
        await work(crew, models)
        assert len(there.calls) == 1  # it rests
        there.says = lambda _: {"answer": {"choice": "a"}}
        await rested(crew)
        await work(crew, models)
        assert len(await crew.answers(task)) == 1
        assert there.calls[0].headers["webhook-id"] == there.calls[1].headers["webhook-id"]
        assert (await shown(crew, model))["failures"] == 0


async def test_who_asks_to_wait_is_waited_for(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 1)
    async with program() as there, working(crew) as models:
        await added(crew, there.url, project)
        there.says = lambda _: "busy"
        await work(crew, models)
    (row,) = await crew.rows("select extract(epoch from rest_until - clock_timestamp())::float as s from model")
    assert 115 < row["s"] <= 120


async def test_a_model_that_fails_on_and_on_is_stopped_and_can_go_on(crew: Crew) -> None:
    project = await crew.project()
    tasks = await crew.tasks(project, 2)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project)
        there.says = lambda _: "error"
        for _ in range(20):
            await rested(crew)
            await work(crew, models)
        told = await shown(crew, model)
        assert told["state"] == "failing"
        assert told["notice"].endswith("It answered with status 500.")
        calls = len(there.calls)
        assert rules.FAILING_AFTER <= calls < rules.FAILING_AFTER + 4  # those under way with the first are counted
        there.says = lambda _: {"answer": {"choice": "a"}}
        await crew.manager.patch(f"/api/models/{model['id']}", json={"state": "active"})
        assert (await shown(crew, model))["notice"] is None
        await work(crew, models)
        assert [len(await crew.answers(t)) for t in tasks] == [1, 1]


async def test_a_flawed_answer_is_skipped_with_its_flaws_and_counted(crew: Crew) -> None:
    project = await crew.project()
    tasks = await crew.tasks(project, 2)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project)
        there.says = lambda c: {"answer": {"choice": "zebra"} if c.task["id"] == tasks[0] else {"choice": "c"}}
        await work(crew, models)
        assert [len(await crew.answers(t)) for t in tasks] == [0, 1]
        told = await shown(crew, model)
        assert (told["flawed"], told["failures"], told["state"]) == (1, 0, "active")
        await work(crew, models)
        assert len(there.calls) == 2  # not asked again
    (refusal,) = await crew.rows("select kind, reason from refusal where task_id = %s", tasks[0])
    assert refusal["kind"] == "skip"
    assert "#/answer/choice" in refusal["reason"]
    await crew.answer(project, "a")  # the slot is open for others
    assert len(await crew.answers(tasks[0])) == 1


async def test_flaw_after_flaw_stops_the_model(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, rules.FLAWED_AFTER + 10)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project, at_once=1)
        there.says = lambda _: {"answer": {"choice": "zebra"}}
        await work(crew, models)
        told = await shown(crew, model)
        assert (told["state"], told["flawed"], len(there.calls)) == ("failing", 25, 25)
        assert "25 answers in a row had flaws" in told["notice"]


async def test_a_model_may_decline(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project)
        there.says = lambda _: {"answer": None}
        await work(crew, models)
        await work(crew, models)
        assert len(there.calls) == 1
        assert ((await shown(crew, model))["flawed"], await crew.answers(task)) == (0, [])


async def test_the_next_worker_takes_up_what_a_killed_one_left(crew: Crew) -> None:
    """Killed between call and submit: the same lease is asked again under the same id, and there is one answer."""
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    async with program() as there, working(crew) as first, working(crew) as second:
        await added(crew, there.url, project)
        there.says = lambda _: "hang"
        await first.step(crew.door.place.cell)
        await asked(there)
        there.says = lambda _: {"answer": {"choice": "a"}}
        await work(crew, second)
        assert len(there.calls) == 1  # the first one serves the model
        await died(crew)
        await work(crew, second)
        assert len(there.calls) == 2
        assert there.calls[0].headers["webhook-id"] == there.calls[1].headers["webhook-id"]
    assert len(await crew.answers(task)) == 1


async def test_a_worker_that_wakes_late_stores_no_second_answer(crew: Crew) -> None:
    """Both hold the reply: the first submit is stored, the other one is refused."""
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    async with program() as there, working(crew) as slow, working(crew) as fast:
        await added(crew, there.url, project)
        there.gate = gate = asyncio.Event()
        there.says = lambda _: {"answer": {"choice": "b"}}
        await slow.step(crew.door.place.cell)
        await asked(there)
        there.gate = None
        there.says = lambda _: {"answer": {"choice": "a"}}
        await died(crew)
        await work(crew, fast)
        gate.set()
        await slow.settled()
        assert len(there.calls) == 2
    assert [a["answer"] for a in await crew.answers(task)] == [{"choice": "a"}]


async def test_a_worker_that_ends_leaves_its_models_at_once(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 1)
    async with program() as there, working(crew) as first, working(crew) as second:
        await added(crew, there.url, project)
        there.says = lambda _: "hang"
        await first.step(crew.door.place.cell)
        await asked(there)
        await first.close()
        there.says = lambda _: {"answer": {"choice": "a"}}
        await work(crew, second)
        assert len(there.calls) == 2
    assert (await crew.progress(project))["answers"] == 1


async def test_pictures_open_for_the_model_while_its_lease_lives(crew: Crew, picture: str) -> None:
    project = await crew.project()
    said = await crew.manager.post(
        f"/api/projects/{project}/tasks", json={"tasks": [{"params": {"image": f"asset:{picture}"}}]}
    )
    assert said.status_code == 201
    opened = []
    async with program() as there, working(crew) as models:
        application = crew.manager._transport
        anybody = httpx.AsyncClient(transport=application, base_url="http://127.0.0.1:8000")

        def says(call: Call) -> Json:
            (link,) = call.task["media"].values()
            opened.append(link)
            return {"answer": {"choice": "a"}}

        there.says = says
        there.gate = gate = asyncio.Event()
        await added(crew, there.url, project)
        await models.step(crew.door.place.cell)
        await asked(there)
        (link,) = there.calls[0].task["media"].values()
        assert link.startswith("http://127.0.0.1:")
        during = await anybody.get(link)
        gate.set()
        assert (during.status_code, during.headers["content-type"]) == (200, "image/png")
        await models.settled()
        after = await anybody.get(link)
        assert (after.status_code, opened) == (404, [link])
        assert len(json.loads((await crew.manager.get(f"/api/projects/{project}/tasks")).text)["items"]) == 1


@pytest.fixture
async def picture(crew: Crew) -> str:
    from tests.fixtures.two import png  # noqa: PLC0415 - the two clients of that file are not needed

    said = await crew.manager.post("/api/assets", content=png(), headers={"Content-Type": "image/png"})
    assert said.status_code == 201
    return str(said.json()["id"])
