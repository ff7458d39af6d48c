"""SEC-19: reading changes nothing, and a page of another site can do nothing."""

from typing import Any

import httpx
from psycopg import sql
from tests.fixtures.rows import files, snapshot
from tests.fixtures.served import Client, Served
from tests.fixtures.two import PASSWORD, World
from tests.security.cases import operations

from neraca import accounts, deliver


async def databases(world: World) -> dict[str, Any]:
    """Every row of both cells and of the control plane, and every file."""
    found: dict[str, Any] = {"files": files(world.house.blobs)}
    for letter, side in (("a", world.a), ("b", world.b)):
        async with world.house.inside(side.cell, transaction=False) as db:
            found[letter] = await snapshot(db)
    async with world.house.control() as control:
        found["control"] = await snapshot(control)
    return found


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {f"{part}.{name}" for part in before for name in before[part] if before[part][name] != after[part][name]} | {
        f"{part}.{name}" for part in after for name in after[part].keys() - before[part].keys()
    }


async def crawl(world: World) -> int:
    """Every GET and HEAD as everybody, with ids that are theirs and ids that are not."""
    good = 0
    for operation in operations(world.application.openapi()):
        if operation.method != "GET":
            continue
        for side in (world.a, world.b):
            for who in (*side.callers.values(), world.operator, world.anonymous):
                for ids in (world.a.ids, world.b.ids):
                    answer = await who.request(**operation.request(ids))
                    assert answer.status_code < 500
                    good += answer.status_code == 200
                head = {**operation.request(side.ids), "method": "HEAD"}
                assert (await who.request(**head)).status_code < 500
    return good


async def test_reading_changes_nothing(world: World) -> None:
    for side in (world.a, world.b):
        async with world.house.inside(side.cell, transaction=False) as db:
            await deliver.seal(db)
    before = await databases(world)
    assert await crawl(world) > 200
    assert changed(before, await databases(world)) == set()


async def test_the_two_reads_that_write_are_known(world: World) -> None:
    """When a sign-in was last seen (hourly), and the order of events that are committed already.

    The second is what the relay does every second anyway; a stream asks for it so that everything
    acknowledged before is in it. Neither changes what anybody can read.
    """
    async with world.house.control() as control:
        await control.execute("update login set seen_at = now() - interval '2 hours'")
    before = await databases(world)
    assert (await world.a.manager.get("/api/session")).status_code == 200
    after = await databases(world)
    assert changed(before, after) == {"control.login"}
    body = {"tasks": [{"params": {"text": "t"}}]}
    within = f"/api/projects/{world.a.ids['project']}"
    assert (await world.a.manager.post(f"{within}/tasks", json=body)).status_code == 201
    before = await databases(world)
    assert (await world.a.manager.get(f"{within}/export.jsonl")).status_code == 200
    assert changed(before, await databases(world)) <= {"a.event", "a.tally", "control.login"}


async def test_reads_leave_nothing_to_be_posted(world: World) -> None:
    """No GET or HEAD of a path that knows only other methods does what they do."""
    before = await databases(world)
    for operation in operations(world.application.openapi()):
        gets = {o.path for o in operations(world.application.openapi()) if o.method == "GET"}
        if operation.path in gets:
            continue
        for method in ("GET", "HEAD"):
            answer = await world.a.manager.request(**{**operation.request(world.a.ids), "method": method})
            assert answer.status_code in {404, 405}, (method, operation.path)
    assert changed(before, await databases(world)) == set()


FOREIGN: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
)


async def a_person(served: Served, client: Client, name: str) -> str:
    async with served.house() as house, house.control() as control:
        hashed = await accounts.hash_password(PASSWORD)
        person = await accounts.add_person(control, name, "Mallory's victim", hashed)
        assert person is not None
        await accounts.add_membership(control, person, client.id, "manager")
    return name


async def people_rows(served: Served) -> dict[str, int]:
    """How many rows each table of people and rights has."""
    found = {}
    async with served.house() as house, house.control() as control:
        for name in ("person", "login", "membership", "invitation", "api_key", "client"):
            counted = sql.SQL("select count(*) as n from {}").format(sql.Identifier(name))
            row = await (await control.execute(counted)).fetchone()
            assert row is not None
            found[name] = row["n"]
    return found


async def test_another_sites_page_can_do_nothing(served: Served) -> None:
    """A real server, a real cookie: every unsafe operation that a cookie opens, from another site."""
    client = served.add_client("Cross site")
    email = await a_person(served, client, "cross-site@example.org")
    async with served.http() as browser:
        entered = await browser.post("/api/session", json={"email": email, "password": PASSWORD})
        assert entered.status_code == 200
        flags = entered.headers["set-cookie"].lower()
        assert "httponly" in flags
        assert "samesite=strict" in flags
        csrf = {"X-CSRF-Token": entered.json()["csrf"]}
        tries: list[tuple[str, str, Any]] = [
            ("PATCH", "/api/session", {"locale": "id"}), ("DELETE", "/api/session", None),
            ("POST", "/api/cell-tokens", {"client_id": str(client.id)}), ("POST", "/api/clients", {"name": "Evil"}),
            ("POST", "/api/session", {"email": email, "password": PASSWORD}),
            ("POST", "/api/invitations/accept", {"token": "nri_x", "name": "N", "password": PASSWORD}),
        ]  # fmt: skip
        before = await people_rows(served)
        for method, path, body in tries:
            for headers in FOREIGN:
                answer = await browser.request(method, path, json=body, headers={**headers, **csrf})
                assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), (method, path, headers)
                assert not {h for h in answer.headers if h.startswith("access-control-")}
        for method, path, body in tries[:4]:
            for token in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf["X-CSRF-Token"][:-1]}):
                answer = await browser.request(method, path, json=body, headers=token)
                assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), (method, path, token)
        assert await people_rows(served) == before
        assert (await browser.get("/api/session")).json()["person"]["locale"] == "en"
        await bearers(browser)
        assert (await browser.delete("/api/session", headers=csrf)).status_code == 204


async def bearers(browser: httpx.AsyncClient) -> None:
    """A cookie alone opens no cell, and no other origin is told that it may send more."""
    for path in ("/api/projects", "/api/keys", "/api/work/next", "/api/callbacks"):
        assert (await browser.post(path, json={})).status_code == 401
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        preflight = await browser.options(path, headers=asked)
        assert preflight.status_code == 405
        assert not {h for h in preflight.headers if h.startswith("access-control-")}
    form = {"Content-Type": "text/plain"}
    assert (
        await browser.post("/api/session", content=b'{"email":"a@b","password":"x"}', headers=form)
    ).status_code == 415
