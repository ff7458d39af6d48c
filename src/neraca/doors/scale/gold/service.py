"""Keep tasks with a known answer."""

from typing import Any

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.gold import queries
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.shapes import TYPES, faults
from neraca.doors.scale.tasks import rules, show
from neraca.doors.scale.tasks.service import new_id
from neraca.kit.problems import Fault
from neraca.wire.errors import NotFound, ValidationFailed

ALLOWED = frozenset({
    "documenttranscription", "segmentannotation", "videoplaybackannotation", "imageannotation", "textcollection",
    "namedentityrecognition",
})  # fmt: skip
ANSWERS = ("expected_response", "initial_response")


async def create(session: CellSession, purpose: str, word: str, given: dict[str, Any]) -> dict[str, Any]:
    """Keeps a task with its expected response. Raises 400, 404 for an unknown project."""
    if word not in ALLOWED:
        raise words.wrong("type", f"{purpose} tasks of the type {word!a:.64} are not known.")
    asked = rules.asked(given, private=session.house.private_hosts)
    params = {name: value for name, value in asked.params.items() if name not in ANSWERS}
    project = await projects.row(session, asked.project) if asked.project else None
    default = project["history"][-1] if project and project["history"] else {}
    rules.checked(word, {**default, **params}, private=session.house.private_hosts)
    expected = given.get("expected_response")
    if not isinstance(expected, dict):
        raise words.wrong("expected_response", "expected_response must be a JSON object.")
    wrong = faults(TYPES[word].response, expected, word)
    if wrong:
        raise ValidationFailed([Fault("#/expected_response", "wrong-shape", said) for _, said in wrong])
    task_id, initial = new_id(), words.table(given.get("initial_response"), "initial_response")
    values: dict[str, Any] = {
        "id": task_id,
        "mode": words.mode(session),
        "purpose": purpose,
        "project_id": project["id"] if project else None,
        "type": word,
        "params": params,
        "expected_response": expected,
        "initial_response": initial,
    }
    await queries.add(session.db, values)
    told: dict[str, Any] = {
        "id": show.name_of(task_id), "type": word, "params": params, "expected_response": expected,
        "metadata": asked.metadata,
    }  # fmt: skip
    if initial:
        told["initial_response"] = initial
    return told | ({"project": asked.project} if asked.project else {})


async def labelers(session: CellSession, task_names: list[str]) -> list[dict[str, Any]]:
    """Scores on quality tasks: none, because no hidden task has been answered here. Raises 404 for unknown tasks."""
    named = [show.id_of(name) for name in task_names]
    ids = [one for one in named if one is not None]
    if len(ids) < len(named) or await queries.known(session.db, words.mode(session), ids) < len(set(ids)):
        raise NotFound
    return []
