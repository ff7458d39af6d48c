"""Create, show, finalize and describe batches of this door."""

from collections.abc import Mapping
from typing import Any

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.batches import order_queries, queries
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.tasks import queries as tasks
from neraca.doors.scale.tasks import rules
from neraca.wire.errors import Duplicate

COUNTS = ("pending", "completed", "error", "canceled")
STATUSES = frozenset({"staging", "in_progress", "completed", "paused", "cancelled"})
PAGE = 100


def shown(row: queries.Row) -> dict[str, Any]:
    """A batch as Scale tells it."""
    told = {
        "id": row["id"].hex,
        "name": row["name"],
        "project": row["project"],
        "status": row["status"],
        "created_at": words.told_at(row["created_at"]),
        "metadata": row["metadata"],
        "calibration_batch": row["calibration"],
        "self_label_batch": row["self_label"],
    }
    if row["callback"] is not None:
        told["callback"] = row["callback"]
    if row["completed_at"] is not None:
        told["completed_at"] = words.told_at(row["completed_at"])
    return told


def counted(row: queries.Row) -> dict[str, int]:
    """The four counts in both spellings that are in use."""
    counts = {name: row[name] for name in COUNTS}
    return {**counts, **{f"tasks_{name}": n for name, n in counts.items()}}


async def create(session: CellSession, given: dict[str, Any]) -> dict[str, Any]:
    """A new batch. Raises 400, 404 for an unknown project, 409 for a taken name."""
    name = words.name(given.get("name"), "name")
    project = await projects.row(session, words.name(given.get("project"), "project"))
    callback = rules.callback(given.get("callback"), "callback", private=session.house.private_hosts)
    made = await queries.add(
        session.db,
        {
            "mode": words.mode(session),
            "project_id": project["id"],
            "name": name,
            "state": "staging" if project["rapid"] or project["studio"] else "in_progress",
            "callback": callback,
            "calibration": words.truth(given.get("calibration_batch"), "calibration_batch"),
            "self_label": words.truth(given.get("self_label_batch"), "self_label_batch"),
            "metadata": words.table(given.get("metadata"), "metadata"),
        },
    )
    if made is None:
        raise Duplicate(why=f'There is a batch of the name "{name}" already')
    await order_queries.settle(session.db, made)
    return shown(await row(session, name))


async def row(session: CellSession, name: str) -> queries.Row:
    """A batch of this account. Raises 404."""
    found = await queries.get(session.db, words.mode(session), name)
    if found is None:
        raise words.nothing("batch", name)
    return found


async def finalize(session: CellSession, name: str) -> dict[str, Any]:
    """Lets a batch in staging be worked on, all its tasks in one step; otherwise it changes nothing."""
    batch = await row(session, name)
    state = await queries.lock(session.db, batch["id"])
    if state == "cancelled":
        raise words.wrong("", "The batch is cancelled and cannot be finalized.")
    if state == "staging":
        await queries.set_state(session.db, batch["id"], "in_progress")
        await tasks.place_batch(session.db, batch["id"], session.who.actor)
    return shown(await row(session, name))


async def status(session: CellSession, name: str) -> dict[str, Any]:
    """Where a batch stands, with its exact counts."""
    found = await row(session, name)
    return {"status": found["status"], **counted(found)}


async def set_metadata(session: CellSession, name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """Replaces the metadata."""
    await queries.set_metadata(session.db, (await row(session, name))["id"], metadata)
    return shown(await row(session, name))


async def prioritize(session: CellSession, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """All tasks of the batch have a priority of 10 to 30, larger first; the worker moves those that are open."""
    batch = await row(session, name)
    priority = words.whole(given.get("priority"), "priority", 10, 10, 30)
    await order_queries.alone(session.db, batch["mode"])
    await queries.set_priority(session.db, batch["id"], priority)
    await order_queries.level(session.db, batch["mode"])
    return {"result": f"Priority {priority} is set."}


async def listed(session: CellSession, given: Mapping[str, str]) -> dict[str, Any]:
    """A page of batches, newest first."""
    limit = words.whole(given.get("limit"), "limit", PAGE, 1, PAGE)
    offset = words.whole(given.get("offset"), "offset", 0, 0, 999_999_999)
    filters = {
        "project": given.get("project") or None,
        "status": words.among(given["status"], "status", STATUSES) if given.get("status") else None,
        "exclude_archived": words.truth(given.get("exclude_archived"), "exclude_archived"),
        **{
            short: words.bound(given[name], name) if given.get(name) else None
            for short, name in (("start", "start_time"), ("end", "end_time"))
        },
    }
    rows, total = await queries.page(session.db, words.mode(session), filters, limit, offset)
    detailed = words.truth(given.get("detailed"), "detailed")
    docs = [shown(r) | (counted(r) if detailed else {}) for r in rows]
    has_more = offset + len(rows) < total
    return {"docs": docs, "totalDocs": total, "limit": limit, "offset": offset, "has_more": has_more}
