"""ISO-06, 07: what a client names itself is its own; another's same name is neither met nor seen."""

from typing import Any

from tests.fixtures.two import Side, World

PROJECT = {
    "name": "Same", "kind": "choice", "instructions": "", "policy": {"type": "fixed", "answers": 1},
    "config": {"question": "?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
    "price": {"micros": 1, "currency": "USD"}, "minutes": 1,
}  # fmt: skip


async def named(side: Side) -> dict[str, Any]:
    """Things under names that the client chooses; gives what the API answered."""

    async def post(path: str, body: Any) -> Any:
        answer = await side.manager.post(path, json=body)
        assert answer.status_code == 201, (path, answer.text)
        return answer.json()

    project = await post("/api/projects", PROJECT)
    within = f"/api/projects/{project['id']}"
    source = {"format": "jsonl", "name": "same.jsonl", "source_key": "same"}
    return {
        "project": project,
        "batch": await post(f"{within}/batches", {"name": "same"}),
        "tasks": await post(f"{within}/tasks", {"tasks": [{"params": {"text": "t"}, "external_id": "same"}]}),
        "import": await post(f"{within}/imports", source),
        "callback": await post("/api/callbacks", {"url": "http://127.0.0.1:8099/same"}),
        "key": await post("/api/keys", {"name": "same", "mode": "live"}),
        "invitation": await post("/api/invitations", {"email": "same@example.org", "role": "labeler"}),
    }


async def test_both_may_choose_the_same_names(bare: World) -> None:
    first, second = await named(bare.a), await named(bare.b)
    for sort, thing in first.items():
        assert thing != second[sort]
    assert first["callback"]["secret"] != second["callback"]["secret"]
    again = await named(bare.b)  # nor need a name be new inside a client
    assert again["import"]["id"] != second["import"]["id"]


async def test_an_idempotency_key_belongs_to_its_caller(world: World) -> None:
    """The same key from the other client, and from another caller of the same one, is another key."""
    body = {"tasks": [{"params": {"text": "t"}, "external_id": "once"}]}
    header = {"Idempotency-Key": "shared"}
    seen = []
    for caller, side in (
        (world.a.manager, world.a), (world.b.manager, world.b), (world.a.callers["live key"], world.a),
        (world.b.callers["live key"], world.b),
    ):  # fmt: skip
        path = f"/api/projects/{side.ids['project']}/tasks"
        first = await caller.post(path, json=body, headers=header)
        assert (first.status_code, first.headers.get("idempotent-replay")) == (201, None)
        second = await caller.post(path, json=body, headers=header)
        assert second.content == first.content
        assert second.headers["idempotent-replay"] == "true"
        other = await caller.post(path, json={"tasks": [{"params": {"text": "u"}}]}, headers=header)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")
        seen.append(first.json()["items"][0]["id"])
    assert len(set(seen)) == 4


async def test_a_replay_is_not_told_to_another_path(world: World) -> None:
    """The key is bound to the project it was used on."""
    header = {"Idempotency-Key": "bound"}
    body = {"tasks": [{"params": {"text": "t"}}]}
    ids = []
    for sort in ("project", "other project"):
        answer = await world.a.manager.post(f"/api/projects/{world.a.ids[sort]}/tasks", json=body, headers=header)
        assert "idempotent-replay" not in answer.headers
        ids.append(answer.json()["items"][0]["id"])
    assert ids[0] != ids[1]
