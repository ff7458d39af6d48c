"""Judge a completed task: accept it, have it done anew, put it right, or only say what is wrong."""

import contextlib
from typing import Any

import msgspec

from neraca import review
from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.audits import queries
from neraca.doors.scale.entry import service as entry
from neraca.doors.scale.tasks import queries as task_queries
from neraca.doors.scale.tasks import service as tasks
from neraca.doors.scale.tasks import show
from neraca.kit import clock
from neraca.wire.errors import Conflict

Json = dict[str, Any]
RESULTS = frozenset({"accepted", "rejected"})
MOST_ITEMS = 1000
ITEM = {
    "type": frozenset({"error", "flag", "confirmation", "comment"}),
    "category": frozenset({"missing", "extraneous", "geometry", "position", "attribute", "label"}),
    "state": frozenset({"accepted", "rejected", "disputed"}),
}


async def audit(session: CellSession, task_name: str, given: Json) -> Json:
    """The client's judgement; it is told to the callback.

    What is rejected is done anew by others. A `response` beside the judgement takes the place of the answer.
    """
    fixed = given.get("response")
    if given.get("accepted") is None and fixed is None:
        raise words.wrong("accepted", "accepted is required.")
    accepted = words.truth(given.get("accepted"), "accepted")
    comments = words.text(given.get("comments"), "comments", 20_000)
    row = await _judged(session, task_name)
    result = "fixed" if fixed is not None else "accepted" if accepted else "rejected"
    if fixed is not None:
        await _fix(session, row, words.table(fixed, "response"), comments)
    elif not accepted and row["stage"] == tasks.PLACED:
        await _redo(session, row, comments)
    return await _noted(session, row, result, comments)


async def _judged(session: CellSession, task_name: str) -> task_queries.Row:
    """A completed task as it stands, which nobody else changes until this ends. Raises 400, 404."""
    row = await tasks.row(session, task_name)
    if row["status"] == "completed" and row["stage"] == tasks.PLACED:
        with contextlib.suppress(Conflict):  # somebody was quicker: the row tells
            await review.hold(session, row["id"])
        row = await tasks.row(session, task_name)
    if row["status"] != "completed":
        raise words.wrong("", "Only a completed task can be audited.")
    return row


async def _noted(session: CellSession, row: task_queries.Row, result: str, comments: str | None) -> Json:
    line = {
        "audited_by": _who(session),
        "audited_at": words.told_at(clock.now()),
        "audit_result": result,
        "audit_source": "customer",
    }
    await queries.note(session.db, row["id"], result=result, comments=comments, line=line)
    if row["callback_url"] is not None:
        await task_queries.tell(session.db, row["id"])
    return await tasks.get(session, show.name_of(row["id"]))


def _who(session: CellSession) -> str:
    return session.who.key_name or session.who.actor


async def _set_aside(session: CellSession, row: task_queries.Row) -> None:
    (told,) = await show.many(session.db, [row], session.house)
    former = {
        "response": told.get("response", {}),
        "completed_at": told.get("completed_at"),
        "is_customer_fix": row["review_status"] == "fixed",
    }
    await queries.set_aside(session.db, row["id"], msgspec.json.encode([former]).decode())


async def _redo(session: CellSession, row: task_queries.Row, comments: str | None) -> None:
    await _set_aside(session, row)
    await review.send_back(session, row["id"], comments)
    if row["batch_id"] is not None:
        await task_queries.reopen_batch(session.db, row["batch_id"])


async def _fix(session: CellSession, row: task_queries.Row, response: Json, comments: str | None) -> None:
    """The response is checked as an answer is; where the house has the task it is a version of its verdict."""
    entry.checked(row["type"], response, "#/response/")
    await _set_aside(session, row)
    if row["stage"] == tasks.PLACED:
        await review.fix(session, row["id"], await entry.native(session, row, response), comments)
    else:
        await queries.put_response(session.db, row["id"], response)


async def add_fixless(session: CellSession, given: Json) -> Json:
    """A judgement that changes no answer, with remarks on its parts. Raises 400, 404."""
    result = words.among(given.get("audit_result"), "audit_result", RESULTS)
    items = given.get("feedback_items", [])
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise words.wrong("feedback_items", f"feedback_items must be a list of at most {MOST_ITEMS} objects.")
    for i, item in enumerate(items):
        _remark(item, f"feedback_items.{i}")
    words.text(given.get("audited_task_response_url"), "audited_task_response_url")
    comments = words.text(given.get("comments"), "comments", 20_000)
    row = await _judged(session, str(given.get("task_id")))
    kept = await queries.add_fixless(session.db, row["id"], _who(session), given)
    await _noted(session, row, result, comments)
    return _told(row, kept)


def _remark(item: object, at: str) -> None:
    if not isinstance(item, dict) or "type" not in item:
        raise words.wrong(at, f"{at} must be an object with a type.")
    for field, known in ITEM.items():
        if item.get(field) is not None:
            words.among(item[field], f"{at}.{field}", known)
    words.table(item.get("scope"), f"{at}.scope")


def _told(row: task_queries.Row, kept: queries.Row) -> Json:
    return {
        **kept["body"],
        "id": kept["id"].hex[:24],
        "task_id": show.name_of(row["id"]),
        "audited_by": kept["audited_by"],
        "created_at": words.told_at(kept["created_at"]),
    }


async def list_fixless(session: CellSession, task_name: str) -> list[Json]:
    """The fixless audits of a task, the latest first. Raises 404."""
    row = await tasks.row(session, task_name)
    return [_told(row, kept) for kept in await queries.fixless(session.db, row["id"])]
