"""The right of one labeler to fill one slot until a time: given, prolonged, lost, fenced."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.conninfo import make_conninfo
from tests.fixtures.crew import Crew, choices, fixed

import neraca.routing
from neraca.answers import service as answers

WAITING = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def until(lease: dict[str, str]) -> datetime:
    return datetime.fromisoformat(lease["lease_until"])


def near(moment: datetime, seconds: float) -> bool:
    """Whether a moment is about so many seconds from now."""
    return abs(moment - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(seconds=5)


async def test_a_lease_tells_its_terms_and_is_the_same_on_reload(crew: Crew) -> None:
    project = await crew.project(lease_seconds=600, price={"micros": 70_000, "currency": "EUR"})
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    assert near(until(lease), 600)
    assert lease["price"] == {"micros": 70_000, "currency": "EUR"}
    assert (lease["task_id"], lease["fence"], lease["opened"], lease["draft"]) == (task, 1, True, None)
    assert await crew.lease(who, project) == lease
    (event,) = await crew.rows("select actor, data from event where kind = 'lease.granted' and task_id = %s", task)
    assert event["data"] == {"slot": 1, "fence": 1, "price_micros": 70_000, "currency": "EUR", "version": 1}
    rows = await crew.rows("select handle, kind from labeler where id::text = %s", event["actor"])
    assert rows == [{"handle": "labeler", "kind": "model"}]


async def test_a_lease_keeps_its_terms_when_the_project_changes(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 2)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    await crew.change(project, config=choices(("a", "z")), price={"micros": 90_000, "currency": "USD"})
    again = await crew.lease(who, project)
    assert (again["config"], again["config_version"], again["price"]["micros"]) == (choices(), 1, 50_000)
    assert (await crew.submit(who, lease, "z")).status_code == 422  # what was not shown cannot be meant
    assert (await crew.submit(who, lease, "b")).status_code == 201
    later = await crew.lease(who, project)
    assert (later["config"], later["config_version"], later["price"]["micros"]) == (choices(("a", "z")), 2, 90_000)


async def test_a_prefetch_is_short_until_it_is_opened_and_the_only_one(crew: Crew) -> None:
    project = await crew.project(lease_seconds=900)
    first, second, third, _ = await crew.tasks(project, 4)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    ahead = await crew.next(who, project, prefetch=True)
    assert ahead is not None
    assert (lease["task_id"], ahead["task_id"], ahead["opened"]) == (first, second, False)
    assert near(until(ahead), 120)
    assert await crew.next(who, project, prefetch=True) == ahead
    many = await asyncio.gather(*(crew.next(who, project, prefetch=True) for _ in range(20)))
    assert all(m == ahead for m in many)
    opened = await crew.act(who, ahead, "open")
    assert near(datetime.fromisoformat(opened.json()["lease_until"]), 900)
    assert await crew.next(who, project, prefetch=True) is None  # two are held already
    assert (await crew.progress(project))["live_leases"] == 2
    assert (await crew.submit(who, lease)).status_code == 201
    more = await crew.next(who, project, prefetch=True)
    assert more is not None
    assert more["task_id"] == third


async def test_next_opens_what_was_prefetched(crew: Crew) -> None:
    project = await crew.project(lease_seconds=900)
    await crew.tasks(project, 2)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    ahead = await crew.next(who, project, prefetch=True)
    assert ahead is not None
    await crew.submit(who, lease)
    now = await crew.lease(who, project)
    assert (now["lease_id"], now["opened"]) == (ahead["lease_id"], True)
    assert near(until(now), 900)


async def test_a_heartbeat_prolongs_and_only_ones_own(crew: Crew) -> None:
    project = await crew.project(lease_seconds=300)
    await crew.tasks(project, 1)
    who, other = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(who, project)
    await crew.shift(lease, -290)
    said = await crew.act(who, lease, "heartbeat")
    assert said.status_code == 200
    assert near(datetime.fromisoformat(said.json()["lease_until"]), 300)
    for verb in ("open", "heartbeat", "skip"):
        said = await crew.act(other, lease, verb)
        assert (said.status_code, said.json()["code"]) == (404, "not-found")
    said = await crew.submit(other, lease)
    assert (said.status_code, said.json()["code"]) == (404, "not-found")


async def test_another_fence_is_refused_everywhere(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    stale = lease | {"fence": lease["fence"] + 1}
    said = [await crew.act(who, stale, verb) for verb in ("open", "heartbeat", "skip")]
    said += [await crew.submit(who, stale), await crew.draft(who, stale, {"choice": "a"})]
    assert [(s.status_code, s.json()["code"]) for s in said] == [(409, "lease-lost")] * 5
    assert await crew.answers(task) == []
    assert (await crew.submit(who, lease)).status_code == 201


async def test_an_expired_lease_is_lost_before_and_after_it_is_swept(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    one, other = await crew.labeler(), await crew.labeler()
    lease = await crew.lease(one, project)
    await crew.draft(one, lease, {"choice": "b"})
    await crew.expire(lease)
    for sweep in (False, True):
        if sweep:
            await crew.turn()
        said = [await crew.act(one, lease, "heartbeat"), await crew.submit(one, lease)]
        said.append(await crew.draft(one, lease, {"choice": "a"}))
        assert [(s.status_code, s.json()["code"]) for s in said] == [(409, "lease-lost")] * 3
    rows = await crew.rows("select data from event where kind = 'lease.expired' and task_id = %s", task)
    assert rows == [{"data": {"slot": 1}}]
    assert await crew.next(one, project) is None  # others first, for ten minutes
    taken = await crew.lease(other, project)
    assert (taken["task_id"], taken["fence"], taken["draft"]) == (task, 2, None)
    late = await crew.submit(one, lease)
    assert (late.status_code, late.json()["code"]) == (409, "lease-lost")
    assert (await crew.submit(other, taken)).status_code == 201
    assert len(await crew.answers(task)) == 1


async def test_a_lost_task_comes_back_after_ten_minutes_with_its_draft(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    await crew.draft(who, lease, {"choice": "b"})
    await crew.expire(lease)
    await crew.turn()
    assert await crew.next(who, project) is None
    await crew.rows("update refusal set until = until - interval '10 minutes' where task_id = %s returning 1", task)
    again = await crew.lease(who, project)
    assert (again["fence"], again["draft"]) == (2, {"choice": "b"})
    assert again["lease_id"] != lease["lease_id"]
    assert (await crew.submit(who, again, "b")).status_code == 201


async def test_a_prefetch_that_was_never_seen_costs_nothing(crew: Crew) -> None:
    project = await crew.project()
    _, second = await crew.tasks(project, 2)
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    ahead = await crew.next(who, project, prefetch=True)
    assert ahead is not None
    await crew.expire(ahead)
    await crew.turn()
    assert (await crew.act(who, ahead, "open")).json()["code"] == "lease-lost"
    await crew.submit(who, lease)
    again = await crew.lease(who, project)
    assert (again["task_id"], again["opened"]) == (second, True)


async def test_the_clock_is_the_databases(crew: Crew) -> None:
    """No module that gives or checks leases can even read this machine's clock."""
    for module in (neraca.routing.service, neraca.routing.queries, answers):
        assert not {"time", "datetime", "clock"} & set(vars(module))


async def test_a_slot_that_returns_while_its_task_is_decided_closes(crew: Crew) -> None:
    """The decision is held open in one transaction while skip and sweep run against it."""
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    one, other = await crew.labeler(), await crew.labeler()
    skipped, lost = await crew.lease(one, project), await crew.lease(other, project)
    await crew.expire(lost)
    place = crew.door.place
    async with place.house.inside(place.cell) as db:
        await db.execute("select 1 from task where id = %s for update", [task])
        await db.execute("update task set state = 'decided' where id = %s", [task])
        await db.execute("update slot set state = 3 where task_id = %s and state = 0", [task])
        skipping = asyncio.create_task(crew.act(one, skipped, "skip"))
        async with asyncio.timeout(60):
            while not await crew.rows(WAITING):  # noqa: ASYNC110 - a lock sets no event
                await asyncio.sleep(0.02)
        await crew.turn()  # steps over the task that is being decided
    assert (await skipping).status_code == 204
    await crew.turn()
    rows = await crew.rows("select state, labeler_id from slot where task_id = %s order by n", task)
    assert rows == [{"state": 3, "labeler_id": None}] * 2


async def test_a_first_claim_that_is_rolled_back_leaves_no_trace(crew: Crew) -> None:
    """The labeler's row belongs to the transaction of the claim; nothing may be remembered of one that is gone."""
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    who = await crew.labeler()
    place = crew.door.place
    owner = await psycopg.AsyncConnection.connect(
        make_conninfo(place.house.dsn, dbname=place.cell.database), autocommit=True
    )
    async with owner:
        await owner.execute(
            "create function refuse() returns trigger language plpgsql as"
            " $$ begin raise exception using errcode = '57P01'; end $$"
        )
        await owner.execute("create trigger refused after insert on labeler for each row execute function refuse()")
        try:
            assert (await who.post("/api/work/next", json={"project_id": project})).status_code == 503
        finally:
            await owner.execute("drop trigger refused on labeler")
            await owner.execute("drop function refuse")
    await crew.answer(project, "a", who)
    assert [a["handle"] for a in await crew.answers(task)] == ["labeler"]
