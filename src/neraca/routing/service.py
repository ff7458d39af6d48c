"""Who gets what next: leases given, renewed and given back."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from neraca import tasks
from neraca.accounts import CellSession, note_work
from neraca.kit.session import pipelined
from neraca.kit.signing import pseudonym
from neraca.routing import choice, entry_queries, exams, grants, queries
from neraca.wire import work as wire
from neraca.wire.errors import AlreadySubmitted, Conflict, LeaseLost, NotFound
from neraca.wire.shape import Money

KEPT_SECONDS = 3600.0  # each claim renews it


async def _lease(session: CellSession, row: queries.Row) -> wire.Lease:
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
        exam=await exams.of_lease(session, row["lease_id"]) if row["examined"] else None,
        suggestion=row["suggestion"],
        media=tasks.media(session, row["params"]),
        credits=await tasks.makers(session, row["params"]),
    )


async def _greet(session: CellSession, project_id: UUID) -> None:
    """The labeler's first steps in this cell."""
    who = session.who
    if session.house.recall(who.labeler_id.bytes) is None:
        handle = who.key_name or f"Labeler {who.labeler_id.hex[:6].upper()}"
        mode = who.mode or "live"
        await queries.greet(session.db, who.labeler_id, who.labeler_kind, handle, project_id, mode)


async def remember(session: CellSession) -> None:
    """After the commit of a claim: the note that keeps conflict walls; hourly.

    Nothing is remembered of a transaction that may still be rolled back, and no connection to the cell is
    held while one to the control plane is waited for.
    """
    who, home = session.who, session.house
    met = who.labeler_id.bytes
    if home.recall(met) is not None:
        return
    if who.person_id is not None:
        async with home.control() as control:
            await note_work(control, who.person_id, who.client_id)
    home.remember(met, True, 3600)


async def next_task(session: CellSession, project_id: UUID, *, prefetch: bool) -> wire.Lease | None:
    """The labeler's present lease, or a new one; with `prefetch`, the one after it.

    At most one lease is held beyond the open one. None when there is nothing for this labeler.
    A claim is a transaction of its own (the session has none), so that its commit travels with it.
    """
    live = await _claim(session, project_id, prefetch=prefetch)
    claimed = next((r for r in live if r["fresh"]), None)
    if claimed is None and prefetch:
        waiting = next((r for r in live if not r["begun"]), None)
        if waiting is not None or len(live) > 1:
            return await _lease(session, waiting) if waiting is not None else None
    elif claimed is None and live and (present := await _opened(session, live[0])) is not None:
        return await _lease(session, present)
    if claimed is None:
        claimed = await _look_again(session, project_id, prefetch=prefetch)
    return None if claimed is None else await _lease(session, claimed)


async def hold(
    session: CellSession, project_id: UUID, *, most: int, seconds: int, busy: Collection[str]
) -> wire.Lease | None:
    """One more lease of a labeler that is a program and works on up to `most` at once, for `seconds` from now.

    `busy` are the leases at work. One that is held and not among them was broken off, and is taken up again.
    The caller sees to it that a labeler asks once at a time, and opens no transaction.
    """
    live = await _claim(session, project_id, prefetch=False, most=most)
    found = next((r for r in live if str(r["lease_id"]) not in busy), None)
    if found is None and len(live) < most:
        found = await _look_again(session, project_id, prefetch=False, most=most)
    await remember(session)
    if found is None:
        return None
    who = session.who.labeler_id
    renewed = await queries.begin(session.db, found["lease_id"], who, found["fence"], longest=seconds)
    return None if renewed is None else await _lease(session, {**found, **renewed, "begun": True})


async def _claim(
    session: CellSession, project_id: UUID, *, prefetch: bool, most: int | None = None, thorough: bool = False
) -> list[queries.Row]:
    """Each claim tells whether its project has gold, or a target, and its labeler skills; the next one asks so.

    Few have skills, and looking for them costs. `thorough` looks where nothing is remembered.
    """
    who, gold, skilled = session.who, b"gold" + project_id.bytes, grants.skilled(session.who.labeler_id)
    looks = thorough or session.house.recall(skilled) is not None
    chosen = await choice.ahead(session, project_id)
    async with pipelined(session.db):
        await _greet(session, project_id)
        asked = await queries.hold_or_claim(
            session.db, who.labeler_id, project_id, who.mode or "live",
            session.cell.pseudonym_key if session.house.recall(gold) else None,
            skilled=looks, chosen=chosen, prefetch=prefetch, most=most or (2 if prefetch else 1),
        )  # fmt: skip
    rows = await asked.fetchall()
    if rows:
        session.house.remember(gold, rows[0]["golden"], KEPT_SECONDS)
        choice.given(session, project_id, rows)
        if rows[0]["skilled"]:
            session.house.remember(skilled, True, KEPT_SECONDS)
    return rows


async def _look_again(
    session: CellSession, project_id: UUID, *, prefetch: bool, most: int | None = None
) -> queries.Row | None:
    """After a vain claim: what has come back behind the labeler's cursor. Raises not-found."""
    project = await queries.workable(session.db, project_id, session.who.mode or "live", session.who.labeler_id)
    if project is None:
        raise NotFound
    if project["state"] != "active" or not project["may"]:
        return None
    if "exam" in project["policy"]:
        sitting = await exams.sit(session, project_id, prefetch=prefetch, most=most or (2 if prefetch else 1))
        if sitting.state != "passed":
            return sitting.lease
        if sitting.just:
            again = await _claim(session, project_id, prefetch=prefetch, most=most)
            return next((r for r in again if r["fresh"]), None)
    async with pipelined(session.db):
        found = await queries.look_behind(session.db, session.who.labeler_id, project_id)
    unsure = found["skilled"] and session.house.recall(grants.skilled(session.who.labeler_id)) is None
    if not found["n"] and not unsure:
        return None
    again = await _claim(session, project_id, prefetch=prefetch, most=most, thorough=found["skilled"])
    return next((r for r in again if r["fresh"]), None)


async def _opened(session: CellSession, row: queries.Row) -> queries.Row | None:
    """A lease that is on the screen from now on; None if it ended at this moment."""
    if row["begun"]:
        return row
    renewed = await queries.begin(session.db, row["lease_id"], session.who.labeler_id, row["fence"])
    return None if renewed is None else {**row, **renewed, "begun": True}


async def _unknown(session: CellSession, lease_id: UUID) -> Exception:
    match await queries.ending(session.db, lease_id, session.who.labeler_id):
        case None:
            return NotFound()
        case "answered":
            return AlreadySubmitted()
        case _:
            return LeaseLost()


async def renew(session: CellSession, lease_id: UUID, fence: int) -> wire.LeaseTime:
    """Opens or renews a lease. Raises lease-lost, already-submitted, not-found."""
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
    """Skips a task; skipping twice is the same as once. Raises lease-lost, already-submitted, not-found."""
    if await queries.give_back(session.db, lease_id, session.who.labeler_id, fence, reason):
        return
    if await queries.ending(session.db, lease_id, session.who.labeler_id) != "skip":
        raise await _gone(session, lease_id)


async def held(session: CellSession, lease_id: UUID, fence: int) -> dict[str, Any]:
    """The caller's live lease with its locked task. Raises lease-lost, already-submitted, not-found."""
    row = await queries.held(session.db, lease_id, session.who.labeler_id)
    if row is None:
        raise await _unknown(session, lease_id)
    if not row["live"] or row["fence"] != fence:
        raise LeaseLost
    return row


async def take(session: CellSession, task_id: UUID, labeler: str) -> dict[str, Any]:
    """A lease on an open task for a labeler of this name, who never signs in: it is filled in the same transaction.

    Raises already-submitted, conflict where the task is not open, not-found.
    """
    task = await entry_queries.lock(session.db, task_id, session.who.mode)
    if task is None:
        raise NotFound
    labeler_id = pseudonym(session.cell.pseudonym_key, f"named:{labeler}")
    if await entry_queries.had(session.db, task_id, labeler_id):
        raise AlreadySubmitted
    if task["state"] != "open":
        raise Conflict(why=f"the task is {task['state']}")
    await queries.greet(session.db, labeler_id, "person", labeler, task["project_id"], session.who.mode)
    return await entry_queries.lease(session.db, {**task, "labeler_id": labeler_id})
