"""Take a task in as another account tells it."""

import json
from datetime import datetime
from typing import Any

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.arrivals import queries
from neraca.doors.scale.tasks import rules, service, show
from neraca.kit.problems import Problem

MOST = 1000
STATUSES = frozenset({"pending", "completed", "canceled", "error"})
REVIEWS = frozenset({"accepted", "rejected", "fixed", "commented", "pending"})
TOP = ("project", "batch", "instruction", "callback_url", "metadata", "tags", "unique_id")


async def missing(session: CellSession, given: dict[str, Any]) -> dict[str, Any]:
    """Which of these tasks have not moved in yet."""
    names = given.get("task_ids")
    if not isinstance(names, list) or len(names) > MOST or not all(isinstance(n, str) for n in names):
        raise words.wrong("task_ids", f"task_ids must be a list of at most {MOST} ids.")
    ids = {name: show.id_of(name) for name in names}
    here = await queries.known(session.db, words.mode(session), [i for i in ids.values() if i is not None])
    return {"missing": [name for name, id_ in ids.items() if id_ not in here]}


def _moment(told: dict[str, Any], field: str) -> datetime | None:
    value = told.get(field)
    return words.moment(value, field) if isinstance(value, str) else None


def _uncalled(session: CellSession, given: dict[str, Any]) -> str | None:
    """Takes a callback that cannot be called from here out of the request, and says why. Raises 400 for no text."""
    url = words.text(given.get("callback_url"), "callback_url")
    try:
        rules.callback(url, "callback_url", private=session.house.private_hosts)
    except Problem as refusal:
        del given["callback_url"]
        return " ".join(fault.detail for fault in refusal.errors)
    return None


async def arrive(session: CellSession, told: dict[str, Any]) -> dict[str, Any]:
    """A task with its id, its times and its response; a second time nothing happens.

    One that is pending is worked here. A callback that cannot be called from here is kept, and told. Raises 400, 404
    for a project or batch that has not moved in, 409 for a taken unique id.
    """
    named, status, response = told.get("task_id"), told.get("status"), told.get("response")
    task_id = show.id_of(named) if isinstance(named, str) else None
    if task_id is None:
        raise words.wrong("task_id", "task_id must be 24 hex digits.")
    if await queries.taken(session.db, task_id):
        return {"task_id": show.name_of(task_id), "added": False}
    words.among(status, "status", STATUSES)
    if not isinstance(response, dict) and (status == "completed" or response is not None):
        raise words.wrong("response", "response must be a JSON object, which a completed task has.")
    word = rules.word(str(told.get("type")))
    params = words.table(told.get("params"), "params")
    given = {**params, **{name: told[name] for name in TOP if name in told}}
    uncalled = _uncalled(session, given)
    ended = None if status == "pending" else (str(status), response if isinstance(response, dict) else None)
    await service.create(session, word, given, task_id=task_id, ended=ended)
    review = told.get("customer_review_status")
    beside = {name: value for name, value in told.items() if name not in show.TOLD}
    values = {
        "created_at": _moment(told, "created_at"),
        "updated_at": _moment(told, "updated_at"),
        "completed_at": _moment(told, "completed_at"),
        "callback_succeeded": told.get("callback_succeeded") if status != "pending" else None,
        "callback_url": told["callback_url"] if uncalled else None,
        "review_status": review if isinstance(review, str) and review in REVIEWS else None,
        "review_comments": words.text(told.get("customer_review_comments"), "customer_review_comments", 20_000),
        "audits": json.dumps(told["audits"]) if told.get("audits") else None,
        "prior": json.dumps(told["prior_responses"]) if told.get("prior_responses") else None,
        "beside": json.dumps(beside) if beside else None,
    }
    await queries.as_it_was(session.db, task_id, values)
    return {"task_id": show.name_of(task_id), "added": True} | ({"uncalled": uncalled} if uncalled else {})
