"""Drafts and submits: nothing is lost, nothing is taken twice, nothing is stored that was refused."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.crew import Crew, choices, fixed
from tests.fixtures.place import read_lines

IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
PICTURE = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}


def box(x: Any, y: Any, w: Any, h: Any, **more: Any) -> dict[str, Any]:
    return {"class": "cup", "shape": "box", "box": {"x": x, "y": y, "w": w, "h": h}} | more


async def image_task(crew: Crew, **given: Any) -> tuple[str, str]:
    """A project of boxes and a task of it, whose picture nobody needs to see here."""
    project = await crew.project(kind="image", config=IMAGE, **given)
    (task,) = await crew.door.place.tasks(UUID(project), [PICTURE])
    return project, str(task)


async def state(crew: Crew, project: str) -> list[dict[str, Any]]:
    """Everything that a submit could change."""
    return await crew.rows(
        "select (select count(*) from answer where project_id = p.id) as answers,"
        " (select count(*) from event where project_id = p.id) as events,"
        " (select count(*) from verdict where project_id = p.id) as verdicts,"
        " (select count(*) from outbox where project_id = p.id) as outbox,"
        " (select sum(answers) from task where project_id = p.id) as counted,"
        " (select jsonb_agg(jsonb_build_array(n, state, fence, lease_until) order by n) from slot"
        "   where project_id = p.id) as slots from project p where id = %s",
        project,
    )


async def test_a_draft_survives_a_reload_and_goes_with_the_answer(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    for value in ({"choice": "a"}, {"note": "half a thought"}, {"choice": "b"}):
        assert (await crew.draft(who, lease, value)).status_code == 204
        assert (await crew.lease(who, project))["draft"] == value
    assert (await crew.submit(who, lease, "b")).status_code == 201
    assert await crew.rows("select 1 from draft where task_id = %s", task) == []
    said = await crew.draft(who, lease, {"choice": "c"})
    assert (said.status_code, said.json()["code"]) == (409, "already-submitted")
    assert await crew.rows("select 1 from draft where task_id = %s", task) == []


async def test_a_draft_is_seen_by_its_labeler_only(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    await crew.tasks(project, 1)
    one, other = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(one, project)
    await crew.draft(one, lease, {"choice": "a"})
    assert (await crew.lease(other, project))["draft"] is None
    assert (await crew.draft(other, lease, {"choice": "b"})).status_code == 404
    assert (await crew.lease(one, project))["draft"] == {"choice": "a"}


async def test_the_same_submit_again_gives_the_same_receipt(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    first = await crew.submit(who, lease)
    before = await state(crew, project)
    for verb in ("open", "heartbeat", "skip"):
        late = await crew.act(who, lease, verb)
        assert (late.status_code, late.json()["code"]) == (409, "already-submitted")
    again = await crew.submit(who, lease)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"answer_id": first.json()["answer_id"], "task_decided": False}
    other = await crew.submit(who, lease, "b")
    assert (other.status_code, other.json()["code"]) == (409, "already-submitted")
    broken = await crew.submit(who, lease, {"choice": 7})
    assert (broken.status_code, broken.json()["code"]) == (409, "already-submitted")
    assert await state(crew, project) == before
    (answer,) = await crew.answers(task)
    assert (answer["id"], answer["answer"], answer["active_ms"]) == (first.json()["answer_id"], {"choice": "a"}, 1500)


async def test_the_same_answer_is_known_in_another_spelling(crew: Crew) -> None:
    """What is stored is the answer in its own form; a retry of the original body must match it."""
    project, _ = await image_task(crew)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    sent = {"objects": [box(1, 2, 3, 4, id=None)]}
    first = await crew.submit(who, lease, sent)
    again = await crew.submit(who, lease, sent)
    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert first.json() == again.json()
    other = await crew.submit(who, lease, {"objects": [box(1, 2, 3, 5)]})
    assert other.json()["code"] == "already-submitted"


async def test_the_same_submit_many_times_at_once_has_one_effect(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    said = await asyncio.gather(*(crew.submit(who, lease, "abc"[n % 2]) for n in range(30)))
    codes = sorted(s.status_code for s in said)
    assert codes == [200] * 14 + [201] + [409] * 15
    assert {s.json()["code"] for s in said if s.status_code == 409} == {"already-submitted"}
    assert len({s.json()["answer_id"] for s in said if s.is_success}) == 1
    assert len(await crew.answers(task)) == 1
    assert (await crew.task(task))["answers_count"] == 1


async def test_every_flaw_is_told_at_once_with_its_path(crew: Crew) -> None:
    project, task = await image_task(crew)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    before = await state(crew, project)
    things = [box(-5, 0, 10, 10), box(90, 70, 20, 20), box(1, 1, 0, 5) | {"class": "mug"}, box(1, 1, 5, 5, id="x")]
    said = await crew.submit(who, lease, {"objects": [*things, box(2, 2, 5, 5, id="x")]})
    assert (said.status_code, said.json()["code"]) == (422, "validation-failed")
    assert [(e["pointer"], e["code"]) for e in said.json()["errors"]] == [
        ("#/answer/objects/0/box/x", "outside-image"),
        ("#/answer/objects/1/box/w", "outside-image"),
        ("#/answer/objects/1/box/h", "outside-image"),
        ("#/answer/objects/2/class", "unknown-class"),
        ("#/answer/objects/2/box/w", "geometry-invalid"),
        ("#/answer/objects/4/id", "duplicate-id"),
    ]
    shapes = await crew.submit(who, lease, {"objects": [{"class": 3, "shape": "star"}], "more": 1})
    assert {e["pointer"] for e in shapes.json()["errors"]} == {
        "#/answer/objects/0/class", "#/answer/objects/0/shape", "#/answer/objects/0/box", "#/answer/more",
    }  # fmt: skip
    assert await state(crew, project) == before
    assert (await crew.submit(who, lease, {"objects": []})).status_code == 201
    assert len(await crew.answers(task)) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fence": 1, "answer": {"choice": "nope"}, "active_ms": 1}, 422),
        ({"fence": 1, "answer": {}, "active_ms": 1}, 422),
        ({"fence": 1, "answer": {"choice": "a", "x": 1}, "active_ms": 1}, 422),
        ({"fence": 1, "answer": {"choice": "a"}, "active_ms": -1}, 422),
        ({"fence": 1, "answer": {"choice": "a"}, "active_ms": 86_400_001}, 422),
        ({"fence": 1, "answer": {"choice": "a"}}, 422),
        ({"fence": "1", "answer": {"choice": "a"}, "active_ms": 1}, 422),
        ({"fence": 0, "answer": {"choice": "a"}, "active_ms": 1}, 422),
        ({"fence": 2, "answer": {"choice": "a"}, "active_ms": 1}, 409),
        ({"fence": 1, "answer": "a", "active_ms": 1}, 422),
        ([], 422),
    ],
)
async def test_what_is_refused_changes_nothing(crew: Crew, body: Any, status: int) -> None:
    project = await crew.project()
    await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    before = await state(crew, project)
    said = await who.post(f"/api/work/leases/{lease['lease_id']}/submit", json=body)
    assert said.status_code == status, said.text
    assert said.headers["content-type"] == "application/problem+json"
    assert await state(crew, project) == before
    assert (await crew.submit(who, lease)).status_code == 201


async def test_an_answer_after_the_decision_is_kept_flagged_and_payable(crew: Crew) -> None:
    one, other = await crew.labeler(), await crew.labeler()
    project = await crew.project(policy=fixed(2), price={"micros": 40_000, "currency": "USD"})
    (task,) = await crew.tasks(project, 1)
    leases = [await crew.lease(w, project) for w in (one, other)]
    await crew.change(project, policy=fixed(1))
    assert (await crew.submit(one, leases[0], "a")).json()["task_decided"] is True
    verdict = (await crew.task(task))["verdict"]
    late = await crew.submit(other, leases[1], "b")
    assert (late.status_code, late.json()["task_decided"]) == (201, True)
    assert [(a["answer"]["choice"], a["surplus"]) for a in await crew.answers(task)] == [("a", False), ("b", True)]
    assert (await crew.task(task))["verdict"] == verdict  # it moves nothing
    assert verdict["answers"] == [(await crew.answers(task))[0]["id"]]
    paid = await crew.rows("select data from event where kind = 'answer.stored' and task_id = %s order by id", task)
    assert [p["data"]["price_micros"] for p in paid] == [40_000, 40_000]
    assert (await crew.progress(project))["spent"] == {"micros": 80_000, "currency": "USD"}
    rows = await crew.rows("select state from slot where task_id = %s", task)
    assert [r["state"] for r in rows] == [2, 2]


async def test_a_canceled_task_takes_the_answers_of_those_at_work(crew: Crew) -> None:
    project = await crew.project(policy=fixed(3))
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    assert (await crew.manager.post(f"/api/tasks/{task}/cancel")).json()["state"] == "canceled"
    again = await crew.manager.post(f"/api/tasks/{task}/cancel")
    assert (again.status_code, again.json()["state"]) == (200, "canceled")
    assert await crew.next(await crew.labeler(), project) is None
    said = await crew.submit(who, lease)
    assert (said.status_code, said.json()["task_decided"]) == (201, False)
    assert [a["surplus"] for a in await crew.answers(task)] == [True]
    shown = await crew.task(task)
    assert (shown["state"], shown["verdict"]) == ("canceled", None)
    rows = await crew.rows("select kind from event where task_id = %s order by id", task)
    assert [r["kind"] for r in rows] == ["lease.granted", "task.canceled", "answer.stored"]


async def test_a_decided_task_cannot_be_canceled(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project)
    before = await state(crew, project)
    said = await crew.manager.post(f"/api/tasks/{task}/cancel")
    assert (said.status_code, said.json()["code"]) == (409, "conflict")
    assert await state(crew, project) == before


async def test_the_facts_of_pay_are_an_event(crew: Crew) -> None:
    project = await crew.project(price={"micros": 120_000, "currency": "IDR"})
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    await crew.change(project, instructions="Second version.")
    lease = await crew.lease(who, project)
    await crew.change(project, price={"micros": 5, "currency": "IDR"}, config=choices(("a", "b")))
    await crew.submit(who, lease)
    events = await crew.rows("select kind, actor, data from event where task_id = %s order by id", task)
    facts = {"slot": 1, "price_micros": 120_000, "currency": "IDR", "version": 2}
    assert [(e["kind"], e["data"]) for e in events] == [
        ("lease.granted", facts | {"fence": 1}),
        ("answer.stored", facts | {"active_ms": 1500}),
        ("task.decided", {"reason": "count", "answers": 1}),
    ]
    assert events[0]["actor"] == events[1]["actor"]
    terms = await crew.rows(
        "select instructions from project_version where project_id = %s and version = %s", project, facts["version"]
    )
    assert terms == [{"instructions": "Second version."}]


async def test_what_was_acknowledged_is_in_the_export_as_it_was_sent(crew: Crew) -> None:
    project, task = await image_task(crew, policy=fixed(1))
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    sent = {"objects": [box(0.1, 1e-3, 33.333333333333336, 20.5, id="Ä→"), box(5, 6, 7, 8)]}
    receipt = (await crew.submit(who, lease, sent)).json()
    lines = read_lines((await crew.manager.get(f"/api/projects/{project}/export.jsonl")).content)
    assert [(line["id"], [(a["id"], a["answer"]) for a in line["answers"]]) for line in lines] == [
        (task, [(receipt["answer_id"], sent)])
    ]
