"""REL-02: the real worker is killed with -9 while models are asked; every task gets one answer of the model."""

import asyncio
import itertools
import time

from tests.fixtures.served import serving, soon
from tests.models.program import Call, program

TASKS = 12


async def test_a_killed_worker_loses_and_doubles_nothing() -> None:
    project = {
        "name": "K", "kind": "choice", "policy": {"type": "fixed", "answers": 2}, "minutes": 1,
        "config": {"question": "?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
        "price": {"micros": 0, "currency": "USD"},
    }  # fmt: skip
    with serving() as served:
        client = served.add_client("Killed models")
        async with served.http(client.live) as http, program() as there:
            turns = itertools.count(1)  # calls come side by side: each takes a number of its own

            def says(_: Call) -> object:
                turn = next(turns)
                return "hang" if turn in {3, 4, 5} else {"answer": {"choice": "a" if turn % 2 else "b"}}

            there.says = says
            made = (await http.post("/api/projects", json=project)).json()["id"]
            tasks = {"tasks": [{"params": {"text": str(n)}} for n in range(TASKS)]}
            ids = [t["id"] for t in (await http.post(f"/api/projects/{made}/tasks", json=tasks)).json()["items"]]
            new = {"name": "M", "url": there.url, "project_ids": [made]}
            assert (await http.post("/api/models", json=new)).status_code == 201

            async def until(wanted: int, seconds: float) -> int:
                end = time.monotonic() + seconds
                while True:
                    found = (await http.get(f"/api/projects/{made}/progress")).json()["answers"]
                    if found >= wanted or time.monotonic() > end:
                        return int(found)
                    await asyncio.sleep(0.3)

            assert await until(TASKS - 3, 25.0) == TASKS - 3  # three calls hang; those beside them go on
            soon(lambda: served.kill("worker"), 60, "the worker runs")
            assert await until(TASKS, 60.0) == TASKS
            asked = [c.headers["webhook-id"] for c in there.calls]
            assert len(set(asked)) == TASKS  # under their old leases
            assert len(asked) >= TASKS + 3  # the three again
            for task in ids:
                assert len((await http.get(f"/api/tasks/{task}/answers")).json()["items"]) == 1
