"""The worker is killed with -9 while it decides tasks by consensus and sends their callbacks."""

import asyncio
import io
import json
import random
import time
from collections import Counter

import httpx
from PIL import Image
from tests.deliver.receiver import receiving
from tests.faults import crowd
from tests.fixtures.served import Client, Served, serving

TASKS = 80
LIMIT = 120.0
CONFIG = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
ANSWER = {"objects": [{"class": "cup", "shape": "box", "box": {"x": 1.0, "y": 2.0, "w": 30.0, "h": 40.0}}]}


async def a_project(manager: httpx.AsyncClient) -> str:
    """Two answers for each of the tasks, which show one picture."""
    picture = io.BytesIO()
    Image.new("RGB", (100, 80)).save(picture, "PNG")
    made = await manager.post("/api/assets", content=picture.getvalue(), headers={"Content-Type": "image/png"})
    assert made.status_code == 201, made.text
    project_id, _ = await crowd.project(manager, 0, kind="image", config=CONFIG, policy={"type": "fixed", "answers": 2})
    rows = [{"params": {"image": f"asset:{made.json()['id']}"}} for _ in range(TASKS)]
    said = await manager.post(f"/api/projects/{project_id}/tasks", json={"tasks": rows})
    assert said.status_code == 201, said.text
    return project_id


async def label(served: Served, key: str, project_id: str) -> None:
    async with served.http(key) as http:
        while (said := await http.post("/api/work/next", json={"project_id": project_id})).status_code == 200:
            lease = said.json()
            body = {"fence": lease["fence"], "answer": ANSWER, "active_ms": 9}
            assert (await http.post(f"/api/work/leases/{lease['lease_id']}/submit", json=body)).status_code == 201
        assert said.status_code == 204, said.text


async def decided(served: Served, client: Client, project_id: str) -> int:
    async with served.http(client.live) as manager:
        return int((await manager.get(f"/api/projects/{project_id}/progress")).json()["decided"])


async def test_every_task_is_decided_once_and_told() -> None:
    dice = random.Random(5)  # noqa: S311 - a seed, no secret
    kills, begun = 0, time.monotonic()
    with serving() as served:
        client = served.add_client("killed worker")
        async with served.http(client.live) as manager, receiving() as receiver:
            project_id = await a_project(manager)
            hook = await manager.post("/api/callbacks", json={"url": receiver.url, "project_id": project_id})
            assert hook.status_code == 201, hook.text
            labeling = [asyncio.create_task(label(served, key, project_id)) for key in await served.keys(client, 2)]

            def told() -> set[str]:
                return {call.headers["webhook-id"] for call in receiver.calls}

            while len(told()) < TASKS:
                assert time.monotonic() - begun < LIMIT, f"{len(told())} of {TASKS} after {kills} kills"
                await asyncio.sleep(dice.uniform(0.3, 1.5))
                if kills < 5 and len(told()) < TASKS:
                    kills += served.kill("worker")
            await asyncio.gather(*labeling)
            assert await decided(served, client, project_id) == TASKS
            bodies = [json.loads(call.body) for call in receiver.calls]
        assert kills >= 3
        assert Counter(b["type"] for b in bodies).keys() == {"task.decided"}
        async with served.cell(client) as (house, cell):
            rows = await crowd.found(
                house, cell,
                "select t.id, count(v.*)::int as verdicts, (select count(*) from event e where e.task_id = t.id"
                " and e.kind = 'task.decided')::int as events, (select count(*) from delivery d"
                " where d.task_id = t.id)::int as deliveries from task t left join verdict v on v.task_id = t.id"
                " where t.project_id = %(p)s group by t.id", project_id,
            )  # fmt: skip
            assert {(r["verdicts"], r["events"], r["deliveries"]) for r in rows} == {(1, 1, 1)}
            assert len(rows) == TASKS
            left = await crowd.found(house, cell, "select topic from outbox where project_id = %(p)s", project_id)
            assert left == []
