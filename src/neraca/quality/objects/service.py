"""What is believed of those who answered a task."""

from collections.abc import Sequence
from uuid import UUID

from neraca.kind import NOBODY, Crowd
from neraca.kit.session import Connection
from neraca.quality.objects import queries, rules


async def crowd(
    db: Connection, project_id: UUID, labeler_ids: Sequence[UUID], told: queries.Row | None = None
) -> Crowd:
    """The crowd of a project as far as these labelers need it; that of which nothing is known before an estimate.

    `told` is what the last estimate wrote of all, where it has been read already.
    """
    told = told or await queries.project(db, project_id)
    if told is None or told["objects"] is None:
        return NOBODY
    return rules.crowd(told, await queries.labelers(db, project_id, labeler_ids))
