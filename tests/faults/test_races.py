"""Lost responses, leases that end while they are used, many tabs, and the same request many times."""

import asyncio
import json
import random
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.faults import crowd
from tests.fixtures.served import Client, Served

from neraca import routing

Json = dict[str, Any]


@pytest.fixture(scope="module")
def client(served: Served) -> Client:
    return served.add_client("races")


async def lease(http: httpx.AsyncClient, project_id: str) -> Json | None:
    said = await http.post("/api/work/next", json={"project_id": project_id})
    assert said.status_code in {200, 204}, said.text
    return dict(said.json()) if said.status_code == 200 else None


def body(given: Json, choice: str) -> Json:
    return {"fence": given["fence"], "answer": {"choice": choice}, "active_ms": 5}


async def send_and_hang_up(served: Served, key: str, path: str, sent: Json, seconds: float) -> None:
    """A whole request, after which the client is gone: its response is lost."""
    place = urlsplit(served.url)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    raw = json.dumps(sent).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    writer.write(head.encode() + raw)
    await writer.drain()
    await asyncio.sleep(seconds)
    writer.transport.abort()


async def test_a_lost_response_is_given_again(served: Served, client: Client) -> None:
    dice = random.Random(3)  # noqa: S311 - a seed, no secret
    async with served.http(client.live) as manager:
        project_id, tasks = await crowd.project(manager, 60)
    keys = await served.keys(client, 4)
    statuses: Counter[int] = Counter()
    receipts: dict[str, Json] = {}

    async def work(key: str) -> None:
        async with served.http(key) as http:
            while (held := await lease(http, project_id)) is not None:
                path, sent = f"/api/work/leases/{held['lease_id']}/submit", body(held, "option-1")
                await send_and_hang_up(served, key, path, sent, dice.choice([0.0, 0.002, 0.02, 0.1]))
                first = await http.post(path, json=sent)
                again = await http.post(path, json=sent)
                statuses[first.status_code] += 1
                assert again.status_code == 200
                assert first.json() == again.json()
                receipts[held["task_id"]] = again.json()
                other = await http.post(path, json=body(held, "option-2"))
                assert (other.status_code, other.json()["code"]) == (409, "already-submitted")

    await asyncio.gather(*(work(key) for key in keys))
    assert set(receipts) == set(tasks)
    assert statuses[200] > 0  # the lost one had been taken
    assert set(statuses) <= {200, 201}
    async with served.cell(client) as (house, cell):
        for sql in (crowd.ANSWERED_TWICE, crowd.WITHOUT_LEASE, crowd.DOUBLE_LEASES):
            assert await crowd.found(house, cell, sql, project_id) == []


async def test_a_submit_at_the_end_of_its_lease_is_taken_or_lost(served: Served, client: Client) -> None:
    """The lease ends within 50 ms around the submit's arrival, and sweeps run all the time.

    The aim follows what comes out, so that both happen on a slow machine too.
    """
    dice = random.Random(4)  # noqa: S311 - a seed, no secret
    count = 240
    async with served.http(client.live) as manager:
        project_id, tasks = await crowd.project(manager, count)
    outcomes: Counter[str] = Counter()
    taken: dict[str, str] = {}
    async with served.cell(client) as (house, cell):
        over = asyncio.Event()

        async def sweep() -> None:
            while not over.is_set():
                async with house.inside(cell) as db:
                    await routing.sweep(db)
                await asyncio.sleep(0.01)

        async def work(key: str) -> None:
            aim = 0.03
            async with served.http(key) as http:
                for _ in range(count // 8):
                    held = await lease(http, project_id)
                    if held is None:
                        return
                    async with house.inside(cell) as db:
                        await db.execute(
                            "update slot set lease_until = clock_timestamp() + make_interval(secs => %s)"
                            " where lease_id = %s",
                            [aim + dice.uniform(-0.05, 0.05), held["lease_id"]],
                        )
                    said = await http.post(f"/api/work/leases/{held['lease_id']}/submit", json=body(held, "option-1"))
                    outcomes[str(said.status_code) if said.is_success else said.json()["code"]] += 1
                    aim += -0.02 if said.is_success else 0.02
                    if said.is_success:
                        assert held["task_id"] not in taken
                        taken[held["task_id"]] = said.json()["answer_id"]

        sweeping = asyncio.create_task(sweep())
        await asyncio.gather(*(work(key) for key in await served.keys(client, 8)))
        over.set()
        await sweeping  # a sweep that were broken off would hold its slots until the database notices
        assert set(outcomes) == {"201", "lease-lost"}, outcomes
        assert min(outcomes.values()) > 10
        async with house.inside(cell) as db:
            await routing.sweep(db)
        rows = await crowd.found(
            house, cell,
            "select s.task_id::text as task, s.state, a.id::text as answer from slot s left join answer a"
            " on a.task_id = s.task_id where s.project_id = %(p)s", project_id,
        )  # fmt: skip
        assert len(rows) == len(tasks)
        assert {r["task"]: r["answer"] for r in rows if r["answer"]} == taken
        assert all(r["state"] == (2 if r["answer"] else 0) for r in rows)
        for sql in (crowd.DOUBLE_LEASES, crowd.WITHOUT_LEASE, crowd.OPEN_THOUGH_DECIDED):
            assert await crowd.found(house, cell, sql, project_id) == []


async def test_fifty_tabs_of_one_labeler(served: Served, client: Client) -> None:
    async with served.http(client.live) as manager:
        project_id, tasks = await crowd.project(manager, 30, policy={"type": "fixed", "answers": 3})
    (key,) = await served.keys(client, 1)
    outcomes: Counter[str] = Counter()
    async with served.http(key) as http:

        async def tab(number: int) -> None:
            while (held := await lease(http, project_id)) is not None:
                said = await http.post(
                    f"/api/work/leases/{held['lease_id']}/submit", json=body(held, f"option-{number % 2}")
                )
                outcomes[str(said.status_code) if said.is_success else said.json()["code"]] += 1

        await asyncio.gather(*(tab(n) for n in range(50)))
    assert outcomes["201"] == len(tasks)
    assert set(outcomes) <= {"200", "201", "already-submitted", "lease-lost"}, outcomes
    async with served.cell(client) as (house, cell):
        rows = await crowd.found(
            house, cell,
            "select count(*) as n, count(distinct task_id) as tasks, count(distinct labeler_id) as who from answer"
            " where project_id = %(p)s", project_id,
        )  # fmt: skip
    assert rows == [{"n": len(tasks), "tasks": len(tasks), "who": 1}]


async def test_the_same_key_at_once_has_one_effect(served: Served, client: Client) -> None:
    async with served.http(client.live) as manager:
        project_id, _ = await crowd.project(manager, 1)
        path = f"/api/projects/{project_id}/tasks"
        sent = {"tasks": [{"params": {"text": str(n)}} for n in range(50)]}
        for n in range(5):
            headers = {"Idempotency-Key": f"key-{n}"}

            async def post(given: Json = sent, headers: dict[str, str] = headers) -> httpx.Response:
                while True:
                    said = await manager.post(path, json=given, headers=headers)
                    if said.status_code != 409:
                        return said
                    assert said.json()["code"] == "idempotency-in-flight"
                    assert said.headers["retry-after"] == "1"
                    await asyncio.sleep(0.05)

            said = await asyncio.gather(*(post() for _ in range(12)))
            assert {s.status_code for s in said} == {201}
            assert len({s.content for s in said}) == 1
            assert sorted(s.headers.get("idempotent-replay", "") for s in said) == [""] + ["true"] * 11
            other = await post({"tasks": sent["tasks"][:1]})
            assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")
        progress = (await manager.get(f"/api/projects/{project_id}/progress")).json()
        assert progress["tasks"] == 1 + 5 * 50


async def test_a_refused_request_does_not_use_up_its_key(served: Served, client: Client) -> None:
    async with served.http(client.live) as manager:
        project_id, _ = await crowd.project(manager, 1)
        path, headers = f"/api/projects/{project_id}/tasks", {"Idempotency-Key": "again"}
        wrong = await manager.post(path, json={"tasks": [{"params": {}}]}, headers=headers)
        assert wrong.status_code == 422
        right = await manager.post(path, json={"tasks": [{"params": {"text": "x"}}]}, headers=headers)
        assert right.status_code == 201
