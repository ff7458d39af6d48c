"""ISO-27 to 29: what is taken away is gone: here with the next request, in every process within two seconds."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from tests.fixtures.two import PASSWORD, World, caller, furnish

from neraca.server import app, settings

SECONDS = 2.0
Look = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture
async def elsewhere(bare: World) -> AsyncIterator[Callable[[httpx.AsyncClient], httpx.AsyncClient]]:
    """The same caller at another process of the same installation."""
    application = app.create(settings.load())
    opened: list[httpx.AsyncClient] = []

    def at(who: httpx.AsyncClient) -> httpx.AsyncClient:
        opened.append(caller(application, {k: v for k, v in who.headers.items() if k in WANTED}))
        return opened[-1]

    yield at
    for client in opened:
        await client.aclose()
    await application.state.house.close()


WANTED = {"authorization", "cookie", "x-csrf-token"}


async def dies(look: Look, seconds: float = SECONDS) -> None:
    """Refused within the time, and then for good."""
    end = time.monotonic() + seconds
    while (await look()).status_code not in {401, 404}:
        assert time.monotonic() < end, "it still works"
        await asyncio.sleep(0.05)
    for _ in range(3):
        assert (await look()).status_code in {401, 404}


At = Callable[[httpx.AsyncClient], httpx.AsyncClient]


async def test_a_revoked_key_is_dead(bare: World, elsewhere: At) -> None:
    here = bare.a.callers["live key"]
    there = elsewhere(here)
    for client in (here, there):
        assert (await client.get("/api/projects")).status_code == 200
    assert (await bare.a.manager.delete(f"/api/keys/{bare.a.ids['live key']}")).status_code == 204
    assert (await here.get("/api/projects")).status_code == 401
    await dies(lambda: there.get("/api/projects"))


async def test_a_removed_member_is_dead(world: World, elsewhere: At) -> None:
    """Their token, their lease, their pictures; in the other client they go on."""
    who, side = world.a.callers["both"], world.a
    there = elsewhere(who)
    lease = f"/api/work/leases/{side.ids['lease']}"
    held = {"fence": int(side.ids["fence"])}
    assert (await there.post(f"{lease}/heartbeat", json=held)).status_code == 200
    person = side.logins["both"].person_id
    assert (await side.manager.delete(f"/api/members/{person}")).status_code == 204
    answer = {**held, "answer": {"choice": "a"}, "active_ms": 1}
    assert (await who.post(f"{lease}/submit", json=answer)).status_code == 401
    await dies(lambda: there.post(f"{lease}/heartbeat", json=held))
    again = await world.anonymous.post(
        "/api/cell-tokens", json={"client_id": side.client_id}, headers=side.logins["both"].headers()
    )
    assert again.status_code == 404
    assert (await world.b.callers["both"].get("/api/work/projects")).status_code == 200


async def test_a_new_role_holds_from_the_next_request_on(bare: World) -> None:
    person = bare.a.logins["reviewer"].person_id
    who = bare.a.callers["reviewer"]
    steps = {"labeler": (403, 403), "manager": (200, 200), "reviewer": (200, 403)}
    for role, (projects, callbacks) in steps.items():
        assert (await bare.a.manager.patch(f"/api/members/{person}", json={"role": role})).status_code == 200
        assert (await who.get("/api/projects")).status_code == projects
        assert (await who.get("/api/callbacks")).status_code == callbacks


async def test_a_disabled_person_is_dead(bare: World, elsewhere: At) -> None:
    """Sign-in, cell token, picture links: all of it, in both clients."""
    await furnish(bare, bare.a)
    login = bare.a.logins["both"]
    lease = await bare.a.callers["labeler"].post("/api/work/next", json={"project_id": bare.a.ids["project"]})
    assert lease.status_code == 200
    there = elsewhere(bare.a.callers["both"])
    try:
        async with bare.house.control() as control:
            await control.execute("update person set disabled_at = now() where id = %s", [UUID(login.person_id)])
        assert (await bare.a.callers["both"].get("/api/session")).status_code == 401
        await dies(lambda: there.get("/api/work/projects"))
        await dies(lambda: bare.a.callers["both"].get("/api/work/projects"))
        await dies(lambda: bare.b.callers["both"].get("/api/work/projects"))
        entered = await bare.anonymous.post("/api/session", json={"email": login.email, "password": PASSWORD})
        assert entered.status_code == 401
    finally:
        async with bare.house.control() as control:
            await control.execute("update person set disabled_at = null where id = %s", [UUID(login.person_id)])
            await control.execute("delete from login_failure")


async def test_signing_out_ends_tokens_and_links(world: World, elsewhere: At) -> None:
    manager, link = world.a.manager, f"/media/{world.a.ids['media']}"
    there = elsewhere(manager)
    cookie = world.caller({"Cookie": manager.headers["cookie"]})
    for client in (manager, there, cookie):
        assert (await client.get(link)).status_code == 200
    assert (await manager.delete("/api/session")).status_code == 204
    for path in ("/api/session", "/api/projects"):
        assert (await manager.get(path)).status_code == 401
    assert (await manager.get(link)).status_code == 404
    assert (await cookie.get(link)).status_code == 404
    await dies(lambda: there.get(link))
    await dies(lambda: there.get("/api/projects"))
    await cookie.aclose()


async def test_a_link_opens_for_who_asked_only(world: World) -> None:
    """Not for a colleague, not for the other client, not for a stranger, not changed in any letter."""
    link = f"/media/{world.a.ids['media']}"
    assert (await world.a.manager.get(link)).status_code == 200
    for name, who in {**world.a.callers, "b": world.b.manager, "operator": world.operator, "": world.anonymous}.items():
        if name != "manager":
            assert (await who.get(link)).status_code == 404, name
    for n in range(len("/media/"), len(link), 7):
        other = link[:n] + ("A" if link[n] != "A" else "B") + link[n + 1 :]
        assert (await world.a.manager.get(other)).status_code == 404
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert (await world.a.manager.request(method, link)).status_code == 405
