"""What every refusal has to look like, and the proof that it changed nothing."""

import contextlib
import re
from collections.abc import AsyncIterator, Collection
from typing import Any

import httpx
from tests.fixtures.door import Door
from tests.fixtures.place import Place

from neraca.kit.session import Connection
from neraca.wire.errors import CATALOGUE

JSON = {"Content-Type": "application/json"}
INSIDES = re.compile(
    r"pydantic|psycopg|postgres|sqlstate|traceback|starlette|fastapi|select |insert |/neraca/|\.py\b", re.IGNORECASE
)
Told = dict[str, Any]


def told(answer: httpx.Response, *statuses: int, code: str | Collection[str] | None = None) -> Told:
    """The problem document of a refusal, held to the whole contract."""
    shown = f"{answer.status_code} {answer.text[:500]}"
    assert answer.status_code in statuses, shown
    assert answer.headers["content-type"] == "application/problem+json", shown
    return document(answer.json(), answer.status_code, code)


def document(problem: Told, status: int, code: str | Collection[str] | None = None) -> Told:
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "instance", "code"}
    assert problem["status"] == status == CATALOGUE[problem["code"]].status
    assert problem["type"] == f"urn:neraca:problem:{problem['code']}"
    assert problem["instance"].startswith("urn:request:")
    if code is not None:
        assert problem["code"] in ({code} if isinstance(code, str) else code), problem
    faults = problem.get("errors", [])
    assert len(faults) <= 50
    for fault in faults:
        assert set(fault) == {"pointer", "code", "detail"}
        assert re.fullmatch(r"[#?][\x21-\x7e]{0,2000}", fault["pointer"]), fault
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", fault["code"]), fault
    for sentence in [problem["detail"], *(f["detail"] for f in faults)]:
        assert re.match(r"[A-Z0-9`\"]", sentence), sentence
        assert sentence.endswith((".", "…`.")), sentence
        assert not INSIDES.search(sentence), sentence
        assert len(sentence) <= 500, sentence
        assert sentence.isprintable(), sentence
    return problem


async def sums(db: Connection) -> dict[str, tuple[int, int]]:
    """How many rows each table has, and the sum of their hashes: a changed row shows as well as a new one."""
    tables = await (
        await db.execute(
            "select relname as name from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace and has_table_privilege(oid, 'select')"
        )
    ).fetchall()
    parts = [
        f"select '{t['name']}' as name, count(*) as n, coalesce(sum(hashtextextended(t::text, 0)), 0) as h"  # noqa: S608 - names of the catalogue
        f' from "{t["name"]}" t'
        for t in tables
    ]
    counted = await (await db.execute(" union all ".join(parts).encode())).fetchall()
    return {row["name"]: (row["n"], int(row["h"])) for row in counted}


async def rows(place: Place) -> dict[str, tuple[int, int]]:
    """The content of the cell and of the control plane, as counts and sums."""
    async with place.house.inside(place.cell) as db:
        found = {f"cell.{k}": v for k, v in (await sums(db)).items()}
    async with place.house.control() as control:
        return found | {f"control.{k}": v for k, v in (await sums(control)).items()}


@contextlib.asynccontextmanager
async def nothing_stored(door: Door) -> AsyncIterator[None]:
    """Fails where the block changed a row of the cell or the control plane, or left a file."""
    before = await rows(door.place)
    files = sorted(p for p in door.place.house.blobs.rglob("*") if p.is_file())
    yield
    after = await rows(door.place)
    changed = {k: (before[k], v) for k, v in after.items() if v != before[k]}
    assert not changed, changed
    assert sorted(p for p in door.place.house.blobs.rglob("*") if p.is_file()) == files
