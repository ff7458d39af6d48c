"""REL-02: the background worker is killed again and again; its work is done once and completely."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from tests.deliver.receiver import receiving
from tests.deliver.test_callbacks import SECRET
from tests.fixtures.place import Place, read_lines

from neraca import projects
from neraca.deliver.callbacks import queries as callbacks
from neraca.deliver.exports import queries as exports
from neraca.tasks.imports import queries as imports

ROWS = 20_000
LIMIT = 90.0


class Killed:
    """A worker process that is killed and started again."""

    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "neraca.server.worker", env=dict(os.environ), stderr=asyncio.subprocess.DEVNULL
        )

    async def kill(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def worker() -> AsyncIterator[Killed]:
    found = Killed()
    await found.start()
    try:
        yield found
    finally:
        await found.kill()


async def an_import(place: Place) -> tuple[UUID, UUID]:
    project_id, import_id = await place.project(), uuid.uuid4()
    body = "".join(json.dumps({"params": {"text": f"row {i}"}}) + "\n" for i in range(ROWS)).encode()
    blob = f"{place.cell.database}/imports/{import_id}"
    path = place.house.blobs / blob
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    async with place.house.inside(place.cell) as db:
        await imports.add(
            db,
            {
                "id": import_id,
                "project_id": project_id,
                "batch_id": None,
                "name": "f",
                "format": "jsonl",
                "blob": blob,
                "bytes": len(body),
                "actor": "test",
                "source_key": None,
            },
        )
        await imports.queue(db, import_id)
        await projects.outbox(db, "import", project_id=project_id, data={"id": str(import_id)})
    return project_id, import_id


async def state(place: Place, import_id: UUID) -> dict[str, Any]:
    async with place.house.inside(place.cell) as db:
        row = await imports.get(db, import_id, None)
    assert row is not None
    return row


async def test_imports_exports_and_callbacks_survive_kills(place: Place) -> None:
    random.seed(7)
    seen: set[str] = set()
    async with receiving() as receiver, worker() as killed:
        async with place.house.inside(place.cell) as db:
            endpoint = await callbacks.add(db, url=receiver.url, secret=SECRET, mode="live", project_id=None)
        project_id, import_id = await an_import(place)
        begun = time.monotonic()
        kills = 0
        while (found := await state(place, import_id))["state"] != "done":
            assert found["state"] != "failed"
            assert time.monotonic() - begun < LIMIT
            if kills < 2 and found["rows_read"] > kills * 6000 and found["state"] == "running":
                await killed.kill()
                kills += 1
                await killed.start()
            await asyncio.sleep(random.uniform(0.05, 0.2))  # noqa: S311
        assert kills == 2
        async with place.house.inside(place.cell) as db:
            rows = await (
                await db.execute("select id, import_row from task where import_id = %s", [import_id])
            ).fetchall()
            export = await exports.add(db, project_id, "jsonl")
            await projects.outbox(db, "export", project_id=project_id, data={"id": str(export["id"])})
        assert sorted(r["import_row"] for r in rows) == list(range(1, ROWS + 1))

        for row in rows[:100]:
            await place.decide(project_id, row["id"], {"choice": "a"})
        await killed.kill()
        await killed.start()
        begun = time.monotonic()
        while len(seen) < 100:
            seen = {c.headers["webhook-id"] for c in receiver.calls}
            assert time.monotonic() - begun < LIMIT
            if 0 < len(seen) < 60 and kills < 4:
                await killed.kill()
                kills += 1
                await killed.start()
            await asyncio.sleep(0.1)
        done: dict[str, Any] | None = None
        while done is None or done["state"] != "done":
            assert time.monotonic() - begun < LIMIT
            await asyncio.sleep(0.2)
            async with place.house.inside(place.cell) as db:
                done = await exports.get(db, export["id"], None)
        lines = read_lines((place.house.blobs / done["blob"]).read_bytes())
        assert {line["id"] for line in lines} == {str(r["id"]) for r in rows}
        async with place.house.inside(place.cell) as db:
            log = await callbacks.deliveries(db, endpoint["id"], None, 1000)
        assert len(log) == 100
