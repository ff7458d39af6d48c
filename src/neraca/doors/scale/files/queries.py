"""SQL on files of this door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = "id, name, reference_id, media_type, bytes, blob, project_names, metadata, created_at, updated_at"


async def add(db: Connection, values: Row) -> Row | None:
    """None where the reference id is taken."""
    return await (
        await db.execute(
            "insert into scale_file (id, mode, name, reference_id, media_type, bytes, blob, sha256, project_names,"
            " metadata) values (%(id)s, %(mode)s, %(name)s, %(reference_id)s, %(media_type)s, %(bytes)s, %(blob)s,"
            f" %(sha256)s, %(project_names)s, %(metadata)s) on conflict do nothing returning {COLUMNS}",
            {**values, "metadata": Jsonb(values["metadata"])},
        )
    ).fetchone()


async def get(db: Connection, file_id: UUID, mode: str) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from scale_file where id = %(i)s and mode = %(m)s", {"i": file_id, "m": mode}
        )
    ).fetchone()


async def page(
    db: Connection,
    mode: str,
    project: str | None,
    reference: str | None,
    metadata: Row,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Newest first."""
    return await (
        await db.execute(
            f"select {COLUMNS} from scale_file where mode = %(m)s"
            " and (%(p)s::text is null or %(p)s = any(project_names))"
            " and (%(r)s::text is null or reference_id = %(r)s) and metadata @> %(d)s"
            " and (%(t)s::timestamptz is null or (created_at, id) < (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at desc, id desc limit %(n)s",
            {
                "m": mode, "p": project, "r": reference, "d": Jsonb(metadata), "t": before[0] if before else None,
                "i": before[1] if before else None, "n": limit + 1,
            },
        )
    ).fetchall()  # fmt: skip
