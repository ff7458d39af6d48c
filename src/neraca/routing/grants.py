"""Skills by name: a manager grants them, and a slot may want one.

A labeler is the same in live and in test projects, so a key that is only for tests neither sees nor changes them.
"""

from collections.abc import Sequence
from uuid import UUID

from neraca.accounts import CellSession
from neraca.routing import grant_queries as queries
from neraca.wire import work as wire
from neraca.wire.errors import NotFound


def skilled(labeler_id: UUID) -> bytes:
    """Under what a process remembers that a labeler was granted something, so that their claims look for it."""
    return b"skilled" + labeler_id.bytes


def shown(row: queries.Row) -> wire.Labeler:
    """A labeler as the API tells of them."""
    return wire.Labeler(
        labeler=str(row["id"]),
        handle=row["handle"],
        kind=row["kind"],
        skills=row["skills"],
        created_at=row["created_at"],
    )


async def page(session: CellSession, after: list[str] | None, limit: int) -> list[queries.Row]:
    """A page of all who ever asked for work here, and one more where there are more."""
    return [] if session.who.mode == "test" else await queries.page(session.db, after, limit)


async def show(session: CellSession, labeler_id: UUID) -> wire.Labeler:
    """One of them. Raises not-found."""
    row = await queries.get(session.db, labeler_id)
    if row is None or session.who.mode == "test":
        raise NotFound
    return shown(row)


async def put(session: CellSession, labeler_id: UUID, skills: Sequence[str]) -> wire.Labeler:
    """A labeler has these skills from now on and no others; what they hold already they may end. Raises not-found."""
    row = await queries.lock(session.db, labeler_id)
    if row is None or session.who.mode == "test":
        raise NotFound
    had, wanted = set(row["skills"]), set(skills)
    if had != wanted:
        await queries.change(
            session.db, labeler_id, granted=sorted(wanted - had), revoked=sorted(had - wanted), by=session.who.actor
        )
    if wanted:
        session.house.remember(skilled(labeler_id), True, 3600)
    return await show(session, labeler_id)
