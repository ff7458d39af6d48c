"""SQL on tasks whose right answer is known."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection


async def add(db: Connection, values: dict[str, Any]) -> None:
    jsons = {name: Jsonb(values[name]) for name in ("params", "expected_response", "initial_response")}
    await db.execute(
        "insert into scale_quality_task (id, mode, purpose, project_id, type, params, expected_response,"
        " initial_response) values (%(id)s, %(mode)s, %(purpose)s, %(project_id)s, %(type)s, %(params)s,"
        " %(expected_response)s, %(initial_response)s)",
        {**values, **jsons, "initial_response": jsons["initial_response"] if values["initial_response"] else None},
    )


async def known(db: Connection, mode: str, ids: list[UUID]) -> int:
    """How many of these there are."""
    row = await (
        await db.execute(
            "select count(*) as n from scale_quality_task where mode = %(m)s and id = any(%(i)s)",
            {"m": mode, "i": ids},
        )
    ).fetchone()
    assert row is not None
    return int(row["n"])
