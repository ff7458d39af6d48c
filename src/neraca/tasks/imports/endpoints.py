"""Imports over HTTP."""

from fastapi import APIRouter, Request

from neraca import projects
from neraca.accounts import MANAGE, inside, principal, taken
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query, raw
from neraca.tasks.imports import queries, service
from neraca.wire import deliver as wire
from neraca.wire.errors import Fault, Forbidden, UnsupportedMediaType, ValidationFailed

router = APIRouter()
BINARY = {"application/octet-stream", "application/x-ndjson", "application/jsonl", "text/csv"}


@router.get("/api/projects/{project_id}/imports", openapi_extra=doc(query=("limit", "cursor")))
async def list_imports(request: Request, project_id: str) -> wire.Imports:
    async with inside(request, MANAGE) as session:
        project = await projects.get(session, known(project_id))
        page = Page(session.house.cursors, f"imports:{session.who.client_id}:{project['id']}", query(request, PAGED))
        found = await queries.page(session.db, project["id"], page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    return wire.Imports(items=[service.shown(r) for r in rows], next=onward)


@router.post("/api/projects/{project_id}/imports", status_code=201, openapi_extra=doc(wire.ImportNew))
async def create_import(request: Request, project_id: str) -> wire.Import:
    asked = await taken(request, MANAGE, wire.ImportNew)
    async with inside(request, MANAGE) as session:
        return await service.create(session, known(project_id), asked)


def _offset(text: str | None) -> int:
    if text is not None and text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise ValidationFailed([Fault("?offset", "out-of-range", '"offset" must be the number of the first byte sent.')])


@router.put("/api/imports/{import_id}/data", openapi_extra=doc(media="application/octet-stream", query=("offset",)))
async def put_import_data(request: Request, import_id: str) -> wire.Import:
    if (await principal(request)).role not in MANAGE:
        raise Forbidden
    which, offset = known(import_id), _offset(query(request, {"offset": None}).get("offset"))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in BINARY:
        raise UnsupportedMediaType(expected="application/octet-stream")
    body = await raw(request, service.CHUNK)
    async with inside(request, MANAGE) as session:
        return await service.receive(session, which, offset, body)


@router.post("/api/imports/{import_id}/start", openapi_extra=doc())
async def start_import(request: Request, import_id: str) -> wire.Import:
    async with inside(request, MANAGE) as session:
        return await service.start(session, known(import_id))


@router.get("/api/imports/{import_id}", openapi_extra=doc())
async def get_import(request: Request, import_id: str) -> wire.Import:
    async with inside(request, MANAGE) as session:
        return service.shown(await service.get(session, known(import_id)))


@router.get("/api/imports/{import_id}/errors", openapi_extra=doc(query=("limit", "cursor")))
async def list_import_errors(request: Request, import_id: str) -> wire.ImportErrors:
    async with inside(request, MANAGE) as session:
        row = await service.get(session, known(import_id))
        page = Page(session.house.cursors, f"import-errors:{session.who.client_id}:{row['id']}", query(request, PAGED))
        found = await queries.errors(session.db, row["id"], page.number or 0, page.limit)
    rows, onward = page.cut(found, "row")
    return wire.ImportErrors(items=[wire.RowErrors.model_validate(r) for r in rows], next=onward)
