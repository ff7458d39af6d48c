"""What a client does to a task that is there: cancel, rename, describe, tag, tell again."""

import json
from typing import Any

import psycopg

from neraca import tasks
from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.tasks import queries, rules, service, show
from neraca.wire.errors import Conflict

ENDED = frozenset({"completed", "error"})


async def cancel(session: CellSession, task_name: str, *, clear: bool) -> dict[str, Any]:
    """Ends a pending task; canceling twice is the same as once. Raises 400 for one that is completed."""
    row = await service.row(session, task_name)
    if row["status"] in ENDED:
        raise words.wrong("", f"The task is {row['status']} and cannot be canceled.")
    if row["status"] == "pending":
        if row["stage"] == service.PLACED:
            try:
                await tasks.cancel(session, row["id"])
            except Conflict:
                raise words.wrong("", "The task is completed and cannot be canceled.") from None
        else:
            sets = "status = 'canceled', stage = 3, fetch_at = null"
            await queries.change(session.db, row["id"], row["mode"], sets, {})
    if clear:
        await queries.change(session.db, row["id"], row["mode"], "unique_id = null", {})
    return await service.get(session, task_name)


async def set_unique_id(session: CellSession, task_name: str, unique_id: str | None) -> dict[str, Any]:
    """Gives a task its unique id, or takes it away. Raises 409 where another task has it."""
    row = await service.row(session, task_name)
    try:
        async with session.db.transaction():
            await queries.change(session.db, row["id"], row["mode"], "unique_id = %(u)s", {"u": unique_id})
    except psycopg.errors.UniqueViolation:
        other = await queries.taken_by(session.db, row["mode"], unique_id)
        raise service.taken(unique_id, other or row["id"]) from None
    return await service.get(session, task_name)


async def set_metadata(session: CellSession, task_name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """Replaces the metadata; an empty body empties it."""
    row = await service.row(session, task_name)
    await queries.change_body(session.db, row["id"], "metadata = %(d)s::jsonb", {"d": json.dumps(metadata)})
    await queries.change(session.db, row["id"], row["mode"], "status = status", {})
    return await service.get(session, task_name)


async def set_tags(session: CellSession, task_name: str, given: object, how: str) -> dict[str, Any]:
    """Replaces the tags (`set`), adds some in their order (`add`), or takes some away (`drop`)."""
    if given is not None and not isinstance(given, list):
        raise words.wrong("tags", "tags must be a list of texts.")
    row = await service.row(session, task_name)
    listed = rules.tags(given) or []
    before: list[str] = row["tags"] or []
    match how:
        case "set":
            after = listed
        case "add":
            after = [*before, *(t for t in listed if t not in before)]
        case _:
            after = [t for t in before if t not in listed]
    await queries.change(session.db, row["id"], row["mode"], "tags = %(t)s", {"t": rules.tags(after)})
    return await service.get(session, task_name)


async def send_callback(session: CellSession, task_name: str) -> dict[str, Any]:
    """Sends the callback of a task that has ended once more."""
    row = await service.row(session, task_name)
    if row["status"] not in ENDED:
        raise words.wrong("", "Only a completed task or one in error has a callback.")
    if row["callback_url"] is None:
        raise words.wrong("callback_url", "The task has no callback_url.")
    await queries.tell(session.db, row["id"])
    return {"task_id": show.name_of(row["id"]), "result": "queued"}
