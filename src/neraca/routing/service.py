"""Who gets what next: leases given, renewed and given back."""

from typing import Any
from uuid import UUID

from neraca import tasks
from neraca.accounts import CellSession, note_work
from neraca.routing import queries
from neraca.wire import work as wire
from neraca.wire.errors import LeaseLost, NotFound
from neraca.wire.shape import Money


def _lease(session: CellSession, row: queries.Row) -> wire.Lease:
    return wire.Lease.model_construct(
        lease_id=str(row["lease_id"]),
        fence=row["fence"],
        task_id=str(row["task_id"]),
        project_id=str(row["project_id"]),
        kind=row["kind"],
        params=row["params"],
        config=row["config"],
        config_version=row["version"],
        lease_until=row["lease_until"],
        opened=row["begun"],
        price=Money.model_construct(micros=row["price_micros"], currency=row["currency"]),
        draft=row["draft"],
        media=tasks.media(session, row["params"]),
    )


async def _greet(session: CellSession) -> None:
    """The labeler's first steps in this cell, and the note that keeps conflict walls; hourly."""
    who, home = session.who, session.house
    met = who.labeler_id.bytes
    if home.recall(met) is not None:
        return
    handle = who.key_name or f"Labeler {who.labeler_id.hex[:6].upper()}"
    await queries.greet(session.db, who.labeler_id, who.labeler_kind, handle)
    if who.person_id is not None:
        async with home.control() as control:
            await note_work(control, who.person_id, who.client_id)
    home.remember(met, True, 3600)


async def next_task(session: CellSession, project_id: UUID, *, prefetch: bool) -> wire.Lease | None:
    """The labeler's present lease, or a new one; with `prefetch`, the one after it.

    At most one lease is open and one prefetched. None when there is nothing for this labeler.
    """
    who = session.who
    mode = who.mode or "live"
    live = await queries.hold(session.db, who.labeler_id, project_id)
    waiting = next((r for r in live if not r["begun"]), None)
    if not prefetch and live:
        row = live[0]
        if not row["begun"]:
            renewed = await queries.begin(session.db, row["lease_id"], who.labeler_id, row["fence"])
            if renewed is not None:
                row = {**row, **renewed, "begun": True}
        return _lease(session, row)
    if prefetch and waiting is not None:
        return _lease(session, waiting)
    project = await queries.workable(session.db, project_id, mode)
    if project is None:
        raise NotFound
    if project["state"] != "active":
        return None
    row_or_none = await queries.claim(session.db, who.labeler_id, project_id, prefetch=prefetch)
    if row_or_none is None and await queries.look_behind(session.db, who.labeler_id, project_id):
        row_or_none = await queries.claim(session.db, who.labeler_id, project_id, prefetch=prefetch)
    if row_or_none is None:
        return None
    await _greet(session)
    return _lease(session, row_or_none)


async def _unknown(session: CellSession, lease_id: UUID) -> Exception:
    lost = await queries.lost(session.db, lease_id, session.who.labeler_id)
    return LeaseLost() if lost else NotFound()


async def renew(session: CellSession, lease_id: UUID, fence: int) -> wire.LeaseTime:
    """Opens or renews a lease. Raises lease-lost, not-found."""
    row = await queries.begin(session.db, lease_id, session.who.labeler_id, fence)
    if row is None:
        raise await _gone(session, lease_id)
    return wire.LeaseTime(lease_until=row["lease_until"])


async def _gone(session: CellSession, lease_id: UUID) -> Exception:
    """Why a lease cannot be used.

    Lost where it was (or still is, expired or under another fence) the caller's; otherwise nothing is
    known of it.
    """
    held = await queries.held(session.db, lease_id, session.who.labeler_id)
    return LeaseLost() if held is not None else await _unknown(session, lease_id)


async def give_back(session: CellSession, lease_id: UUID, fence: int, reason: str | None) -> None:
    """Skips a task. Raises lease-lost, not-found."""
    if not await queries.give_back(session.db, lease_id, session.who.labeler_id, fence, reason):
        raise await _gone(session, lease_id)


async def held(session: CellSession, lease_id: UUID, fence: int) -> dict[str, Any]:
    """The caller's live lease with its locked task. Raises lease-lost, not-found."""
    row = await queries.held(session.db, lease_id, session.who.labeler_id)
    if row is None:
        raise await _unknown(session, lease_id)
    if not row["live"] or row["fence"] != fence:
        raise LeaseLost
    return row
