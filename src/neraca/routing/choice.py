"""What a labeler should have next: chosen among the open slots ahead of them, once for several claims.

A choice is kept in this process and is nothing but a wish: the claim gives the first of it that is still open, and
where none is, the next slot of the walk. So two processes need not know of each other.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from neraca.accounts import CellSession
from neraca.routing import choice_queries, queries, rules

AIM_SECONDS = 3600.0  # each claim renews it
KEPT_SECONDS = 60.0
IDLE_SECONDS = 10.0  # where there was nothing to choose
DRAW = random.SystemRandom()


@dataclass(slots=True)
class Choice:
    """The slots that are left of a choice, the best first; none where there was nothing to choose."""

    slots: list[rules.Slot]


def _kept(session: CellSession, project_id: UUID) -> bytes:
    return b"choice" + project_id.bytes + session.who.labeler_id.bytes


async def ahead(session: CellSession, project_id: UUID) -> Sequence[rules.Slot]:
    """The slots that this labeler should be given, the best first; none where the order of the walk is as good."""
    home = session.house
    if not home.recall(b"aim" + project_id.bytes):
        return ()
    kept = home.recall(_kept(session, project_id))
    if isinstance(kept, Choice):
        return kept.slots
    made = Choice(await _choose(session, project_id))
    home.remember(_kept(session, project_id), made, KEPT_SECONDS if made.slots else IDLE_SECONDS)
    return made.slots


async def _choose(session: CellSession, project_id: UUID) -> list[rules.Slot]:
    who = session.who
    terms, seen = await choice_queries.look(session.db, who.labeler_id, project_id, who.mode or "live")
    if terms is None:
        return []
    return rules.choose(terms, seen, turn=DRAW.randrange(rules.TURN) == 0)


def given(session: CellSession, project_id: UUID, rows: Sequence[queries.Row]) -> None:
    """After a claim, with what it told: whether the project has a target. The slots up to the one given are done.

    Gold was given in the place of the first of them, which is wanted next.
    """
    home = session.house
    home.remember(b"aim" + project_id.bytes, rows[0]["aimed"], AIM_SECONDS)
    fresh = next((row for row in rows if row["fresh"]), None)
    kept = home.recall(_kept(session, project_id))
    if fresh is None or fresh["gold"] or not isinstance(kept, Choice) or not kept.slots:
        return
    slot = (fresh["task_id"], fresh["n"])
    del kept.slots[: kept.slots.index(slot) + 1 if slot in kept.slots else 1]
    if not kept.slots:
        home.remember(_kept(session, project_id), None, 0.0)
