"""Gold over HTTP: a manager's work. No labeler is told of it."""

from fastapi import APIRouter, Request

from neraca import projects
from neraca.accounts import MANAGE, SEE, inside, taken
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query
from neraca.quality.gold import exams, queries, service
from neraca.wire import tasks as wire
from neraca.wire.errors import Fault, ValidationFailed
from neraca.wire.projects import ExamByHand

router = APIRouter()
LONGEST = 500


@router.get("/api/projects/{project_id}/gold", openapi_extra=doc(query=("limit", "cursor")))
async def list_gold(request: Request, project_id: str) -> wire.Golds:
    async with inside(request, SEE) as session:
        project = await projects.get(session, known(project_id))
        page = Page(session.house.cursors, f"gold:{session.who.client_id}:{project['id']}", query(request, PAGED))
        found = await queries.page(session.db, project["id"], page.after, page.limit)
    rows, onward = page.cut(found, "event_id", "task_id")
    return wire.Golds(items=[service.shown(r) for r in rows], next=onward)


@router.post("/api/tasks/{task_id}/gold", status_code=201, openapi_extra=doc(wire.GoldNew))
async def make_gold(request: Request, task_id: str) -> wire.Gold:
    asked = await taken(request, MANAGE, wire.GoldNew, limit=16 * 2**20)
    async with inside(request, MANAGE) as session:
        return await service.make(session, known(task_id), asked)


@router.delete("/api/tasks/{task_id}/gold", openapi_extra=doc(query=("reason",)))
async def retire_gold(request: Request, task_id: str) -> wire.Gold:
    async with inside(request, MANAGE) as session:
        note = query(request, {"reason": None}).get("reason")
        if note is not None and not 1 <= len(note) <= LONGEST:
            raise ValidationFailed(
                [Fault("?reason", "too-long" if note else "too-short", f'"reason" has 1 to {LONGEST} characters.')]
            )
        return await service.retire(session, known(task_id), note)


@router.put("/api/projects/{project_id}/labelers/{labeler_id}/exam", status_code=204, openapi_extra=doc(ExamByHand))
async def decide_exam(request: Request, project_id: str, labeler_id: str) -> None:
    asked = await taken(request, MANAGE, ExamByHand)
    async with inside(request, MANAGE) as session:
        await exams.by_hand(session, known(project_id), known(labeler_id), asked.state)
