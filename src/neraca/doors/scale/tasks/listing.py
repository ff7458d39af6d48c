"""Lists of tasks: filters from a query string, pages by token, exact totals."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.shapes import TYPES
from neraca.doors.scale.tasks import listing_queries as queries
from neraca.doors.scale.tasks import show

PAGE = 100
STATUSES = frozenset({"pending", "completed", "canceled", "error"})
REVIEWS = frozenset({"accepted", "fixed", "commented", "rejected", "pending"})
TIMES = {
    "start_time": "created_from",
    "end_time": "created_to",
    "updated_after": "updated_from",
    "updated_before": "updated_to",
    "completed_after": "completed_from",
    "completed_before": "completed_to",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page and where the next one begins."""

    rows: list[Mapping[str, Any]]
    total: int
    offset: int
    next_token: str | None


def filters(session: CellSession, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The filters that need no names looked up. Raises 400."""
    found: dict[str, Any] = {"mode": words.mode(session)}
    for name, field in TIMES.items():
        if given.get(name):
            found[field] = words.bound(given[name][-1], name)
    if given.get("status"):
        found["status"] = words.among(given["status"][-1], "status", STATUSES)
    if given.get("type"):
        found["type"] = words.among(given["type"][-1], "type", TYPES)
    if given.get("unique_id"):
        found["unique_ids"] = list(given["unique_id"])
    if given.get("tags"):
        found["tags"] = list(given["tags"])
    if given.get("customer_review_status"):
        reviews = [one for each in given["customer_review_status"] for one in each.split(",")]
        found["reviews"] = [words.among(one, "customer_review_status", REVIEWS) for one in reviews]
    return found


async def page(session: CellSession, found: dict[str, Any], limit: int, token: str | None) -> Page:
    """A page under filters whose names are ids. The total is counted once and travels in the token."""
    digest = hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()[:24]
    scope = f"scale-tasks:{session.who.client_id}:{digest}"
    at = words.page_at(session, scope, token, "next_token")
    before, offset = None, 0
    if at is not None:
        before, offset = (datetime.fromisoformat(at[0]), UUID(at[1])), int(at[3])
    rows = await queries.page(session.db, found, before, limit)
    total = int(at[2]) if at is not None else await queries.count(session.db, found)
    onward = None
    if len(rows) > limit:
        last = rows[limit - 1]
        onward = session.house.cursors.write(scope, [last["created_at"].isoformat(), last["id"], total, offset + limit])
    return Page(list(rows[:limit]), total, offset, onward)


async def listed(session: CellSession, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The answer to `GET /tasks`."""
    found = filters(session, given)
    limit = words.whole(_last(given, "limit"), "limit", PAGE, 1, PAGE)
    project, batch = _last(given, "project"), _last(given, "batch")
    if project is not None or batch is not None:
        project_id, batch_id = await queries.named(session.db, found["mode"], project, batch)
        for name, field, id_ in ((project, "project_id", project_id), (batch, "batch_id", batch_id)):
            if name is not None and id_ is None:
                return {"docs": [], "total": 0, "limit": limit, "offset": 0, "has_more": False}
            if id_ is not None:
                found[field] = id_
    one = await page(session, found, limit, _last(given, "next_token"))
    with_links = words.truth(_last(given, "include_attachment_url"), "include_attachment_url")
    docs = await show.many(session.db, one.rows, session.house, links=session if with_links else None)
    if words.truth(_last(given, "limited_response"), "limited_response"):
        docs = [show.limited(doc) for doc in docs]
    told = {"docs": docs, "total": one.total, "limit": limit, "offset": one.offset, "has_more": bool(one.next_token)}
    return told | ({"next_token": one.next_token} if one.next_token else {})


def _last(given: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = given.get(name)
    return values[-1] if values and values[-1] != "" else None
