"""Callback endpoints and their delivery log."""

from datetime import datetime
from uuid import UUID

from neraca import projects
from neraca.accounts import CellSession
from neraca.deliver.callbacks import queries
from neraca.kit import clock
from neraca.kit.signing import webhook_secret
from neraca.wire import deliver as wire
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed


def shown(row: queries.Row, secret: str | None = None) -> wire.Callback:
    """A row as the API tells it; the secret is told once."""
    return wire.Callback(
        id=str(row["id"]),
        url=row["url"],
        project_id=str(row["project_id"]) if row["project_id"] else None,
        mode=row["mode"],
        state=row["state"],
        notice=row["notice"],
        secret=secret,
        created_at=row["created_at"],
    )


def delivery(row: queries.Row) -> wire.Delivery:
    return wire.Delivery(
        id=str(row["id"]),
        task_id=str(row["task_id"]),
        type=row["kind"],
        state=row["state"],
        attempts=[wire.Attempt.model_validate(a) for a in row["attempts"]],
        next_at=row["next_at"] if row["state"] == "pending" else None,
        created_at=row["created_at"],
    )


async def create(session: CellSession, asked: wire.CallbackNew) -> wire.Callback:
    """A new endpoint with a secret of its own. The URL has been checked."""
    project_id, mode = None, session.who.mode or "live"
    if asked.project_id is not None:
        try:
            project = await projects.get(session, UUID(asked.project_id))
        except NotFound:
            raise ValidationFailed([Fault("#/project_id", "not-found", "There is no such project.")]) from None
        project_id, mode = project["id"], project["mode"]
    secret = webhook_secret()
    row = await queries.add(session.db, url=asked.url, secret=secret, mode=mode, project_id=project_id)
    return shown(row, secret)


async def get(session: CellSession, endpoint_id: UUID) -> queries.Row:
    """An endpoint of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, endpoint_id, session.who.mode)
    if row is None:
        raise NotFound
    return row


async def change(session: CellSession, endpoint_id: UUID, asked: wire.CallbackChange) -> wire.Callback:
    """A new address, or pause and go on. A disabled endpoint needs `state: active` to go on."""
    await get(session, endpoint_id)
    return shown(await queries.change(session.db, endpoint_id, url=asked.url, state=asked.state))


async def remove(session: CellSession, endpoint_id: UUID) -> None:
    """Forgets an endpoint with its log."""
    await get(session, endpoint_id)
    await queries.remove(session.db, endpoint_id)


async def replay(session: CellSession, delivery_id: UUID, now: clock.Clock = clock.now) -> wire.Delivery:
    """Sends a delivery again. Raises not-found."""
    row = await queries.replay(session.db, delivery_id, session.who.mode, now())
    if row is None:
        raise NotFound
    return delivery(row)


async def replay_range(
    session: CellSession, endpoint_id: UUID, since: datetime, until: datetime, now: clock.Clock = clock.now
) -> wire.Replayed:
    """Sends a stretch of time again, in order per task and under the old ids. Raises conflict."""
    row = await get(session, endpoint_id)
    if row["state"] == "disabled":
        raise Conflict(why="the endpoint is disabled; set it active first")
    if until <= since:
        raise ValidationFailed([Fault("#/until", "out-of-range", '"until" must be later than "since".')])
    return wire.Replayed(deliveries=await queries.replay_range(session.db, endpoint_id, since, until, now()))
