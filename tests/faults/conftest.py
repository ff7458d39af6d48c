"""Fixtures of this folder."""

from tests.fixtures.place import _cells, _dsn, place
from tests.fixtures.served import served

__all__ = ["_cells", "_dsn", "place", "served"]
