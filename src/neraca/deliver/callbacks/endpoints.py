"""Callbacks over HTTP."""

from fastapi import APIRouter, Request

from neraca.accounts import MANAGE, check_url, house, inside, taken
from neraca.deliver.callbacks import queries, service
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query
from neraca.wire import deliver as wire

router = APIRouter()


@router.get("/api/callbacks", openapi_extra=doc(query=("limit", "cursor")))
async def list_callbacks(request: Request) -> wire.Callbacks:
    async with inside(request, MANAGE) as session:
        page = Page(
            session.house.cursors, f"callbacks:{session.who.client_id}:{session.who.mode}", query(request, PAGED)
        )
        found = await queries.page(session.db, session.who.mode, page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    return wire.Callbacks(items=[service.shown(r) for r in rows], next=onward)


@router.post("/api/callbacks", status_code=201, openapi_extra=doc(wire.CallbackNew))
async def create_callback(request: Request) -> wire.Callback:
    asked = await taken(request, MANAGE, wire.CallbackNew)
    await check_url(house(request), asked.url)
    async with inside(request, MANAGE) as session:
        return await service.create(session, asked)


@router.get("/api/callbacks/{callback_id}", openapi_extra=doc())
async def get_callback(request: Request, callback_id: str) -> wire.Callback:
    async with inside(request, MANAGE) as session:
        return service.shown(await service.get(session, known(callback_id)))


@router.patch("/api/callbacks/{callback_id}", openapi_extra=doc(wire.CallbackChange))
async def change_callback(request: Request, callback_id: str) -> wire.Callback:
    asked = await taken(request, MANAGE, wire.CallbackChange)
    endpoint_id = known(callback_id)
    if asked.url is not None:
        await check_url(house(request), asked.url)
    async with inside(request, MANAGE) as session:
        return await service.change(session, endpoint_id, asked)


@router.delete("/api/callbacks/{callback_id}", status_code=204, openapi_extra=doc())
async def delete_callback(request: Request, callback_id: str) -> None:
    async with inside(request, MANAGE) as session:
        await service.remove(session, known(callback_id))


@router.get("/api/callbacks/{callback_id}/deliveries", openapi_extra=doc(query=("limit", "cursor")))
async def list_deliveries(request: Request, callback_id: str) -> wire.Deliveries:
    async with inside(request, MANAGE) as session:
        endpoint = await service.get(session, known(callback_id))
        page = Page(
            session.house.cursors, f"deliveries:{session.who.client_id}:{endpoint['id']}", query(request, PAGED)
        )
        found = await queries.deliveries(session.db, endpoint["id"], page.number, page.limit)
    rows, onward = page.cut(found, "seq")
    return wire.Deliveries(items=[service.delivery(r) for r in rows], next=onward)


@router.post("/api/deliveries/{delivery_id}/replay", openapi_extra=doc())
async def replay_delivery(request: Request, delivery_id: str) -> wire.Delivery:
    async with inside(request, MANAGE) as session:
        return await service.replay(session, known(delivery_id))


@router.post("/api/callbacks/{callback_id}/replay", openapi_extra=doc(wire.Replay))
async def replay_callback(request: Request, callback_id: str) -> wire.Replayed:
    asked = await taken(request, MANAGE, wire.Replay)
    async with inside(request, MANAGE) as session:
        return await service.replay_range(session, known(callback_id), asked.since, asked.until)
