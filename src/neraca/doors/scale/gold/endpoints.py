"""Quality tasks over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route
from neraca.doors.scale.gold import service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.post("/evaluation_tasks/{gold_type}")
async def create_evaluation(request: Request, gold_type: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.create(session, "evaluation", gold_type, given))


@router.post("/training_tasks/{gold_type}")
async def create_training(request: Request, gold_type: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await service.create(session, "training", gold_type, given))


@router.get("/quality/labelers")
async def labelers(request: Request) -> Response:
    asked = request.query_params
    async with route.account(request) as session:
        told = await service.labelers(session, asked.getlist("quality_task_ids"), asked.getlist("labeler_emails"))
        return route.answer(told)
