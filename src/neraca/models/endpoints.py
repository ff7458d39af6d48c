"""Models over HTTP."""

from fastapi import APIRouter, Request

from neraca.accounts import MANAGE, check_url, house, inside, taken
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query
from neraca.models import queries, service
from neraca.wire import models as wire

router = APIRouter()


@router.get("/api/models", openapi_extra=doc(query=("limit", "cursor")))
async def list_models(request: Request) -> wire.Models:
    async with inside(request, MANAGE) as session:
        page = Page(session.house.cursors, f"models:{session.who.client_id}:{session.who.mode}", query(request, PAGED))
        rows, onward = page.cut(
            await queries.page(session.db, session.who.mode, page.after, page.limit), "created_at", "id"
        )
        items = await service.shown_all(session, rows)
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
