"""IN-W01 to W07: work that is not held, comes too fast, is wanted too often, or changes under way."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.badinput.contract import nothing_stored, told
from tests.badinput.work import Lease, add, choice_lease, lease, project
from tests.fixtures.crew import Crew, crew
from tests.fixtures.door import Door
from tests.fixtures.place import CHOICE

__all__ = ["crew"]
NOT_HERE = {
    "IN-W06": "There are no reviews and no payments yet; that an answer is stored and priced once is tested here.",
    "IN-W08": "The relay sends in batches, in order for each task; tests/deliver/test_callbacks.py holds it.",
}
A = {"choice": "a"}
STORED = "select data from event where kind = 'answer.stored' and task_id = %s"


async def refused(door: Door, held: Lease, *statuses: int, code: str, **changes: Any) -> None:
    """A submit that is turned away."""
    body = {"fence": held["fence"], "answer": A, "active_ms": 1, **changes}
    async with nothing_stored(door):
        told(await door.live.post(f"/api/work/leases/{held['lease_id']}/submit", json=body), *statuses, code=code)


async def test_w01_submits_without_a_lease(door: Door, crew: Crew) -> None:
    project_id, held = await choice_lease(door, policy={"type": "fixed", "answers": 2})
    await refused(door, {**held, "lease_id": str(uuid4())}, 404, code="not-found")
    await refused(door, held, 409, code="lease-lost", fence=held["fence"] + 1)
    for fence in (0, -1, 2**31, "1", 1.0, None):
        await refused(door, held, 422, code="validation-failed", fence=fence)
    other = await crew.labeler()
    theirs = await crew.lease(other, project_id)
    await refused(door, theirs, 404, code="not-found")
    for verb, body in (("open", {}), ("heartbeat", {}), ("skip", {}), ("draft", {"answer": A})):
        async with nothing_stored(door):
            path = f"/api/work/leases/{theirs['lease_id']}/{verb}"
            asked = {"fence": theirs["fence"], **body}
            told(await door.live.request("PUT" if verb == "draft" else "POST", path, json=asked), 404)
    await crew.expire(held)
    await refused(door, held, 409, code="lease-lost")
    skipped = await crew.act(other, theirs, "skip")
    assert skipped.status_code == 204
    async with nothing_stored(door):
        told(await crew.submit(other, theirs), 409, code="lease-lost")


async def test_w02_fast_submits_are_kept(door: Door) -> None:
    project_id = await project(door)
    await add(door, project_id, *[{"text": f"t{i}"} for i in range(20)])
    for _ in range(20):
        held = await lease(door, project_id)
        body = {"fence": held["fence"], "answer": A, "active_ms": 0}
        said = await door.live.post(f"/api/work/leases/{held['lease_id']}/submit", json=body)
        assert said.status_code == 201
    progress = (await door.live.get(f"/api/projects/{project_id}/progress")).json()
    assert progress["answers"] == 20
    for ms in (-1, 86_400_001, 1.5, "1", None):
        await refused(door, {"lease_id": str(uuid4()), "fence": 1}, 422, code="validation-failed", active_ms=ms)


async def test_w03_claims(door: Door) -> None:
    project_id = await project(door, policy={"type": "fixed", "answers": 3})
    await add(door, project_id, {"text": "1"}, {"text": "2"}, {"text": "3"})
    many = [await lease(door, project_id) for _ in range(5)]
    assert len({held["lease_id"] for held in many}) == 1
    ahead = [
        (await door.live.post("/api/work/next", json={"project_id": project_id, "prefetch": True})).json()["lease_id"]
        for _ in range(5)
    ]
    assert len({*ahead, many[0]["lease_id"]}) == 2
    at_once = await asyncio.gather(*(lease(door, project_id) for _ in range(10)))
    assert {held["lease_id"] for held in at_once} == {many[0]["lease_id"]}
    async with nothing_stored(door):
        for method, path in (
            ("GET", "/api/projects"),
            ("POST", "/api/projects"),
            ("GET", f"/api/projects/{project_id}"),
            ("PATCH", f"/api/projects/{project_id}"),
            ("POST", f"/api/projects/{project_id}/tasks"),
            ("POST", f"/api/tasks/{many[0]['task_id']}/cancel"),
            ("GET", f"/api/tasks/{many[0]['task_id']}/answers"),
            ("POST", "/api/assets"),
            ("GET", f"/api/projects/{project_id}/export.jsonl"),
            ("GET", "/api/callbacks"),
            ("POST", "/api/callbacks"),
        ):
            told(await door.labeler.request(method, path, json={}), 403, code="forbidden")
        told(await door.theirs.post("/api/work/next", json={"project_id": project_id}), 404)
        told(await door.test.post("/api/work/next", json={"project_id": project_id}), 404)


async def test_w04_numbers_that_make_no_sense(door: Door) -> None:
    project_id = await project(door)
    async with nothing_stored(door):
        senseless: tuple[dict[str, Any], ...] = (
            *({"policy": {"type": "fixed", "answers": n}} for n in (0, -1, 10**9, 1.5, "1", None)),
            *({"policy": {"type": "target", "confidence": c}} for c in (0, 0.5, 1, 1.5, -1, "0.9", None)),
            {"policy": {"type": "target", "confidence": 0.9, "min": 5, "max": 3}},
            {"policy": {"type": "target", "confidence": 0.9, "max": 10**9}},
            {"policy": {"type": "none"}}, {"policy": {}}, {"policy": None}, {"policy": "fixed"},
            *({"price": {"micros": n, "currency": "USD"}} for n in (-1, 10**12 + 1)),
            *({"minutes": n} for n in (0, -1, 1441, 1e300)),
            *({"lease_seconds": n} for n in (0, 29, 86401, 10**12)),
            *({"priority": n} for n in (-1, 10, 10**12)),
            {"kind": "nothing"}, {"kind": ""}, {"kind": "../choice"}, {"state": "deleted"},
        )  # fmt: skip
        for changes in senseless:
            base = {"name": "P", "kind": "choice", "config": CHOICE, "policy": {"type": "fixed", "answers": 1}}
            body = {**base, "price": {"micros": 1, "currency": "USD"}, "minutes": 1, **changes}
            told(await door.live.post("/api/projects", json=body), 422, code="validation-failed")
            answer = await door.live.patch(f"/api/projects/{project_id}", json=changes)
            if changes != {"policy": None}:  # null says nothing in a change
                told(answer, 422, code="validation-failed")
        lists: tuple[Any, ...] = ([], None, {}, "t", [None], [[]], [{}], [{"params": None}], [{"params": {}}])
        for tasks in lists:
            told(await door.live.post(f"/api/projects/{project_id}/tasks", json={"tasks": tasks}), 422)


async def test_w05_terms_that_change_under_way(door: Door, crew: Crew) -> None:
    project_id, held = await choice_lease(door, policy={"type": "fixed", "answers": 2})
    path = f"/api/projects/{project_id}"
    two = [{"id": "b", "label": "B"}, {"id": "c", "label": "C"}]
    changed = await door.live.patch(
        path,
        json={"price": {"micros": 7, "currency": "USD"}, "config": {**CHOICE, "options": two}, "instructions": "New."},
    )
    assert (changed.status_code, changed.json()["config_version"]) == (200, 2)
    async with nothing_stored(door):
        told(await door.live.patch(path, json={"price": {"micros": 7, "currency": "EUR"}}), 409, code="conflict")
        told(await door.live.patch(path, json={"kind": "image"}), 422)
        told(await door.live.patch(path, json={"config": {**CHOICE, "options": []}}), 422)
    said = await crew.submit(door.live, held, "a")  # an option of the terms that were shown
    assert said.status_code == 201
    events = await crew.rows(STORED, held["task_id"])
    assert [(e["data"]["price_micros"], e["data"]["version"]) for e in events] == [(100, 1)]
    other = await crew.labeler()
    later = await crew.lease(other, project_id)
    assert (later["price"]["micros"], later["config_version"]) == (7, 2)
    async with nothing_stored(door):
        told(await crew.submit(other, later, "a"), 422)


async def test_w06_an_answer_counts_once(door: Door, crew: Crew) -> None:
    _, held = await choice_lease(door)
    said = await asyncio.gather(*(crew.submit(door.live, held) for _ in range(8)))
    assert sorted(s.status_code for s in said) == [200] * 7 + [201]
    assert len({s.json()["answer_id"] for s in said}) == 1
    async with nothing_stored(door):
        told(await crew.submit(door.live, held, "b"), 409, code="already-submitted")
    events = await crew.rows(STORED, held["task_id"])
    answers = await crew.rows("select 1 from answer where task_id = %s", held["task_id"])
    assert (len(events), len(answers)) == (1, 1)


async def test_w07_a_task_is_canceled_with_a_live_lease(door: Door, crew: Crew) -> None:
    _, held = await choice_lease(door)
    canceled = await door.live.post(f"/api/tasks/{held['task_id']}/cancel")
    assert canceled.json()["state"] == "canceled"
    said = await crew.submit(door.live, held)
    assert (said.status_code, said.json()["task_decided"]) == (201, False)
    kept = (await door.live.get(f"/api/tasks/{held['task_id']}/answers")).json()["items"]
    assert [(a["surplus"], a["answer"]) for a in kept] == [(True, A)]
    _, decided = await choice_lease(door)
    assert (await crew.submit(door.live, decided)).status_code == 201
    async with nothing_stored(door):
        told(await door.live.post(f"/api/tasks/{decided['task_id']}/cancel"), 409, code="conflict")
