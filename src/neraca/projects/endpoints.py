"""Kinds and projects over HTTP."""

from fastapi import APIRouter, Request, Response

from neraca import kinds
from neraca.accounts import MANAGE, SEE, inside, taken
from neraca.kit.idempotency import once
from neraca.kit.openapi import doc
from neraca.kit.paging import FOUND, PAGED, Page
from neraca.kit.requests import known, query
from neraca.projects import queries, service
from neraca.wire import projects as wire

router = APIRouter()


@router.get("/api/kinds", openapi_extra=doc())
async def list_kinds(request: Request) -> wire.Kinds:
    async with inside(request, SEE):
        query(request, {})
    items = [
        wire.KindInfo(
            id=kind.id,
            version=kind.version,
            title=kind.title,
            online=kind.online,
            config_schema=kind.config.model_json_schema(),
            params_schema=kind.params.model_json_schema(),
            answer_schema=kind.answer.model_json_schema(),
        )
        for kind in kinds.all()
    ]
    return wire.Kinds(items=items, next=None)


@router.get("/api/projects", openapi_extra=doc(query=("limit", "cursor")))
async def list_projects(request: Request) -> wire.Projects:
    async with inside(request, SEE) as session:
        page = Page(
            session.house.cursors, f"projects:{session.who.client_id}:{session.who.mode}", query(request, PAGED)
        )
        found = await queries.page(session.db, session.who.mode, page.after, page.limit)
    rows, onward = page.cut(found, "created_at", "id")
    return wire.Projects(items=[service.shown(r) for r in rows], next=onward)


@router.post("/api/projects", status_code=201, openapi_extra=doc(wire.ProjectNew), response_model=wire.Project)
async def create_project(request: Request) -> Response:
    asked = await taken(request, MANAGE, wire.ProjectNew)
    async with inside(request, MANAGE) as session:

        async def work() -> tuple[int, bytes]:
            return 201, (await service.create(session, asked)).model_dump_json().encode()

        return await once(request, session.db, session.who.actor, request.state.raw, work)


@router.get("/api/projects/{project_id}", openapi_extra=doc())
async def get_project(request: Request, project_id: str) -> wire.Project:
    async with inside(request, SEE) as session:
        return service.shown(await service.get(session, known(project_id)))


@router.patch("/api/projects/{project_id}", openapi_extra=doc(wire.ProjectChange))
async def change_project(request: Request, project_id: str) -> wire.Project:
    asked = await taken(request, MANAGE, wire.ProjectChange)
    async with inside(request, MANAGE) as session:
        return await service.change(session, known(project_id), asked)


@router.get("/api/projects/{project_id}/progress", openapi_extra=doc())
async def get_progress(request: Request, project_id: str) -> wire.Progress:
    async with inside(request, SEE) as session:
        return await service.progress(session, known(project_id))


@router.get("/api/projects/{project_id}/labelers", openapi_extra=doc(query=("limit", "cursor", "search")))
async def list_labelers(request: Request, project_id: str) -> wire.LabelerSkills:
    async with inside(request, SEE) as session:
        project = await service.get(session, known(project_id))
        asked = query(request, FOUND)
        search = asked.get("search", "")
        page = Page(session.house.cursors, f"labelers:{session.who.client_id}:{project['id']}:{search}", asked)
        found = await queries.skills(session.db, project["id"], page.after, page.limit, search)
    rows, onward = page.cut(found, "answers", "id")
    items = [
        wire.LabelerSkill(
            labeler=str(r["id"]),
            handle=r["handle"],
            kind=r["kind"],
            answers=r["answers"],
            accuracy=r["accuracy"],
            low=r["low"],
            high=r["high"],
            gold_answers=r["gold_answers"],
            gold_right=r["gold_right"],
            gold_score=r["gold_score"],
            objects=service.object_skill(r["objects"]),
            exam=r["exam"],
            skills=r["skills"],
        )
        for r in rows
    ]
    return wire.LabelerSkills(items=items, next=onward)
