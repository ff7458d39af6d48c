"""Studio over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.studio import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1/studio", include_in_schema=False)


@router.get("/assignments")
async def list_assignments(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.assignments(session))


@router.post("/assignments/add")
async def add_assignments(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.assign(session, given, add=True))


@router.post("/assignments/remove")
async def remove_assignments(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.assign(session, given, add=False))


@router.get("/projects/{project}/groups")
async def list_groups(request: Request, project: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.groups(session, route.name_in(project)))


@router.post("/projects/{project}/groups")
async def add_group(request: Request, project: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.add_group(session, route.name_in(project), given))


@router.put("/projects/{project}/groups/{group}")
async def change_group(request: Request, project: str, group: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.change_group(session, route.name_in(project), route.name_in(group), given))


@router.get("/batches")
async def list_batches(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.batches(session))


@router.post("/batches/set_priorities")
async def set_priorities(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.prioritize(session, given))


@router.post("/batches/reset_priorities")
async def reset_priorities(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.prioritize(session, {}))


@router.put("/batches/{batch}")
async def assign_batch(request: Request, batch: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.assign_batch(session, route.name_in(batch), given))
