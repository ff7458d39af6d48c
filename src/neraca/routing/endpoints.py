"""The labeler's side over HTTP: what there is, the next task, leases. And what a labeler is granted."""

from fastapi import APIRouter, Request, Response

from neraca.accounts import MANAGE, WORK, inside, taken
from neraca.kit.openapi import doc
from neraca.kit.paging import PAGED, Page
from neraca.kit.requests import known, query
from neraca.routing import exams, grants, queries, service
from neraca.wire import work as wire
from neraca.wire.errors import NotFound
from neraca.wire.shape import Money

router = APIRouter()


@router.get("/api/work/projects", openapi_extra=doc())
async def list_work(request: Request) -> wire.WorkProjects:
    async with inside(request, WORK) as session:
        query(request, {})
        rows = await queries.work(session.db, session.who.labeler_id, session.who.mode or "live")
    items = [
        wire.WorkProject(
            project_id=str(r["project_id"]),
            name=r["name"],
            kind=r["kind"],
            price=Money(micros=r["price_micros"], currency=r["currency"]),
            minutes=r["minutes"],
            open_slots=_open(r),
            answered=r["answered"],
            exam=r["exam"],
        )
        for r in rows
    ]
    return wire.WorkProjects(items=items, next=None)


def _open(row: queries.Row) -> int:
    """What a labeler may take: the rest of their exam before they have passed it, nothing after they have failed."""
    if row["exam"] is None:
        return int(row["open_slots"])
    return int(row["exam_left"]) if row["exam"] == "open" else 0


@router.get("/api/work/projects/{project_id}/instructions", openapi_extra=doc())
async def get_instructions(request: Request, project_id: str) -> wire.Instructions:
    async with inside(request, WORK) as session:
        who = session.who
        row = await queries.workable(session.db, known(project_id), who.mode or "live", who.labeler_id)
        if row is None or not (row["may"] or row["holds"]):
            raise NotFound
        exam = await exams.standing(session, row)
    return wire.Instructions(
        project_id=str(row["id"]),
        name=row["name"],
        kind=row["kind"],
        config=row["config"],
        config_version=row["version"],
        instructions=row["instructions"],
        price=Money(micros=row["price_micros"], currency=row["currency"]),
        minutes=row["minutes"],
        exam=exam,
    )


@router.post(
    "/api/work/next",
    openapi_extra=doc(wire.NextWanted),
    response_model=wire.Lease,
    responses={204: {"description": "There is nothing for this labeler in this project now."}},
)
async def next_task(request: Request) -> Response:
    asked = await taken(request, WORK, wire.NextWanted)
    async with inside(request, WORK, transaction=False) as session:
        lease = await service.next_task(session, known(asked.project_id), prefetch=asked.prefetch)
    if lease is None:
        return Response(status_code=204)
    await service.remember(session)
    return Response(lease.model_dump_json(), media_type="application/json")


@router.post("/api/work/leases/{lease_id}/open", openapi_extra=doc(wire.Held))
async def open_lease(request: Request, lease_id: str) -> wire.LeaseTime:
    asked = await taken(request, WORK, wire.Held)
    async with inside(request, WORK) as session:
        return await service.renew(session, known(lease_id), asked.fence)


@router.post("/api/work/leases/{lease_id}/heartbeat", openapi_extra=doc(wire.Held))
async def heartbeat(request: Request, lease_id: str) -> wire.LeaseTime:
    asked = await taken(request, WORK, wire.Held)
    async with inside(request, WORK) as session:
        return await service.renew(session, known(lease_id), asked.fence)


@router.post("/api/work/leases/{lease_id}/skip", status_code=204, openapi_extra=doc(wire.Skipped))
async def skip_task(request: Request, lease_id: str) -> None:
    asked = await taken(request, WORK, wire.Skipped)
    async with inside(request, WORK) as session:
        await service.give_back(session, known(lease_id), asked.fence, asked.reason)


@router.get("/api/labelers", openapi_extra=doc(query=("limit", "cursor")))
async def list_all_labelers(request: Request) -> wire.Labelers:
    async with inside(request, MANAGE) as session:
        page = Page(session.house.cursors, f"all-labelers:{session.who.client_id}", query(request, PAGED))
        rows, onward = page.cut(await grants.page(session, page.after, page.limit), "created_at", "id")
    return wire.Labelers(items=[grants.shown(r) for r in rows], next=onward)


@router.get("/api/labelers/{labeler_id}/skills", openapi_extra=doc())
async def get_skills(request: Request, labeler_id: str) -> wire.Labeler:
    async with inside(request, MANAGE) as session:
        query(request, {})
        return await grants.show(session, known(labeler_id))


@router.put("/api/labelers/{labeler_id}/skills", openapi_extra=doc(wire.Skills))
async def put_skills(request: Request, labeler_id: str) -> wire.Labeler:
    asked = await taken(request, MANAGE, wire.Skills)
    async with inside(request, MANAGE) as session:
        return await grants.put(session, known(labeler_id), asked.skills)
