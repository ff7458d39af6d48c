"""Create, show and change projects of this door."""

from typing import Any

from neraca import projects
from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.projects import queries
from neraca.doors.scale.shapes import TYPES
from neraca.wire.errors import Duplicate
from neraca.wire.projects import ProjectChange

TEMPLATED = frozenset({"chat", "textcollection"})
INSTRUCTION_LIMIT = 200_000


def shown(row: queries.Row) -> dict[str, Any]:
    """A project as Scale tells it."""
    history = row["history"]
    params = history[-1] if history else {}
    told = {
        "id": row["id"].hex,
        "name": row["name"],
        "type": row["type"],
        "created_at": words.told_at(row["created_at"]),
        "created_by": row["created_by"],
        "param_history": history,
        "archived": row["archived"],
        "rapid": row["rapid"],
        "studio": row["studio"],
        "pipeline": params.get("pipeline") or "standard_task",
        "numReviews": params.get("numReviews") or 0,
    }
    return told | ({"datasetId": row["dataset_id"]} if row["dataset_id"] else {})


def _params(value: object) -> dict[str, Any]:
    params = words.table(value, "params")
    words.text(params.get("instruction"), "instruction", INSTRUCTION_LIMIT)
    return params


async def create(session: CellSession, given: dict[str, Any]) -> dict[str, Any]:
    """A new project. Raises 400, 409 for a taken name."""
    name = words.name(given.get("name"), "name")
    word = given.get("type")
    if not isinstance(word, str) or word not in TYPES:
        raise words.wrong("type", f"There is no task type {str(word)!a:.64}.")
    params = _params(given.get("params"))
    who = session.who
    project_id = await queries.add(
        session.db,
        {
            "mode": words.mode(session),
            "name": name,
            "type": word,
            "rapid": words.truth(given.get("rapid"), "rapid"),
            "studio": words.truth(given.get("studio"), "studio"),
            "dataset_id": words.text(given.get("datasetId"), "datasetId"),
            "by": (who.key_id or who.labeler_id).hex[:24],
        },
    )
    if project_id is None:
        raise Duplicate(why=f'There is a project of the name "{name}" already')
    if params:
        await queries.add_version(session.db, project_id, params)
    return shown(await row(session, name))


async def row(session: CellSession, name: str) -> queries.Row:
    """A project of this account. Raises 404."""
    found = await queries.get(session.db, words.mode(session), name)
    if found is None:
        raise words.nothing("project", name)
    return found


async def set_params(session: CellSession, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A new version of the parameters: instead of the old ones, or over them with `patch`."""
    before = await row(session, name)
    await queries.lock(session.db, before["id"])
    before = await row(session, name)
    patch = words.truth(given.get("patch"), "patch")
    params = _params({key: value for key, value in given.items() if key != "patch"})
    if patch and before["history"]:
        old = {k: v for k, v in before["history"][-1].items() if k not in {"version", "created_at"}}
        params = {**old, **params}
    await queries.add_version(session.db, before["id"], params)
    for place in await queries.places(session.db, before["id"]):
        await projects.change(session, place, ProjectChange(instructions=params.get("instruction") or ""))
    return shown(await row(session, name))


async def listed(session: CellSession, archived: bool | None) -> list[dict[str, Any]]:
    """Every project of this account."""
    return [shown(r) for r in await queries.all_of(session.db, words.mode(session), archived)]


async def template(session: CellSession, name: str) -> dict[str, Any]:
    """What a task of the project may fill in. Raises 400 for types without a template."""
    found = await row(session, name)
    if found["type"] not in TEMPLATED:
        raise words.wrong("", f"Projects of the type {found['type']} have no task template.")
    history = found["history"]
    params = history[-1] if history else {}
    at = words.told_at(found["created_at"])
    told = {
        "id": found["id"].hex[:24],
        "version": params.get("version", 0),
        "created_at": at,
        "updated_at": params.get("created_at", at),
        "template_variables": params.get("template_variables") or {},
    }
    return told | ({"response_schema": params["response_schema"]} if params.get("response_schema") else {})
