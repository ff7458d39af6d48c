"""SQL on assets."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = "id, blob, sha256, media_type, bytes, width, height, credit, created_at"


async def add(db: Connection, values: dict[str, Any]) -> Row:
    row = await (
        await db.execute(
            "insert into asset (id, blob, sha256, media_type, bytes, width, height, credit) values (%(id)s, %(blob)s,"
            f" %(sha256)s, %(media_type)s, %(bytes)s, %(width)s, %(height)s, %(credit)s) returning {COLUMNS}",
            values,
        )
    ).fetchone()
    assert row is not None
    return row


async def get(db: Connection, asset_id: UUID) -> Row | None:
    return await (await db.execute(f"select {COLUMNS} from asset where id = %(id)s", {"id": asset_id})).fetchone()


async def leased(db: Connection, lease_id: UUID) -> bool:
    """Whether a lease lives."""
    row = await (
        await db.execute(
            "select 1 as one from slot where lease_id = %(i)s and state = 1 and lease_until > clock_timestamp()",
            {"i": lease_id},
        )
    ).fetchone()
    return row is not None


async def makers(db: Connection, asset_ids: list[UUID]) -> dict[UUID, str]:
    """Who made the pictures among `asset_ids`, where that is known.

    Most tasks show one, which is asked for by itself: of a list PostgreSQL makes a plan anew each time.
    """
    if len(asset_ids) == 1:
        asked = await db.execute(
            "select id, credit from asset where id = %(id)s and credit is not null", {"id": asset_ids[0]}
        )
    else:
        asked = await db.execute(
            "select id, credit from asset where id = any(%(ids)s) and credit is not null", {"ids": asset_ids}
        )
    return {r["id"]: r["credit"] for r in await asked.fetchall()}


async def sizes(db: Connection, asset_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Width and height in pixels of those of `asset_ids` that exist."""
    rows = await (
        await db.execute("select id, width, height from asset where id = any(%(ids)s)", {"ids": asset_ids})
    ).fetchall()
    return {r["id"]: (r["width"], r["height"]) for r in rows}
