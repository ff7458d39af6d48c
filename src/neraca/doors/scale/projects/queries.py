"""SQL on projects of this door."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = (
    "p.id, p.mode, p.name, p.type, p.rapid, p.studio, p.dataset_id, p.archived, p.created_by, p.created_at,"
    " coalesce((select jsonb_agg(v.params || jsonb_build_object('version', v.version, 'created_at',"
    "  to_char(v.created_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')) order by v.version)"
    "  from scale_param v where v.project_id = p.id), '[]') as history"
)


async def add(db: Connection, values: dict[str, Any]) -> UUID | None:
    """None where the name is taken."""
    row = await (
        await db.execute(
            "insert into scale_project (mode, name, type, rapid, studio, dataset_id, created_by) values (%(mode)s,"
            " %(name)s, %(type)s, %(rapid)s, %(studio)s, %(dataset_id)s, %(by)s) on conflict do nothing returning id",
            values,
        )
    ).fetchone()
    return row["id"] if row else None


async def add_version(db: Connection, project_id: UUID, params: dict[str, Any]) -> None:
    """Keeps new parameters as the next version, numbered from 0."""
    await db.execute(
        "insert into scale_param (project_id, version, params)"
        " select %(p)s, coalesce(max(version) + 1, 0), %(v)s from scale_param where project_id = %(p)s",
        {"p": project_id, "v": Jsonb(params)},
    )


async def lock(db: Connection, project_id: UUID) -> None:
    await db.execute("select 1 from scale_project where id = %(p)s for update", {"p": project_id})


async def get(db: Connection, mode: str, name: str) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from scale_project p where p.mode = %(m)s and p.name = %(n)s", {"m": mode, "n": name}
        )
    ).fetchone()


async def all_of(db: Connection, mode: str, archived: bool | None) -> list[Row]:
    """Newest first."""
    return await (
        await db.execute(
            f"select {COLUMNS} from scale_project p where p.mode = %(m)s"
            " and (%(a)s::boolean is null or p.archived = %(a)s) order by p.created_at desc, p.id desc",
            {"m": mode, "a": archived},
        )
    ).fetchall()


async def places(db: Connection, project_id: UUID) -> list[UUID]:
    """The house's projects in which its tasks are worked."""
    rows = await (await db.execute("select id from scale_place where project_id = %(p)s", {"p": project_id})).fetchall()
    return [row["id"] for row in rows]
