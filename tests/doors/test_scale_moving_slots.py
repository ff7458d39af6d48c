"""Ten thousand open tasks change their place among the slots, in steps, while others work."""

import asyncio
from typing import Any

from tests.doors.test_scale_inside import MANY, account, count, decide, made, post
from tests.fixtures.place import Place

from neraca import doors
from neraca.doors.scale.batches import order_queries
from neraca.doors.scale.batches import service as batches
from neraca.doors.scale.studio import service as studio
from neraca.kit.session import Connection

OFF = (
    "select count(*) as n from task k join scale_task t on t.id = k.id join slot s on s.task_id = k.id"
    " join scale_batch b on b.id = t.batch_id where b.name = %s and k.state = 'open' and s.state = 0"
    " and (k.priority <> %s or s.priority <> %s or s.needs is not null)"
)


async def many(place: Place) -> str:
    """A batch in work with ten thousand open tasks."""
    _, batch = await made(place, rapid=True)
    first = await post(place, batch)
    async with place.house.inside(place.cell) as db:
        await db.execute(
            "with made as (insert into scale_task (id, mode, project_id, batch_id, type, status, stage, place)"
            " select (substr(md5('m' || n), 1, 24) || '00000000')::uuid, mode, project_id, batch_id, type, status,"
            "  stage, place from scale_task t, generate_series(2, %(n)s::int) n where t.id = %(t)s returning id)"
            " insert into scale_body (id, params, native) select m.id, b.params, b.native from made m, scale_body b"
            " where b.id = %(t)s",
            {"n": MANY, "t": first},
        )
    async with account(place) as session:
        await batches.finalize(session, batch)
    return batch


async def test_ten_thousand_open_slots_change_their_level(place: Place, monkeypatch: Any) -> None:
    batch = await many(place)
    async with account(place) as session:
        await batches.prioritize(session, batch, {"priority": 30})
    assert await count(place, OFF, batch, 9, 9) == MANY  # the request itself moves none
    steps = 0
    real = order_queries.move

    async def counted(db: Connection, batch_id: Any, after: Any) -> Any:
        nonlocal steps
        steps += 1
        return await real(db, batch_id, after)

    monkeypatch.setattr(order_queries, "move", counted)
    async with place.house.inside(place.cell) as db:
        rows = await (
            await db.execute(
                "select t.id from scale_task t join scale_batch b on b.id = t.batch_id where b.name = %s"
                " order by t.id limit 30",
                [batch],
            )
        ).fetchall()
    busy, closing = rows[0]["id"], [row["id"] for row in rows[1:]]
    errands = doors.Errands(place.house)
    async with place.house.inside(place.cell) as held:  # somebody is submitting an answer to one of them
        await held.execute("select 1 from task where id = %s for update", [busy])

        async def close() -> None:
            for task_id in closing:
                await decide(place, task_id)

        async with asyncio.timeout(60):  # nobody waits for the one that is held
            await asyncio.gather(errands.step(place.cell, told=False), close())
        assert steps >= MANY / order_queries.STEP
        assert await count(place, OFF, batch, 9, 9) == 1
        assert await count(place, "select count(*) as n from scale_batch where moving and name = %s", batch) == 1
    await errands.step(place.cell, told=False)
    assert await count(place, OFF, batch, 9, 9) == 0
    assert await count(place, "select count(*) as n from scale_batch where moving and name = %s", batch) == 0
    late = await post(place, batch)
    assert await count(place, "select priority as n from slot where task_id = %s", late) == 9
    async with account(place) as session:
        await studio.prioritize(session, {"batches": []})
    await errands.step(place.cell, told=False)
    assert await count(place, OFF, batch, 9, 9) == 0  # its own priority, now without an order


async def test_what_is_made_while_the_level_changes_arrives_too(place: Place) -> None:
    """Tasks that were made under the old level and are committed later."""
    _, batch = await made(place)
    errands = doors.Errands(place.house)
    async with account(place) as session:
        await batches.create(session, {"name": f"{batch} 2", "project": batch})

    async def change(level: int) -> None:
        async with account(place) as session:
            await batches.prioritize(session, batch, {"priority": level})

    async def make(n: int) -> None:
        for _ in range(n):
            await post(place, batch)

    async def turn() -> None:
        for _ in range(12):
            await errands.step(place.cell, told=False)
            await asyncio.sleep(0.02)

    await asyncio.gather(make(40), make(40), turn(), change(20), change(30), change(10))
    async with account(place) as session:
        await batches.prioritize(session, batch, {"priority": 20})
    await asyncio.gather(make(10), turn())
    level = await count(place, "select level as n from scale_batch where name = %s", batch)
    assert await count(place, OFF, batch, level, level) == 0
    made_here = "select count(*) as n from scale_task t join scale_batch b on b.id = t.batch_id where b.name = %s"
    assert await count(place, made_here, batch) == 90
