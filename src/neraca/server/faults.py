"""Every error leaves as a problem document; nothing of our insides leaves with it."""

import msgspec
import psycopg
import structlog
from fastapi import FastAPI, Request
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from neraca.kit.problems import Problem
from neraca.wire.errors import (
    BadRequest,
    Conflict,
    Internal,
    MethodNotAllowed,
    NotFound,
    NotStorable,
    Unavailable,
)

PAGES = "/{path:path}"  # the route of the web app, which knows only GET
SCALE = "/scale/"
NO_PAGES = frozenset({"api", "media", "scale"})
log = structlog.get_logger("neraca.http")


def no_page(path: str) -> bool:
    """Whether a path is the API's in any spelling: what is not found there is not the app's."""
    return path.lstrip("/").partition("/")[0].lower() in NO_PAGES


def response(problem: Problem, request_id: str, path: str = "") -> Response:
    """A problem as an HTTP response; where Scale's client asks, with the two words that it reads."""
    document = problem.document(f"urn:request:{request_id}")
    if path.startswith(SCALE):
        document |= {"status_code": problem.status, "error": problem.detail}
    challenge = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return Response(
        msgspec.json.encode(document),
        problem.status,
        headers={**challenge, **problem.headers},
        media_type="application/problem+json",
    )


def _translated(wrong: Exception, *, for_pages: bool) -> Problem:
    if isinstance(wrong, Problem):
        return wrong
    return _of_framework(wrong, for_pages=for_pages) if isinstance(wrong, HTTPException) else _of_database(wrong)


def _of_framework(wrong: HTTPException, *, for_pages: bool) -> Problem:
    if wrong.status_code == 404 or for_pages:
        return NotFound()
    if wrong.status_code == 405:
        return MethodNotAllowed(headers=dict(wrong.headers or {}))
    return BadRequest(why="the framework refused it")


def _of_database(wrong: Exception) -> Problem:
    match wrong:
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DeadlockDetected():
            return Unavailable(headers={"Retry-After": "1"})
        case psycopg.errors.UniqueViolation():
            return Conflict(why="the same was written at the same time")
        case psycopg.errors.DataError():
            return NotStorable()
        case psycopg.OperationalError() | PoolTimeout() | ConnectionError():
            return Unavailable(headers={"Retry-After": "2"})
    return Internal()


async def handle(request: Request, wrong: Exception) -> Response:
    """The one exception handler."""
    route = getattr(request.scope.get("route"), "path", "")
    problem = _translated(wrong, for_pages=route == PAGES and no_page(request.url.path))
    if problem.status >= 500:
        log.error(
            "failed", id=request.state.request_id, error=type(wrong).__name__, exc_info=isinstance(problem, Internal)
        )
    return response(problem, request.state.request_id, request.url.path)


def install(app: FastAPI) -> None:
    """Puts the handler in place for everything that can be raised."""
    for kind in (Problem, HTTPException, psycopg.Error, PoolTimeout, ConnectionError, Exception):
        app.add_exception_handler(kind, handle)
