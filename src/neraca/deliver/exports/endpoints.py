"""Exports over HTTP: files made by a job, and a direct stream."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from neraca import projects
from neraca.accounts import MANAGE, inside, taken
from neraca.deliver.exports import queries, service
from neraca.kit import files
from neraca.kit.idempotency import once
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query
from neraca.wire import deliver as wire

router = APIRouter()
TYPES = {"jsonl": "application/x-ndjson", "coco": "application/json"}


@router.get("/api/projects/{project_id}/exports", openapi_extra=doc(query=("limit", "cursor")))
async def list_exports(request: Request, project_id: str) -> wire.Exports:
    async with inside(request, MANAGE) as session:
        project = await projects.get(session, known(project_id))
        page = Page(session.house.cursors, f"exports:{session.who.client_id}:{project['id']}", query(request, PAGED))
        found = await queries.page(session.db, project["id"], page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    return wire.Exports(items=[service.shown(r) for r in rows], next=onward)


@router.post(
    "/api/projects/{project_id}/exports",
    status_code=201,
    openapi_extra=doc(wire.ExportNew),
    response_model=wire.Export,
)
async def create_export(request: Request, project_id: str) -> Response:
    asked = await taken(request, MANAGE, wire.ExportNew)
    async with inside(request, MANAGE) as session:

        async def work() -> tuple[int, bytes]:
            made = await service.create(session, known(project_id), asked.format)
            return 201, made.model_dump_json().encode()

        return await once(request, session.db, session.who.actor, request.state.raw, work)


@router.get("/api/exports/{export_id}", openapi_extra=doc())
async def get_export(request: Request, export_id: str) -> wire.Export:
    async with inside(request, MANAGE) as session:
        return service.shown(await service.get(session, known(export_id)))


@router.get("/api/exports/{export_id}/data", openapi_extra=doc(), response_class=StreamingResponse)
async def get_export_data(request: Request, export_id: str) -> Response:
    async with inside(request, MANAGE) as session:
        row = await service.finished(session, known(export_id))
        path = session.house.blobs / row["blob"]
    name = f"neraca-{row['id']}.{'jsonl' if row['format'] == 'jsonl' else 'json'}"
    return files.answer(
        request,
        path,
        size=row["bytes"],
        sha256=row["sha256"],
        media_type=TYPES[row["format"]],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get(
    "/api/projects/{project_id}/export.jsonl",
    openapi_extra=doc(query=("position", "after")),
    response_class=StreamingResponse,
)
async def stream_project(request: Request, project_id: str) -> Response:
    async with inside(request, MANAGE) as session:
        project = await projects.get(session, known(project_id))
        found = query(request, {"position": None, "after": None})
        begin = await service.after(session, project["id"], known(found["after"]) if "after" in found else None)
        at = await service.position(session, found.get("position"))
        house, cell = session.house, session.cell
    return StreamingResponse(
        service.stream(house, cell, project["id"], at, begin),
        headers={"Neraca-Position": str(at), "Content-Disposition": f'attachment; filename="{project["id"]}.jsonl"'},
        media_type="application/x-ndjson",
    )
