"""Database sessions: pools by database, opened late, closed when idle, none of them global.

A request works in one transaction on one connection; nobody commits by hand.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

Connection = psycopg.AsyncConnection[DictRow]
OPTIONS = (
    "-c idle_in_transaction_session_timeout=10s -c statement_timeout=30s -c lock_timeout=5s -c timezone=UTC -c jit=off"
)


class Databases:
    """The pools of one process, one for each database it was asked for: min 0, max 4 connections."""

    def __init__(self, dsn: str, *, per_database: int = 4, in_all: int = 64) -> None:
        self._dsn = dsn
        self._per_database = per_database
        self._limit = asyncio.Semaphore(in_all)
        self._pools: dict[str, AsyncConnectionPool[Connection]] = {}

    def _pool(self, database: str, user: str | None, password: str | None) -> AsyncConnectionPool[Connection]:
        pool = self._pools.get(database)
        if pool is None:
            extra: dict[str, Any] = {"dbname": database, "options": OPTIONS, "connect_timeout": 5}
            if user:
                extra |= {"user": user, "password": password}
            pool = self._pools[database] = AsyncConnectionPool(
                make_conninfo(self._dsn, **extra),
                connection_class=psycopg.AsyncConnection[DictRow],
                kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 1},
                min_size=0,
                max_size=self._per_database,
                max_idle=60.0,
                timeout=10.0,
                open=False,
                num_workers=1,
            )
        return pool

    @contextlib.asynccontextmanager
    async def connection(
        self, database: str, user: str | None = None, password: str | None = None
    ) -> AsyncIterator[Connection]:
        """A connection in autocommit; it goes back to its pool at the end.

        Raises `psycopg_pool.PoolTimeout` when none is free within 10 seconds.
        """
        pool = self._pool(database, user, password)
        if pool.closed:
            await pool.open(wait=False)
        async with self._limit, pool.connection() as connection:
            yield connection

    async def close(self) -> None:
        """Closes every pool."""
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
