"""REL-01 and REL-03: 200 labelers at work while the API, then the database, is killed with -9."""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.faults import crowd
from tests.fixtures.served import Client, Served, free_port, serving

LABELERS = 200
TASKS = 800
KILLS = 3
LIMIT = 150.0  # a machine that is shared may be slow; a quiet one needs a quarter


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    with serving() as made:
        yield made


@contextlib.asynccontextmanager
async def second_api(served: Served) -> AsyncIterator[str]:
    """Another API process of the same installation, which nobody kills."""
    port = free_port()
    process = subprocess.Popen(  # noqa: ASYNC220 - it is only started here
        [sys.executable, "-m", "neraca.server.api"],
        env=os.environ | {"NERACA_HOME": str(served.home), "NERACA_PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


async def done(served: Served, client: Client, project_id: str) -> int:
    """How many tasks are decided."""
    async with served.cell(client) as (inside, cell):
        sql = "select count(*)::int as n from task where project_id = %(p)s and state = 'decided'"
        rows = await crowd.found(inside, cell, sql, project_id)
        return int(rows[0]["n"])


async def test_an_api_process_is_killed_every_few_seconds(house: Served) -> None:
    dice = random.Random(1)  # noqa: S311 - a seed, no secret
    client = house.add_client("killed api")
    keys = await house.keys(client, LABELERS)
    async with house.http(client.live) as manager:
        project_id, tasks = await crowd.project(manager, TASKS)
    twice: list[crowd.Json] = []
    journal, kills = crowd.Journal(), 0
    begun = time.monotonic()
    async with second_api(house) as other, house.cell(client) as (inside, cell):
        watching = asyncio.create_task(crowd.watch(inside, cell, project_id, twice))
        async with crowd.crowd([house.url, other], keys, project_id, journal), house.http(client.live) as manager:
            while (n := await done(house, client, project_id)) < len(tasks):
                assert time.monotonic() - begun < LIMIT, f"{n} of {len(tasks)} after {kills} kills"
                await asyncio.sleep(dice.uniform(2.0, 3.0))
                if await asyncio.to_thread(house.ready):  # one that is still starting is no target
                    if kills < KILLS and len(tasks) - n < TASKS:  # a quick machine must not run out of work before
                        tasks += await crowd.more(manager, project_id, TASKS)
                    kills += house.kill("api")
        watching.cancel()
    assert kills >= KILLS
    assert journal.broken > 0
    assert twice == []
    assert len(journal.acknowledged) == len(tasks)  # sensible clients notice no loss
    await asyncio.to_thread(wait_until_ready, house)
    await crowd.judge(house, client, project_id, tasks, journal)


def wait_until_ready(served: Served) -> None:
    end = time.monotonic() + 20
    while not served.ready():
        assert time.monotonic() < end
        time.sleep(0.1)


async def test_the_database_is_killed_again_and_again(house: Served) -> None:
    dice = random.Random(2)  # noqa: S311 - a seed, no secret
    client = house.add_client("killed database")
    keys = await house.keys(client, LABELERS)
    async with house.http(client.live) as manager:
        project_id, tasks = await crowd.project(manager, TASKS)
    api = house.child("api")
    journal, kills = crowd.Journal(), 0
    begun = time.monotonic()
    async with crowd.crowd([house.url], keys, project_id, journal), house.http(client.live) as manager:
        while kills < KILLS:
            await asyncio.sleep(dice.uniform(3.0, 4.0))
            if len(tasks) - len(journal.acknowledged) < TASKS:  # a quick machine must not run out of work before
                tasks += await crowd.more(manager, project_id, TASKS)
            assert house.kill_database() > 0
            kills += 1
            killed = time.monotonic()
            before = len(journal.acknowledged)
            while len(journal.acknowledged) == before:
                await asyncio.sleep(0.05)
                assert time.monotonic() - killed < 15, f"no answer was taken after kill {kills}"
        while len(journal.acknowledged) < len(tasks):
            await asyncio.sleep(0.5)
            assert time.monotonic() - begun < LIMIT, f"{len(journal.acknowledged)} of {len(tasks)}"
    assert house.child("api") == api  # it came back by itself
    assert journal.statuses[503] > 0
    assert max(journal.waits) <= 2
    await crowd.judge(house, client, project_id, tasks, journal)
