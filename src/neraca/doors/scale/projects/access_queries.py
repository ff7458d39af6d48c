"""SQL on who may work in the house's projects: those whom the Studio assigned, under their pseudonyms."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
PROJECTS = "select l.id, l.project_id, s.assigned from scale_place l join scale_project s on s.id = l.project_id"
WANTED = (
    "select distinct m.labeler_id, b.lane as skill from scale_batch b"
    " join scale_batch_group x on x.batch_id = b.id join scale_group_member m on m.group_id = x.group_id"
    " where b.lane is not null and m.labeler_id is not null"
)
BY = "door:scale"


async def spread(db: Connection, project_ids: list[UUID]) -> None:
    """Has the places of these Scale projects know whom they are for."""
    values = {"p": project_ids}
    await db.execute(
        f"update project p set named_only = l.assigned from ({PROJECTS}) l"
        " where l.id = p.id and l.project_id = any(%(p)s) and p.named_only <> l.assigned",
        values,
    )
    await db.execute(
        "delete from project_labeler x using scale_place l where l.id = x.project_id and l.project_id = any(%(p)s)"
        " and not exists (select 1 from scale_assignment a where a.project_id = l.project_id"
        "  and a.labeler_id = x.labeler_id)",
        values,
    )
    await db.execute(
        "insert into project_labeler (project_id, labeler_id) select l.id, a.labeler_id from scale_place l"
        " join scale_assignment a on a.project_id = l.project_id"
        " where l.project_id = any(%(p)s) and a.labeler_id is not null on conflict do nothing",
        values,
    )


async def grant_lanes(db: Connection) -> None:
    """Who is in a group of a batch has the lane that its slots lie in, and nobody else."""
    await db.execute(
        f"with wanted as ({WANTED}), gone as (delete from labeler_grant g where g.granted_by = %(b)s"
        "  and not exists (select 1 from wanted w where w.labeler_id = g.labeler_id and w.skill = g.skill))"
        " insert into labeler_grant (labeler_id, skill, granted_by) select labeler_id, skill, %(b)s from wanted"
        " on conflict do nothing",
        {"b": BY},
    )


async def unknown(db: Connection) -> list[str]:
    """The addresses that were named and belonged to nobody here yet."""
    rows = await (
        await db.execute(
            "select email from scale_assignment where labeler_id is null"
            " union select email from scale_group_member where labeler_id is null"
        )
    ).fetchall()
    return [row["email"] for row in rows]


async def introduce(db: Connection, known: dict[str, UUID]) -> None:
    """These addresses belong to these labelers."""
    values = {"e": list(known), "l": list(known.values())}
    for table in ("scale_assignment", "scale_group_member"):
        await db.execute(
            f"update {table} a set labeler_id = k.labeler from unnest(%(e)s::text[], %(l)s::uuid[]) k(email, labeler)"
            " where lower(a.email) = k.email and a.labeler_id is null",
            values,
        )
    rows = await (
        await db.execute(
            "select distinct project_id from scale_assignment where labeler_id = any(%(l)s)",
            {"l": list(known.values())},
        )
    ).fetchall()
    await spread(db, [row["project_id"] for row in rows])
    await grant_lanes(db)
