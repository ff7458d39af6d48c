"""ISO-09, 10 and SEC-02: lists hold what is ours, whole, and can be asked about nothing hidden."""

import json
from typing import Any

import httpx
from tests.fixtures.two import World, furnish
from tests.security.cases import Operation, operations

WALKS = (
    "created_by__password__startswith", "person__password_hash", "owner.token", "client.role_password", "tenant.secret",
    "__class__", "$..*", "secret", "hash__startswith", "order_by", "sort", "ordering", "fields", "expand", "include",
    "group", "filter", "q", "where", "select", "state__in", "state[]", "limit ", "LIMIT", "project.name", "mode",
)  # fmt: skip


def reads(world: World) -> list[Operation]:
    return [o for o in operations(world.application.openapi()) if o.method == "GET" and o.case.owner != "operator"]


async def whole(caller: httpx.AsyncClient, operation: Operation, ids: dict[str, str]) -> list[Any]:
    """All pages of a list, two at a time."""
    asked = operation.request(ids)
    items: list[Any] = []
    params = {**asked["params"], "limit": "2"}
    while True:
        answer = await caller.request(**{**asked, "params": params})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next"] is None:
            return items
        params["cursor"] = answer.json()["next"]


async def test_lists_are_the_same_whether_or_not_the_other_works(bare: World) -> None:
    """The world of A alone and with a busy B: the same items in the same order, and no word of B."""
    world = bare
    await furnish(world, world.a)
    lists = [o for o in reads(world) if o.cursor]
    alone = {o.name: await whole(world.a.manager, o, world.a.ids) for o in lists}
    await furnish(world, world.b)
    await furnish(world, world.b)
    beside = {o.name: await whole(world.a.manager, o, world.a.ids) for o in lists}
    assert beside == alone
    assert all(len(items) >= 2 for items in alone.values())
    assert world.b.canary not in json.dumps(beside)


async def test_no_read_shows_the_other_client(world: World) -> None:
    """Every GET as every caller of A, and the labeler of both through A's token: no canary and no id of B."""
    seen = 0
    people = {login.person_id for role, login in world.b.logins.items() if role != "both"}
    theirs = {one for sort, one in world.b.ids.items() if sort not in {"fence", "client"}} | people
    for operation in reads(world):
        for who, caller in world.a.callers.items():
            answer = await caller.request(**operation.request(world.a.ids))
            everything = answer.content + repr(answer.headers.raw).encode()
            assert world.b.canary.encode() not in everything, (operation.name, who)
            assert [one for one in theirs if one.encode() in everything] == [], (operation.name, who)
            if who != "both":  # they know the name of the client they work for
                assert world.b.name.encode() not in everything, (operation.name, who)
            seen += answer.status_code == 200
    assert seen > 60


async def test_hidden_fields_cannot_be_asked_about(world: World) -> None:
    """Every operation, every relation walk: refused, whether the guess is true or not."""
    secret = world.a.cell.password
    for operation in operations(world.application.openapi()):
        asked = operation.request(world.a.ids)
        caller = world.operator if operation.case.owner == "operator" else world.a.manager
        for name in WALKS:
            told = set()
            for guess in (secret[:1], "\U0001f512", ""):
                answer = await caller.request(**{**asked, "params": {**asked["params"], name: guess}})
                assert (answer.status_code, answer.json()["code"]) == (422, "unknown-filter"), (operation.name, name)
                told.add(answer.json()["detail"])
            assert len(told) == 1


async def test_known_filters_take_known_values(world: World) -> None:
    path = f"/api/projects/{world.a.ids['project']}/tasks"
    for params in ({"state": "hidden"}, {"state": "open' or 1=1--"}, {"state": ""}, {"limit": "0"}, {"limit": "201"},
                   {"limit": "1e2"}, {"limit": "\uff11"}, {"limit": "-1"}):  # fmt: skip
        assert (await world.a.manager.get(path, params=params)).status_code == 422, params
    twice = await world.a.manager.get(f"{path}?state=open&state=decided")
    assert twice.status_code == 422
