"""What the newer protocol can be asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.batches import queries as batch_queries
from neraca.doors.scale.batches import service as old_batches
from neraca.doors.scale.projects import service as old_projects
from neraca.doors.scale.tasks import changes, listing, rules
from neraca.doors.scale.tasks import queries as task_queries
from neraca.doors.scale.tasks import service as old_tasks
from neraca.doors.scale.tasks import show as old_show
from neraca.doors.scale.v2 import queries, show
from neraca.wire.errors import NotFound

Json = dict[str, Any]
Given = Mapping[str, Any]
PAGE = 100
TASK_STATUSES = listing.STATUSES | {"deleted"}


def _id(value: object, field: str) -> UUID | None:
    """An id of ours; any other text names nothing."""
    if value is None:
        return None
    text = words.text(value, field) or ""
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise NotFound
    return UUID(text)


async def batch_row(session: CellSession, given: Given) -> queries.Row:
    """The batch that a request names by id or name. Raises 400, 404."""
    name = words.text(given.get("batch_name"), "batch_name")
    if given.get("batch_id") is None and name is None:
        raise words.wrong("batch_id", "batch_id or batch_name is required.")
    found = await queries.batch(session.db, words.mode(session), _id(given.get("batch_id"), "batch_id"), name)
    if found is None:
        raise words.nothing("batch", name or str(given.get("batch_id")))
    return found


async def project_row(session: CellSession, given: Given) -> queries.Row:
    """The project that a request names by id or name. Raises 400, 404."""
    name = words.text(given.get("project_name"), "project_name")
    if given.get("project_id") is None and name is None:
        raise words.wrong("project_id", "project_id or project_name is required.")
    found = await queries.project(session.db, words.mode(session), _id(given.get("project_id"), "project_id"), name)
    if found is None:
        raise words.nothing("project", name or str(given.get("project_id")))
    return found


async def tasks(session: CellSession, rows: Sequence[Mapping[str, Any]], expand: Sequence[str]) -> list[Json]:
    """Tasks with what was asked to be expanded."""
    told = await old_show.many(session.db, rows, session.house)
    found: list[Json] = []
    for row, old in zip(rows, told, strict=True):
        parts: dict[str, Json] = {}
        if "project" in expand and row["project_id"] is not None:
            parts["project"] = show.project(await project_row(session, {"project_id": row["project_id"].hex}))
        if "batch" in expand and row["batch_id"] is not None:
            parts["batch"] = show.batch(await batch_row(session, {"batch_id": row["batch_id"].hex}))
        found.append(show.task(row, old, parts))
    return found


async def task(session: CellSession, task_name: str, expand: Sequence[str]) -> Json:
    """One task. Raises 404."""
    return (await tasks(session, [await old_tasks.row(session, task_name)], expand))[0]


async def list_tasks(session: CellSession, given: Given, expand: Sequence[str]) -> Json:
    """A page of the tasks of a project or a batch."""
    found: Json = {"mode": words.mode(session)}
    if given.get("batch_id") is not None or given.get("batch_name") is not None:
        found["batch_id"] = (await batch_row(session, given))["id"]
    else:
        found["project_id"] = (await project_row(session, given))["id"]
    if given.get("status"):
        found["status"] = words.among(given["status"], "status", TASK_STATUSES)
    for name, field in (("completed_after", "completed_from"), ("completed_before", "completed_to")):
        if given.get(name):
            found[field] = words.bound(given[name], name)
    limit = words.whole(given.get("limit"), "limit", PAGE, 1, PAGE)
    page = await listing.page(session, found, limit, given.get("next_token") or None)
    told: Json = {"tasks": await tasks(session, page.rows, expand)}
    return told | ({"next_token": page.next_token} if page.next_token else {})


async def create_chat(session: CellSession, given: Json) -> Json:
    """A new conversation in a project of a chat type."""
    batch = None
    if given.get("batch_id") is not None or given.get("batch_name") is not None:
        batch = await batch_row(session, given)
    named = {"project_id": batch["project_id"].hex} if batch and not _names_project(given) else given
    project = await project_row(session, named)
    asked = {
        "project": project["name"],
        "batch": batch["name"] if batch else None,
        "metadata": given.get("metadata"),
        "callback_url": given.get("callback_url"),
        "template_variables": words.table(given.get("template_variables"), "template_variables"),
    }
    made = await old_tasks.create(session, rules.word(project["type"]), asked)
    told = await task(session, made["task_id"], ())
    told.pop("completed_at", None)  # a test key's task is pending at its creation
    return {**told, "status": "pending", "threads": []}


def _names_project(given: Given) -> bool:
    return given.get("project_id") is not None or given.get("project_name") is not None


def merged(old: Json, new: Json) -> Json:
    """`new` over `old`, objects inside objects too."""
    both = {key: merged(old[key], new[key]) for key in old.keys() & new.keys() if _objects(old[key], new[key])}
    return {**old, **new, **both}


def _objects(left: object, right: object) -> bool:
    return isinstance(left, dict) and isinstance(right, dict)


async def set_task_metadata(session: CellSession, given: Json) -> Json:
    """Replaces or merges a task's metadata."""
    name, metadata = words.text(given.get("task_id"), "task_id") or "", words.table(given.get("metadata"), "metadata")
    if words.truth(given.get("merge"), "merge"):
        row = await old_tasks.row(session, name)
        metadata = merged(msgspec.json.decode(row["metadata"]), metadata)
    await changes.set_metadata(session, name, metadata)
    return await task(session, name, ())


async def create_batch(session: CellSession, given: Json) -> Json:
    """A new batch in staging: nobody works on it before it is finalized."""
    project = await project_row(session, given)
    made = await old_batches.create(session, {**given, "project": project["name"]})
    row = await batch_row(session, {"batch_name": made["name"]})
    await batch_queries.set_state(session.db, row["id"], "staging")
    return await get_batch(session, {"batch_name": made["name"]}, ())


async def get_batch(session: CellSession, given: Given, expand: Sequence[str]) -> Json:
    """One batch. Raises 404."""
    row = await batch_row(session, given)
    project = await project_row(session, {"project_id": row["project_id"].hex}) if "project" in expand else None
    return show.batch(row, project)


async def list_batches(session: CellSession, given: Given, expand: Sequence[str]) -> Json:
    """A page of batches, newest first."""
    times = ("created_after", "created_before", "completed_after", "completed_before")
    filters: Json = {
        "mode": words.mode(session),
        "project_id": (await project_row(session, given))["id"] if _names_project(given) else None,
        "status": words.among(given["status"], "status", old_batches.STATUSES) if given.get("status") else None,
        **{name: words.bound(given[name], name) if given.get(name) else None for name in times},
    }
    limit = words.whole(given.get("limit"), "limit", PAGE, 1, PAGE)
    scope = f"scale-batches:{session.who.client_id}:{sorted((k, str(v)) for k, v in filters.items())}"
    at = words.page_at(session, scope, given.get("next_token") or None, "next_token")
    before = (datetime.fromisoformat(at[0]), UUID(at[1])) if at else None
    rows = await queries.batches(session.db, filters, before, limit)
    told: Json = {"batches": [await get_batch(session, {"batch_id": r["id"].hex}, expand) for r in rows[:limit]]}
    if len(rows) > limit:
        last = rows[limit - 1]
        told["next_token"] = session.house.cursors.write(scope, [last["created_at"].isoformat(), last["id"]])
    return told


async def set_batch_metadata(session: CellSession, given: Json) -> Json:
    """Replaces or merges a batch's metadata."""
    row, metadata = await batch_row(session, given), words.table(given.get("metadata"), "metadata")
    if words.truth(given.get("merge"), "merge"):
        metadata = merged(row["metadata"], metadata)
    await batch_queries.set_metadata(session.db, row["id"], metadata)
    return await get_batch(session, given, ())


async def finalize(session: CellSession, given: Json) -> Json:
    """From staging to work. Raises 400 from any other state."""
    row = await batch_row(session, given)
    if await batch_queries.lock(session.db, row["id"]) != "staging":
        raise words.wrong("", f"The batch is {row['status']}; only one in staging can be finalized.")
    await old_batches.finalize(session, row["name"])
    return await get_batch(session, given, ())


async def _moved(session: CellSession, given: Json, state: str, sentence: str) -> Json:
    return {"batch": await get_batch(session, given, ()), "message": f"The batch is {sentence or state}."}


async def pause(session: CellSession, given: Json) -> Json:
    """Nobody is asked any more until the batch is resumed. Raises 400."""
    row = await batch_row(session, given)
    state = await batch_queries.lock(session.db, row["id"])
    if state != "in_progress" or sum(row[name] for name in old_batches.COUNTS) == 0:
        raise words.wrong("", f"The batch is {row['status']} or empty and cannot be paused.")
    await batch_queries.set_state(session.db, row["id"], "paused")
    await queries.hold(session.db)
    return await _moved(session, given, "paused", "")


async def resume(session: CellSession, given: Json) -> Json:
    """A paused batch goes on. Raises 400."""
    row = await batch_row(session, given)
    if await batch_queries.lock(session.db, row["id"]) != "paused":
        raise words.wrong("", f"The batch is {row['status']} and cannot be resumed.")
    await batch_queries.set_state(session.db, row["id"], "in_progress")
    await queries.go_on(session.db, row["id"])
    await task_queries.place_batch(session.db, row["id"], session.who.actor)
    return await _moved(session, given, "in_progress", "in progress again")


async def cancel(session: CellSession, given: Json) -> Json:
    """Ends a batch with all its pending tasks."""
    row = await batch_row(session, given)
    if await batch_queries.lock(session.db, row["id"]) != "cancelled":
        await batch_queries.set_state(session.db, row["id"], "cancelled")
        await queries.end(session.db, row["id"], session.who.actor)
    return await _moved(session, given, "cancelled", "")


async def list_projects(session: CellSession, given: Given) -> Json:
    """Every project."""
    since, until = (words.bound(given[n], n) if given.get(n) else None for n in ("created_after", "created_before"))
    rows = await queries.projects(session.db, words.mode(session), since, until)
    return {"projects": [show.project(row) for row in rows]}


async def annotation(session: CellSession, annotation_id: str) -> Json:
    """One annotation of a completed task. Raises 404."""
    response = await queries.with_annotation(session.db, words.mode(session), annotation_id)
    for found in show.annotations(response):
        if found["id"] == annotation_id:
            told: Json = show.parsed(found)
            return told
    raise NotFound


async def schema(session: CellSession, schema_id: str) -> Json:
    """The response schema of a project, whose id it has. Raises 404."""
    found = await project_row(session, {"project_id": schema_id})
    template = await old_projects.template(session, found["name"])
    if "response_schema" not in template:
        raise NotFound
    given = template["response_schema"]
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    return {"schema": {"id": schema_id, "json": text}}
