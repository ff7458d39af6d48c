"""Drafts and submits over HTTP."""

from fastapi import APIRouter, Request, Response

from neraca.accounts import MANAGE, WORK, inside, taken
from neraca.answers import service
from neraca.kit.openapi import doc
from neraca.kit.requests import MIB, known
from neraca.wire import work as wire

router = APIRouter()


@router.post("/api/tasks/{task_id}/answers", status_code=201, openapi_extra=doc(wire.Entered))
async def enter_answer(request: Request, task_id: str) -> wire.Receipt:
    asked = await taken(request, MANAGE, wire.Entered, limit=16 * MIB)
    async with inside(request, MANAGE) as session:
        return await service.enter(session, known(task_id), asked, request.app.state.answer_stored)


@router.put("/api/work/leases/{lease_id}/draft", status_code=204, openapi_extra=doc(wire.Drafted))
async def save_draft(request: Request, lease_id: str) -> None:
    asked = await taken(request, WORK, wire.Drafted, limit=16 * MIB)
    async with inside(request, WORK) as session:
        await service.save_draft(session, known(lease_id), asked)


@router.post(
    "/api/work/leases/{lease_id}/submit",
    status_code=201,
    openapi_extra=doc(wire.Submitted),
    response_model=wire.Receipt,
)
async def submit_answer(request: Request, lease_id: str) -> Response:
    asked = await taken(request, WORK, wire.Submitted, limit=16 * MIB)
    async with inside(request, WORK, pipeline=True) as session:
        status, receipt = await service.submit(session, known(lease_id), asked, request.app.state.answer_stored)
    return Response(receipt.model_dump_json(), status, media_type="application/json")
