"""Sends due deliveries: every endpoint at its own pace, none in the way of another."""

import asyncio
import hashlib
import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from neraca.accounts import Cell, House
from neraca.deliver.callbacks import queries, rules
from neraca.kit import clock, urlguard
from neraca.kit.signing import webhook_headers

AT_ONCE = 8  # calls to one endpoint that answers well
IN_ALL = 256  # calls of this process
SICK_SECONDS = 60.0  # how long an endpoint that fails is left alone at most
log = structlog.get_logger("neraca.callbacks")


@dataclass(slots=True)
class _Endpoint:
    """What this process remembers of an endpoint."""

    failures: int = 0
    quiet_until: float = 0.0
    runner: asyncio.Task[None] | None = field(default=None)


class Sender:
    """The callbacks of one worker process. Another worker may run: a delivery is claimed in its row."""

    def __init__(self, house: House, *, now: clock.Clock = clock.now, jitter: rules.Jitter = random.random) -> None:
        self._house = house
        self._now = now
        self._jitter = jitter
        self._known: dict[UUID, _Endpoint] = {}
        self._room = asyncio.Semaphore(IN_ALL)

    async def step(self, cell: Cell) -> int:
        """Starts a runner for every endpoint with due deliveries; gives how many were started."""
        async with self._house.inside(cell, transaction=False) as db:
            rows = await queries.due(db, self._now())
        started = 0
        for row in rows:
            known = self._known.setdefault(row["id"], _Endpoint())
            idle = known.runner is None or known.runner.done()
            if idle and known.quiet_until <= asyncio.get_running_loop().time():
                known.runner = asyncio.create_task(self._run(cell, row["id"], known))
                started += 1
        return started

    async def settled(self) -> None:
        """Waits until no call is under way."""
        running = [e.runner for e in self._known.values() if e.runner is not None and not e.runner.done()]
        await asyncio.gather(*running)

    async def close(self) -> None:
        """Breaks off what is under way; it is sent again later."""
        running = [e.runner for e in self._known.values() if e.runner is not None and not e.runner.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, cell: Cell, endpoint_id: UUID, known: _Endpoint) -> None:
        """Sends what is due to one endpoint, until nothing is or until it fails."""
        try:
            while True:
                size = AT_ONCE if known.failures == 0 else 1
                async with self._house.inside(cell, transaction=False) as db:
                    rows = await queries.claim(db, endpoint_id, self._now(), size)
                if not rows:
                    return
                good = await asyncio.gather(*(self._send(cell, endpoint_id, row) for row in rows))
                if not all(good):
                    known.failures += 1
                    rest = min(2.0 ** min(known.failures, 10), SICK_SECONDS)
                    known.quiet_until = asyncio.get_running_loop().time() + rest * (0.5 + 0.5 * self._jitter())
                    return
                known.failures = 0
        except Exception as wrong:  # noqa: BLE001 - the next step tries again
            log.warning(
                "callbacks-interrupted", cell=cell.database, endpoint=str(endpoint_id), error=type(wrong).__name__
            )

    async def _send(self, cell: Cell, endpoint_id: UUID, row: queries.Row) -> bool:
        """One attempt, and its line in the log; True when delivered."""
        at = self._now()
        body = row["body"].encode()
        message_id = f"msg_{row['id'].hex}"
        headers = {
            **webhook_headers(row["secret"], message_id, int(at.timestamp()), body),
            **({"scale-callback-auth": row["secret"]} if row["style"] == "scale" else {}),
        }
        status, ms, retry_after = None, 0, None
        begun = asyncio.get_running_loop().time()
        try:
            async with self._room:
                reply = await urlguard.post(row["url"], body, headers, private=self._house.private_hosts)
            status, ms, what = reply.status, reply.ms, rules.code(reply.status)
            retry_after = reply.headers.get("retry-after") if reply.status in rules.BUSY else None
        except (urlguard.Refused, urlguard.Failed) as wrong:
            what, ms = wrong.code, round((asyncio.get_running_loop().time() - begun) * 1000)
        end = at + timedelta(milliseconds=ms)
        found = rules.outcome(
            what,
            now=end,
            attempts=row["attempts"],
            first_at=row["first_at"],
            retry_after=retry_after,
            jitter=self._jitter,
            style=row["style"],
        )
        async with self._house.inside(cell) as db:
            await queries.record(
                db,
                row["id"],
                at=at,
                status=status,
                code=what,
                ms=ms,
                body_sha256=hashlib.sha256(body).hexdigest(),
                state=found.state,
                next_at=found.next_at,
            )
            if found.notice is not None:
                await queries.disable(db, endpoint_id, row["url"], found.notice)
        return what == "delivered"
