"""Who is asking: a verified credential becomes a principal, and a principal a session on its cell."""

import base64
import binascii
import contextlib
import hmac
import math
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from starlette.requests import Request

from neraca.accounts import queries
from neraca.accounts.house import Cell, House
from neraca.kit.requests import MIB, Shape, read
from neraca.kit.session import Connection
from neraca.kit.signing import digest, pseudonym
from neraca.wire.errors import CrossSite, Forbidden, NotEligible, TooManyRequests, Unauthenticated

COOKIE = "neraca_session"
MANAGE: Collection[str] = frozenset({"manager"})
SEE: Collection[str] = frozenset({"manager", "reviewer"})
WORK: Collection[str] = frozenset({"manager", "reviewer", "labeler"})


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller inside one client. `labeler_id` is its pseudonym in that cell.

    `credential` is the stored hash of the sign-in or the key that was shown.
    """

    client_id: UUID
    role: Literal["manager", "reviewer", "labeler"]
    mode: Literal["live", "test"] | None
    labeler_id: UUID
    labeler_kind: Literal["person", "model"]
    actor: str
    credential: bytes
    person_id: UUID | None = None
    key_id: UUID | None = None
    key_name: str | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class CellSession:
    """One transaction in the caller's own cell."""

    db: Connection
    who: Principal
    cell: Cell
    house: House


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person's live sign-in on the control plane."""

    person_id: UUID
    email: str
    name: str
    locale: str
    operator: bool
    csrf: str
    id_hash: bytes


def house(request: Request) -> House:
    """The house of this process, put there by the composition in `server`."""
    found: House = request.app.state.house
    return found


def bearer(request: Request) -> str | None:
    """The token of the one Authorization header, if it is of the scheme Bearer."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1 or not headers[0].startswith("Bearer "):
        return None
    return headers[0][7:]


def key_as_user(request: Request) -> str | None:
    """The key that a door's client sends as the user name of Basic, without a password, or as Bearer."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1 or not headers[0].startswith("Basic "):
        return bearer(request)
    try:
        name, colon, password = base64.b64decode(headers[0][6:], validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return None
    return name if colon and not password else None


Credential = Callable[[Request], str | None]


async def principal(request: Request, credential: Credential = bearer) -> Principal:
    """The verified caller of a cell route. Raises unauthenticated."""
    text = credential(request)
    if text is None or not text.isascii() or len(text) > 2048:
        raise Unauthenticated
    home = house(request)
    secret = digest(text)
    known = home.recall(secret)
    if isinstance(known, Principal):
        return await _within_limit(request, home, known)
    if text.startswith(("nrc_live_", "nrc_test_")):
        found = await _by_key(home, secret)
    elif text.startswith("nct_"):
        found = await _by_token(home, text[4:])
    else:
        raise Unauthenticated
    home.remember(secret, found)
    return await _within_limit(request, home, found)


async def _within_limit(request: Request, home: House, who: Principal) -> Principal:
    """Counts a request once against the limit of its key. Raises too-many-requests."""
    if who.per_minute is not None and not getattr(request.state, "counted", False):
        request.state.counted = True
        seconds = math.ceil(await home.rates.take(f"key:{who.key_id}", who.per_minute))
        if seconds:
            raise TooManyRequests(seconds=seconds, headers={"Retry-After": str(seconds)})
    return who


async def _by_key(home: House, secret: bytes) -> Principal:
    async with home.control() as control:
        row = await queries.key(control, secret)
    if row is None:
        raise Unauthenticated
    cell = await home.cell(row["client_id"])
    return Principal(
        client_id=row["client_id"],
        role=row["role"],
        mode=row["mode"],
        labeler_id=pseudonym(cell.pseudonym_key, f"key:{row['id']}"),
        labeler_kind="model",
        actor=f"key:{row['id']}",
        credential=secret,
        key_id=row["id"],
        key_name=row["name"],
        per_minute=row["per_minute"],
    )


async def _by_token(home: House, text: str) -> Principal:
    claim = home.cell_tokens.read(text, time.time())
    if claim is None:
        raise Unauthenticated
    return await _by_login(home, bytes.fromhex(claim["login"]), UUID(claim["client"]))


async def _by_login(home: House, login: bytes, client_id: UUID) -> Principal:
    async with home.control() as control:
        row = await queries.membership(control, login, client_id)
    if row is None:
        raise Unauthenticated
    if row["walled"] and row["role"] == "labeler":
        raise NotEligible
    cell = await home.cell(client_id)
    labeler = pseudonym(cell.pseudonym_key, f"person:{row['person_id']}")
    return Principal(
        client_id=client_id,
        role=row["role"],
        mode=None,
        labeler_id=labeler,
        labeler_kind="person",
        actor=f"person:{labeler}",
        credential=login,
        person_id=row["person_id"],
    )


async def viewer(request: Request, client_id: UUID) -> Principal | None:
    """Who follows a link into a client: by the Authorization header, else (a page's picture) by the cookie.

    None for everybody who is not at home in this client.
    """
    try:
        if request.headers.get("authorization") is not None:
            who = await principal(request, key_as_user)
        else:
            who = await _by_cookie(request, client_id)
    except (Unauthenticated, NotEligible):
        return None
    return who if who.client_id == client_id else None


async def _by_cookie(request: Request, client_id: UUID) -> Principal:
    cookie = request.cookies.get(COOKIE)
    if not cookie or not cookie.isascii():
        raise Unauthenticated
    home, login = house(request), digest(cookie)
    seen = login + client_id.bytes
    known = home.recall(seen)
    if isinstance(known, Principal):
        return known
    found = await _by_login(home, login, client_id)
    home.remember(seen, found)
    return found


async def taken(request: Request, roles: Collection[str], shape: type[Shape], *, limit: int = MIB) -> Shape:
    """The body of an allowed caller, read before any connection is borrowed: a slow sender holds none."""
    if (await principal(request)).role not in roles:
        raise Forbidden
    return await read(request, shape, limit=limit)


@contextlib.asynccontextmanager
async def inside(
    request: Request,
    roles: Collection[str],
    *,
    transaction: bool = True,
    pipeline: bool = False,
    credential: Credential = bearer,
) -> AsyncIterator[CellSession]:
    """The caller's session on its own cell: one transaction, committed at the end.

    `pipeline` is for routes where every millisecond counts: see `House.inside`.
    Raises unauthenticated, or forbidden where the caller's role is not among `roles`.
    """
    who = await principal(request, credential)
    if who.role not in roles:
        raise Forbidden
    home = house(request)
    cell = await home.cell(who.client_id)
    async with home.inside(cell, transaction=transaction, pipeline=pipeline) as db:
        yield CellSession(db=db, who=who, cell=cell, house=home)


def same_origin(request: Request) -> None:
    """Refuses what another site's page sends. Raises cross-site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise CrossSite
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://", 1)[-1] != request.headers.get("host"):
        raise CrossSite


async def signed_in(request: Request) -> SignedIn:
    """The person behind the cookie. Raises unauthenticated; cross-site for an unsafe method without its token."""
    cookie = request.cookies.get(COOKIE)
    if not cookie or not cookie.isascii():
        raise Unauthenticated
    id_hash = digest(cookie)
    async with house(request).control() as control:
        row = await queries.login(control, id_hash)
        if row is not None and row["stale"]:
            await queries.touch_login(control, id_hash)
    if row is None:
        raise Unauthenticated
    if request.method not in {"GET", "HEAD"}:
        same_origin(request)
        if not hmac.compare_digest(request.headers.get("x-csrf-token", "").encode(), row["csrf"].encode()):
            raise CrossSite
    return SignedIn(
        person_id=row["id"],
        email=row["email"],
        name=row["name"],
        locale=row["locale"],
        operator=row["operator"],
        csrf=row["csrf"],
        id_hash=id_hash,
    )
