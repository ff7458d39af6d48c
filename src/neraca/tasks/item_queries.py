"""SQL on what is known of tasks beside their answers."""

import sys
from array import array
from collections.abc import Sequence
from uuid import UUID

import msgspec

from neraca.kit.session import Connection
from neraca.tasks.queries import NewTask


async def length(db: Connection, project_id: UUID, first: int) -> int:
    """How many features the tasks of a project have; `first` where there were none before."""
    await db.execute(
        "insert into project_item (project_id, length) values (%(p)s, %(n)s) on conflict do nothing",
        {"p": project_id, "n": first},
    )
    row = await (
        await db.execute("select length from project_item where project_id = %(p)s", {"p": project_id})
    ).fetchone()
    assert row is not None
    return int(row["length"])


async def copy(db: Connection, tasks: Sequence[NewTask], *, project_id: UUID) -> None:
    """Writes what is known of new tasks; nothing for those of which nothing is."""
    known = [t for t in tasks if t.features is not None or t.probabilities is not None]
    if not known:
        return
    async with (
        db.cursor() as cursor,
        cursor.copy("copy task_item (task_id, project_id, features, probabilities) from stdin") as copy,
    ):
        for t in known:
            told = None if t.probabilities is None else msgspec.json.encode(t.probabilities).decode()
            await copy.write_row((t.id, project_id, None if t.features is None else _packed(t.features), told))


def _packed(features: Sequence[float]) -> bytes:
    numbers = array("f", features)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
