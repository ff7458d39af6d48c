"""The door from inside: batches that finalize at once, counts under load, callbacks under a turned clock, moves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.deliver.receiver import receiving
from tests.fixtures.place import Place

from neraca import deliver, doors
from neraca.accounts import CellSession, Principal
from neraca.doors.scale.audits import service as audits
from neraca.doors.scale.batches import queries as batch_queries
from neraca.doors.scale.batches import service as batches
from neraca.doors.scale.errands import callbacks
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.tasks import listing_queries, service
from neraca.doors.scale.translate import between

COLOURS = {"attachment_type": "text", "categories": ["red", "blue"]}
MANY = 10_000
SLOTS = (
    "select count(*) as n from slot s join scale_task t on t.id = s.task_id join scale_batch b on b.id = t.batch_id"
    " where b.name = %s"
)


@asynccontextmanager
async def account(place: Place) -> AsyncIterator[CellSession]:
    who = Principal(place.cell.client_id, "manager", "live", UUID(int=0), "model", "test", b"")
    async with place.house.inside(place.cell) as db:
        yield CellSession(db=db, who=who, cell=place.cell, house=place.house)


async def count(place: Place, sql: str, *values: object) -> int:
    async with place.house.inside(place.cell) as db:
        row = await (await db.execute(sql.encode(), values)).fetchone()
    assert row is not None
    return int(row["n"])


async def made(place: Place, *, rapid: bool = False, callback: str | None = None) -> tuple[str, str]:
    """A project and a batch."""
    name = f"p {uuid4()}"
    async with account(place) as session:
        await projects.create(session, {"name": name, "type": "categorization", "params": COLOURS, "rapid": rapid})
        await batches.create(session, {"name": name, "project": name, "callback": callback})
    return name, name


async def post(place: Place, batch: str, **more: Any) -> UUID:
    async with account(place) as session:
        told = await service.create(session, "categorization", {"batch": batch, "attachment": "tomato", **more})
    return UUID(told["task_id"] + "0" * 8)


async def decide(place: Place, task_id: UUID) -> None:
    async with place.house.inside(place.cell) as db:
        row = await (await db.execute("select project_id from task where id = %s", [task_id])).fetchone()
    assert row is not None
    await place.decide(row["project_id"], task_id, {"choice": "c0"})


async def test_a_batch_of_ten_thousand_finalizes_at_once(place: Place) -> None:
    """Nobody sees a part of it, while tasks of another batch are decided."""
    _, batch = await made(place, rapid=True)
    await post(place, batch)
    async with place.house.inside(place.cell) as db:  # the same task ten thousand times
        await db.execute(
            "with made as (insert into scale_task (id, mode, project_id, batch_id, type, status, stage, place)"
            " select (substr(md5(n::text), 1, 24) || '00000000')::uuid, mode, project_id, batch_id, type, status,"
            "  stage, place from scale_task t, generate_series(2, %(n)s::int) n returning id)"
            " insert into scale_body (id, params, native) select m.id, b.params, b.native from made m, (select * from"
            "  scale_body limit 1) b",
            {"n": MANY},
        )
    _, other = await made(place)
    going = [await post(place, other) for _ in range(20)]
    seen: set[int] = set()
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            seen.add(await count(place, SLOTS, batch))
            await asyncio.sleep(0.005)

    async def work() -> None:
        for task_id in going:
            await decide(place, task_id)

    async def finalize() -> None:
        async with account(place) as session:
            await batches.finalize(session, batch)

    watching = asyncio.create_task(watch())
    await asyncio.gather(finalize(), work())
    done.set()
    await watching
    assert seen <= {0, MANY}
    async with account(place) as session:
        assert (await batches.status(session, batch))["pending"] == MANY
        status = await batches.status(session, other)
    assert (status["pending"], status["completed"]) == (0, len(going))


async def test_counts_are_exact_while_they_are_folded(place: Place) -> None:
    """Kept counts and what is not folded yet, against the rows themselves, at every moment."""
    _, batch = await made(place)
    errands = doors.Errands(place.house)
    stop = asyncio.Event()

    async def fold() -> None:
        while not stop.is_set():
            await errands.step(place.cell, told=False)

    async def check() -> None:
        async with place.house.inside(place.cell) as db:
            row = await batch_queries.get(db, "live", batch)
            assert row is not None
            kept = {name: row[name] for name in ("pending", "completed")}
            filters = {"mode": "live", "batch_id": row["id"], "status": "completed"}
            counted = await listing_queries.count(db, filters)
        assert sum(kept.values()) == len(ids)
        assert kept["completed"] <= counted <= 17

    folding = asyncio.create_task(fold())
    ids = await asyncio.gather(*(post(place, batch) for _ in range(30)))
    await asyncio.gather(*(decide(place, task_id) for task_id in ids[:17]), *(check() for _ in range(20)))
    for _ in range(5):
        async with account(place) as session:
            status = await batches.status(session, batch)
        assert (status["pending"], status["completed"]) == (13, 17)
    stop.set()
    await folding
    assert await count(place, "select count(*) as n from scale_delta") == 0
    async with account(place) as session:
        status = await batches.status(session, batch)
    assert (status["pending"], status["completed"]) == (13, 17)


class Turned:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.time


async def test_callbacks_survive_an_hour_without_a_receiver(place: Place) -> None:
    async with receiving() as receiver:
        receiver.behaviour = lambda _: "error"
        _, batch = await made(place, callback=receiver.url)
        task_id = await post(place, batch, callback_url=f"{receiver.url}/task")
        await decide(place, task_id)
        clock = Turned()
        await doors.Errands(place.house, clock).step(place.cell, told=True)
        for _ in range(60):  # every minute of an hour, each with a worker of its own: the last one was killed
            sender = deliver.Sender(place.house, now=clock, jitter=lambda: 0.0)
            await sender.step(place.cell)
            await sender.settled()
            clock.time += timedelta(minutes=1)
        failed = len(receiver.calls)
        assert failed > 10
        receiver.behaviour = lambda _: "ok"
        clock.time += timedelta(hours=2)
        for _ in range(3):
            sender = deliver.Sender(place.house, now=clock, jitter=lambda: 0.0)
            await sender.step(place.cell)
            await sender.settled()
        good = [json.loads(call.body) for call in receiver.calls[failed:]]
    assert sorted(body["status"] for body in good) == ["completed", "completed"]
    assert {body.get("batch") for body in good} == {None, batch}
    (task,) = [body for body in good if "task" in body]
    assert task["response"] == {"category": "red"}
    assert await count(place, "select count(*) as n from scale_task where callback_succeeded") == 1


async def test_of_two_workers_one_tells_at_a_time(place: Place) -> None:
    """A task's later state never becomes a delivery before an earlier one that another worker has in hand."""
    _, batch = await made(place)
    task_id = await post(place, batch, callback_url="http://127.0.0.1:8999/hook")
    await decide(place, task_id)
    now = datetime.now(UTC)
    async with place.house.inside(place.cell) as first:
        assert await callbacks.step(first, place.house, now, 50) == 1
        async with account(place) as session:
            await audits.audit(session, task_id.hex[:24], {"accepted": True})
        async with place.house.inside(place.cell) as second:
            assert await callbacks.step(second, place.house, now, 50) == 0
    async with place.house.inside(place.cell) as db:
        assert await callbacks.step(db, place.house, now, 50) == 1
        rows = await (await db.execute("select payload from delivery order by seq")).fetchall()
    assert [row["payload"]["task"].get("customer_review_status") for row in rows] == [None, "accepted"]


async def test_a_long_queue_in_one_cell_leaves_the_others_their_turn(place: Place) -> None:
    _, batch = await made(place)
    task_id = await post(place, batch)
    await decide(place, task_id)
    waiting = "select count(*) as n from outbox where topic = 'scale'"
    async with place.house.inside(place.cell) as db:
        await db.execute(
            "insert into outbox (topic, task_id) select 'scale', %s from generate_series(2, 1200)", [task_id]
        )
    assert await count(place, waiting) == 1200
    errands = doors.Errands(place.house)
    left = []
    for _ in range(2):
        await errands.step(place.cell, told=True)
        left.append(await count(place, waiting))
    assert left == [200, 0]
    async with account(place) as session:
        assert (await batches.status(session, batch))["status"] == "completed"


async def test_a_callback_is_given_up_after_twenty_retries(place: Place) -> None:
    async with receiving() as receiver:
        receiver.behaviour = lambda _: "error"
        _, batch = await made(place)
        await decide(place, await post(place, batch, callback_url=receiver.url))
        clock = Turned()
        await doors.Errands(place.house, clock).step(place.cell, told=True)
        for _ in range(40):
            sender = deliver.Sender(place.house, now=clock, jitter=lambda: 0.0)
            await sender.step(place.cell)
            await sender.settled()
            clock.time += timedelta(hours=1)
        assert 12 <= len(receiver.calls) <= 21
    assert await count(place, "select count(*) as n from scale_task where not callback_succeeded") == 1


async def test_open_foreign_tasks_move_to_a_kind_that_has_landed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(between, "FITS", {})  # no editor for them yet
    project, batch = await made(place)
    waiting, begun = [await post(place, batch, instruction="Look.") for _ in range(2)]
    assert await count(place, "select count(*) as n from project where kind = 'foreign'") == 1
    async with place.house.inside(place.cell) as db:
        await db.execute(
            "update slot set state = 1, lease_until = now() + interval '1 hour' where task_id = %s", [begun]
        )
    monkeypatch.undo()
    assert await doors.move(place.house, place.cell, "test") == {"categorization": 1}
    assert await doors.move(place.house, place.cell, "test") == {}
    async with place.house.inside(place.cell) as db:
        rows = await (
            await db.execute("select t.id, t.params, p.kind, p.name from task t join project p on p.id = t.project_id")
        ).fetchall()
        open_slots = await (
            await db.execute("select task_id from slot where state = 0 and task_id = any(%s)", [[waiting, begun]])
        ).fetchall()
    found = {row["id"]: row for row in rows}
    assert found[begun]["kind"] == "foreign"
    assert found[waiting]["kind"] == "choice"
    assert found[waiting]["name"].startswith(project)
    assert found[waiting]["params"] == {"text": "tomato", "instruction": "Look."}
    assert [row["task_id"] for row in open_slots] == [waiting]
    async with account(place) as session:
        assert (await batches.status(session, batch))["pending"] == 2
    await decide(place, waiting)
    async with account(place) as session:
        told = await service.get(session, waiting.hex[:24])
    assert (told["status"], told["response"]) == ("completed", {"category": "red"})
