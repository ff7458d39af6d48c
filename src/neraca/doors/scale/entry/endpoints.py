"""Answers made elsewhere over HTTP, and the account's callback key: two addresses that Scale does not have."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route, words
from neraca.doors.scale.entry import service
from neraca.doors.scale.errands.callbacks import callback_key

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)


@router.post("/task/{task_id}/response")
async def enter_response(request: Request, task_id: str) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        handlers = request.app.state.answer_stored
        return route.answer(await service.enter(session, task_id, given, handlers))


@router.get("/account")
async def get_account(request: Request) -> Response:
    async with route.account(request) as session:
        mode = words.mode(session)
        return route.answer({"is_test": mode == "test", "callback_auth_key": await callback_key(session.db, mode)})
