"""R2, R14, REL-23: an export is the state at one position, and goes on after it was killed."""

import asyncio
import hashlib
import json
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.place import Place, decide, read_lines

from neraca import deliver
from neraca.deliver.exports import jobs, queries, service
from neraca.kit import files


async def exported(place: Place, project_id: UUID, form: str = "jsonl") -> tuple[dict[str, Any], bytes]:
    async with place.house.inside(place.cell) as db:
        row = await queries.add(db, project_id, form)
    assert await jobs.run(place.house, place.cell, row["id"])
    async with place.house.inside(place.cell) as db:
        done = await queries.get(db, row["id"], None)
    assert done is not None
    return done, (place.house.blobs / done["blob"]).read_bytes()


async def test_jsonl_has_every_field(place: Place) -> None:
    project_id = await place.project()
    first, second, third = await place.tasks(
        project_id, [{"text": 'a "b" \n é 😀'}, {"text": "two"}, {"text": "three"}]
    )
    await place.decide(project_id, first, {"choice": "a"})
    async with place.house.inside(place.cell) as db:
        row = await (
            await db.execute(
                "insert into event (kind, project_id) values ('task.canceled', %s) returning id", [project_id]
            )
        ).fetchone()
        assert row is not None
        await db.execute("update task set state = 'canceled', canceled_event_id = %s where id = %s", [row["id"], third])
    done, body = await exported(place, project_id)
    lines = read_lines(body)
    assert [line["id"] for line in lines] == [str(first), str(second), str(third)]
    assert [line["state"] for line in lines] == ["decided", "open", "canceled"]
    assert lines[0]["params"] == {"text": 'a "b" \n é 😀'}
    assert lines[0]["verdict"]["answer"] == {"choice": "a"}
    assert lines[0]["verdict"]["answers"] == [lines[0]["answers"][0]["id"]]
    assert set(lines[0]["answers"][0]) == {"id", "labeler", "answer", "submitted_at", "active_ms", "surplus"}
    assert lines[1]["verdict"] is None
    assert lines[1]["answers"] == []
    assert done["state"] == "done"
    assert (done["rows"], done["rows_total"], done["bytes"]) == (3, 3, len(body))
    assert done["sha256"] == hashlib.sha256(body).hexdigest()


async def test_positions_are_gapless_and_counts_are_folded_once(place: Place) -> None:
    project_id = await place.project()
    ids = await place.tasks(project_id, [{"text": str(i)} for i in range(40)])

    async def decides(part: list[UUID]) -> None:
        for task_id in part:
            await place.decide(project_id, task_id, {"choice": "a"})

    async def seals() -> None:
        for _ in range(30):
            async with place.house.inside(place.cell, transaction=False) as db:
                await deliver.seal(db)

    await asyncio.gather(decides(ids[:20]), decides(ids[20:]), seals(), seals())
    await seals()
    async with place.house.inside(place.cell) as db:
        rows = await (await db.execute("select pos from event order by pos")).fetchall()
        tally = await (await db.execute("select kind, n from tally where project_id = %s", [project_id])).fetchall()
    positions = [r["pos"] for r in rows]
    assert positions[0] == 1
    assert all(b == a + 1 for a, b in pairwise(positions))
    assert {r["kind"]: r["n"] for r in tally} == {"tasks.added": 40, "task.decided": 40}


async def test_an_event_that_changes_two_rows_is_never_seen_by_half(place: Place) -> None:
    project_id = await place.project()
    ids = await place.tasks(project_id, [{"text": str(i)} for i in range(60)])
    stop = asyncio.Event()

    async def writes() -> None:
        for version in range(1, 6):
            for task_id in ids:
                async with place.house.inside(place.cell) as db:
                    await decide(db, project_id, task_id, {"choice": f"v{version}"}, version)
                if stop.is_set():
                    return

    writing = asyncio.create_task(writes())
    seen = []
    for _ in range(6):
        done, body = await exported(place, project_id)
        for line in read_lines(body):
            answers = [a["answer"]["choice"] for a in line["answers"]]
            assert (line["verdict"]["answer"]["choice"] if line["verdict"] else None) == (
                answers[-1] if answers else None
            )
            assert (line["verdict"]["version"] if line["verdict"] else 0) == len(answers)
        seen.append((done["position"], body))
    stop.set()
    await writing
    position, body = seen[2]  # the same position gives the same bytes, whatever has happened since
    again = b"".join([part async for part in service.stream(place.house, place.cell, project_id, position, 0)])
    assert again == body
    assert seen[0][0] < seen[-1][0]


async def test_a_killed_export_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 10)
    monkeypatch.setattr(jobs, "CHECKPOINT_SECONDS", 0.0)
    project_id = await place.project()
    await place.tasks(project_id, [{"text": str(i)} for i in range(95)])
    _, whole = await exported(place, project_id)
    async with place.house.inside(place.cell) as db:
        row = await queries.add(db, project_id, "jsonl")
    right, calls = queries.lines, 0

    async def dies(*arguments: Any) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return await right(*arguments)

    monkeypatch.setattr(queries, "lines", dies)
    with pytest.raises(KeyboardInterrupt):
        await jobs.run(place.house, place.cell, row["id"])
    path = place.house.blobs / f"{place.cell.database}/exports/{row['id']}"
    with path.open("ab") as file:
        file.write(b"half a li")  # what a dying process may leave behind its checkpoint
    await place.tasks(project_id, [{"text": "later"}])
    assert await jobs.run(place.house, place.cell, row["id"])
    assert path.read_bytes() == whole
    assert calls < 14  # it did not begin again


@pytest.mark.parametrize("dies_at", [None, 2, 5])
async def test_coco(place: Place, monkeypatch: pytest.MonkeyPatch, dies_at: int | None) -> None:
    monkeypatch.setattr(jobs, "PAGE", 2)
    monkeypatch.setattr(jobs, "CHECKPOINT_SECONDS", 0.0)
    project_id = await place.project("image")
    ids = await place.tasks(project_id, [{"image": f"asset:{i}", "width": 10, "height": 8} for i in range(5)])
    box = {"class": "cup", "shape": "box", "box": {"x": 1.5, "y": 2, "w": 3, "h": 4}}
    for task_id, n in zip(ids[:4], (1, 2, 0, 1), strict=True):
        await place.decide(project_id, task_id, {"objects": [box] * n})
    async with place.house.inside(place.cell) as db:
        row = await queries.add(db, project_id, "coco")
    if dies_at is not None:
        right, calls = queries.rows, 0

        async def dies(*arguments: Any) -> list[dict[str, Any]]:
            nonlocal calls
            calls += 1
            if calls == dies_at:
                raise KeyboardInterrupt
            return await right(*arguments)

        monkeypatch.setattr(queries, "rows", dies)
        with pytest.raises(KeyboardInterrupt):
            await jobs.run(place.house, place.cell, row["id"])
    assert await jobs.run(place.house, place.cell, row["id"])
    file = json.loads((place.house.blobs / f"{place.cell.database}/exports/{row['id']}").read_bytes())
    assert [c["name"] for c in file["categories"]] == ["Cup"]
    assert len(file["images"]) == 4  # the undecided one is not said to be empty
    assert [a["id"] for a in file["annotations"]] == [1, 2, 3, 4]
    assert file["annotations"][0]["bbox"] == [1.5, 2, 3, 4]
    assert file["annotations"][0]["area"] == 12
    assert {a["image_id"] for a in file["annotations"]} <= {i["id"] for i in file["images"]}


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 100)),
        ("bytes=-7", (93, 100)),
        ("bytes=0-1000", (0, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_ranges(header: str | None, span: tuple[int, int] | None) -> None:
    assert files.span(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=1000-2000", "bytes=-0"])
def test_ranges_outside(header: str) -> None:
    with pytest.raises(Exception, match="outside"):
        files.span(header, 100)
