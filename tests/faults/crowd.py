"""A crowd of labelers over real sockets, with a journal of what was sent and what was acknowledged.

A labeler retries as a sensible client does: after a broken connection and after a 503 the same request
again, a little later; a lost lease is given up. What came back is judged against the journal:
acknowledged is a part of stored, stored is a part of sent, and what nobody knows may be either.
"""

import asyncio
import contextlib
import random
import ssl
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from tests.fixtures.served import Client, Served

from neraca.accounts import Cell, House

OPTIONS = [f"option-{n}" for n in range(40)]
CONFIG = {"question": "Which?", "options": [{"id": o, "label": o} for o in OPTIONS]}
Json = dict[str, Any]
canonical = msgspec.json.Encoder(order="sorted").encode


@dataclass
class Journal:
    """The clients' own memory."""

    sent: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # (task, labeler's key): answers
    acknowledged: dict[str, tuple[str, Json]] = field(default_factory=dict)  # answer id: task, value
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # connections that ended without an answer
    odd: list[str] = field(default_factory=list)  # what a sensible client could not have expected
    waits: list[float] = field(default_factory=list)  # the Retry-After of each 503


async def project(manager: httpx.AsyncClient, tasks: int, **given: Any) -> tuple[str, list[str]]:
    """A project that wants one answer for each of its tasks."""
    body = {
        "name": "P", "kind": "choice", "config": CONFIG, "policy": {"type": "fixed", "answers": 1}, "minutes": 1,
        "price": {"micros": 50_000, "currency": "USD"},
    }  # fmt: skip
    made = await manager.post("/api/projects", json=body | given)
    assert made.status_code == 201, made.text
    project_id = made.json()["id"]
    return project_id, await more(manager, project_id, tasks)


async def more(manager: httpx.AsyncClient, project_id: str, tasks: int) -> list[str]:
    """Further tasks of a project; posted again under their key where a fault breaks the request off."""
    ids: list[str] = []
    for start in range(0, tasks, 1000):
        rows = [{"params": {"text": str(n)}} for n in range(start, min(start + 1000, tasks))]
        again = {"Idempotency-Key": uuid.uuid4().hex}
        for _ in range(100):
            try:
                said = await manager.post(f"/api/projects/{project_id}/tasks", json={"tasks": rows}, headers=again)
            except httpx.TransportError:
                said = None
            if said is not None and said.status_code not in {409, 500, 503}:
                break
            await asyncio.sleep(0.2)
        assert said is not None
        assert said.status_code == 201, said.text
        ids += [t["id"] for t in said.json()["items"]]
    return ids


class Labeler:
    """One labeler: asks, thinks, sometimes skips, submits."""

    def __init__(self, http: httpx.AsyncClient, urls: Sequence[str], key: str, journal: Journal, seed: int) -> None:
        self._http = http  # of its own: a pool of 200 connections looks through all of them for each request
        self._urls = urls
        self._key = key
        self._journal = journal
        self._dice = random.Random(seed)  # noqa: S311 - a seed, no secret

    async def _post(self, path: str, body: Json) -> httpx.Response:
        """The request, sent again until somebody answers it."""
        while True:
            url = self._dice.choice(self._urls) + path
            try:
                said = await self._http.post(url, json=body, headers={"Authorization": f"Bearer {self._key}"})
            except httpx.TransportError:
                self._journal.broken += 1
                await asyncio.sleep(self._dice.uniform(0.2, 0.6))
                continue
            self._journal.statuses[said.status_code] += 1
            if said.status_code == 503:
                wait = float(said.headers["retry-after"])
                self._journal.waits.append(wait)
                await asyncio.sleep(min(wait, 2.0) * self._dice.uniform(0.2, 1.0))
                continue
            if said.status_code >= 500:
                self._journal.odd.append(said.text)
                await asyncio.sleep(0.5)
                continue
            return said

    async def work(self, project_id: str, stop: asyncio.Event, *, idle: float = 1.0, skips: float = 0.02) -> None:
        """Until told to stop."""
        while not stop.is_set():
            said = await self._post("/api/work/next", {"project_id": project_id})
            if said.status_code == 204:
                await asyncio.sleep(idle * self._dice.uniform(0.5, 1.5))
                continue
            if said.status_code != 200:
                self._journal.odd.append(said.text)
                return
            lease = said.json()
            await asyncio.sleep(self._dice.uniform(0.0, 0.3))
            if self._dice.random() < skips:
                await self._post(f"/api/work/leases/{lease['lease_id']}/skip", {"fence": lease["fence"]})
                continue
            await self._submit(lease)

    async def _submit(self, lease: Json) -> None:
        value = {"choice": self._dice.choice(OPTIONS)}
        self._journal.sent.setdefault((lease["task_id"], self._key), []).append(value)
        body = {"fence": lease["fence"], "answer": value, "active_ms": self._dice.randrange(100_000)}
        said = await self._post(f"/api/work/leases/{lease['lease_id']}/submit", body)
        if said.is_success:
            answer_id = said.json()["answer_id"]
            if answer_id in self._journal.acknowledged:
                self._journal.odd.append(f"the receipt {answer_id} was given for two leases")
            self._journal.acknowledged[answer_id] = (lease["task_id"], value)
        elif said.json()["code"] != "lease-lost":
            self._journal.odd.append(said.text)


@contextlib.asynccontextmanager
async def crowd(
    urls: Sequence[str], keys: Sequence[str], project_id: str, journal: Journal, **how: float
) -> AsyncIterator[asyncio.Event]:
    """Labelers at work for the time of the block; in the end each finishes what it is doing."""
    stop = asyncio.Event()
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once, and never used
    async with contextlib.AsyncExitStack() as stack:
        people = []
        for n, key in enumerate(keys):
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=20.0, trust_env=False, verify=no_tls))
            people.append(Labeler(http, urls, key, journal, n))
        working = [asyncio.create_task(p.work(project_id, stop, **how)) for p in people]
        try:
            yield stop
        finally:
            stop.set()
            done, late = await asyncio.wait(working, timeout=40.0)
            for task in late:
                task.cancel()
            for task in done:
                task.result()
            assert not late, f"{len(late)} labelers never got an answer"


# Every lease of a slot ended before the next began, and fences count them.
DOUBLE_LEASES = """
with facts as (
  select id, task_id, (data->>'slot')::int as slot, kind, (data->>'fence')::int as fence,
    lag(kind) over w as before, count(*) filter (where kind = 'lease.granted') over w as nth
  from event where project_id = %(p)s and kind in ('lease.granted', 'lease.skipped', 'lease.expired', 'answer.stored')
  window w as (partition by task_id, data->>'slot' order by id)
)
select id from facts where case kind
  when 'lease.granted' then fence <> nth or before not in ('lease.skipped', 'lease.expired')
  else before is distinct from 'lease.granted' end
"""
LIVE_TWICE = """
select task_id from slot where project_id = %(p)s and state = 1 group by task_id having count(*) > 1
union all select task_id from slot where project_id = %(p)s and state in (1, 2) group by task_id, labeler_id
having count(*) > 1
"""
ANSWERED_TWICE = "select task_id from answer where project_id = %(p)s group by task_id having count(*) > 1"
WITHOUT_LEASE = """
select a.id from answer a where a.project_id = %(p)s and not exists (
  select 1 from slot s where s.task_id = a.task_id and s.lease_id = a.lease_id and s.labeler_id = a.labeler_id
    and s.state = 2)
"""
OPEN_THOUGH_DECIDED = """
select s.task_id from slot s join task t on t.id = s.task_id
where s.project_id = %(p)s and s.state = 0 and t.state <> 'open'
"""


async def found(house: House, cell: Cell, sql: str, project_id: str) -> list[Json]:
    async with house.inside(cell) as db:
        return await (await db.execute(sql.encode(), {"p": project_id})).fetchall()


async def watch(house: House, cell: Cell, project_id: str, seen: list[Json]) -> None:
    """Looks again and again for a task that two hold at this moment."""
    while True:
        with contextlib.suppress(Exception):  # the database may be away
            seen += await found(house, cell, LIVE_TWICE, project_id)
        await asyncio.sleep(0.2)


async def judge(served: Served, client: Client, project_id: str, tasks: Sequence[str], journal: Journal) -> None:
    """Holds the database and the export against the journal."""
    assert journal.odd == []
    async with served.cell(client) as (house, cell):
        for sql in (DOUBLE_LEASES, LIVE_TWICE, ANSWERED_TWICE, WITHOUT_LEASE, OPEN_THOUGH_DECIDED):
            assert await found(house, cell, sql, project_id) == [], sql
    async with served.http(client.live) as manager:
        lines = (await manager.get(f"/api/projects/{project_id}/export.jsonl")).content.splitlines()
        progress = (await manager.get(f"/api/projects/{project_id}/progress")).json()
    rows = [msgspec.json.decode(line) for line in lines]
    assert sorted(r["id"] for r in rows) == sorted(tasks)
    exported = {a["id"]: (r["id"], a["answer"]) for r in rows for a in r["answers"]}
    lost = set(journal.acknowledged) - set(exported)
    assert not lost, f"{len(lost)} acknowledged answers are not in the export"
    for answer_id, (task, value) in journal.acknowledged.items():
        assert exported[answer_id][0] == task
        assert canonical(exported[answer_id][1]) == canonical(value)
    sent = {(task, canonical(value)) for (task, _), values in journal.sent.items() for value in values}
    phantoms = [a for a, (task, value) in exported.items() if (task, canonical(value)) not in sent]
    assert phantoms == []
    decided = [r for r in rows if r["state"] == "decided"]
    assert all(len(r["answers"]) == 1 and r["verdict"]["answer"] == r["answers"][0]["answer"] for r in decided)
    told = {k: progress[k] for k in ("tasks", "decided", "answers", "canceled")}
    assert told == {"tasks": len(tasks), "decided": len(decided), "answers": len(exported), "canceled": 0}
    assert progress["spent"]["micros"] == 50_000 * len(exported)
