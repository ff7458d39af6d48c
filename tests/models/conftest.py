"""Fixtures of this folder."""

from tests.fixtures.crew import crew
from tests.fixtures.door import _other, door
from tests.fixtures.place import _cells, _dsn, place

__all__ = ["_cells", "_dsn", "_other", "crew", "door", "place"]
