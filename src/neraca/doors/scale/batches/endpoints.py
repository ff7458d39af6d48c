"""Batches over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.batches import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)
FILTERS = ("start_time", "end_time", "exclude_archived", "status", "project", "limit", "offset", "detailed")


@router.post("/batches")
async def create(request: Request) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.create(session, given))


@router.get("/batches")
async def list_all(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.listed(session, request.query_params))


@router.get("/batches/{batch}")
async def get(request: Request, batch: str) -> Response:
    async with route.account(request) as session:
        return route.answer(service.shown(await service.row(session, route.name_in(batch))))


@router.post("/batches/{batch}/finalize")
async def finalize(request: Request, batch: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.finalize(session, route.name_in(batch)))


@router.get("/batches/{batch}/status")
async def status(request: Request, batch: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.status(session, route.name_in(batch)))


@router.post("/batches/{batch}/setMetadata")
async def set_metadata(request: Request, batch: str) -> Response:
    metadata = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.set_metadata(session, route.name_in(batch), metadata))


@router.post("/batches/{batch}/prioritize")
async def prioritize(request: Request, batch: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.prioritize(session, route.name_in(batch), given))
