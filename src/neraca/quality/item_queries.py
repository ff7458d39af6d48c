"""SQL on what is known of tasks beside their answers, for statistics."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection


async def after(db: Connection, project_id: UUID, task_id: UUID, limit: int) -> list[dict[str, Any]]:
    """A page of the items of a project's tasks that are open or have answers, in the order of their ids."""
    return await (
        await db.execute(
            "select i.task_id, i.features, i.probabilities from task_item i join task t on t.id = i.task_id"
            " where i.project_id = %(p)s and i.task_id > %(a)s and (t.state = 'open' or t.answers > 0)"
            " order by i.task_id limit %(n)s",
            {"p": project_id, "a": task_id, "n": limit},
        )
    ).fetchall()


async def silence(db: Connection, project_id: UUID) -> None:
    """Nothing is taken from the items of a project."""
    await db.execute(
        "update task_item set told = null where project_id = %(p)s and told is not null", {"p": project_id}
    )


async def tell(db: Connection, told: Sequence[tuple[UUID, list[float]]]) -> None:
    """What is taken from each item, by class."""
    async with db.cursor() as cursor:
        await cursor.executemany(
            "update task_item set told = %s where task_id = %s", [(list(one), task_id) for task_id, one in told]
        )
