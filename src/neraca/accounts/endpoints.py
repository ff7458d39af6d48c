"""Sign-in, members, invitations, clients and keys over HTTP."""

import time
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from neraca.accounts import queries, rules, service
from neraca.accounts.gate import COOKIE, MANAGE, house, inside, principal, same_origin, signed_in, taken
from neraca.kit.openapi import doc
from neraca.kit.paging import FOUND, PAGED, Page
from neraca.kit.requests import known, query, read
from neraca.wire import accounts as wire
from neraca.wire.errors import Forbidden, NotEligible, NotFound
from neraca.wire.shape import Money

router = APIRouter()


def _set_cookie(request: Request, response: Response, value: str) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=30 * 86400,
        httponly=True,
        samesite="strict",
        secure=house(request).url.startswith("https://"),
        path="/",
    )


@router.post("/api/session", openapi_extra=doc(wire.SignIn, security="none"))
async def sign_in(request: Request, response: Response) -> wire.Session:
    same_origin(request)
    asked = await read(request, wire.SignIn)
    cookie, session = await service.sign_in(house(request), asked.email, asked.password)
    _set_cookie(request, response, cookie)
    return session


@router.get("/api/session", openapi_extra=doc(security="cookie"))
async def get_session(request: Request) -> wire.Session:
    who = await signed_in(request)
    async with house(request).control() as control:
        return service.session_of(who, await service.memberships(control, who.person_id))


@router.patch("/api/session", openapi_extra=doc(wire.SessionChange, security="cookie"))
async def change_session(request: Request) -> wire.Session:
    who = await signed_in(request)
    asked = await read(request, wire.SessionChange)
    async with house(request).control() as control:
        await queries.set_locale(control, who.person_id, asked.locale)
        session = service.session_of(who, await service.memberships(control, who.person_id))
    session.person.locale = asked.locale
    return session


@router.delete("/api/session", status_code=204, openapi_extra=doc(security="cookie"))
async def sign_out(request: Request, response: Response) -> None:
    await service.sign_out(house(request), await signed_in(request))
    response.delete_cookie(COOKIE, path="/")


@router.post("/api/cell-tokens", openapi_extra=doc(wire.CellTokenNew, security="cookie"))
async def make_cell_token(request: Request) -> wire.CellToken:
    who = await signed_in(request)
    asked = await read(request, wire.CellTokenNew)
    async with house(request).control() as control:
        row = await queries.membership(control, who.id_hash, UUID(asked.client_id))
    if row is None:
        raise NotFound
    if row["walled"] and row["role"] == "labeler":
        raise NotEligible
    until = int(time.time()) + rules.CELL_TOKEN_SECONDS
    claim = {"client": asked.client_id, "login": who.id_hash.hex(), "exp": until}
    return wire.CellToken(
        token="nct_" + house(request).cell_tokens.sign(claim),
        expires_at=datetime.fromtimestamp(until, UTC),
        client_id=asked.client_id,
        role=row["role"],
    )


@router.get("/api/offers", openapi_extra=doc(security="cookie"))
async def list_offers(request: Request) -> wire.Offers:
    who = await signed_in(request)
    query(request, {})
    async with house(request).control() as control:
        rows = await queries.offers(control, who.person_id)
    items = [
        wire.Offer(
            client_id=str(r["client_id"]),
            client_name=r["client_name"],
            project_id=str(r["project_id"]),
            kind=r["kind"],
            price=Money(micros=r["price_micros"], currency=r["currency"]),
            minutes=r["minutes"],
            open_slots=r["open_slots"],
        )
        for r in rows
    ]
    return wire.Offers(items=items, next=None)


@router.post("/api/invitations/accept", status_code=201, openapi_extra=doc(wire.InvitationAccept, security="none"))
async def accept_invitation(request: Request, response: Response) -> wire.Session:
    same_origin(request)
    asked = await read(request, wire.InvitationAccept)
    cookie, session = await service.accept_invitation(house(request), asked)
    _set_cookie(request, response, cookie)
    return session


@router.get("/api/clients", openapi_extra=doc(query=("limit", "cursor"), security="cookie"))
async def list_clients(request: Request) -> wire.Clients:
    who = await signed_in(request)
    if not who.operator:
        raise Forbidden
    page = Page(house(request).cursors, "clients", query(request, PAGED))
    async with house(request).control() as control:
        found = await queries.clients(control, page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    return wire.Clients(items=[wire.Client(**{**r, "id": str(r["id"])}) for r in rows], next=onward)


@router.post("/api/clients", status_code=201, openapi_extra=doc(wire.ClientNew, security="cookie"))
async def add_client(request: Request) -> wire.ClientCreated:
    who = await signed_in(request)
    if not who.operator:
        raise Forbidden
    asked = await read(request, wire.ClientNew)
    return await service.add_client(house(request), asked, f"operator:{who.person_id}")


@router.post(
    "/api/clients/{client_id}/invitations", status_code=201, openapi_extra=doc(wire.FirstManager, security="cookie")
)
async def invite_manager(request: Request, client_id: str) -> wire.InvitationCreated:
    who = await signed_in(request)
    if not who.operator:
        raise Forbidden
    asked = await read(request, wire.FirstManager)
    return await service.invite_manager(house(request), known(client_id), asked.email, f"operator:{who.person_id}")


@router.get("/api/members", openapi_extra=doc(query=("limit", "cursor", "search")))
async def list_members(request: Request) -> wire.Members:
    async with inside(request, MANAGE) as session:
        _person(session.who.person_id)
        asked = query(request, FOUND)
        search = asked.get("search", "")
        page = Page(session.house.cursors, f"members:{session.who.client_id}:{search}", asked)
        async with session.house.control() as control:
            found = await queries.members(control, session.who.client_id, page.after, page.limit, search)
        rows, onward = page.cut(found, "created_at", "person_id")
    return wire.Members(items=[_member(r) for r in rows], next=onward)


def _person(person_id: UUID | None) -> None:
    """People are managed by people: an API key may not."""
    if person_id is None:
        raise Forbidden


def _member(row: queries.Row) -> wire.Member:
    return wire.Member(**{**row, "person_id": str(row["person_id"])})


@router.patch("/api/members/{person_id}", openapi_extra=doc(wire.MemberChange))
async def change_member(request: Request, person_id: str) -> wire.Member:
    changed = known(person_id)
    await service.may_grant(house(request), await principal(request), "role", changed)
    asked = await taken(request, MANAGE, wire.MemberChange)
    async with inside(request, MANAGE) as session:
        return _member(await service.change_role(session, changed, asked.role))


@router.delete("/api/members/{person_id}", status_code=204, openapi_extra=doc())
async def remove_member(request: Request, person_id: str) -> None:
    async with inside(request, MANAGE) as session:
        _person(session.who.person_id)
        await service.remove_member(session, known(person_id))


@router.get("/api/invitations", openapi_extra=doc(query=("limit", "cursor")))
async def list_invitations(request: Request) -> wire.Invitations:
    async with inside(request, MANAGE) as session:
        _person(session.who.person_id)
        page = Page(session.house.cursors, f"invitations:{session.who.client_id}", query(request, PAGED))
        async with session.house.control() as control:
            found = await queries.invitations(control, session.who.client_id, page.after, page.limit)
        rows, onward = page.cut(found, "created_at", "id")
    return wire.Invitations(items=[wire.Invitation(**{**r, "id": str(r["id"])}) for r in rows], next=onward)


@router.post("/api/invitations", status_code=201, openapi_extra=doc(wire.InvitationNew))
async def invite(request: Request) -> wire.InvitationCreated:
    await service.may_grant(house(request), await principal(request), "invitation")
    asked = await taken(request, MANAGE, wire.InvitationNew)
    async with inside(request, MANAGE) as session:
        return await service.invite(session, asked)


@router.get("/api/keys", openapi_extra=doc(query=("limit", "cursor")))
async def list_keys(request: Request) -> wire.Keys:
    async with inside(request, MANAGE) as session:
        _person(session.who.person_id)
        page = Page(session.house.cursors, f"keys:{session.who.client_id}", query(request, PAGED))
        async with session.house.control() as control:
            found = await queries.keys(control, session.who.client_id, page.after, page.limit)
        rows, onward = page.cut(found, "created_at", "id")
    return wire.Keys(items=[wire.Key(**{**r, "id": str(r["id"])}) for r in rows], next=onward)


@router.post("/api/keys", status_code=201, openapi_extra=doc(wire.KeyNew))
async def make_key(request: Request) -> wire.KeyCreated:
    await service.may_grant(house(request), await principal(request), "key")
    asked = await taken(request, MANAGE, wire.KeyNew)
    async with inside(request, MANAGE) as session, session.house.control() as control:
        return await service.add_key(control, session.who.client_id, asked, session.who.actor)


@router.delete("/api/keys/{key_id}", status_code=204, openapi_extra=doc())
async def revoke_key(request: Request, key_id: str) -> None:
    async with inside(request, MANAGE) as session:
        _person(session.who.person_id)
        await service.revoke_key(session, known(key_id))
