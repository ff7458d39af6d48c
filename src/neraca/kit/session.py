"""Database sessions: pools by database, opened late, closed when idle, none of them global.

A request works in one transaction on one connection; nobody commits by hand.

Whoever waits for a busy database waits at that database's own gate, and holds nothing meanwhile that a
request to another one needs.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.generators import send
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Connection = psycopg.AsyncConnection[DictRow]
OPTIONS = (
    "-c idle_in_transaction_session_timeout=10s -c statement_timeout=30s -c lock_timeout=5s -c timezone=UTC -c jit=off"
)

# To be selected by the first statement of a short transaction, for the ones behind it: each keeps the plan that it has.
# PostgreSQL would else plan some of them anew every time, when it expects of a plan for these very values a little less
# work; of a claim that costs more than running it. For statements that one index serves, whatever the values are.
KEEP_PLANS = "set_config('plan_cache_mode', 'force_generic_plan', true)"

WAIT_SECONDS = 10.0  # for a turn at a busy database
CONNECT_SECONDS = 2.0  # for a connection, where it is one's turn: longer only when the server is away
AWAY_SECONDS = 1.0  # how long nobody waits for a server that was away


class Together(psycopg.AsyncPipeline):
    """A pipeline whose statements wait for one another, and travel when rows are fetched or it ends.

    psycopg's own sends each of them at once, with a system call that wakes the server for it: a third of what a short
    request costs. These are steps inside psycopg; a test tells if another version of it takes others.
    """

    _synced = False

    def _enqueue_sync(self) -> None:
        super()._enqueue_sync()
        self._synced = True

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _fetch_gen(self, *, flush: bool) -> PQGen[None]:
        while self.command_queue:
            self.command_queue.popleft()()
        if self._synced:  # that asks for a flush as well
            self._synced = flush = False
            yield from send(self.pgconn)
        yield from super()._fetch_gen(flush=flush)


@contextlib.asynccontextmanager
async def pipelined(connection: Connection) -> AsyncIterator[Connection]:
    """A transaction in a pipeline, whose begin and commit travel with what is inside.

    psycopg's own `transaction()` waits for each of them, also in a pipeline.
    """
    connection._pipeline = Together(connection)  # noqa: SLF001 - psycopg makes one of its own where there is none
    try:
        async with connection.pipeline():
            await connection.execute("begin", prepare=False)
            yield connection
            await connection.execute("commit", prepare=False)
    finally:
        if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
            await connection.rollback()


class Databases:
    """The pools of one process, one for each database it was asked for: min 0, max 4 connections."""

    def __init__(self, dsn: str, *, per_database: int = 4, in_all: int = 64) -> None:
        self._dsn = dsn
        self._per_database = per_database
        self._limit = asyncio.Semaphore(in_all)
        self._pools: dict[str, AsyncConnectionPool[Connection]] = {}
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._away_until: dict[str, float] = {}

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
                timeout=CONNECT_SECONDS,
                reconnect_timeout=2.0,  # then the next request tries anew, without a growing wait
                open=False,
                num_workers=1,
            )
        return pool

    @contextlib.asynccontextmanager
    async def connection(
        self, database: str, user: str | None = None, password: str | None = None
    ) -> AsyncIterator[Connection]:
        """A connection in autocommit; it goes back to its pool at the end.

        Raises `psycopg_pool.PoolTimeout` when none is free within 10 seconds, or at once where the server
        has just been found away: those who queue need not each find it out.
        """
        pool = self._pool(database, user, password)
        if pool.closed:
            await pool.open(wait=False)
        async with self._turn(database), self._limit, contextlib.AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(pool.connection())
            except PoolTimeout:
                self._away_until[database] = time.monotonic() + AWAY_SECONDS
                raise
            yield connection

    @contextlib.asynccontextmanager
    async def _turn(self, database: str) -> AsyncIterator[None]:
        gate = self._gates.setdefault(database, asyncio.Semaphore(self._per_database))
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await gate.acquire()
        except TimeoutError:
            raise PoolTimeout(f"no turn within {WAIT_SECONDS:.0f} seconds") from None
        try:
            if self._away_until.get(database, 0.0) > time.monotonic():
                raise PoolTimeout(f"{database} was away a moment ago")
            yield
        finally:
            gate.release()

    async def close(self) -> None:
        """Closes every pool."""
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
