"""Models at work: the worker leases slots for them, asks them, and submits what they say.

The steps are those of any labeler: a claim, a submit with its flaws, a skip. Each is a transaction of its own, and none
is open while a model is asked. One worker serves a model at a time; after a kill the next one takes up its leases.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Literal, cast
from uuid import UUID

import structlog

from neraca import answers, assets, models, projects, routing
from neraca.accounts import Cell, CellSession, House, Principal
from neraca.answers import Handlers
from neraca.kit import ids
from neraca.kit.session import Connection
from neraca.kit.signing import digest
from neraca.wire.errors import AlreadySubmitted, LeaseLost, NotFound, ValidationFailed
from neraca.wire.work import Lease, Submitted

LEASE_SECONDS = 60  # a call and the submit after it take less
CALL_SECONDS = 30.0
JUDGE_SECONDS = 5.0
IDLE_SECONDS = 2.0  # after a look at open slots of which none was for the model
LONGEST_PAUSE = 2.0  # of one who has used up its minute; after that the next step goes on
DAY_MS = 86_400_000
log = structlog.get_logger("neraca.models")


@dataclass(slots=True)
class _Known:
    """What this process remembers of a model that it serves."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    busy: set[str] = field(default_factory=set)
    lanes: set[asyncio.Task[None]] = field(default_factory=set)
    failed: bool = False
    quiet_until: float = 0.0

    def wants(self, model: models.Serving) -> int:
        """How many lanes more it could have: one in all while it fails, and none before the others of a failure end."""
        if self.quiet_until > time.monotonic() or (self.failed and self.lanes):
            return 0
        self.failed = False
        return (1 if model.failures else model.at_once) - len(self.lanes)


def _principal(cell: Cell, model: models.Serving) -> Principal:
    """A model as the labeler that it is. Its credential opens nothing: no request can show it."""
    return Principal(
        client_id=cell.client_id,
        role="labeler",
        mode=cast("Literal['live', 'test']", model.mode),
        labeler_id=model.labeler_id,
        labeler_kind="model",
        actor=f"model:{model.id}",
        credential=digest(f"model:{model.id}"),
        key_name=model.name,
    )


class Modeling:
    """The models of one worker process."""

    def __init__(
        self,
        house: House,
        handlers: Handlers,
        *,
        seconds: float = CALL_SECONDS,
        idle: float = IDLE_SECONDS,
        jitter: models.Jitter = random.random,
    ) -> None:
        self._house = house
        self._handlers = handlers
        self._seconds = seconds
        self._idle = idle
        self._jitter = jitter
        self._name = ids.new().hex
        self._known: dict[UUID, _Known] = {}
        self._judged: dict[UUID, float] = {}
        self._cells: dict[UUID, Cell] = {}

    async def step(self, cell: Cell) -> int:
        """Starts lanes for every model with something to do, beside those that still wait for it; gives how many."""
        async with self._house.inside(cell, transaction=False) as db:
            if time.monotonic() - self._judged.get(cell.client_id, float("-inf")) >= JUDGE_SECONDS:
                self._judged[cell.client_id] = time.monotonic()
                async with db.transaction():
                    for model_id, project_id in await models.judge(db):
                        log.info("model-paused", model=str(model_id), project=str(project_id))
            due = await models.due(db, self._name)
        started = 0
        for model in due:
            self._cells[cell.client_id] = cell
            known = self._known.setdefault(model.id, _Known())
            for _ in range(known.wants(model)):
                lane = asyncio.create_task(self._lane(cell, model, known))
                known.lanes.add(lane)
                lane.add_done_callback(known.lanes.discard)
                started += 1
        return started

    async def settled(self) -> None:
        """Waits until no model is asked."""
        await asyncio.gather(*self._running())

    async def close(self) -> None:
        """Breaks off what is under way and leaves the models to the next worker, which takes up their leases."""
        running = self._running()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for cell in self._cells.values():
            async with self._house.inside(cell) as db:
                await models.let_go(db, self._name)

    def _running(self) -> list[asyncio.Task[None]]:
        return [lane for known in self._known.values() for lane in known.lanes]

    async def _lane(self, cell: Cell, model: models.Serving, known: _Known) -> None:
        """One call after the other, from one project after the other, until there is none or one fails.

        A lane that found nothing at all keeps the model's others from looking for a while.
        """
        left, calls = list(model.projects), 0
        try:
            while left and not known.failed:
                for project_id in tuple(left):
                    if known.failed or not await self._one(cell, model, project_id, known):
                        left.remove(project_id)
                    else:
                        calls += 1
        except Exception as wrong:  # noqa: BLE001 - the next step tries again
            log.warning("model-interrupted", cell=cell.database, model=str(model.id), error=type(wrong).__name__)
        if not calls:
            known.quiet_until = time.monotonic() + self._idle

    async def _one(self, cell: Cell, model: models.Serving, project_id: UUID, known: _Known) -> bool:
        """One task of a project; False where there is none for this model now."""
        wait = await self._house.rates.take(f"model:{model.id}", model.per_minute)
        if wait:
            await asyncio.sleep(min(wait, LONGEST_PAUSE))
            return wait <= LONGEST_PAUSE
        async with known.turn, self._house.inside(cell, transaction=False) as db:
            where = await models.serving(db, model.id, project_id, self._name)
            if where is None or known.failed:  # while this lane waited for its turn
                return False
            session = self._session(cell, db, model)
            lease = await routing.hold(session, project_id, most=model.at_once, seconds=LEASE_SECONDS, busy=known.busy)
            if lease is None:
                return False
            known.busy.add(lease.lease_id)
            asking = await self._asking(session, lease)
        try:
            await self._ask(cell, model, lease, asking, where)
        except models.Failure as failure:
            known.failed = True
            log.info("model-failed", cell=cell.database, model=str(model.id), code=failure.code)
            async with self._house.inside(cell) as db:
                await models.failed(db, model.id, failure, self._jitter)
        finally:
            known.busy.discard(lease.lease_id)
        return True

    def _session(self, cell: Cell, db: Connection, model: models.Serving) -> CellSession:
        return CellSession(db=db, who=_principal(cell, model), cell=cell, house=self._house)

    async def _asking(self, session: CellSession, lease: Lease) -> models.Asking:
        """The task as it is sent, under the terms of its lease."""
        told = await projects.instructions(session.db, UUID(lease.project_id), lease.config_version)
        return models.Asking(
            lease_id=lease.lease_id,
            task_id=lease.task_id,
            project_id=lease.project_id,
            kind=lease.kind,
            params=lease.params,
            config=lease.config,
            instructions=told,
            media={asset: assets.lent(session, asset, lease.lease_id) for asset in lease.media},
        )

    async def _ask(
        self, cell: Cell, model: models.Serving, lease: Lease, asking: models.Asking, where: dict[str, str]
    ) -> None:
        """Asks, and submits or skips. Raises `Failure`; the lease is then kept, and taken up again while it lives."""
        private = self._house.private_hosts
        reply = await models.ask(where["url"], where["secret"], asking, private=private, seconds=self._seconds)
        try:
            if reply.answer is None:
                await self._skip(cell, model, lease, "The model gave no answer.")
            else:
                await self._submit(cell, model, lease, reply)
        except ValidationFailed as refused:
            async with self._house.inside(cell) as db:
                why = await models.flawed(db, model.id, refused.errors)
            await self._skip(cell, model, lease, why)
        except (AlreadySubmitted, LeaseLost, NotFound):
            raise models.Failure("lease-lost") from None
        except Exception as wrong:
            log.warning("model-answer-refused", cell=cell.database, model=str(model.id), error=type(wrong).__name__)
            raise models.Failure("internal") from wrong

    async def _submit(self, cell: Cell, model: models.Serving, lease: Lease, reply: models.Reply) -> None:
        assert reply.answer is not None
        given = Submitted(fence=lease.fence, answer=reply.answer, active_ms=min(reply.ms, DAY_MS))
        async with self._house.inside(cell, pipeline=True) as db:
            session = self._session(cell, db, model)
            _, receipt = await answers.submit(session, UUID(lease.lease_id), given, self._handlers, shown=False)
            if reply.confidence is not None:
                answer_id = UUID(receipt.answer_id)
                await models.keep_confidence(db, answer_id, model.labeler_id, UUID(lease.project_id), reply.confidence)
            await models.answered(db, model.id)

    async def _skip(self, cell: Cell, model: models.Serving, lease: Lease, why: str) -> None:
        async with self._house.inside(cell) as db:
            session = self._session(cell, db, model)
            await routing.give_back(session, UUID(lease.lease_id), lease.fence, why)
