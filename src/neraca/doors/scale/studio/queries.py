"""SQL on assignments, groups and the order of batches."""

from typing import Any
from uuid import UUID

from neraca.doors.scale.batches.queries import JOINED, STATUS
from neraca.kit.session import Connection

Row = dict[str, Any]


async def assignments(db: Connection, mode: str) -> list[Row]:
    return await (
        await db.execute(
            "select a.email, array_agg(p.name order by p.name) as projects from scale_assignment a"
            " join scale_project p on p.id = a.project_id where p.mode = %(m)s group by a.email order by a.email",
            {"m": mode},
        )
    ).fetchall()


async def projects_named(db: Connection, mode: str, names: list[str]) -> list[UUID]:
    rows = await (
        await db.execute(
            "select id from scale_project where mode = %(m)s and name = any(%(n)s)", {"m": mode, "n": names}
        )
    ).fetchall()
    return [row["id"] for row in rows]


async def assign(db: Connection, project_ids: list[UUID], emails: list[str]) -> None:
    """From now on these projects are for those alone who are assigned."""
    await db.execute(
        "insert into scale_assignment (project_id, email) select p, e from unnest(%(p)s::uuid[]) p,"
        " unnest(%(e)s::text[]) e where not exists (select 1 from scale_assignment a where a.project_id = p"
        "  and lower(a.email) = lower(e)) on conflict do nothing",
        {"p": project_ids, "e": emails},
    )
    await db.execute(
        "update scale_project set assigned = true where id = any(%(p)s) and not assigned", {"p": project_ids}
    )


async def unassign(db: Connection, project_ids: list[UUID], emails: list[str]) -> None:
    await db.execute(
        "delete from scale_assignment where project_id = any(%(p)s)"
        " and lower(email) = any(select lower(e) from unnest(%(e)s::text[]) e)",
        {"p": project_ids, "e": emails},
    )


async def groups(db: Connection, project_id: UUID) -> list[Row]:
    return await (
        await db.execute(
            "select g.id, g.name, coalesce((select array_agg(m.email order by m.email) from scale_group_member m"
            " where m.group_id = g.id), '{}') as emails from scale_group g where g.project_id = %(p)s"
            " order by g.created_at, g.id",
            {"p": project_id},
        )
    ).fetchall()


async def add_group(db: Connection, project_id: UUID, name: str) -> UUID | None:
    """None where the name is taken."""
    row = await (
        await db.execute(
            "insert into scale_group (project_id, name) values (%(p)s, %(n)s) on conflict do nothing returning id",
            {"p": project_id, "n": name},
        )
    ).fetchone()
    return row["id"] if row else None


async def change_group(db: Connection, group_id: UUID, add: list[str], remove: list[str]) -> None:
    await db.execute(
        "insert into scale_group_member (group_id, email) select %(g)s, e from unnest(%(e)s::text[]) e"
        " where not exists (select 1 from scale_group_member m where m.group_id = %(g)s"
        "  and lower(m.email) = lower(e)) on conflict do nothing",
        {"g": group_id, "e": add},
    )
    await db.execute(
        "delete from scale_group_member where group_id = %(g)s"
        " and lower(email) = any(select lower(e) from unnest(%(e)s::text[]) e)",
        {"g": group_id, "e": remove},
    )


async def batches(db: Connection, mode: str) -> list[Row]:
    """In the order of their priority, then calibrations, then as they were made."""
    return await (
        await db.execute(
            "select b.id, b.name, b.project_id, p.name as project, b.studio_priority,"
            f" {STATUS} as status, n.pending, n.completed, n.error, n.canceled,"
            " coalesce((select array_agg(g.name order by g.name)"
            "  from scale_batch_group x join scale_group g on g.id = x.group_id where x.batch_id = b.id), '{}')"
            " as groups"
            f" from scale_batch b{JOINED} where b.mode = %(m)s"
            " order by b.studio_priority nulls last, b.calibration desc, b.created_at, b.id",
            {"m": mode},
        )
    ).fetchall()


async def set_groups(db: Connection, batch_id: UUID, group_ids: list[UUID]) -> None:
    await db.execute("delete from scale_batch_group where batch_id = %(b)s", {"b": batch_id})
    await db.execute(
        "insert into scale_batch_group (batch_id, group_id) select %(b)s, g from unnest(%(g)s::uuid[]) g",
        {"b": batch_id, "g": group_ids},
    )


async def set_order(db: Connection, mode: str, batch_ids: list[UUID]) -> None:
    """These first, in this order; the others have no priority."""
    await db.execute(
        "update scale_batch b set studio_priority = o.n from scale_batch x"
        " left join unnest(%(b)s::uuid[]) with ordinality as o(id, n) on o.id = x.id"
        " where x.id = b.id and b.mode = %(m)s and b.studio_priority is distinct from o.n",
        {"b": batch_ids, "m": mode},
    )
