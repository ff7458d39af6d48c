"""Moving in over HTTP: two addresses that Scale does not have."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.arrivals import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.post("/arrivals/missing")
async def missing(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.missing(session, given))


@router.post("/arrivals")
async def arrive(request: Request) -> Response:
    told = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.arrive(session, told))
