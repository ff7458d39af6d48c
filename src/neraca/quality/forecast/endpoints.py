"""What a policy will take, over HTTP."""

import asyncio

from fastapi import APIRouter, Request

from neraca.accounts import MANAGE, inside, taken
from neraca.kit.openapi import doc
from neraca.quality.forecast import service
from neraca.wire import quality as wire

router = APIRouter()


@router.post("/api/projects/estimate", openapi_extra=doc(wire.EstimateAsked))
async def estimate_policy(request: Request) -> wire.Estimate:
    asked = await taken(request, MANAGE, wire.EstimateAsked)
    async with inside(request, MANAGE) as session:
        known = await service.basis(session, asked)
    return await asyncio.to_thread(service.estimate, asked, known)
