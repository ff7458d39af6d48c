"""SEC-26: nobody gives what they do not hold, and nobody changes their own role."""

from typing import Any
from uuid import UUID

import httpx
from tests.fixtures.two import PASSWORD, Side, World

ROLES = ("manager", "reviewer", "labeler", "operator", "owner", "")
KNOWN = {"manager", "reviewer", "labeler"}


async def held(world: World) -> dict[tuple[str, str], str]:
    """Every membership, and who is an operator, as the database has it."""
    async with world.house.control() as control:
        rows = await (await control.execute("select person_id, client_id, role from membership")).fetchall()
        people = await (await control.execute("select id from person where operator")).fetchall()
    found = {(str(r["person_id"]), str(r["client_id"])): r["role"] for r in rows}
    return found | {(str(p["id"]), "operator"): "" for p in people}


async def events(world: World, kind: str) -> list[dict[str, Any]]:
    async with world.house.control() as control:
        rows = await (
            await control.execute("select actor, data from control_event where kind = %s order by id", [kind])
        ).fetchall()
    return [{"actor": r["actor"], **r["data"]} for r in rows]


def granters(world: World) -> dict[str, tuple[httpx.AsyncClient, str | None]]:
    """Every caller of A and the two of nobody, each with the person it is, if it is one."""
    people = {role: login.person_id for role, login in world.a.logins.items()}
    found = {name: (caller, people.get(name)) for name, caller in world.a.callers.items()}
    return found | {"operator": (world.operator, None), "anonymous": (world.anonymous, None)}


async def test_roles_are_given_by_managers_to_others(world: World) -> None:
    """Every (granter, grantee, role): the database changes exactly where it should."""
    a, b = world.a, world.b
    grantees = {f"a's {role}": login.person_id for role, login in a.logins.items()}
    grantees |= {"b's manager": b.logins["manager"].person_id, "nobody": a.client_id}
    expected = await held(world)
    tried = 0
    for granter, (caller, person) in granters(world).items():
        for grantee in grantees.values():
            for role in ROLES:
                answer = await caller.patch(f"/api/members/{grantee}", json={"role": role})
                may = granter == "manager" and person != grantee
                if may and role in KNOWN and (grantee, a.client_id) in expected:
                    assert answer.status_code == 200, (granter, grantee, role, answer.text)
                    expected[grantee, a.client_id] = role
                else:
                    refused = {401} if granter in {"operator", "anonymous"} else {404, 422} if may else {403}
                    assert answer.status_code in refused, (granter, grantee, role, answer.text)
                tried += 1
            # what was changed goes back, so that every granter keeps the role it is named after
            await restore(world, a, expected)
    assert tried == 9 * 6 * 6
    assert await held(world) == expected


async def restore(world: World, side: Side, expected: dict[tuple[str, str], str]) -> None:
    async with world.house.control() as control:
        for name, login in side.logins.items():
            role = "labeler" if name == "both" else name
            await control.execute(
                "update membership set role = %s where person_id = %s and client_id = %s",
                [role, UUID(login.person_id), UUID(side.client_id)],
            )
            expected[login.person_id, side.client_id] = role


async def test_nobody_grants_themselves(world: World) -> None:
    """Refused with 403, and written down with who tried."""
    before = len(await events(world, "grant.refused"))
    for who in ("manager", "reviewer", "labeler", "both"):
        login = world.a.logins[who]
        answer = await world.a.callers[who].patch(f"/api/members/{login.person_id}", json={"role": "manager"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await world.a.callers[who].delete(f"/api/members/{login.person_id}")).status_code == 403
    told = (await events(world, "grant.refused"))[before:]
    assert [e["role"] for e in told] == ["manager", "reviewer", "labeler", "labeler"]
    assert len({e["actor"] for e in told}) == 4
    assert {e["client"] for e in told} == {world.a.client_id}


async def test_keys_and_invitations_are_given_by_managers(world: World) -> None:
    """By each caller, for each role there is and some that there are not."""
    before = {kind: len(await events(world, kind)) for kind in ("key.made", "invitation.made", "grant.refused")}
    for granter, (caller, _) in granters(world).items():
        for role in ROLES:
            key = await caller.post("/api/keys", json={"name": "k", "mode": "live", "role": role})
            invited = await caller.post("/api/invitations", json={"email": "x@example.org", "role": role})
            if granter == "manager":
                assert key.status_code == (201 if role in {"manager", "labeler"} else 422), role
                assert invited.status_code == (201 if role in KNOWN else 422), role
            else:
                wanted = 401 if granter in {"operator", "anonymous"} else 403
                assert (key.status_code, invited.status_code) == (wanted, wanted), (granter, role)
    assert len(await events(world, "key.made")) == before["key.made"] + 2
    assert len(await events(world, "invitation.made")) == before["invitation.made"] + 3
    refused = (await events(world, "grant.refused"))[before["grant.refused"] :]
    assert len(refused) == 6 * 6 * 2  # six callers of A with a credential for the cell but no right to give


async def test_no_field_makes_an_operator(world: World) -> None:
    """Fields that are not asked for are refused, wherever a person or a client is written."""
    manager, person = world.a.manager, world.a.logins["labeler"].person_id
    before = await held(world)
    for extra in ({"operator": True}, {"client_id": world.b.client_id}, {"person_id": person}, {"team": "vendor"}):
        tries = [
            await manager.patch(f"/api/members/{person}", json={"role": "labeler", **extra}),
            await manager.patch("/api/session", json={"locale": "en", **extra}),
            await manager.post("/api/keys", json={"name": "k", "mode": "live", **extra}),
        ]
        assert [t.status_code for t in tries] == [422, 422, 422]
        assert all(t.json()["errors"][0]["code"] == "unknown-field" for t in tries)
    clients = await manager.post("/api/clients", json={"name": "Mine"})
    assert (clients.status_code, (await manager.get("/api/clients")).status_code) == (403, 403)
    assert await held(world) == before


async def test_an_old_invitation_does_not_bring_an_old_role_back(world: World) -> None:
    """Demoted or removed, a member's open invitations are over."""
    email, person = world.a.logins["reviewer"].email, world.a.logins["reviewer"].person_id

    async def invited() -> str:
        made = await world.a.manager.post("/api/invitations", json={"email": email.upper(), "role": "manager"})
        return str(made.json()["token"])

    async def accepts(token: str) -> int:
        body = {"token": token, "name": "N", "password": PASSWORD}
        return (await world.anonymous.post("/api/invitations/accept", json=body)).status_code

    first = await invited()
    assert (await world.a.manager.patch(f"/api/members/{person}", json={"role": "labeler"})).status_code == 200
    assert await accepts(first) == 404
    second = await invited()
    assert (await world.a.manager.delete(f"/api/members/{person}")).status_code == 204
    assert await accepts(second) == 404
    assert (person, world.a.client_id) not in await held(world)
    third = await invited()  # a new one is a new decision
    assert await accepts(third) == 201
    assert (await held(world))[person, world.a.client_id] == "manager"
    assert await accepts(third) == 404


async def test_an_invitation_is_no_way_to_guess_a_password(world: World) -> None:
    """Whoever invites somebody cannot try their password more often than at the door."""
    email = world.b.logins["reviewer"].email
    made = await world.a.manager.post("/api/invitations", json={"email": email, "role": "labeler"})
    codes = []
    for n in range(12):
        body = {"token": made.json()["token"], "name": "N", "password": f"a wrong password {n}"}
        codes.append((await world.anonymous.post("/api/invitations/accept", json=body)).status_code)
    assert codes == [401] * 10 + [429] * 2
    async with world.house.control() as control:
        await control.execute("delete from login_failure where email = lower(%s)", [email])


async def test_a_disabled_person_accepts_nothing(world: World) -> None:
    login = world.b.logins["reviewer"]
    made = await world.a.manager.post("/api/invitations", json={"email": login.email, "role": "labeler"})
    body = {"token": made.json()["token"], "name": "N", "password": PASSWORD}
    async with world.house.control() as control:
        await control.execute("update person set disabled_at = now() where id = %s", [UUID(login.person_id)])
    try:
        answer = await world.anonymous.post("/api/invitations/accept", json=body)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)
        assert (login.person_id, world.a.client_id) not in await held(world)
    finally:
        async with world.house.control() as control:
            await control.execute("update person set disabled_at = null where id = %s", [UUID(login.person_id)])
            await control.execute("delete from login_failure where email = lower(%s)", [login.email])
