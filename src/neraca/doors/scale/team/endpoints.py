"""Teams over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.team import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.get("/teams")
async def list_all(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.listed(session))


@router.post("/teams/invite")
async def invite(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.invite(session, given))


@router.post("/teams/set_role")
async def set_role(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.set_role(session, given))
