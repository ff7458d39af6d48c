"""A test key sees test projects only, a live key live ones; each role does its own work and no other's."""

import json

from tests.fixtures.two import World
from tests.security.cases import Operation, operations

# What each role may call, by its operations; everything else is forbidden to it.
SIGNED_IN = {
    "GET /api/session",
    "PATCH /api/session",
    "DELETE /api/session",
    "POST /api/cell-tokens",
    "GET /api/offers",
}
OPEN = {"POST /api/session", "POST /api/invitations/accept", "GET /media/{token}"}
SEEN = {
    "GET /api/kinds", "GET /api/projects", "GET /api/projects/{project_id}", "GET /api/projects/{project_id}/progress",
    "GET /api/projects/{project_id}/labelers", "GET /api/projects/{project_id}/quality",
    "GET /api/projects/{project_id}/labelers/{labeler_id}", "GET /api/assets/{asset_id}",
    "GET /api/projects/{project_id}/batches", "GET /api/projects/{project_id}/gold",
    "GET /api/projects/{project_id}/tasks", "GET /api/tasks/{task_id}", "GET /api/tasks/{task_id}/answers",
}  # fmt: skip
PEOPLE = ("/api/members", "/api/invitations", "/api/keys")
SWAPPED = {"project": "test project", "task": "test task"}


def told(world: World) -> list[Operation]:
    return list(operations(world.application.openapi()))


def may(who: str, operation: Operation) -> bool:
    """Whether a caller of a client may call an operation at all."""
    work = operation.path.startswith("/api/work/")
    person = who in {"manager", "reviewer", "labeler", "both"}
    if operation.name in OPEN:
        return True
    if operation.security == "cookie":
        return person and operation.case.owner != "operator"
    if who in {"labeler", "both", "labeler key"}:
        return work
    if who == "reviewer":
        return work or operation.name in SEEN
    return person or not operation.path.startswith(PEOPLE)


async def test_each_role_does_its_own_work(world: World) -> None:
    """Every operation as every caller, with A's own ids: forbidden exactly where it should be."""
    last = sorted(told(world), key=lambda o: o.name in {"DELETE /api/session", "DELETE /api/members/{person_id}"})
    wrong, forbidden = [], 0
    for operation in last:
        if operation.name in {
            "DELETE /api/session",
            "PATCH /api/members/{person_id}",
            "DELETE /api/members/{person_id}",
        }:
            continue  # they change the callers; see test_grants and test_revocation
        for who, caller in world.a.callers.items():
            answer = await caller.request(**operation.request(world.a.ids))
            refused = answer.status_code in {401, 403}
            if operation.name == "POST /api/session":
                continue
            if refused == may(who, operation):
                wrong.append(f"{operation.name} as {who}: {answer.status_code}")
            forbidden += refused
    assert wrong == []
    assert forbidden > 150


async def test_strangers_and_operators_see_no_content(world: World) -> None:
    """Without a membership there is no way into a cell, whatever is sent along."""
    for operation in told(world):
        if operation.security != "bearer":
            continue
        for who in (world.anonymous, world.operator):
            assert (await who.request(**operation.request(world.a.ids))).status_code == 401, operation.name
        for bearer in ("", "nrc_live_", "nrc_live_x", "nct_", "nct_e30.x", world.operator.headers["cookie"][15:]):
            headers = {"Authorization": f"Bearer {bearer}"}
            asked = operation.request(world.a.ids)
            asked["headers"] = {**asked.get("headers", {}), **headers}
            assert (await world.operator.request(**asked)).status_code == 401, (operation.name, bearer)


async def test_modes_do_not_mix(world: World) -> None:
    """Each key with the other mode's project, task, batch, import, export, callback and delivery."""
    a = world.a
    tested = {**a.ids, "project": a.ids["test project"], "task": a.ids["test task"], "gold task": a.ids["test task"]}
    wrong, tried = [], 0
    for operation in told(world):
        sorts = {slot.sort for slot in operation.slots()} - {"cursor", "asset"}
        if operation.security != "bearer" or not sorts or operation.path.startswith(PEOPLE) or operation.case.last:
            continue
        asked = [("test key", a.ids)]
        if sorts <= {"project", "task"} and operation.case.owner == "manager":
            asked += [("live key", tested)]
        for who, ids in asked:
            answer = await a.callers[who].request(**operation.request(ids))
            tried += 1
            if answer.status_code not in {404, 422} or a.canary in answer.text:
                wrong.append(f"{operation.name} as {who}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert tried > 45


async def test_lists_hold_one_mode(world: World) -> None:
    for mode, other in (("live", "test"), ("test", "live")):
        key = world.a.callers[f"{mode} key"]
        projects = (await key.get("/api/projects", params={"limit": "200"})).json()["items"]
        assert {p["mode"] for p in projects} == {mode}
        work = json.dumps((await key.get("/api/work/projects")).json())
        hidden = {"live": "project", "test": "test project"}[other]
        assert world.a.ids[hidden] not in work
        callbacks = (await key.get("/api/callbacks", params={"limit": "200"})).json()["items"]
        assert {c["mode"] for c in callbacks} <= {mode}


async def test_a_lease_is_its_labelers_own(world: World) -> None:
    """A colleague with the right fence, and the manager, find no such lease."""
    path, body = f"/api/work/leases/{world.a.ids['lease']}", {"fence": int(world.a.ids["fence"])}
    answer = {**body, "answer": {"choice": "a"}, "active_ms": 1}
    for who, caller in world.a.callers.items():
        if who == "both":
            continue
        for call in ("open", "heartbeat", "skip"):
            assert (await caller.post(f"{path}/{call}", json=body)).status_code == 404, (who, call)
        assert (await caller.post(f"{path}/submit", json=answer)).status_code == 404
        assert (await caller.put(f"{path}/draft", json={**body, "answer": {}})).status_code == 404
    assert (await world.a.callers["both"].post(f"{path}/submit", json=answer)).status_code == 201
