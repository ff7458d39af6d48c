"""Idempotency-Key: the same key with the same body has one effect and one answer for a day."""

import hashlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from neraca.kit.problems import CATALOGUE
from neraca.kit.session import Connection

Work = Callable[[], Awaitable[tuple[int, bytes]]]


async def once(request: Request, db: Connection, actor: str, body: bytes, work: Work) -> Response:
    """Does `work` in the caller's transaction unless this key was used before.

    `work` gives status and JSON body; both are kept with the key in the same transaction. Raises
    bad-request for a key that is empty, longer than 255 characters or not printable,
    idempotency-mismatch for another body, idempotency-in-flight while the first request runs.
    """
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        status, said = await work()
        return Response(said, status, media_type="application/json")
    key = keys[0]
    if len(keys) > 1:
        raise CATALOGUE["bad-request"](why="there may be one Idempotency-Key header")
    if not key or len(key) > 255 or not key.isascii() or not key.isprintable():
        raise CATALOGUE["bad-request"](why="Idempotency-Key must be 1 to 255 printable ASCII characters")
    route = f"{request.method} {request.url.path}"
    values = {"k": key, "a": actor, "r": route, "h": hashlib.sha256(body).digest()}
    locked = await (
        await db.execute("select pg_try_advisory_xact_lock(hashtextextended(%(a)s || %(r)s || %(k)s, 7)) as ok", values)
    ).fetchone()
    if not locked or not locked["ok"]:
        raise CATALOGUE["idempotency-in-flight"](headers={"Retry-After": "1"})
    found = await (
        await db.execute(
            "select body_hash, status, body from idempotency where actor = %(a)s and route = %(r)s and key = %(k)s",
            values,
        )
    ).fetchone()
    if found is not None:
        if bytes(found["body_hash"]) != values["h"]:
            raise CATALOGUE["idempotency-mismatch"]
        return Response(
            bytes(found["body"]),
            found["status"],
            media_type="application/json",
            headers={"Idempotent-Replay": "true"},
        )
    status, said = await work()
    await db.execute(
        "insert into idempotency (key, actor, route, body_hash, status, body)"
        " values (%(k)s, %(a)s, %(r)s, %(h)s, %(s)s, %(b)s)",
        {**values, "s": status, "b": said},
    )
    return Response(said, status, media_type="application/json")
