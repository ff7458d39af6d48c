"""R8, REL-18 to 20: callbacks to good, bad and lying receivers."""

import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook
from tests.deliver.receiver import receiving
from tests.fixtures.place import Place

from neraca import deliver
from neraca.deliver.callbacks import queries, rules
from neraca.kit import urlguard
from neraca.kit.signing import webhook_signature

SECRET = "whsec_" + base64.b64encode(b"0" * 32).decode()


class Turned:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.time

    def on(self, **by: float) -> None:
        self.time += timedelta(**by)


class Line:
    """One worker's sender with a clock of its own, and what the tests look at."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = Turned()
        self.sender = deliver.Sender(place.house, now=self.clock, jitter=lambda: 0.0)

    async def endpoint(self, url: str, project_id: UUID | None = None, mode: str = "live") -> UUID:
        async with self.place.house.inside(self.place.cell) as db:
            row = await queries.add(db, url=url, secret=SECRET, mode=mode, project_id=project_id)
        return UUID(str(row["id"]))

    async def relay(self) -> tuple[int, int]:
        async with self.place.house.inside(self.place.cell) as db:
            return await deliver.fan_out(db, self.clock())

    async def send(self) -> None:
        """One step, with what it remembers of sick endpoints forgotten."""
        for known in self.sender._known.values():
            known.quiet_until = 0.0
        await self.sender.step(self.place.cell)
        await self.sender.settled()

    async def log(self, endpoint_id: UUID) -> list[dict[str, Any]]:
        async with self.place.house.inside(self.place.cell) as db:
            return (await queries.deliveries(db, endpoint_id, None, 100))[::-1]

    async def state(self, endpoint_id: UUID) -> tuple[str, str | None]:
        async with self.place.house.inside(self.place.cell) as db:
            row = await queries.get(db, endpoint_id, None)
        assert row is not None
        return row["state"], row["notice"]


@pytest.fixture
async def line(place: Place) -> Line:
    return Line(place)


async def decided(line: Line, count: int, mode: str = "live") -> tuple[UUID, list[UUID]]:
    project_id = await line.place.project(mode=mode)
    ids = await line.place.tasks(project_id, [{"text": str(i)} for i in range(count)])
    for task_id in ids:
        await line.place.decide(project_id, task_id, {"choice": "a"})
    return project_id, ids


async def test_a_signed_call_for_each_task(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        project_id, ids = await decided(line, 12)
        assert await line.relay() == (12, 12)
        assert await line.relay() == (0, 0)
        await line.send()
        assert len(receiver.calls) == 12
        for call in receiver.calls:
            Webhook(SECRET).verify(call.body, call.headers)
        told = [json.loads(c.body) for c in receiver.calls]
        assert {t["data"]["task"]["id"] for t in told} == {str(i) for i in ids}
        first = told[0]
        assert first["type"] == "task.decided"
        assert first["data"]["project_id"] == str(project_id)
        assert first["data"]["verdict"]["answer"] == {"choice": "a"}
        assert first["data"]["verdict"]["confidence"] == 0.97
        assert first["data"]["task"]["external_id"].startswith("t")
        log = await line.log(endpoint)
        assert {d["state"] for d in log} == {"done"}
        attempt = log[0]["attempts"][0]
        assert (attempt["n"], attempt["status"], attempt["code"]) == (1, 200, "delivered")
        bodies = {hashlib.sha256(c.body).hexdigest() for c in receiver.calls}
        assert {d["attempts"][0]["body_sha256"] for d in log} == bodies
        await line.send()
        assert len(receiver.calls) == 12


async def test_only_the_endpoints_that_listen(line: Line) -> None:
    project_id, _ = await decided(line, 1)
    await line.relay()  # nobody listened yet
    async with receiving() as receiver:
        other = await line.endpoint(receiver.url, await line.place.project())
        test = await line.endpoint(receiver.url, mode="test")
        mine = await line.endpoint(receiver.url, project_id)
        (late,) = await line.place.tasks(project_id, [{"text": "late"}])
        await line.place.decide(project_id, late, {"choice": "b"})
        assert await line.relay() == (1, 1)
        assert [len(await line.log(e)) for e in (other, test, mine)] == [0, 0, 1]


async def test_two_events_of_a_task_come_in_order(line: Line) -> None:
    async with receiving() as receiver:
        await line.endpoint(receiver.url)
        project_id, (task_id,) = await decided(line, 1)
        await line.place.decide(project_id, task_id, {"choice": "b"}, version=2)
        await line.relay()
        receiver.behaviour = lambda _: "error"
        await line.send()
        await line.send()
        line.clock.on(seconds=20)
        receiver.behaviour = lambda _: "ok"
        await line.send()
        ids = [c.headers["webhook-id"] for c in receiver.calls]
        assert ids[0] == ids[1]  # the second waits until the first is through, and ids are stable
        assert [c.behaviour for c in receiver.calls] == ["error", "ok", "ok"]
        assert ids[2] != ids[0]


@pytest.mark.parametrize(
    ("behaviour", "code", "status"),
    [
        ("error", "http-error", 500),
        ("moved", "redirect", 301),
        ("half", "protocol", None),
        ("nonsense", "protocol", None),
        ("hang", "timeout", None),
        ("drip", "timeout", None),
    ],
)
async def test_what_fails_is_tried_again(
    line: Line, monkeypatch: pytest.MonkeyPatch, behaviour: str, code: str, status: int | None
) -> None:
    monkeypatch.setattr(urlguard.post, "__kwdefaults__", {**(urlguard.post.__kwdefaults__ or {}), "seconds": 0.3})
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        await decided(line, 1)
        await line.relay()
        receiver.behaviour = lambda _: behaviour
        await line.send()
        (entry,) = await line.log(endpoint)
        assert entry["state"] == "pending"
        assert [(a["code"], a["status"]) for a in entry["attempts"]] == [(code, status)]
        receiver.behaviour = lambda _: "ok"
        await line.send()
        assert len(receiver.calls) == 1  # not before its time
        line.clock.on(seconds=10)
        await line.send()
        (entry,) = await line.log(endpoint)
        assert entry["state"] == "done"
        assert len({c.headers["webhook-id"] for c in receiver.calls}) == 1
        assert len({c.body for c in receiver.calls}) == 1


async def test_a_huge_answer_is_not_read(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        await decided(line, 1)
        await line.relay()
        receiver.behaviour = lambda _: "huge"
        await line.send()
        assert [d["state"] for d in await line.log(endpoint)] == ["done"]


async def test_gone_disables_and_can_be_lifted(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        await decided(line, 3)
        await line.relay()
        receiver.behaviour = lambda _: "gone"
        await line.send()
        assert await line.state(endpoint) == ("disabled", "gone")
        calls = len(receiver.calls)
        line.clock.on(hours=1)
        await line.send()
        assert len(receiver.calls) == calls
        receiver.behaviour = lambda _: "ok"
        async with line.place.house.inside(line.place.cell) as db:
            await queries.change(db, endpoint, url=None, state="active")
        await line.send()
        line.clock.on(hours=1)
        await line.send()
        assert {d["state"] for d in await line.log(endpoint)} == {"done"}


async def test_an_address_that_turned_inwards_is_stopped(line: Line) -> None:
    endpoint = await line.endpoint("http://169.254.169.254/latest")
    await decided(line, 1)
    await line.relay()
    await line.send()
    assert await line.state(endpoint) == ("disabled", "url-not-allowed")
    (entry,) = await line.log(endpoint)
    assert [(a["code"], a["status"]) for a in entry["attempts"]] == [("url-not-allowed", None)]


async def test_dead_after_72_hours_and_replayed(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        await decided(line, 1)
        await line.relay()
        receiver.behaviour = lambda _: "error"
        begun = line.clock()
        for _ in range(200):
            await line.send()
            (entry,) = await line.log(endpoint)
            if entry["state"] == "dead":
                break
            line.clock.time = entry["next_at"]
        assert entry["state"] == "dead"
        assert timedelta(hours=70) < line.clock() - begun < timedelta(hours=73)
        receiver.behaviour = lambda _: "ok"
        async with line.place.house.inside(line.place.cell) as db:
            assert await queries.replay(db, entry["id"], "test", line.clock()) is None
            assert await queries.replay(db, entry["id"], "live", line.clock()) is not None
        await line.send()
        (entry,) = await line.log(endpoint)
        assert entry["state"] == "done"
        assert entry["attempts"][-1]["code"] == "delivered"
        assert [a["n"] for a in entry["attempts"]] == list(range(1, len(entry["attempts"]) + 1))
        assert len({c.headers["webhook-id"] for c in receiver.calls}) == 1


async def test_a_lying_receiver_gets_everything_again(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        project_id, (task_id, *_) = await decided(line, 5)
        await line.place.decide(project_id, task_id, {"choice": "b"}, version=2)
        await line.relay()
        await line.send()
        first = {c.headers["webhook-id"]: c for c in receiver.calls}
        assert len(first) == 6
        receiver.calls.clear()
        line.clock.on(hours=1)
        now = line.clock()
        async with line.place.house.inside(line.place.cell) as db:
            assert await queries.replay_range(db, endpoint, now - timedelta(hours=2), now, now) == 6
        await line.send()
        again = {c.headers["webhook-id"]: c for c in receiver.calls}
        assert again.keys() == first.keys()
        assert all(again[i].body == first[i].body for i in first)
        assert all(again[i].headers["webhook-signature"] != first[i].headers["webhook-signature"] for i in first)
        order = [
            json.loads(c.body)["data"]["verdict"]["version"]
            for c in receiver.calls
            if json.loads(c.body)["data"]["task"]["id"] == str(task_id)
        ]
        assert len(order) == 2


async def test_two_workers_send_each_once(line: Line) -> None:
    async with receiving() as receiver:
        await line.endpoint(receiver.url)
        await decided(line, 40)
        other = Line(line.place)
        other.clock = line.clock
        await asyncio.gather(line.relay(), other.relay())
        await asyncio.gather(line.send(), other.send())
        assert len(receiver.calls) == 40
        assert len({c.headers["webhook-id"] for c in receiver.calls}) == 40


async def test_only_one_relay_fans_out_at_a_time(line: Line) -> None:
    await line.endpoint("http://127.0.0.1:8099/")
    await decided(line, 2)
    async with line.place.house.inside(line.place.cell) as db:
        assert await deliver.fan_out(db, line.clock(), limit=1) == (1, 1)
        assert await line.relay() == (0, 0)  # the other one waits for this transaction
    assert await line.relay() == (1, 1)


async def test_hanging_receivers_are_in_nobodys_way(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the good one is owed arrives while every call to the others still hangs: no call here ever times out."""
    monkeypatch.setattr(urlguard.post, "__kwdefaults__", {**(urlguard.post.__kwdefaults__ or {}), "seconds": 3600.0})
    async with receiving() as bad, receiving() as good:
        bad.behaviour = lambda _: "hang"
        hanging = [await line.endpoint(bad.url) for _ in range(20)]
        answering = await line.endpoint(good.url)
        await decided(line, 50)
        await line.relay()
        await line.sender.step(line.place.cell)
        async with asyncio.timeout(60):
            while {d["state"] for d in await line.log(answering)} != {"done"} or len(bad.calls) < 20:  # noqa: ASYNC110 - a socket sets no event
                await asyncio.sleep(0.02)
        assert len(good.calls) == 50
        assert [d["attempts"] for e in hanging for d in (await line.log(e))] == [[]] * 1000
        await line.sender.close()


async def test_busy_receivers_name_their_time(line: Line) -> None:
    async with receiving() as receiver:
        endpoint = await line.endpoint(receiver.url)
        await decided(line, 1)
        await line.relay()
        receiver.behaviour = lambda _: "busy"
        await line.send()
        (entry,) = await line.log(endpoint)
        assert entry["next_at"] - line.clock() > timedelta(seconds=590)


def test_pauses_grow_to_two_hours() -> None:
    assert [rules.pause(n, lambda: 1.0) for n in (1, 2, 3)] == [5.0, 10.0, 20.0]
    assert rules.pause(50, lambda: 1.0) == 7200.0
    assert rules.pause(1, lambda: 0.0) == 2.5


def test_the_signature_is_of_standard_webhooks() -> None:
    now = int(datetime.now(UTC).timestamp())
    signature = webhook_signature(SECRET, "msg_1", now, b"{}")
    Webhook(SECRET).verify("{}", {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": signature})
