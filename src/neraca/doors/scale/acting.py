"""What the door does inside a cell on nobody's request: a worker's errands, an operator's commands."""

from uuid import UUID

from neraca.accounts import Cell, CellSession, House, Principal
from neraca.kit.session import Connection

NOBODY = UUID(int=0)


def acting(db: Connection, house: House, cell: Cell, *, mode: str, actor: str) -> CellSession:
    """A session inside a cell under a name of its own."""
    who = Principal(
        client_id=cell.client_id, role="manager", mode="test" if mode == "test" else "live", labeler_id=NOBODY,
        labeler_kind="model", actor=actor, credential=b"",
    )  # fmt: skip
    return CellSession(db=db, who=who, cell=cell, house=house)
