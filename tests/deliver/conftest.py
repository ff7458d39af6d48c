"""Fixtures of this folder."""

from tests.fixtures.place import _cells, _dsn, place

__all__ = ["_cells", "_dsn", "place"]
