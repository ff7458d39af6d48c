"""Fixtures of this folder."""

from tests.fixtures.crew import crew
from tests.fixtures.door import _other, door
from tests.fixtures.place import _cells, _dsn, place
from tests.fixtures.served import served

__all__ = ["_cells", "_dsn", "_other", "crew", "door", "place", "served"]
