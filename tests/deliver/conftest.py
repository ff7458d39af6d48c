"""Fixtures of this folder."""

from tests.fixtures.place import _cells, place

__all__ = ["_cells", "place"]
