"""Quality over HTTP."""

from fastapi import APIRouter, Request

from neraca.accounts import SEE, WORK, inside
from neraca.kit.openapi import doc
from neraca.kit.requests import known, query
from neraca.quality.reports import labelers, service
from neraca.wire import quality as wire

router = APIRouter()


@router.get("/api/projects/{project_id}/quality", openapi_extra=doc())
async def get_quality(request: Request, project_id: str) -> wire.Quality:
    async with inside(request, SEE) as session:
        query(request, {})
        return await service.quality(session, known(project_id))


@router.get("/api/projects/{project_id}/labelers/{labeler_id}", openapi_extra=doc())
async def get_labeler(request: Request, project_id: str, labeler_id: str) -> wire.LabelerReport:
    async with inside(request, SEE) as session:
        query(request, {})
        return await labelers.labeler(session, known(project_id), known(labeler_id))


@router.get("/api/work/projects/{project_id}/skill", openapi_extra=doc())
async def get_own(request: Request, project_id: str) -> wire.OwnReport:
    async with inside(request, WORK) as session:
        query(request, {})
        return await labelers.own(session, known(project_id))
