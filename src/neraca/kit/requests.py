"""Reading requests strictly: bodies, ids, query parameters."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from neraca.kit import ids, strictjson, wording
from neraca.kit.problems import CATALOGUE, Fault, shown

Shape = TypeVar("Shape", bound=BaseModel)
MIB = 2**20
BODY_SECONDS = 60.0
LEAST_RATE = 1024  # bytes a second, after a grace of 10 seconds
GRACE_SECONDS = 10.0


def _raise(slug: str, *, headers: dict[str, str] | None = None, **facts: object) -> Exception:
    problem: Callable[..., Exception] = CATALOGUE[slug]  # each has facts of its own
    return problem(headers=headers, **facts)


def invalid(errors: Sequence[Fault]) -> Exception:
    """`validation-failed` with these."""
    problem: Callable[..., Exception] = CATALOGUE["validation-failed"]
    return problem(errors)


async def raw(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes, arriving at no less than 1 kB/s.

    It stays at hand as `request.state.raw`. Raises payload-too-large, request-timeout,
    unsupported-media-type (for an encoded body).
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _raise("unsupported-media-type", expected="plain bytes, without Content-Encoding")
    declared = request.headers.get("content-length")
    if declared and declared.isdigit() and int(declared) > limit:
        raise _raise("payload-too-large", limit=limit, headers={"Connection": "close"})
    body = bytearray()
    begun = time.monotonic()
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(GRACE_SECONDS):
                chunk = await anext(stream, None)
            if chunk is None:
                break
            body += chunk
            if len(body) > limit:
                raise _raise("payload-too-large", limit=limit, headers={"Connection": "close"})
            spent = time.monotonic() - begun
            if spent > BODY_SECONDS or (spent > GRACE_SECONDS and len(body) < LEAST_RATE * spent):
                raise TimeoutError  # noqa: TRY301 - one place answers both
    except TimeoutError:
        raise _raise("request-timeout", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise _raise("bad-request", why="the connection closed before the body was complete") from None
    request.state.raw = bytes(body)
    return bytes(body)


def parse(body: bytes) -> Any:
    """Strict JSON, or the problem that names what is wrong with it."""
    try:
        return strictjson.loads(body)
    except strictjson.Refused as wrong:
        raise _raise(wrong.code, headers=None, **wrong.facts) from None


async def read(request: Request, shape: type[Shape], *, limit: int = MIB) -> Shape:
    """The JSON body as `shape`. Raises a problem naming every fault at once."""
    kind, _, charset = request.headers.get("content-type", "").partition(";")
    charset = charset.strip().lower().replace('"', "")
    if kind.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise _raise("unsupported-media-type", expected="application/json in UTF-8")
    body = await raw(request, limit)
    document = parse(body)
    try:
        return shape.model_validate_json(body)
    except ValidationError as wrong:
        raise invalid(wording.faults(wrong, document)) from None


def known(text: str) -> UUID:
    """An id in a path; anything but the canonical spelling is not found."""
    found = ids.parse(text)
    if found is None:
        raise _raise("not-found")
    return found


def query(request: Request, allowed: Mapping[str, Sequence[str] | None]) -> dict[str, str]:
    """The query's parameters, each at most once and known.

    `allowed` gives the values that a parameter may have; None leaves them open.
    """
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in allowed:
            raise _raise("unknown-filter", name=shown(name))
        values = allowed[name]
        if name in found:
            raise invalid([Fault(f"?{name}", "given-twice", f'"{name}" may be given once.')])
        if values is not None and value not in values:
            said = f'"{name}" must be one of {", ".join(values)}, not {shown(value)}.'
            raise invalid([Fault(f"?{name}", "not-allowed", said)])
        if "\0" in value:
            raise invalid([Fault(f"?{name}", "nul-not-allowed", f'"{name}" may not hold the character NUL.')])
        found[name] = value
    return found


async def declared(request: Request) -> None:
    """Refuses a query parameter that the operation does not have. Raises unknown-filter.

    A parameter that is ignored looks like one that works: a list that should be narrow is wide. Where a protocol of
    others wants it ignored, its route says `x-any-query`.
    """
    extra = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    if extra.get("x-any-query"):
        return
    names = {parameter["name"] for parameter in extra.get("parameters", ()) if parameter["in"] == "query"}
    for name in request.query_params:
        if name not in names:
            raise _raise("unknown-filter", name=shown(name))
