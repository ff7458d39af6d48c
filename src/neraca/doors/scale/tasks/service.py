"""Post, show, change and cancel tasks of this door."""

import json
import os
from typing import Any
from uuid import UUID

from neraca import projects
from neraca.accounts import CellSession, House
from neraca.doors.scale import translate, words
from neraca.doors.scale.shapes import sample
from neraca.doors.scale.tasks import hypotheses, queries, rules, show
from neraca.doors.scale.translate import Fit
from neraca.wire.errors import Conflict, Duplicate, NotFound
from neraca.wire.projects import FixedPolicy, ProjectNew
from neraca.wire.shape import Money

HELD = frozenset({"staging", "paused"})
MOST_PLACES = 200  # different questions of one Scale project; whatever is beyond has no editor
WANTED, READY, PLACED, NEVER = range(4)  # scale_task.stage
REACHED = ("http://", "https://", "scaledata://")


def new_id() -> UUID:
    """96 random bits, so that Scale's 24 hex digits name the task everywhere."""
    return UUID(bytes=os.urandom(12) + bytes(4))


async def create(
    session: CellSession, word: str, given: dict[str, Any], *, idempotency_key: str | None = None,
    task_id: UUID | None = None, ended: tuple[str, dict[str, Any] | None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A new task. Raises 400 naming the parameters, 404 for an unknown project or batch, 409 for a taken unique id.

    One that moves in brings its id, and the status and response with which it ended.
    """
    asked = rules.asked(given, private=session.house.private_hosts)
    mode = words.mode(session)
    names = await _named(session, mode, word, asked)
    default = names["params"] or {}
    params = rules.over(default, asked.params)
    if ended is None:  # what has ended elsewhere was taken there
        rules.checked(word, params, private=session.house.private_hosts)
    values: dict[str, Any] = {
        "id": task_id or new_id(),
        "mode": mode,
        "project_id": names["project_id"],
        "project_name": names["project_name"],
        "batch_id": names["batch_id"],
        "type": word,
        "status": "pending",
        "stage": READY,
        "place": None,
        "arrived": task_id is not None,
        "priority": rules.priority(params),
        "unique_id": asked.unique_id,
        "idempotency_key": idempotency_key,
        "tags": asked.tags,
        "callback_url": asked.callback_url or _called(session, default, arrived=task_id is not None),
        "instruction": asked.instruction or default.get("instruction"),
        "params": json.dumps(params),
        "metadata": json.dumps(asked.metadata),
        "native": None,
        "suggestion": None,
        "response": None,
    }
    if ended is not None:
        response = None if ended[1] is None else json.dumps(ended[1])
        values |= {"status": ended[0], "stage": NEVER, "response": response}
    elif mode == "test":
        values |= {"status": "completed", "stage": NEVER, "response": json.dumps(sample(word, params))}
    else:
        await _located(session, values, translate.fit(word, params), asked.instruction, default.get("instruction"))
    times = await queries.add(session.db, values)
    if times is None:
        raise await _taken(session, mode, asked.unique_id)
    if names["batch_completed"] is not None:
        await queries.reopen_batch(session.db, names["batch_id"])
    if values["stage"] == READY and names["batch_state"] not in HELD:
        await queries.place_one(session.db, values["id"], session.who.actor)
    told = {**values, **times, "project": names["project_name"], "batch": asked.batch}
    return _born(told, session.house)


def _called(session: CellSession, default: dict[str, Any], *, arrived: bool) -> str | None:
    """Who is called where a project says it; a task that moves in says all itself. Raises 400."""
    if arrived:
        return None
    return rules.callback(default.get("callback_url"), "callback_url", private=session.house.private_hosts)


def _born(values: dict[str, Any], home: House) -> dict[str, Any]:
    """A task as it is told at its creation: pending, whatever happens next."""
    nothing = dict.fromkeys(("callback_succeeded", "review_status", "audits", "prior", "beside", "verdict"))
    return show.one({**values, **nothing, "status": "pending", "completed_at": None, "response": None}, None, home)


async def _named(session: CellSession, mode: str, word: str, asked: rules.Asked) -> queries.Row:
    """The project and the batch that a request names, and that they take such a task."""
    if asked.project is None and asked.batch is None:
        return dict.fromkeys(
            ("project_id", "project_name", "batch_id", "batch_state", "batch_completed", "params"), None
        )
    names = await queries.named(session.db, mode, asked.project, asked.batch)
    if asked.project is not None and names["project_id"] is None:
        raise words.nothing("project", asked.project)
    if asked.batch is not None and names["batch_id"] is None:
        raise words.nothing("batch", asked.batch)
    if asked.batch is not None and names["batch_project"] != names["project_id"]:
        raise words.wrong("batch", "batch belongs to another project.")
    if names["batch_state"] == "cancelled":
        raise words.wrong("batch", "batch is cancelled.")
    if names["type"] != word:
        raise words.wrong("project", f"project takes tasks of the type {names['type']}, not {word}.")
    if names["staged"] and names["batch_id"] is None:
        raise words.wrong("batch", "batch is required in a Rapid or Studio project.")
    return names


async def _located(
    session: CellSession, values: dict[str, Any], found: Fit, own: str | None, of_project: str | None
) -> None:
    """Adds to `values` where the task will be worked, and as what."""
    if found.media is not None and not found.media.startswith(REACHED):
        raise words.wrong("attachment", "attachment must begin with https:// or be an uploaded file.")
    place = await place_for(session, values, found, of_project)
    if place is None:
        found = translate.foreign(values["type"], json.loads(values["params"]))
        place = await place_for(session, values, found, of_project)
    assert place is not None
    native = json.dumps(translate.native(found, own))
    values |= {"place": place, "native": native, "stage": WANTED if found.media is not None else READY}
    params = json.loads(values["params"])
    read = hypotheses.forgiving if values["arrived"] else hypotheses.suggestion
    values["suggestion"] = await read(session, values["type"], params, found)


async def place_for(session: CellSession, values: dict[str, Any], found: Fit, of_project: str | None) -> UUID | None:
    """The house's project for this question, made if it is new; None when there are too many questions already."""
    key = {**values, "fingerprint": rules.fingerprint(found.kind, found.config)}
    place = await queries.place_of(session.db, key)
    if place is not None:
        return place
    await queries.lock_places(session.db, key)
    place = await queries.place_of(session.db, key)
    if place is not None:
        return place
    siblings = await queries.places(session.db, values["mode"], values["project_id"], values["type"])
    if len(siblings) >= MOST_PLACES and found.kind != "foreign":
        return None
    made = await projects.create(session, _project(values, found, siblings, of_project))
    await queries.add_place(session.db, UUID(made.id), key)
    return UUID(made.id)


def _project(values: dict[str, Any], found: Fit, siblings: list[queries.Row], of_project: str | None) -> ProjectNew:
    """A project of the house under the terms of its latest sibling, which an operator may have changed."""
    title = values.get("project_name") or f"Scale: {values['type']}"
    name = title if not siblings else f"{title[:190]} · {len(siblings) + 1}"
    terms: dict[str, Any] = {
        "policy": FixedPolicy(type="fixed", answers=rules.attempts(json.loads(values["params"]))),
        "price": Money(micros=0, currency="USD"),
        "minutes": 1.0,
    }
    if siblings:
        last = siblings[0]
        terms = {
            "policy": {k: v for k, v in last["policy"].items() if k != "exam"},  # it has no tasks for one yet
            "price": Money(micros=last["price_micros"], currency=last["currency"]),
            **{field: last[field] for field in ("minutes", "lease_seconds", "priority")},
        }
    return ProjectNew.model_validate(
        {"name": name, "kind": found.kind, "config": found.config, "instructions": of_project or "", **terms}
    )


async def _taken(session: CellSession, mode: str, unique_id: str | None) -> Exception:
    other = await queries.taken_by(session.db, mode, unique_id)
    if other is None:
        return Conflict(why="the Idempotency-Key was used before")
    return taken(unique_id, other)


def taken(unique_id: str | None, other: UUID) -> Exception:
    """409 in the words that Scale uses."""
    said = f'The unique_id ("{unique_id}") is already used for a different task ({show.name_of(other)})'
    return Duplicate(why=said)


async def row(session: CellSession, task_name: str) -> queries.Row:
    """A task of this account. Raises 404."""
    task_id = show.id_of(task_name)
    found = await queries.get(session.db, task_id, words.mode(session)) if task_id else None
    if found is None:
        raise NotFound
    return found


async def get(session: CellSession, task_name: str) -> dict[str, Any]:
    """A task as Scale tells it. Raises 404."""
    return (await show.many(session.db, [await row(session, task_name)], session.house))[0]
