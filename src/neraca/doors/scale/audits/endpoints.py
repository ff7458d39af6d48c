"""Audits over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.audits import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.post("/task/{task_id}/audit")
async def audit(request: Request, task_id: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.audit(session, task_id, given))


@router.put("/audits")
async def add_fixless(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.add_fixless(session, given), 201)


@router.get("/audits")
async def list_fixless(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.list_fixless(session, request.query_params.get("task_id") or ""))
