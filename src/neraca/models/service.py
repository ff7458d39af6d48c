"""Registering models, and what follows from how their calls went."""

import random
from collections.abc import Sequence
from uuid import UUID

from neraca import projects
from neraca.accounts import CellSession
from neraca.kit import ids
from neraca.kit.session import Connection
from neraca.kit.signing import pseudonym, webhook_secret
from neraca.models import queries, rules
from neraca.wire import models as wire
from neraca.wire.errors import Fault, NotFound, ValidationFailed


def shown(row: queries.Row, found: Sequence[queries.Row], secret: str | None = None) -> wire.Model:
    """A row as the API tells it, with those of the projects found that are its own; the secret is told once."""
    return wire.Model(
        id=str(row["id"]),
        name=row["name"],
        mode=row["mode"],
        url=row["url"],
        state=row["state"],
        notice=row["notice"],
        per_minute=row["per_minute"],
        at_once=row["at_once"],
        failures=row["failures"],
        flawed=row["flawed"],
        secret=secret,
        projects=[
            wire.ModelProject(
                project_id=str(p["project_id"]),
                state=p["state"],
                notice=p["notice"],
                answers=p["answers"],
                accuracy=p["accuracy"],
                low=p["low"],
                high=p["high"],
                confidence=p["confidence"],
            )
            for p in found
            if p["model_id"] == row["id"]
        ],
        created_at=row["created_at"],
    )


async def shown_all(session: CellSession, rows: Sequence[queries.Row]) -> list[wire.Model]:
    """Models with their projects."""
    found = await queries.projects(session.db, [r["id"] for r in rows])
    return [shown(r, found) for r in rows]


async def get(session: CellSession, model_id: UUID) -> queries.Row:
    """A model of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, model_id, session.who.mode)
    if row is None:
        raise NotFound
    return row


async def show(session: CellSession, model_id: UUID) -> wire.Model:
    """A model with its projects. Raises not-found."""
    return shown(await get(session, model_id), await queries.projects(session.db, [model_id]))


async def create(session: CellSession, asked: wire.ModelNew) -> wire.Model:
    """A new model with a secret of its own, at work in these projects. The URL has been checked.

    Raises validation-failed for a project that is not there, and for projects of two modes.
    """
    found, faults = [], []
    for at, text in enumerate(asked.project_ids):
        try:
            found.append(await projects.get(session, UUID(text)))
        except NotFound:
            faults.append(Fault(f"#/project_ids/{at}", "not-found", "There is no such project."))
    modes = {project["mode"] for project in found} or {session.who.mode or "live"}
    if len(modes) > 1:
        faults.append(Fault("#/project_ids", "conflict", "The projects are live and test ones; a model is either."))
    if faults:
        raise ValidationFailed(faults)
    model_id, secret = ids.new(), webhook_secret()
    row = await queries.add(
        session.db,
        {
            "id": model_id,
            "labeler_id": pseudonym(session.cell.pseudonym_key, f"model:{model_id}"),
            "name": asked.name,
            "mode": modes.pop(),
            "url": asked.url,
            "secret": secret,
            "per_minute": asked.per_minute,
            "at_once": asked.at_once,
        },
    )
    for project in found:
        await _attach(session, model_id, project["id"])
    return shown(row, await queries.projects(session.db, [model_id]), secret)


async def _attach(session: CellSession, model_id: UUID, project_id: UUID) -> None:
    event_id = await projects.add_event(
        session.db, "model.attached", project_id=project_id, actor=session.who.actor, data={"model": str(model_id)}
    )
    await queries.attach(session.db, model_id, project_id, event_id, rules.PATIENCE)


async def change(session: CellSession, model_id: UUID, asked: wire.ModelChange) -> wire.Model:
    """A new address or limit, or pause and go on. One that failed needs `state: active` to go on."""
    await get(session, model_id)
    await queries.change(session.db, model_id, asked.model_dump(exclude_none=True))
    return await show(session, model_id)


async def remove(session: CellSession, model_id: UUID) -> None:
    """Forgets a model; its answers stay."""
    await get(session, model_id)
    await queries.remove(session.db, model_id)


async def attach(session: CellSession, model_id: UUID, project_id: UUID) -> wire.Model:
    """Puts a model to work in a project of its mode, or again to work where it was paused. Raises not-found."""
    model, project = await get(session, model_id), await projects.get(session, project_id)
    if model["mode"] != project["mode"]:
        raise NotFound
    await _attach(session, model_id, project_id)
    return await show(session, model_id)


async def detach(session: CellSession, model_id: UUID, project_id: UUID) -> None:
    """Takes a model off a project. Raises not-found."""
    await get(session, model_id)
    if not await queries.detach(session.db, model_id, project_id):
        raise NotFound
    await projects.add_event(
        session.db, "model.detached", project_id=project_id, actor=session.who.actor, data={"model": str(model_id)}
    )


async def answered(db: Connection, model_id: UUID) -> None:
    """A good answer, or a task declined: failures before it are forgotten."""
    await queries.answered(db, model_id)


async def flawed(db: Connection, model_id: UUID, faults: Sequence[Fault]) -> str:
    """An answer that had flaws is counted; too many in a row stop the model. Gives the reason for skipping its task."""
    why = rules.reason([(fault.pointer, fault.detail) for fault in faults])
    notice = rules.talks_nonsense(await queries.flawed(db, model_id), why)
    if notice is not None:
        await queries.stop(db, model_id, notice)
    return why


async def failed(db: Connection, model_id: UUID, failure: rules.Failure, jitter: rules.Jitter = random.random) -> None:
    """A call that failed: the model rests, longer each time; too many in a row stop it."""
    failures = await queries.failed(db, model_id)
    await queries.put_off(db, model_id, rules.rest(failures, failure.wait, jitter))
    notice = rules.gives_up(failures, failure.sentence)
    if notice is not None:
        await queries.stop(db, model_id, notice)


async def judge(db: Connection) -> list[tuple[UUID, UUID]]:
    """Pauses models in the projects where they are no use, each with a notice in words; gives model and project."""
    found = []
    for row in await queries.skills(db):
        notice = (
            rules.draws_nonsense(row["answers"], row["high"])
            if row["draws"]
            else rules.no_use(row["answers"], row["high"], row["classes"])
        )
        if notice is not None:
            await queries.pause(db, row["model_id"], row["project_id"], notice)
            found.append((row["model_id"], row["project_id"]))
    return found
