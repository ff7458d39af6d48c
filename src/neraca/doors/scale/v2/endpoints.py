"""Scale's v2 over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from neraca.accounts import CellSession
from neraca.doors.scale import route, words
from neraca.doors.scale.v2 import service, show
from neraca.wire.errors import NotFound

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v2", include_in_schema=False)
Json = dict[str, Any]
EXPANDABLE = frozenset({"project", "batch", "delivery"})


async def _posted(request: Request, work: Callable[[CellSession, Json], Awaitable[Json]]) -> Response:
    given = await route.fields(request)
    async with route.account(request) as session:
        return route.answer(await work(session, given))


def _one(request: Request, name: str) -> str:
    value = request.query_params.get(name)
    if not value:
        raise words.wrong(name, f"{name} is required.")
    return value


def _expanded(request: Request) -> list[str]:
    return [words.among(one, "expand", EXPANDABLE) for one in request.query_params.getlist("expand")]


@router.get("/task")
async def get_task(request: Request) -> Response:
    async with route.account(request) as session:
        task_id, expand = _one(request, "task_id"), _expanded(request)
        return route.answer(await service.task(session, task_id, expand))


@router.get("/tasks")
async def list_tasks(request: Request) -> Response:
    async with route.account(request) as session:
        expand = _expanded(request)
        return route.answer(await service.list_tasks(session, request.query_params, expand))


@router.post("/task/chat")
async def create_chat(request: Request) -> Response:
    return await _posted(request, service.create_chat)


@router.post("/task/metadata")
async def set_task_metadata(request: Request) -> Response:
    return await _posted(request, service.set_task_metadata)


@router.get("/batch")
async def get_batch(request: Request) -> Response:
    async with route.account(request) as session:
        expand = _expanded(request)
        return route.answer(await service.get_batch(session, request.query_params, expand))


@router.get("/batches")
async def list_batches(request: Request) -> Response:
    async with route.account(request) as session:
        expand = _expanded(request)
        return route.answer(await service.list_batches(session, request.query_params, expand))


@router.post("/batch")
async def create_batch(request: Request) -> Response:
    return await _posted(request, service.create_batch)


@router.post("/batch/finalize")
async def finalize(request: Request) -> Response:
    return await _posted(request, service.finalize)


@router.post("/batch/pause")
async def pause(request: Request) -> Response:
    return await _posted(request, service.pause)


@router.post("/batch/resume")
async def resume(request: Request) -> Response:
    return await _posted(request, service.resume)


@router.post("/batch/cancel")
async def cancel(request: Request) -> Response:
    return await _posted(request, service.cancel)


@router.post("/batch/metadata")
async def set_batch_metadata(request: Request) -> Response:
    return await _posted(request, service.set_batch_metadata)


@router.get("/project")
async def get_project(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(show.project(await service.project_row(session, request.query_params)))


@router.get("/projects")
async def list_projects(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.list_projects(session, request.query_params))


@router.get("/annotation")
async def get_annotation(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.annotation(session, _one(request, "annotation_id")))


@router.get("/schema")
async def get_schema(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.schema(session, _one(request, "schema_id")))


# Here a task is delivered when it is completed: there are no deliveries beside, nor data off the shelf.
@router.get("/deliveries")
async def list_deliveries(request: Request) -> Response:
    async with route.account(request):
        return route.answer({"deliveries": []})


@router.get("/datasets")
async def list_datasets(request: Request) -> Response:
    async with route.account(request):
        return route.answer({"datasets": []})


@router.get("/datasets/deliveries")
async def list_dataset_deliveries(request: Request) -> Response:
    async with route.account(request):
        return route.answer({"deliveries": []})


@router.get("/delivery")
@router.get("/delivery/tasks")
@router.get("/datasets/delivery")
@router.get("/datasets/tasks")
@router.get("/datasets/task")
async def nothing(request: Request) -> Response:
    async with route.account(request):
        raise NotFound


@router.get("/datasets/task/{task_id}/response_url/{attachment_id}")
async def no_attachment(request: Request, task_id: str, attachment_id: str) -> Response:  # noqa: ARG001 - the address
    return await nothing(request)
