"""Uploading and showing images."""

import time
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from neraca.accounts import MANAGE, SEE, house, inside, principal, viewer
from neraca.assets import queries, service
from neraca.kit import files
from neraca.kit.openapi import doc
from neraca.kit.requests import known, query, raw
from neraca.wire.errors import Forbidden, NotFound, UnsupportedMediaType
from neraca.wire.tasks import Asset

router = APIRouter()


@router.post("/api/assets", status_code=201, openapi_extra=doc(media="image/*", query=("credit",)))
async def upload_asset(request: Request) -> Asset:
    if (await principal(request)).role not in MANAGE:
        raise Forbidden
    if not request.headers.get("content-type", "").startswith("image/"):
        raise UnsupportedMediaType(expected="a PNG, JPEG, WebP or GIF image")
    found = query(request, {"credit": None})
    body = await raw(request, service.LIMIT)
    picture = await service.examine(body)  # before a connection is borrowed: it may take its time
    async with inside(request, MANAGE) as session:
        return await service.add(session, body, picture, (found.get("credit") or "")[:500] or None)


@router.get("/api/assets/{asset_id}", openapi_extra=doc())
async def get_asset(request: Request, asset_id: str) -> Asset:
    async with inside(request, SEE) as session:
        row = await queries.get(session.db, known(asset_id))
        if row is None:
            raise NotFound
        return service.shown(session, row)


@router.get("/media/{token}", openapi_extra=doc(security="none"), response_class=StreamingResponse)
async def show_media(request: Request, token: str) -> StreamingResponse:
    claim = house(request).media_tokens.read(token, time.time())
    if claim is None:
        raise NotFound
    if "lease" not in claim:
        who = await viewer(request, UUID(claim["client"]))
        if who is None or not service.opens(who, claim):
            raise NotFound
    cell = await house(request).cell(UUID(claim["client"]))
    async with house(request).inside(cell) as db:
        if "lease" in claim and not await queries.leased(db, UUID(claim["lease"])):
            raise NotFound
        row = await queries.get(db, UUID(claim["asset"]))
    if row is None:
        raise NotFound
    return files.answer(
        request,
        house(request).blobs / row["blob"],
        size=row["bytes"],
        sha256=bytes(row["sha256"]).hex(),
        media_type=row["media_type"],
        headers={
            "Cache-Control": "private, max-age=300",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Disposition": "inline",
        },
    )
