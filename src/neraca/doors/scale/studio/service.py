"""Assignments, groups and priorities as a client's Studio keeps them."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from neraca import accounts
from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.batches import order_queries
from neraca.doors.scale.projects import access_queries
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.studio import queries
from neraca.wire.errors import Duplicate, NotFound

Json = dict[str, Any]


def texts(value: object, field: str) -> list[str]:
    """A list of texts, each once."""
    if not isinstance(value, list) or not all(isinstance(v, str) and 0 < len(v) <= 254 for v in value):
        raise words.wrong(field, f"{field} must be a list of texts.")
    return list(dict.fromkeys(value))


def addresses(value: object, field: str) -> list[str]:
    """A list of addresses, each once, in whatever letters."""
    return list({one.lower(): one for one in reversed(texts(value, field))}.values())[::-1]


async def assignments(session: CellSession) -> dict[str, list[str]]:
    """The projects of each labeler."""
    return {row["email"]: row["projects"] for row in await queries.assignments(session.db, words.mode(session))}


async def assign(session: CellSession, given: Json, *, add: bool) -> dict[str, list[str]]:
    """Adds or removes assignments. Raises 404 for an unknown project."""
    emails, names = addresses(given.get("emails"), "emails"), texts(given.get("projects"), "projects")
    found = await queries.projects_named(session.db, words.mode(session), names)
    if len(found) < len(names):
        raise NotFound
    await (queries.assign if add else queries.unassign)(session.db, found, emails)
    await _introduce(session)
    await access_queries.spread(session.db, found)
    return await assignments(session)


async def _introduce(session: CellSession) -> None:
    """Those who were named and are members are known from now on; whoever joins is introduced by the worker."""
    if await access_queries.unknown(session.db):
        await access_queries.introduce(session.db, await accounts.labelers(session.house, session.cell))


def _group(row: queries.Row) -> Json:
    workers = [{"id": uuid5(NAMESPACE_URL, f"mailto:{email}").hex[:24], "email": email} for email in row["emails"]]
    return {
        "id": row["id"].hex[:24], "name": row["name"], "numWorkers": len(workers), "isSingleton": False,
        "workers": workers,
    }  # fmt: skip


async def groups(session: CellSession, project: str) -> list[Json]:
    """The groups of a project. Raises 404."""
    found = await projects.row(session, project)
    return [_group(row) for row in await queries.groups(session.db, found["id"])]


async def _one(session: CellSession, project: queries.Row, name: str) -> queries.Row:
    for row in await queries.groups(session.db, project["id"]):
        if row["name"] == name:
            return row
    raise NotFound


async def add_group(session: CellSession, project: str, given: Json) -> Json:
    """A new group. Raises 404, 409 for a taken name."""
    found = await projects.row(session, project)
    name, emails = words.name(given.get("name"), "name"), addresses(given.get("emails"), "emails")
    group_id = await queries.add_group(session.db, found["id"], name)
    if group_id is None:
        raise Duplicate(why=f'There is a group of the name "{name}" already')
    await queries.change_group(session.db, group_id, emails, [])
    await _introduce(session)
    return _group(await _one(session, found, name))


async def change_group(session: CellSession, project: str, name: str, given: Json) -> Json:
    """People join and leave a group. Raises 404."""
    found = await projects.row(session, project)
    group = await _one(session, found, name)
    add, remove = (addresses(given.get(field) or [], field) for field in ("add_emails", "remove_emails"))
    await queries.change_group(session.db, group["id"], add, remove)
    await _introduce(session)
    await access_queries.grant_lanes(session.db)
    return _group(await _one(session, found, name))


def _batch(row: queries.Row) -> Json:
    told = {
        "id": row["id"].hex[:24],
        "name": row["name"],
        "projectId": row["project_id"].hex[:24],
        "projectName": row["project"],
        "batchType": "Production",
        "studioPriority": row["studio_priority"],
        "total": row["pending"] + row["completed"] + row["error"] + row["canceled"],
        "completed": row["completed"],
        "groups": row["groups"],
    }
    return {key: value for key, value in told.items() if value is not None}


async def batches(session: CellSession) -> list[Json]:
    """Every batch in the order in which it is to be worked."""
    return [_batch(row) for row in await queries.batches(session.db, words.mode(session))]


async def assign_batch(session: CellSession, name: str, given: Json) -> Json:
    """The groups that work on a batch. Raises 404 for an unknown batch or group."""
    wanted = texts(given.get("groups"), "groups")
    for row in await queries.batches(session.db, words.mode(session)):
        if row["name"] == name:
            known = {g["name"]: g["id"] for g in await queries.groups(session.db, row["project_id"])}
            if not known.keys() >= set(wanted):
                raise NotFound
            await queries.set_groups(session.db, row["id"], [known[group] for group in wanted])
            await order_queries.lane(session.db, row["id"])
            await access_queries.grant_lanes(session.db)
            return _batch({**row, "groups": sorted(wanted)})
    raise NotFound


async def prioritize(session: CellSession, given: Json) -> list[Json]:
    """Batches in a new order. Raises 404 for an unknown one."""
    listed = given.get("batches") or []
    if not isinstance(listed, list) or not all(isinstance(b, dict) and isinstance(b.get("name"), str) for b in listed):
        raise words.wrong("batches", "batches must be a list of objects with a name.")
    known = {row["name"]: row["id"] for row in await queries.batches(session.db, words.mode(session))}
    names = list(dict.fromkeys(b["name"] for b in listed))
    if not known.keys() >= set(names):
        raise NotFound
    await order_queries.alone(session.db, words.mode(session))
    await queries.set_order(session.db, words.mode(session), [known[name] for name in names])
    await order_queries.level(session.db, words.mode(session))
    return await batches(session)
