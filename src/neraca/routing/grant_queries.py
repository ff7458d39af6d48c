"""SQL on labelers and the skills that they were granted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
STUDIO = "studio:"  # a lane of slots that a Studio keeps, and no skill that a manager grants
SHOWN = (
    "select l.id, l.handle, l.kind, l.created_at, array(select g.skill from labeler_grant g where g.labeler_id = l.id"
    f" and g.skill not like '{STUDIO}%%' order by g.skill) as skills from labeler l"
)


async def page(db: Connection, after: list[str] | None, limit: int) -> list[Row]:
    return await (
        await db.execute(
            f"{SHOWN} where %(t)s::timestamptz is null or (l.created_at, l.id) > (%(t)s::timestamptz, %(i)s::uuid)"
            " order by l.created_at, l.id limit %(n)s",
            {"t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def get(db: Connection, labeler_id: UUID) -> Row | None:
    return await (await db.execute(f"{SHOWN} where l.id = %(l)s", {"l": labeler_id})).fetchone()


async def lock(db: Connection, labeler_id: UUID) -> Row | None:
    """The same; two who change the skills of one labeler do so after each other."""
    await db.execute("select 1 from labeler where id = %(l)s for update", {"l": labeler_id})
    return await get(db, labeler_id)


async def change(db: Connection, labeler_id: UUID, *, granted: Sequence[str], revoked: Sequence[str], by: str) -> None:
    """Writes grants and revocations, and an event for each."""
    await db.execute(
        "with gone as (delete from labeler_grant where labeler_id = %(l)s and skill = any(%(r)s) returning skill),"
        " new as (insert into labeler_grant (labeler_id, skill, granted_by) select %(l)s, one, %(b)s"
        "   from unnest(%(g)s::text[]) one on conflict do nothing returning skill)"
        " insert into event (kind, actor, data) select kind, %(b)s, jsonb_build_object('labeler', %(l)s::text,"
        "   'skill', skill) from (select 'skill.granted' as kind, skill from new"
        "   union all select 'skill.revoked', skill from gone) told",
        {"l": labeler_id, "g": list(granted), "r": list(revoked), "b": by},
    )
