"""SQL on suggestions, for statistics."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection


async def suggested(db: Connection, project_id: UUID) -> list[dict[str, Any]]:
    """The tasks of a project that have a suggestion and an answer, with the suggestion."""
    return await (
        await db.execute(
            "select id, suggestion, suggested_by from task where project_id = %(p)s and suggestion is not null"
            " and answers > 0",
            {"p": project_id},
        )
    ).fetchall()
