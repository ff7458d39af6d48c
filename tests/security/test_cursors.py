"""ISO-08: a cursor is good for one list of one client with its filters, and for nothing else."""

import base64
from typing import Any

import httpx
from tests.fixtures.two import World
from tests.security.cases import Operation, cursors, operations


async def lists(world: World) -> list[Operation]:
    """Every list of a client, with the cursor of its second page among the ids of both."""
    found = [o for o in operations(world.application.openapi()) if o.cursor and o.case.owner == "manager"]
    for operation in found:
        await cursors(operation, world.a.ids, world.a.manager)
        await cursors(operation, world.b.ids, world.b.manager)
    assert len(found) >= 12
    return found


async def ask(world: World, operation: Operation, cursor: str, **more: str) -> httpx.Response:
    asked = operation.request(world.a.ids)
    return await world.a.manager.request(**{**asked, "params": {**asked["params"], **more, "cursor": cursor}})


def refused(answer: httpx.Response) -> bool:
    told: dict[str, Any] = answer.json()
    return (answer.status_code, told.get("code")) == (400, "cursor-invalid")


async def test_a_cursor_of_another_client_or_list_is_refused(world: World) -> None:
    found = await lists(world)
    for operation in found:
        assert (await ask(world, operation, world.a.ids[f"cursor {operation.name}"])).status_code == 200
        for other in found:
            assert refused(await ask(world, operation, world.b.ids[f"cursor {other.name}"]))
            if other.name != operation.name:
                assert refused(await ask(world, operation, world.a.ids[f"cursor {other.name}"])), other.name


async def test_every_flipped_bit_is_seen(world: World) -> None:
    for operation in await lists(world):
        cursor = world.a.ids[f"cursor {operation.name}"]
        blob = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for place in range(len(blob)):
            blob[place] ^= 1 << (place % 8)
            assert refused(await ask(world, operation, base64.urlsafe_b64encode(blob).decode().rstrip("=")))
            blob[place] ^= 1 << (place % 8)


async def test_a_cursor_has_one_spelling(world: World) -> None:
    """Other letters for the same bytes, padding, blanks and lengths are not taken."""
    (operation, *_) = await lists(world)
    cursor = world.a.ids[f"cursor {operation.name}"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [cursor[:-1] + letter for letter in letters if letter != cursor[-1]]
    others += [
        cursor + "=",
        cursor + "==",
        cursor + "A",
        cursor[:-1],
        " " + cursor,
        cursor + "\n",
        cursor + "é",
        "",
        "A",
    ]
    for other in others:
        assert refused(await ask(world, operation, other)), other


async def test_a_cursor_belongs_to_its_filters(world: World) -> None:
    path = f"/api/projects/{world.a.ids['project']}/tasks"
    for given in ({}, {"state": "open"}, {"batch_id": world.a.ids["batch"]}):
        cursor = (await world.a.manager.get(path, params={**given, "limit": "1"})).json()["next"]
        for other in ({}, {"state": "open"}, {"state": "decided"}, {"batch_id": world.a.ids["batch"]}):
            answer = await world.a.manager.get(path, params={**other, "cursor": cursor})
            assert answer.status_code == 200 if other == given else refused(answer)


async def test_a_cursor_does_not_cross_modes(world: World) -> None:
    """A person's list holds both modes, a key's one: their cursors are not exchanged."""
    cursor = (await world.a.manager.get("/api/projects", params={"limit": "1"})).json()["next"]
    for key in ("live key", "test key"):
        assert refused(await world.a.callers[key].get("/api/projects", params={"cursor": cursor}))
