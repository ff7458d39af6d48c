"""R13, REL-22, IN-T12: files of tasks, row by row."""

import asyncio
import io
import json
import uuid
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.place import Place

from neraca.tasks.imports import jobs, queries, reading


async def imported(place: Place, body: bytes, form: str, *, kind: str = "choice", run: bool = True) -> UUID:
    project_id = await place.project(kind)
    import_id = uuid.uuid4()
    blob = f"{place.cell.database}/imports/{import_id}"
    path = place.house.blobs / blob
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    async with place.house.inside(place.cell) as db:
        await queries.add(
            db,
            {
                "id": import_id,
                "project_id": project_id,
                "batch_id": None,
                "name": "f",
                "format": form,
                "blob": blob,
                "bytes": len(body),
                "actor": "test",
                "source_key": None,
            },
        )
        await db.execute(
            "update import set bytes_received = %s, state = 'queued' where id = %s", [len(body), import_id]
        )
    if run:
        assert await jobs.run(place.house, place.cell, import_id)
    return import_id


async def outcome(place: Place, import_id: UUID) -> tuple[dict[str, Any], list[dict[str, Any]], dict[int, list[Any]]]:
    async with place.house.inside(place.cell) as db:
        row = await queries.get(db, import_id, None)
        tasks = await (
            await db.execute("select * from task where import_id = %s order by import_row", [import_id])
        ).fetchall()
        errors = await queries.errors(db, import_id, 0, 10_000)
        slots = await (
            await db.execute(
                "select count(*) as n from slot where project_id = %s", [row["project_id"] if row else None]
            )
        ).fetchone()
    assert row is not None
    assert slots is not None
    assert slots["n"] == len(tasks)
    assert row["tasks_created"] == len(tasks)
    assert row["rows_failed"] == len(errors)
    return row, tasks, {e["row"]: e["errors"] for e in errors}


BAD_ROWS = [
    (b'{"params":{"text":"\\u0000"}}', "nul-not-allowed"),
    (b'{"params":{"text":"a\x00b"}}', "malformed-json"),
    (b'{"params":{"text":"\\ud800"}}', "invalid-unicode"),
    (b'{"params":{"text":"\xff"}}', "invalid-encoding"),
    (b'{"params":{"text":"a"},"params":{}}', "duplicate-key"),
    (b'{"params":{"text":NaN}}', "malformed-json"),
    (b'{"params":{"text":"a"}} trailing', "malformed-json"),
    (b'{"params":' + b"[" * 40 + b"]" * 40 + b"}", "too-deep"),
    (b"[]", "wrong-type"),
    (b'"text"', "wrong-type"),
    (b"{}", "required"),
    (b'{"params":{"text":"a"},"id":"mine"}', "unknown-field"),
    (b'{"params":{"text":"a"},"priority":10}', "out-of-range"),
    (b'{"params":{"text":"a"},"priority":"1"}', "wrong-type"),
    (b'{"params":{"text":"' + b"x" * (1 << 20) + b'"}}', "row-too-long"),
    (b'{"params":{"text":"a"},"batch_id":"00000000-0000-4000-8000-000000000000"}', "not-found"),
]


async def test_jsonl_reports_each_bad_row_and_imports_the_others(place: Place) -> None:
    good = b'{"params":{"text":"fine"},"external_id":"e","metadata":{"k":[1]},"priority":3}'
    body = b"\xef\xbb\xbf" + b"\n".join(b"%s\r\n\n%s" % (bad, good) for bad, _ in BAD_ROWS)
    row, tasks, errors = await outcome(place, await imported(place, body, "jsonl"))
    assert row["state"] == "done"
    assert row["bytes_read"] == len(body)
    assert row["rows_read"] == 2 * len(BAD_ROWS)
    assert [t["import_row"] for t in tasks] == [2 * i + 2 for i in range(len(BAD_ROWS))]
    assert {r: e[0]["code"] for r, e in errors.items()} == {2 * i + 1: c for i, (_, c) in enumerate(BAD_ROWS)}
    assert tasks[0]["params"] == {"text": "fine"}
    assert (tasks[0]["external_id"], tasks[0]["metadata"], tasks[0]["priority"]) == ("e", {"k": [1]}, 3)
    assert all(set(f) == {"pointer", "code", "detail"} for e in errors.values() for f in e)


async def test_csv(place: Place) -> None:
    body = (
        b"text,external_id,priority,metadata.source,metadata.note\r\n"
        b'"one, ""quoted""\nand two lines",a,1,web,\r\n'
        b"\r\n"
        b"two,b,,,x\r\n"
        b"short,b\r\n"
        b"nul\0,c,,,\r\n"
        b"\xff\xfe,d,,,\r\n"
        b"three,e,nine,,\r\n"
        b",f,,,\r\n"
        b'bad"quote,g",h,,,"x"y\r\n'
        b"last,\xc3\xa9,9,,\r\n"
    )
    row, tasks, errors = await outcome(place, await imported(place, body, "csv"))
    assert row["state"] == "done"
    assert [t["external_id"] for t in tasks] == ["a", "b", "é"]
    assert tasks[0]["params"] == {"text": 'one, "quoted"\nand two lines'}
    assert tasks[0]["metadata"] == {"source": "web"}
    assert tasks[2]["priority"] == 9
    codes = {r: e[0]["code"] for r, e in errors.items()}
    assert {r: codes[r] for r in (3, 4, 5, 6)} == {
        3: "wrong-column-count",
        4: "nul-not-allowed",
        5: "invalid-encoding",
        6: "wrong-type",
    }
    assert len(codes) == 6


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_csv_delimiters(place: Place, delimiter: str) -> None:
    body = "\ufefftext,external_id\na,1\n".replace(",", delimiter).encode()
    _, tasks, _ = await outcome(place, await imported(place, body, "csv"))
    assert [t["params"] for t in tasks] == [{"text": "a"}]


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        (b"text,colour,text,zzz\n", ["unknown-column", "duplicate-column", "unknown-column"]),
        (b"\n", ["no-header"]),
        (b"\xff\xfet\0e\0\n", ["invalid-encoding"]),
        (b'"text\n', ["no-header"]),
        (b"text,metadata.\n", ["unknown-column"]),
        (b"text,\n", ["unknown-column"]),
    ],
)
async def test_headers_are_named_at_once(place: Place, header: bytes, codes: list[str]) -> None:
    row, tasks, _ = await outcome(place, await imported(place, header + b"a,b,c,d\n", "csv"))
    assert row["state"] == "failed"
    assert [e["code"] for e in row["failure"]["errors"]] == codes
    assert tasks == []


async def test_numbers_in_columns_are_numbers(place: Place) -> None:
    body = b"image,width,height\nasset:00000000-0000-4000-8000-000000000000,10,8\n"
    _, _, errors = await outcome(place, await imported(place, body, "csv", kind="image"))
    assert [f["code"] for f in errors[1]] == ["unknown-asset"]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_a_killed_import_makes_each_row_one_task(
    place: Place, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(jobs, "ROWS", 7)
    rows = [f"row {i}" + "\nsecond line" * (i % 3 == 0) for i in range(100)]
    if form == "jsonl":
        body = "\n".join(json.dumps({"params": {"text": r}}) if i % 10 else "bad" for i, r in enumerate(rows)).encode()
    else:
        body = b"text,external_id\n" + "\n".join(f'"{r}",x' if i % 10 else "bad" for i, r in enumerate(rows)).encode()
    import_id = await imported(place, body, form, run=False)
    right = queries.checkpoint
    for dies_after in (3, 1, 0, 6):
        left = dies_after

        async def dies(*arguments: Any, **named: Any) -> None:
            nonlocal left
            await right(*arguments, **named)
            left -= 1
            if left < 0:
                raise KeyboardInterrupt  # after the writes, before the commit

        monkeypatch.setattr(queries, "checkpoint", dies)
        with pytest.raises(KeyboardInterrupt):
            await jobs.run(place.house, place.cell, import_id)
    monkeypatch.setattr(queries, "checkpoint", right)
    assert await jobs.run(place.house, place.cell, import_id)
    row, tasks, errors = await outcome(place, import_id)
    assert row["rows_read"] == 100
    assert sorted([t["import_row"] for t in tasks] + list(errors)) == list(range(1, 101))
    assert [t["params"]["text"] for t in tasks] == [r for i, r in enumerate(rows) if i % 10]


async def test_two_processes_do_not_share_an_import(place: Place) -> None:
    import_id = await imported(place, b'{"params":{"text":"a"}}\n' * 5000, "jsonl", run=False)
    first = asyncio.create_task(jobs.run(place.house, place.cell, import_id))
    await asyncio.sleep(0.1)
    second = await jobs.run(place.house, place.cell, import_id)
    assert await first or second
    _, tasks, _ = await outcome(place, import_id)
    assert len(tasks) == 5000


def test_a_file_that_is_one_endless_line_takes_constant_memory() -> None:
    class Endless(io.RawIOBase):
        left = 64 << 20

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002
            return 0

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size

    (row,) = reading.jsonl(io.BufferedReader(Endless()), 0)
    assert row.faults[0].code == "row-too-long"
    assert row.end == 64 << 20


def test_an_open_quote_does_not_swallow_the_file() -> None:
    body = b'text\n"never closed\n' + b"plain\n" * 400_000
    table = reading.Table(io.BytesIO(body))
    ends = list(table.rows(0))
    assert ends[0][2] is not None
    assert ends[0][2].code == "row-too-long"
    assert ends[-1][0] == len(body)
    assert ends[-1][1] == ["plain"]


async def test_cells_that_a_spreadsheet_would_run_are_kept_as_text(place: Place) -> None:
    """IN-T11: the API exports no table, so nothing is prefixed; what came in is what is stored."""
    cells = [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        " \rx",
        "007",
        "1e5",
        "TRUE",
        "null",
        "[1]",
        '{"a":1}',
    ]
    body = "text,external_id\n" + "".join('"' + c.replace('"', '""') + f'",{i}\n' for i, c in enumerate(cells))
    row, tasks, errors = await outcome(place, await imported(place, body.encode(), "csv"))
    assert (row["rows_failed"], errors) == (0, {})
    assert [t["params"]["text"] for t in tasks] == cells
