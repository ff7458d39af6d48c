"""Files over Scale's v1."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from neraca.accounts import MANAGE, house, key_as_user, principal
from neraca.doors.scale import route, words
from neraca.doors.scale.fetching import Unfetched, fetch
from neraca.doors.scale.files import service
from neraca.kit import requests
from neraca.wire.errors import Forbidden

router = APIRouter(route_class=route.ScaleRoute, prefix="/scale/v1", include_in_schema=False)
FORM = 2**20  # what the other parts of a form may hold


@router.post("/files/upload")
async def upload(request: Request) -> Response:
    if (await principal(request, key_as_user)).role not in MANAGE:
        raise Forbidden
    name, body, given = await _form(request)
    async with route.account(request) as session:
        return route.answer(await service.add(session, body, service.described(name, given)))


async def _form(request: Request) -> tuple[str, bytes, dict[str, Any]]:
    """The part `file` and all text parts."""
    raw = await requests.raw(request, service.LIMIT + FORM)

    async def once() -> AsyncGenerator[bytes, None]:
        yield raw

    try:
        form = await MultiPartParser(request.headers, once(), max_files=1, max_fields=50).parse()
    except (MultiPartException, FormParserError, KeyError, UnicodeDecodeError):
        raise words.wrong("file", "The form cannot be read: send multipart/form-data with a part file.") from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise words.wrong("file", "file is required.")
    body = await file.read()
    given = {key: value for key, value in form.items() if isinstance(value, str)}
    await form.close()
    return file.filename or "file", body, given


@router.post("/files/import")
async def import_file(request: Request) -> Response:
    given = await route.fields(request)
    url = words.text(given.get("file_url"), "file_url")
    if url is None:
        raise words.wrong("file_url", "file_url is required.")
    about = service.described(url.partition("?")[0].rpartition("/")[2] or "file", given)
    try:
        body = await fetch(house(request), url)
    except Unfetched as failure:
        raise words.wrong("file_url", f"file_url: {failure}") from None
    async with route.account(request) as session:
        return route.answer(await service.add(session, body, about))


@router.get("/files")
async def list_all(request: Request) -> Response:
    async with route.account(request) as session:
        return route.answer(await service.listed(session, request.query_params))


@router.get("/files/{file_id}/content")
async def content(request: Request, file_id: str) -> Response:
    async with route.account(request) as session:
        path, media_type = await service.content(session, file_id)
    headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(path, media_type=media_type, headers=headers)
