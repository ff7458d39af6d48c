"""How this door reads requests and speaks: Scale's status codes, error bodies, times and names.

Its client takes only 200 for success, wants an object in every error, asks the body of a 409 for a
`unique_id` wherever the address has the letters `task`, and sends names with their slashes encoded.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import psycopg
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from neraca.accounts import MANAGE, CellSession, inside, key_as_user, principal
from neraca.doors.scale import words
from neraca.kit import requests
from neraca.kit.problems import Problem
from neraca.wire.errors import Conflict, Forbidden, NotFound, ValidationFailed

PREFIX = "/scale/"
LIMIT = 16 * requests.MIB
AS_INVALID = frozenset({406, 415, 422})


class RawPaths:
    """Gives this door's addresses to the router as they were sent: a slash inside a name stays encoded."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            raw = scope.get("raw_path")
            if raw is not None:
                scope = {**scope, "path": raw.decode("latin-1")}
        await self.app(scope, receive, send)


def answer(body: object, status: int = 200) -> Response:
    """200 with JSON: the only success that the client knows."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _sentence(problem: Problem) -> str:
    if isinstance(problem, ValidationFailed | NotFound) and problem.errors:
        return " ".join(fault.detail for fault in problem.errors)
    return problem.detail


def _is_object(request: Request) -> bool:
    body: bytes = getattr(request.state, "raw", b"")
    return body.lstrip()[:1] == b"{"


def refused(request: Request, problem: Problem) -> Response:
    """A problem in Scale's words."""
    status = 400 if problem.status in AS_INVALID else problem.status
    if status == Conflict.status and "task" in request.url.path and not _is_object(request):
        status = 400  # the client would look for a unique_id in a body that it did not send
    body = msgspec.json.encode({"status_code": status, "error": _sentence(problem)})
    return Response(body, status, headers=problem.headers, media_type="application/json")


class ScaleRoute(APIRoute):
    """A route whose problems leave in Scale's words, and that passes over parameters it does not know.

    It goes straight to its endpoint, which reads its own body and gives a response: what FastAPI does in between is
    a tenth of what a task costs.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        super().__init__(path, endpoint, **{**how, "openapi_extra": {"x-any-query": True}})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def told(request: Request) -> Response:
            try:
                response: Response = await self.endpoint(request, **request.path_params)
            except Problem as problem:
                return refused(request, problem)
            except psycopg.errors.UniqueViolation:
                return refused(request, Conflict(why="the same was written at the same time"))
            except psycopg.errors.DataError:
                return refused(request, words.wrong("", "A value of the request cannot be stored."))
            return response

        return told


@contextlib.asynccontextmanager
async def account(request: Request, *, pipeline: bool = False) -> AsyncIterator[CellSession]:
    """The caller's cell. A key is the user name of Basic (v1) or a Bearer (v2)."""
    async with inside(request, MANAGE, credential=key_as_user, pipeline=pipeline) as session:
        yield session


async def body(request: Request) -> Any:
    """The body of an allowed caller: JSON, a form as `curl -d` sends it, or None for an empty one."""
    if (await principal(request, key_as_user)).role not in MANAGE:
        raise Forbidden
    raw = await requests.raw(request, LIMIT)
    if not raw.strip():
        return None
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _form(raw)
    return requests.parse(raw)


async def fields(request: Request) -> dict[str, Any]:
    """The body as an object; an empty one has no fields."""
    found = await body(request)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise words.wrong("", "The body must be a JSON object.")
    return found


def _form(raw: bytes) -> dict[str, Any]:
    """`a=1&b=x&b=y&c[d]=z` as an object: repeated names are lists, brackets are objects."""
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=1000)
    except ValueError:
        raise words.wrong("", "The form cannot be read.") from None
    found: dict[str, Any] = {}
    for name, value in pairs:
        outer, bracket, inner = name.partition("[")
        if bracket and inner.endswith("]") and len(inner) > 1:
            place = found.setdefault(outer, {})
            if not isinstance(place, dict):
                raise words.wrong(outer, f"{outer} is given in two forms.")
            place[inner[:-1]] = value
        elif outer in found or bracket:
            before = found.get(outer, [])
            found[outer] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[outer] = value
    return found


def name_in(path_part: str) -> str:
    """A name from an address."""
    return unquote(path_part)
