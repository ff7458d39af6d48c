"""Tasks over Scale's v1."""

from fastapi import APIRouter, Request, Response

from neraca.doors.scale import route, words
from neraca.doors.scale.tasks import changes, listing, rules, service

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)
FILTERS = (
    "start_time", "end_time", "completed_after", "completed_before", "updated_after", "updated_before", "status",
    "type", "project", "batch", "tags", "unique_id", "customer_review_status", "limit", "next_token",
    "include_attachment_url", "limited_response",
)  # fmt: skip


@router.post("/task/{task_type}")
async def create(request: Request, task_type: str) -> Response:
    given = await route.fields(request)
    key = request.headers.get("idempotency-key")
    async with route.account(request, pipeline=True) as session:
        return route.answer(await service.create(session, rules.word(task_type), given, idempotency_key=key))


@router.get("/tasks")
async def list_all(request: Request) -> Response:
    given = {name: request.query_params.getlist(name) for name in FILTERS}
    async with route.account(request) as session:
        return route.answer(await listing.listed(session, given))


@router.get("/task/{task_id}")
async def get(request: Request, task_id: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.get(session, task_id))


@router.post("/task/{task_id}/cancel")
async def cancel(request: Request, task_id: str) -> Response:
    clear = words.truth(request.query_params.get("clear_unique_id"), "clear_unique_id")
    async with route.account(request) as session:
        return route.answer(await changes.cancel(session, task_id, clear=clear))


@router.post("/task/{task_id}/unique_id")
async def set_unique_id(request: Request, task_id: str) -> Response:
    unique_id = rules.unique_id((await route.fields(request)).get("unique_id"))
    if unique_id is None:
        raise words.wrong("unique_id", "unique_id is required.")
    async with route.account(request) as session:
        return route.answer(await changes.set_unique_id(session, task_id, unique_id))


@router.delete("/task/{task_id}/unique_id")
async def clear_unique_id(request: Request, task_id: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await changes.set_unique_id(session, task_id, None))


@router.post("/task/{task_id}/setMetadata")
async def set_metadata(request: Request, task_id: str) -> Response:
    metadata = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await changes.set_metadata(session, task_id, metadata))


async def _tag(request: Request, task_id: str, how: str) -> Response:
    given = await route.body(request)
    async with route.account(request) as session:
        return route.answer(await changes.set_tags(session, task_id, given, how))


@router.post("/task/{task_id}/tags")
async def set_tags(request: Request, task_id: str) -> Response:
    return await _tag(request, task_id, "set")


@router.put("/task/{task_id}/tags")
async def add_tags(request: Request, task_id: str) -> Response:
    return await _tag(request, task_id, "add")


@router.delete("/task/{task_id}/tags")
async def delete_tags(request: Request, task_id: str) -> Response:
    return await _tag(request, task_id, "drop")


@router.post("/task/{task_id}/send_callback")
async def send_callback(request: Request, task_id: str) -> Response:
    async with route.account(request) as session:
        return route.answer(await changes.send_callback(session, task_id))
