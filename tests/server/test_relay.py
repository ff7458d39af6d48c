"""What follows a commit: positions, offers, expired leases, jobs; and jobs of workers that died."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.fixtures.place import Place

from neraca import deliver, projects, quality
from neraca.accounts import CONTROL
from neraca.kit.session import Connection
from neraca.server import jobs as queue
from neraca.server.jobs import Jobs
from neraca.server.relay import Relay


class Started(Jobs):
    """Remembers what is started."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, UUID, UUID]] = []

    async def start(self, kind: str, client_id: UUID, which: UUID) -> None:
        self.seen.append((kind, client_id, which))


def relay_of(place: Place) -> tuple[Relay, Started]:
    started = Started()
    return Relay(place.house, started, deliver.Sender(place.house)), started


async def test_a_turn_seals_offers_and_starts_jobs(place: Place) -> None:
    relay, started = relay_of(place)
    project_id = await place.project()
    await place.tasks(project_id, [{"text": "a"}] * 3)
    export_id = uuid4()
    async with place.house.inside(place.cell) as db:
        await projects.outbox(db, "export", project_id=project_id, data={"id": str(export_id)})
        await projects.outbox(db, "estimate", project_id=project_id)
    assert await relay.turn(place.cell)
    assert not await relay.turn(place.cell)
    assert started.seen == [
        ("export", place.cell.client_id, export_id),
        ("estimate", place.cell.client_id, project_id),
    ]
    async with place.house.inside(place.cell) as db:
        left = await (await db.execute("select count(*) as n from event where pos is null")).fetchone()
        outbox = await (await db.execute("select count(*) as n from outbox")).fetchone()
    assert (left, outbox) == ({"n": 0}, {"n": 0})
    async with place.house.control() as control:
        offers = await (
            await control.execute(
                "select project_id, open_slots from work_offer where client_id = %s", [place.cell.client_id]
            )
        ).fetchall()
    assert offers == [{"project_id": project_id, "open_slots": 3}]


async def test_an_expired_lease_is_opened_again(place: Place) -> None:
    relay, _ = relay_of(place)
    project_id = await place.project()
    await place.tasks(project_id, [{"text": "a"}])
    async with place.house.inside(place.cell) as db:
        await db.execute(
            "update slot set state = 1, labeler_id = gen_random_uuid(), lease_id = gen_random_uuid(), begun = true,"
            " lease_until = clock_timestamp() - interval '1 second' where project_id = %s",
            [project_id],
        )
    await relay.turn(place.cell)
    async with place.house.inside(place.cell) as db:
        row = await (
            await db.execute("select state, lease_id from slot where project_id = %s", [project_id])
        ).fetchone()
    assert row == {"state": 0, "lease_id": None}


async def test_a_poisoned_row_is_put_off_and_its_neighbours_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, _ = relay_of(place)
    project_id = await place.project()
    bad, good = await place.tasks(project_id, [{"text": "a"}, {"text": "b"}])
    seen: list[UUID] = []

    async def decides(_db: object, task_id: UUID) -> bool:
        seen.append(task_id)
        if task_id == bad:
            raise RuntimeError("poison")
        return True

    monkeypatch.setattr(quality, "decide_task", decides)
    async with place.house.inside(place.cell) as db:
        for task_id in (bad, good):
            await projects.outbox(db, "consensus", project_id=project_id, task_id=task_id)
    await relay.turn(place.cell)
    assert seen == [bad, good]
    async with place.house.inside(place.cell) as db:
        rows = await (await db.execute("select task_id, attempts, not_before > now() as later from outbox")).fetchall()
    assert rows == [{"task_id": bad, "attempts": 1, "later": True}]


async def asked(place: Place, project_id: UUID, task_ids: list[UUID]) -> None:
    """Word for the worker to look at these tasks, in this order."""
    async with place.house.inside(place.cell) as db:
        for task_id in task_ids:
            await projects.outbox(db, "consensus", project_id=project_id, task_id=task_id)


async def waiting(place: Place) -> list[dict[str, object]]:
    async with place.house.inside(place.cell) as db:
        return await (await db.execute("select task_id, attempts from outbox order by id")).fetchall()


async def test_what_the_database_refuses_takes_nothing_of_its_neighbours_along(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, _ = relay_of(place)
    project_id = await place.project()
    made = await place.tasks(project_id, [{"text": str(i)} for i in range(12)])

    async def decides(db: Connection, task_id: UUID) -> bool:
        if task_id == made[3]:
            await db.execute("update task set answers = 1 / 0 where id = %s", [task_id])
        await db.execute("update task set answers = answers + 1 where id = %s", [task_id])
        return True

    monkeypatch.setattr(quality, "decide_task", decides)
    await asked(place, project_id, made)
    await relay.turn(place.cell)
    assert await waiting(place) == [{"task_id": made[3], "attempts": 1}]
    async with place.house.inside(place.cell) as db:
        rows = await (await db.execute("select id, answers from task where project_id = %s", [project_id])).fetchall()
    assert {r["id"]: r["answers"] for r in rows} == {task: int(task != made[3]) for task in made}


async def test_two_workers_with_the_same_tasks_do_not_wait_for_each_other_in_a_ring(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await place.project()
    made = await place.tasks(project_id, [{"text": str(i)} for i in range(8)])
    seen: list[UUID] = []

    async def decides(db: Connection, task_id: UUID) -> bool:
        await (await db.execute("select 1 from task where id = %s for update", [task_id])).fetchone()
        seen.append(task_id)
        await asyncio.sleep(0.02)
        return True

    monkeypatch.setattr(quality, "decide_task", decides)
    for _ in range(3):
        seen.clear()
        await asked(place, project_id, [*made, *reversed(made)])
        await asyncio.gather(*(relay_of(place)[0].turn(place.cell) for _ in range(2)))
        assert sorted((seen[:8], seen[8:])) == sorted((made, made[::-1]))  # each batch whole, in the order it was asked
        assert not await waiting(place)


async def test_a_job_of_a_dead_worker_is_done_by_the_next(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    async def child(_line: object, *arguments: str) -> int:
        ran.append(arguments)
        return 0

    monkeypatch.setattr(queue, "child", child)
    monkeypatch.setattr(queue, "STALLED_SECONDS", 0.0)
    client, which = uuid4(), uuid4()
    jobs = Jobs(place.house.dsn)
    control = await psycopg.AsyncConnection.connect(make_conninfo(place.house.dsn, dbname=CONTROL), autocommit=True)
    async with control, jobs.opened():
        await control.execute("delete from procrastinate_jobs")
        await jobs.start("import", client, which)
        await jobs.start("estimate", client, which)
        await jobs.start("estimate", client, which)  # one that waits is enough
        await control.execute("update procrastinate_jobs set status = 'doing'")
        await jobs.start("import", client, which)  # the relay died before it had marked its row
        await jobs.start("estimate", client, which)
        assert await jobs.rescue() == 2
        working = asyncio.create_task(jobs.work())
        async with asyncio.timeout(60):
            while await (await control.execute("select 1 from procrastinate_jobs")).fetchone():  # noqa: ASYNC110 - a row sets no event
                await asyncio.sleep(0.1)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert sorted(a[0] for a in ran) == ["estimate", "import", "import"]
    assert {a[1:] for a in ran} == {(str(client), str(which))}
