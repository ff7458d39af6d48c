"""Composition: the slices' routes, the order of hooks, the app's files."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import FileResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware import Middleware
from starlette.routing import Route

from neraca import __version__
from neraca.accounts import House
from neraca.accounts import endpoints as accounts
from neraca.answers import endpoints as submits
from neraca.assets import endpoints as assets
from neraca.deliver.callbacks import endpoints as callbacks
from neraca.deliver.exports import endpoints as exports
from neraca.doors.scale import endpoints as scale
from neraca.kit import openapi
from neraca.kit.requests import declared
from neraca.models import endpoints as models
from neraca.projects import endpoints as projects
from neraca.quality.forecast import endpoints as forecast
from neraca.quality.gold import endpoints as gold
from neraca.quality.reports import endpoints as reports
from neraca.routing import endpoints as work
from neraca.server import faults, logs
from neraca.server.front import Front
from neraca.server.hooks import ANSWER_STORED
from neraca.server.settings import Settings
from neraca.tasks import endpoints as tasks
from neraca.tasks.imports import endpoints as imports
from neraca.wire.errors import NotFound, Unavailable

STATIC = Path(__file__).parent / "static"
# Taken from the slices' endpoints, not from their front doors: a worker, a job or a seed that enters a slice
# then does not load a web framework.
ROUTERS = (
    accounts.router,
    projects.router,
    assets.router,
    tasks.router,
    imports.router,
    work.router,
    submits.router,
    gold.router,
    exports.router,
    callbacks.router,
    reports.router,
    forecast.router,
    models.router,
    *scale.ROUTERS,
)
# Asked for with every answer: these read their own body and need nothing of what FastAPI does for a route.
HOT: dict[str, Callable[..., Awaitable[Response]]] = {
    "/api/work/next": work.next_task,
    "/api/work/leases/{lease_id}/submit": submits.submit_answer,
}


def create(settings: Settings) -> FastAPI:
    """The API and the web app as one ASGI application."""
    logs.configure()
    house: House = settings.house()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await house.close()

    app = FastAPI(
        title="Neraca",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Front, hosts=settings.hosts, port=settings.port, names=scale.NAMES),
            Middleware(scale.RawPaths),
        ],
    )
    app.state.house = house
    app.state.answer_stored = ANSWER_STORED
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(declared)])
    for at, (path, endpoint) in enumerate(HOT.items()):
        app.router.routes.insert(at, _direct(path, endpoint))
    app.router.routes[len(HOT) : len(HOT)] = scale.FIRST
    _operations(app)
    faults.install(app)
    described = app.openapi
    app.openapi = lambda: _described(described())  # type: ignore[method-assign] # FastAPI's way to extend it
    return app


def _direct(path: str, endpoint: Callable[..., Awaitable[Response]]) -> Route:
    """The route in front of its documented self: straight to the endpoint."""

    async def handled(request: Request) -> Response:
        request.scope["route"] = route
        await declared(request)
        return await endpoint(request, **request.path_params)

    route = Route(path, handled, methods=["POST"])
    return route


def _described(document: dict[str, Any]) -> dict[str, Any]:
    parts = document.setdefault("components", {})
    parts["schemas"] = {**openapi.schemas(), **parts.get("schemas", {})}
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "neraca_session"},
    }
    return document


def _operations(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        try:
            async with request.app.state.house.control() as control:
                await control.execute("select 1 from alembic_version")
        except Exception as wrong:
            raise Unavailable(headers={"Retry-After": "1"}) from wrong
        return Response("ready\n", media_type="text/plain")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get(faults.PAGES, include_in_schema=False)
    async def page(request: Request, path: str) -> Response:
        if faults.no_page(path):
            raise NotFound
        # ranges of the app's own files are not worth their answers that are no problem documents
        request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"range"]
        wanted = (STATIC / path).resolve()
        if path and wanted.is_relative_to(STATIC) and wanted.is_file():
            held = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(wanted, headers={"Cache-Control": held})
        index = STATIC / "index.html"
        if "." in path.rsplit("/", 1)[-1] or not index.exists():
            raise NotFound
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
