"""Quality tasks: their right answer is known, and tells how good labelers are."""

from typing import Any
from uuid import UUID

from neraca import accounts
from neraca.accounts import Cell, CellSession, House
from neraca.doors.scale import translate, words
from neraca.doors.scale.acting import NOBODY, acting
from neraca.doors.scale.gold import queries, weaving
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.shapes import TYPES, faults
from neraca.doors.scale.tasks import rules, show
from neraca.doors.scale.tasks.service import NEVER, READY, new_id
from neraca.kit.problems import Fault, Problem
from neraca.wire.errors import NotFound, ValidationFailed

ALLOWED = frozenset({
    "documenttranscription", "segmentannotation", "videoplaybackannotation", "imageannotation", "textcollection",
    "namedentityrecognition",
})  # fmt: skip
WORKED = frozenset({"categorization", "annotation"})  # Scale has no quality tasks of them; here a kind works them
ANSWERS = ("expected_response", "initial_response")
PAGE = 500
MOST_NAMED = 1000


async def create(session: CellSession, purpose: str, word: str, given: dict[str, Any]) -> dict[str, Any]:
    """A task with its expected response; gold, where a kind works it. Raises 400, 404 for an unknown project."""
    if word not in ALLOWED | WORKED:
        raise words.wrong("type", f"{purpose} tasks of the type {word!a:.64} are not known.")
    asked = rules.asked(given, private=session.house.private_hosts)
    params = {name: value for name, value in asked.params.items() if name not in ANSWERS}
    project = await projects.row(session, asked.project) if asked.project else None
    if project and project["type"] != word:
        raise words.wrong("project", f"project takes tasks of the type {project['type']}, not {word}.")
    default = project["history"][-1] if project and project["history"] else {}
    whole = rules.over(default, params)
    rules.checked(word, whole, private=session.house.private_hosts)
    expected = given.get("expected_response")
    if not isinstance(expected, dict):
        raise words.wrong("expected_response", "expected_response must be a JSON object.")
    wrong = faults(TYPES[word].response, expected, word)
    if wrong:
        raise ValidationFailed([Fault("#/expected_response", "wrong-shape", said) for _, said in wrong])
    initial = words.table(given.get("initial_response"), "initial_response")
    values: dict[str, Any] = {
        "id": new_id(),
        "mode": words.mode(session),
        "purpose": purpose,
        "project_id": project["id"] if project else None,
        "project_name": asked.project,
        "type": word,
        "params": params,
        "expected_response": expected,
        "initial_response": initial or None,
        "metadata": asked.metadata,
        "instruction": asked.instruction,
    }
    values |= await weaving.located(session, values, whole, default.get("instruction"))
    await queries.add(session.db, values)
    if values["stage"] == READY:
        await weaving.weave(session, values, values["native"])
    return _told(values)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    told = {field: values[field] for field in ("type", "params", "expected_response", "metadata")}
    told["id"] = show.name_of(values["id"])
    for field, key in (("initial_response", "initial_response"), ("project_name", "project")):
        if values[field] is not None:
            told[key] = values[field]
    return told


async def labelers(session: CellSession, task_names: list[str], emails: list[str]) -> list[dict[str, Any]]:
    """What labelers said to quality tasks, as scores. Raises 400, 404 for unknown tasks."""
    for field, listed in (("quality_task_ids", task_names), ("labeler_emails", emails)):
        if len(listed) > MOST_NAMED:
            raise words.wrong(field, f"{field} may be at most {MOST_NAMED}.")
    named = [show.id_of(name) for name in task_names]
    ids = [one for one in named if one is not None]
    if len(ids) < len(named) or await queries.known(session.db, words.mode(session), ids) < len(set(ids)):
        raise NotFound
    known = await accounts.labelers(session.house, session.cell)
    of_email: dict[UUID, str] = {labeler: email for email, labeler in known.items()}
    who = [known[email.lower()] for email in emails if email.lower() in known] if emails else None
    rows = await queries.scores(session.db, words.mode(session), ids or None, who)
    return [_score(row, of_email.get(row["labeler_id"])) for row in rows]


def _score(row: queries.Row, email: str | None) -> dict[str, Any]:
    """Who is nobody's address, such as a model, has a name."""
    who = {"labeler": row["handle"]} if email is None else {"labeler_email": email}
    return {
        **who,
        "quality_task_id": show.name_of(row["id"]),
        "type": row["purpose"],
        "score": row["score"],
        "correct": row["correct"],
        "completed_at": words.told_at(row["submitted_at"]),
    }


async def move(house: House, cell: Cell, actor: str) -> dict[str, int]:
    """Tasks that were kept alone become gold where a kind works them by now; gives how many of each type."""
    moved: dict[str, int] = {}
    after = NOBODY
    while True:
        async with house.inside(cell) as db:
            rows = await queries.candidates(db, after, PAGE)
        for row in rows:
            if translate.fit(row["type"], rules.over(row["of_project"], row["params"])).kind == "foreign":
                continue
            async with house.inside(cell) as db:
                if await _moved(acting(db, house, cell, mode=row["mode"], actor=actor), row):
                    moved[row["type"]] = moved.get(row["type"], 0) + 1
        if len(rows) < PAGE:
            return moved
        after = rows[-1]["id"]


async def _moved(session: CellSession, row: queries.Row) -> bool:
    if not await queries.lock(session.db, row["id"], [NEVER]):
        return False
    whole = rules.over(row["of_project"], row["params"])
    try:
        where = await weaving.located(session, row, whole, row["of_project"].get("instruction"))
    except Problem as problem:
        reason = " ".join(fault.detail for fault in problem.errors) or problem.detail
        await queries.settled(session.db, row["id"], stage=NEVER, refused=reason)
        return False
    if where["stage"] == NEVER:
        return False
    await queries.located(session.db, {"id": row["id"], **where})
    if where["stage"] == READY:
        await weaving.weave(session, {**row, **where}, where["native"])
    return True
