"""What is believed of those who answered a task."""

from collections.abc import Sequence
from uuid import UUID

from neraca.kind import NOBODY, Crowd
from neraca.kit.session import Connection
from neraca.quality.objects import queries, rules


async def crowd(db: Connection, project_id: UUID, labeler_ids: Sequence[UUID]) -> Crowd:
    """The crowd of a project as far as these labelers need it; that of which nothing is known before an estimate."""
    project = await queries.project(db, project_id)
    if project is None or project["objects"] is None:
        return NOBODY
    return rules.crowd(project, await queries.labelers(db, project_id, labeler_ids))
