"""Quality over HTTP."""

from fastapi import APIRouter, Request

from neraca.accounts import SEE, inside
from neraca.kit.openapi import doc
from neraca.kit.requests import known, query
from neraca.quality.reports import service
from neraca.wire import quality as wire

router = APIRouter()


@router.get("/api/projects/{project_id}/quality", openapi_extra=doc())
async def get_quality(request: Request, project_id: str) -> wire.Quality:
    async with inside(request, SEE) as session:
        query(request, {})
        return await service.quality(session, known(project_id))
