"""Models over HTTP."""

from fastapi import APIRouter, Request

from neraca.accounts import MANAGE, check_url, house, inside, taken
from neraca.kit.openapi import doc
from neraca.kit.requests import known, limit, query
from neraca.models import service
from neraca.wire import models as wire

router = APIRouter()


@router.get("/api/models", openapi_extra=doc(query=("limit", "cursor")))
async def list_models(request: Request) -> wire.Models:
    async with inside(request, MANAGE) as session:
        found = query(request, {"limit": None, "cursor": None})
        scope = f"models:{session.who.client_id}:{session.who.mode}"
        after = session.house.cursors.read(scope, found.get("cursor"))
        items, last = await service.page(session, after, limit(found))
    onward = None if last is None else session.house.cursors.write(scope, [last["created_at"], last["id"]])
    return wire.Models(items=items, next=onward)


@router.post("/api/models", status_code=201, openapi_extra=doc(wire.ModelNew))
async def create_model(request: Request) -> wire.Model:
    asked = await taken(request, MANAGE, wire.ModelNew)
    await check_url(house(request), asked.url)
    async with inside(request, MANAGE) as session:
        return await service.create(session, asked)


@router.get("/api/models/{model_id}", openapi_extra=doc())
async def get_model(request: Request, model_id: str) -> wire.Model:
    async with inside(request, MANAGE) as session:
        return await service.show(session, known(model_id))


@router.patch("/api/models/{model_id}", openapi_extra=doc(wire.ModelChange))
async def change_model(request: Request, model_id: str) -> wire.Model:
    asked = await taken(request, MANAGE, wire.ModelChange)
    which = known(model_id)
    if asked.url is not None:
        await check_url(house(request), asked.url)
    async with inside(request, MANAGE) as session:
        return await service.change(session, which, asked)


@router.delete("/api/models/{model_id}", status_code=204, openapi_extra=doc())
async def delete_model(request: Request, model_id: str) -> None:
    async with inside(request, MANAGE) as session:
        await service.remove(session, known(model_id))


@router.put("/api/models/{model_id}/projects/{project_id}", openapi_extra=doc())
async def attach_model(request: Request, model_id: str, project_id: str) -> wire.Model:
    async with inside(request, MANAGE) as session:
        return await service.attach(session, known(model_id), known(project_id))


@router.delete("/api/models/{model_id}/projects/{project_id}", status_code=204, openapi_extra=doc())
async def detach_model(request: Request, model_id: str, project_id: str) -> None:
    async with inside(request, MANAGE) as session:
        await service.detach(session, known(model_id), known(project_id))
