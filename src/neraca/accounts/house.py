"""The house: the control plane and the directory of cells. One object a process, never a global."""

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from neraca.accounts import queries
from neraca.kit.paging import Cursors
from neraca.kit.rates import Rates
from neraca.kit.session import Connection, Databases, pipelined
from neraca.kit.signing import Signer
from neraca.tables import CONTROL
from neraca.wire.errors import NotFound

Provision = Callable[[], Awaitable[None]]


def _block(
    connection: Connection, *, transaction: bool, pipeline: bool
) -> contextlib.AbstractAsyncContextManager[object]:
    if pipeline:
        return pipelined(connection)
    return connection.transaction() if transaction else contextlib.nullcontext()


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one client's data is, and the key under which its labelers are pseudonyms."""

    client_id: UUID
    name: str
    database: str
    role: str
    password: str
    pseudonym_key: bytes


class House:
    """Sessions on the control plane and on cells, and the signers of this installation.

    `dsn` reaches the server as its owner; `key` is the installation's secret of 32 random bytes;
    `blobs` is the folder of stored objects;
    `provision` creates and migrates the cells that the directory names and that are not there yet.
    """

    def __init__(
        self,
        *,
        dsn: str,
        key: bytes,
        blobs: Path,
        url: str,
        provision: Provision,
        private_hosts: bool = False,
    ) -> None:
        self.databases = Databases(dsn)
        self.dsn = dsn
        self.blobs = blobs
        self.url = url
        self.provision = provision
        self.private_hosts = private_hosts
        self.cursors = Cursors(key)
        self.cell_tokens = Signer(key, "cell-token")
        self.media_tokens = Signer(key, "media")
        self._cells: dict[UUID, Cell] = {}
        self.rates = Rates(self._draw)
        self.fresh: dict[bytes, tuple[float, object]] = {}

    @contextlib.asynccontextmanager
    async def control(self) -> AsyncIterator[Connection]:
        """A transaction on the control plane; it commits at the end and rolls back on any error."""
        async with self.databases.connection(CONTROL) as connection, connection.transaction():
            yield connection

    async def cell(self, client_id: UUID) -> Cell:
        """The cell of a client. Raises not-found."""
        found = self._cells.get(client_id)
        if found is None:
            async with self.control() as control:
                row = await queries.cell(control, client_id)
            if row is None:
                raise NotFound
            found = self._cells[client_id] = Cell(
                client_id=row["id"],
                name=row["name"],
                database=row["database"],
                role=row["role"],
                password=row["role_password"],
                pseudonym_key=bytes(row["pseudonym_key"]),
            )
        return found

    async def cells(self) -> list[Cell]:
        """Every client's cell that is ready."""
        async with self.control() as control:
            ready = await queries.ready_clients(control)
        return [await self.cell(client_id) for client_id in ready]

    @contextlib.asynccontextmanager
    async def inside(
        self, cell: Cell, *, transaction: bool = True, pipeline: bool = False
    ) -> AsyncIterator[Connection]:
        """A connection in a cell, under the cell's own role; in one transaction unless said otherwise.

        In a pipeline a statement is sent with the next one whose rows are fetched, and what is wrong
        with it is raised there: one round trip for many, which is most of what a short request costs.
        A pipeline is always one transaction.
        """
        async with (
            self.databases.connection(cell.database, cell.role, cell.password) as connection,
            _block(connection, transaction=transaction, pipeline=pipeline),
        ):
            yield connection

    async def _draw(self, who: str, per_minute: int, wanted: int, returned: int) -> tuple[int, float]:
        async with self.databases.connection(CONTROL) as connection:
            return await queries.draw(connection, who, per_minute, wanted, returned)

    def remember(self, secret: bytes, what: object, seconds: float = 1.0) -> None:
        """Keeps a verified credential for a moment: a revocation acts within that time."""
        if len(self.fresh) > 10_000:
            self.fresh.clear()
        self.fresh[secret] = (time.monotonic() + seconds, what)

    def recall(self, secret: bytes) -> object | None:
        """What was remembered of a credential, while it is fresh."""
        until, what = self.fresh.get(secret, (0.0, None))
        return what if until > time.monotonic() else None

    def forget(self, which: Callable[[object], bool]) -> None:
        """Drops what was remembered of some credentials: their next request is checked anew."""
        for secret in [secret for secret, (_, what) in self.fresh.items() if which(what)]:
            del self.fresh[secret]

    async def close(self) -> None:
        """Closes all connections."""
        await self.databases.close()
