"""Fixtures of this folder: a real server and Scale's own client against it."""

import gc
import warnings
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.doors.account import Account
from tests.fixtures.place import _cells, _dsn, place
from tests.fixtures.served import Served, served

__all__ = ["_cells", "_dsn", "place", "served"]


@pytest.fixture(scope="session")
def account(served: Served) -> Iterator[Account]:
    """One client of the installation, for the whole run; names in tests are fresh."""
    made = Account(served, served.add_client(f"scale {uuid4()}"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def stranger(served: Served) -> Iterator[Account]:
    """Another client of the same installation."""
    made = Account(served, served.add_client(f"stranger {uuid4()}"))
    yield made
    made.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Scale's client closes none of its connections; that is no fault of ours."""
    for item in items:
        if "/doors/" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


@pytest.fixture(autouse=True)
def _forgotten_connections() -> Iterator[None]:
    """What the client left open goes here, not in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
