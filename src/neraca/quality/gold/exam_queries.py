"""SQL on exams: where a labeler stands, what an answer does to it, a manager's word."""

from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]

MARK = """
with kept as (
  update exam set state = %(state)s, attempt = %(attempt)s, answered = %(answered)s, correct = %(correct)s,
    decided_by = case when %(state)s = 'open' then null else 'engine' end,
    decided_at = case when %(state)s = 'open' then null else clock_timestamp() end
  where labeler_id = %(l)s and project_id = %(p)s
)
insert into event (kind, project_id, actor, data)
select 'exam.decided', %(p)s, 'engine', %(told)s::jsonb where %(told)s::jsonb is not null
"""

BY_HAND = """
with kept as (
  insert into exam (labeler_id, project_id, state, decided_by, decided_at)
  select l.id, %(p)s, %(state)s, %(a)s, clock_timestamp() from labeler l where l.id = %(l)s
  on conflict (labeler_id, project_id) do update set state = excluded.state, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at, answered = 0, correct = 0
  returning labeler_id, state
)
insert into event (kind, project_id, actor, data)
select 'exam.decided', %(p)s, %(a)s, jsonb_build_object('labeler', labeler_id, 'state', state) from kept returning id
"""


async def standing(db: Connection, project_id: UUID, labeler_id: UUID) -> Row | None:
    """A labeler's exam; the row is locked until the transaction ends."""
    return await (
        await db.execute(
            "select state, attempt, answered, correct from exam where project_id = %(p)s and labeler_id = %(l)s"
            " for update",
            {"p": project_id, "l": labeler_id},
        )
    ).fetchone()


async def mark(db: Connection, project_id: UUID, labeler_id: UUID, now: dict[str, Any], told: str | None) -> None:
    """Writes where the labeler stands now; `told` is the event's data where this decided an attempt."""
    await db.execute(MARK, {**now, "p": project_id, "l": labeler_id, "told": told})


async def by_hand(db: Connection, project_id: UUID, labeler_id: UUID, state: str, actor: str) -> bool:
    """A manager's word. False where there is no such labeler."""
    values = {"p": project_id, "l": labeler_id, "state": state, "a": actor}
    return await (await db.execute(BY_HAND, values)).fetchone() is not None
