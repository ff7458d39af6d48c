"""Fixtures of this folder."""

from tests.fixtures.place import _dsn
from tests.fixtures.served import served
from tests.fixtures.two import _known, bare, world

__all__ = ["_dsn", "_known", "bare", "served", "world"]
