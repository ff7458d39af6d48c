"""Statements of a pipeline travel together, and are one transaction all the same."""

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from tests.fixtures.place import Place

NOTE = "insert into event (kind, actor) values (%s, 'test') returning id"


async def noted(place: Place, kind: str) -> int:
    async with place.house.inside(place.cell) as db:
        row = await (await db.execute("select count(*) as n from event where kind = %s", [kind])).fetchone()
    assert row is not None
    return int(row["n"])


async def test_nothing_is_sent_before_rows_are_fetched(place: Place) -> None:
    async with place.house.inside(place.cell, pipeline=True) as db:
        first = await db.execute("select 1 as one")
        second = await db.execute("select 2 as two")
        assert db.pgconn.transaction_status == TransactionStatus.IDLE
        assert await second.fetchone() == {"two": 2}
        assert await first.fetchone() == {"one": 1}
        await db.execute(NOTE, ["pipeline.kept"])
    assert db.pgconn.transaction_status == TransactionStatus.IDLE
    assert await noted(place, "pipeline.kept") == 1


async def test_a_refused_statement_is_told_where_it_is_sent_and_undoes_all(place: Place) -> None:
    async def fails(query: str, *, fetched: bool) -> None:
        async with place.house.inside(place.cell, pipeline=True) as db:
            await (await db.execute(NOTE, ["pipeline.undone"])).fetchone()
            wrong = await db.execute(query)
            if fetched:
                await wrong.fetchone()
                raise LookupError

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fails("select 1 / 0", fetched=True)
    with pytest.raises(psycopg.errors.DivisionByZero):
        await fails("select 1 / 0", fetched=False)
    with pytest.raises(LookupError):
        await fails("select 1", fetched=True)
    assert await noted(place, "pipeline.undone") == 0
    async with place.house.inside(place.cell, pipeline=True) as db:
        assert await (await db.execute("select 3 as three")).fetchone() == {"three": 3}


async def test_what_is_too_large_for_one_send_arrives(place: Place) -> None:
    text = "x" * 3_000_000
    async with place.house.inside(place.cell, pipeline=True) as db:
        rows = [await db.execute("select %s::text as text", [text]) for _ in range(3)]
        found = [await row.fetchone() for row in rows]
    assert found == [{"text": text}] * 3
