"""Projects over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route, words
from neraca.doors.scale.projects import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.post("/projects")
async def create(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.create(session, given))


@router.get("/projects")
async def list_all(request: Request) -> Response:
    asked = request.query_params.get("archived")
    archived = None if asked is None else words.truth(asked, "archived")
    async with route.account(request) as session:
        return route.answer(await service.listed(session, archived))


@router.get("/projects/{project}")
async def get(request: Request, project: str) -> Response:
    async with route.account(request) as session:
        return route.answer(service.shown(await service.row(session, route.name_in(project))))


@router.post("/projects/{project}/setParams")
async def set_params(request: Request, project: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.set_params(session, route.name_in(project), given))


@router.get("/projects/{project}/taskTemplates")
async def template(request: Request, project: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.template(session, route.name_in(project)))
