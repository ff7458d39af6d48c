"""Batches and tasks over HTTP."""

from typing import get_args

from fastapi import APIRouter, Request, Response

from neraca import projects
from neraca.accounts import MANAGE, SEE, inside, taken
from neraca.kit.idempotency import once
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import MIB, known, query
from neraca.tasks import queries, service
from neraca.wire import tasks as wire
from neraca.wire.errors import NotFound

router = APIRouter()


@router.get("/api/projects/{project_id}/batches", openapi_extra=doc(query=("limit", "cursor")))
async def list_batches(request: Request, project_id: str) -> wire.Batches:
    async with inside(request, SEE) as session:
        project = await projects.get(session, known(project_id))
        page = Page(session.house.cursors, f"batches:{session.who.client_id}:{project['id']}", query(request, PAGED))
        found = await queries.batches(session.db, project["id"], page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    items = [wire.Batch(**{**r, "id": str(r["id"]), "project_id": str(r["project_id"])}) for r in rows]
    return wire.Batches(items=items, next=onward)


@router.post(
    "/api/projects/{project_id}/batches",
    status_code=201,
    openapi_extra=doc(wire.BatchNew),
    response_model=wire.Batch,
)
async def create_batch(request: Request, project_id: str) -> Response:
    asked = await taken(request, MANAGE, wire.BatchNew)
    async with inside(request, MANAGE) as session:
        project = await projects.get(session, known(project_id))

        async def work() -> tuple[int, bytes]:
            return 201, (await service.add_batch(session, project["id"], asked.name)).model_dump_json().encode()

        return await once(request, session.db, session.who.actor, request.state.raw, work)


@router.post(
    "/api/projects/{project_id}/tasks",
    status_code=201,
    openapi_extra=doc(wire.TasksNew, header=("Idempotency-Key",)),
    response_model=wire.TasksCreated,
)
async def create_tasks(request: Request, project_id: str) -> Response:
    asked = await taken(request, MANAGE, wire.TasksNew, limit=16 * MIB)
    async with inside(request, MANAGE) as session:
        project = await projects.get(session, known(project_id))

        async def work() -> tuple[int, bytes]:
            created = await service.add(session, project, asked)
            return 201, created.model_dump_json().encode()

        return await once(request, session.db, session.who.actor, request.state.raw, work)


@router.get(
    "/api/projects/{project_id}/tasks", openapi_extra=doc(query=("limit", "cursor", "state", "reason", "batch_id"))
)
async def list_tasks(request: Request, project_id: str) -> wire.Tasks:
    async with inside(request, SEE) as session:
        project = await projects.get(session, known(project_id))
        states = ("open", "decided", "canceled")
        asked = query(request, {**PAGED, "state": states, "reason": get_args(wire.Reason), "batch_id": None})
        state, reason, batch = asked.get("state"), asked.get("reason"), asked.get("batch_id")
        scope = f"tasks:{session.who.client_id}:{project['id']}:{state}:{reason}:{batch}"
        page = Page(session.house.cursors, scope, asked)
        batch_id = known(batch) if batch else None
        if batch_id and batch_id not in await queries.batches_known(session.db, project["id"], [batch_id]):
            raise NotFound
        found = await queries.page(
            session.db,
            project["id"],
            state=state,
            reason=reason,
            batch_id=batch_id,
            after=page.number or 0,
            limit=page.limit,
        )
    rows, onward = page.cut(found, "seq")
    return wire.Tasks(items=[service.shown(r) for r in rows], next=onward)


@router.get("/api/tasks/{task_id}", openapi_extra=doc())
async def get_task(request: Request, task_id: str) -> wire.Task:
    async with inside(request, SEE) as session:
        return service.shown(await service.get(session, known(task_id)))


@router.get("/api/tasks/{task_id}/answers", openapi_extra=doc())
async def get_answers(request: Request, task_id: str) -> wire.Answers:
    async with inside(request, SEE) as session:
        return await service.answers(session, known(task_id))


@router.post("/api/tasks/{task_id}/cancel", openapi_extra=doc())
async def cancel_task(request: Request, task_id: str) -> wire.Task:
    async with inside(request, MANAGE) as session:
        return await service.cancel(session, known(task_id))
