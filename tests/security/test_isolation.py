"""ISO-01, 02, 04, 05: every operation, every place for an id, another client's id, every caller."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from psycopg import sql
from tests.fixtures.rows import files, snapshot
from tests.fixtures.two import Side, World
from tests.security.cases import NOTHING, Operation, Slot, cursors, operations

INSTANCE = re.compile(rb"urn:request:[0-9a-f-]+")
REFUSED = {400, 401, 403, 404, 422}
# A refusal that an owner gets too: what the case asks for, the present state does not allow.
OWN = {409, 422}


def told(world: World) -> list[Operation]:
    return list(operations(world.application.openapi()))


def owner(world: World, side: Side, operation: Operation) -> httpx.AsyncClient:
    """Whose work an operation is."""
    who = operation.case.owner
    if who == "operator":
        return world.operator
    if who == "anonymous":
        return world.anonymous
    return side.callers["both"] if who == "labeler" else side.manager


async def all_cursors(world: World, side: Side) -> None:
    for operation in told(world):
        if operation.cursor and operation.case.owner != "operator":
            await cursors(operation, side.ids, owner(world, side, operation))


def callers(world: World, side: Side) -> dict[str, httpx.AsyncClient]:
    """Everybody who may try it from this side."""
    return {**side.callers, "operator": world.operator, "anonymous": world.anonymous}


def tries(world: World) -> Iterator[tuple[Operation, Slot]]:
    """Every operation with each of its places for an id. The operators' own list has no other side."""
    for operation in told(world):
        if operation.case.owner != "operator":
            for slot in operation.slots():
                yield operation, slot


def allowed(operation: Operation, slot: Slot, who: str) -> bool:
    """What is no breach: the labeler of both clients may enter the other one."""
    return who == "both" and operation.name == "POST /api/cell-tokens" and slot.sort == "client"


OWNED = {
    "client": "id", "membership": "client_id", "invitation": "client_id", "api_key": "client_id",
    "work_offer": "client_id", "worked": "client_id",
}  # fmt: skip


async def state(world: World, side: Side) -> dict[str, Any]:
    """All that is kept of a client: its rows, its files, and its rows in the control plane."""
    rows = {}
    async with world.house.inside(side.cell, transaction=False) as db:
        cell = await snapshot(db)
    async with world.house.control() as control:
        for table, column in OWNED.items():
            wanted = sql.SQL("select t.*, t.xmin::text from {} t where {} = %s order by t::text").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            rows[table] = await (await control.execute(wanted, [side.client_id])).fetchall()
    return {"cell": cell, "rows": rows, "files": files(world.house.blobs / side.cell.database)}


def reveals(answer: httpx.Response, side: Side) -> bool:
    """Whether any byte of the other client's texts is in the answer."""
    everything = answer.content + b"".join(k + v for k, v in answer.headers.raw)
    return any(mark.encode() in everything for mark in (side.canary, side.name, side.cell.database))


@dataclass
class Attack:
    """What one side tries on the other."""

    world: World
    mine: Side
    theirs: Side
    wrong: list[str] = field(default_factory=list)
    tried: int = 0

    async def at(self, operation: Operation, slot: Slot) -> None:
        """The other's id at one place, everything else our own, as everybody."""
        foreign = {**self.theirs.ids, "invitation token": self.theirs.ids["invitation"]}
        for who, client in callers(self.world, self.mine).items():
            if allowed(operation, slot, who):
                continue
            answer = await client.request(**operation.request(self.mine.ids, foreign=foreign, at=slot))
            self.tried += 1
            name = f"{operation.name} [{slot.place} {slot.name}] as {who}: {answer.status_code}"
            if answer.status_code not in REFUSED or reveals(answer, self.theirs):
                self.wrong.append(name)
            elif client is owner(self.world, self.mine, operation):
                await self.like_nothing(operation, slot, client, answer)

    async def like_nothing(
        self, operation: Operation, slot: Slot, client: httpx.AsyncClient, answer: httpx.Response
    ) -> None:
        """Who may do this is told what they would be told of an id that never was."""
        good = {"path": {404}, "query": {404}, "body": {404, 422}}[slot.place]
        if slot.sort == "cursor":
            if (answer.status_code, answer.json()["code"]) != (400, "cursor-invalid"):
                self.wrong.append(f"{operation.name} took a foreign cursor: {answer.text}")
            return
        if answer.status_code not in good:
            self.wrong.append(f"{operation.name} at {slot} says {answer.text}")
        never = dict.fromkeys([*self.mine.ids, "invitation token"], NOTHING)
        same = await client.request(**operation.request(self.mine.ids, foreign=never, at=slot))
        if INSTANCE.sub(b"", same.content) != INSTANCE.sub(b"", answer.content):
            self.wrong.append(f"{operation.name} at {slot} differs from an id that never was: {same.text}")


@pytest.mark.parametrize("swap", [False, True], ids=["a asks for b's", "b asks for a's"])
async def test_foreign_ids_are_not_there(world: World, *, swap: bool) -> None:
    """Not found for who may, refused for who may not, and nothing of the other client changes."""
    attack = Attack(world, world.b, world.a) if swap else Attack(world, world.a, world.b)
    await all_cursors(world, world.a)
    await all_cursors(world, world.b)
    before = await state(world, attack.theirs)
    for operation, slot in tries(world):
        await attack.at(operation, slot)
    assert attack.wrong == []
    assert attack.tried == 9 * sum(1 for _ in tries(world)) - 1  # each place as each caller, but one: see `allowed`
    assert await state(world, attack.theirs) == before


async def test_all_ids_foreign_at_once(world: World) -> None:
    """A whole request of the other client, as each caller: its paths, bodies and cursors together."""
    mine, theirs = world.a, world.b
    foreign = {**theirs.ids, "invitation token": theirs.ids["invitation"]}
    before = await state(world, theirs)
    wrong = []
    for operation in told(world):
        if operation.case.owner == "operator" or not operation.slots() or operation.slots()[0].sort == "client":
            continue
        if {slot.sort for slot in operation.slots()} == {"cursor"}:
            continue
        for who, client in callers(world, mine).items():
            answer = await client.request(**operation.request(foreign))
            if answer.status_code not in REFUSED - {400} or reveals(answer, theirs):
                wrong.append(f"{operation.name} as {who}: {answer.status_code}")
    assert wrong == []
    assert await state(world, theirs) == before


async def test_the_owner_is_let_in(world: World) -> None:
    """The other half of the proof: the same requests succeed for whose they are."""
    side = world.a
    await all_cursors(world, side)
    wrong = []
    for operation in sorted(
        told(world), key=lambda o: (o.method != "GET", o.case.last, o.name == "DELETE /api/session")
    ):
        if operation.name in {"POST /api/session", "POST /api/clients"}:
            continue  # no id in them; their refusals are in tests of their own
        for slot in [
            None,
            *(s for s in operation.slots() if s.sort == "cursor" and operation.case.owner != "operator"),
        ]:
            answer = await owner(world, side, operation).request(**operation.request(side.ids, at=slot))
            flaw = operation.name.endswith("/submit") and answer.json()["errors"][0]["pointer"] == "#/answer/choice"
            state = answer.status_code == 409 and operation.name.endswith(
                ("/cancel", "/start", "/replay", "{task_id}/answers", "clients/{client_id}/invitations")
            )
            if not (answer.is_success or flaw or state):
                wrong.append(f"{operation.name} at {slot}: {answer.status_code} {answer.text}")
    assert wrong == []


async def test_a_batch_with_one_foreign_id_stores_nothing(world: World) -> None:
    """ISO-05: 100 tasks, one of them with the other client's asset or batch."""
    path = f"/api/projects/{world.a.ids['project']}/tasks"
    async with world.house.inside(world.a.cell, transaction=False) as db:
        before = await snapshot(db)
    for spoil in ({"params": {"image": f"asset:{world.b.ids['asset']}"}}, {"batch_id": world.b.ids["batch"]}):
        tasks: list[dict[str, Any]] = [{"params": {"text": str(n)}} for n in range(100)]
        tasks[57] |= spoil
        answer = await world.a.manager.post(path, json={"tasks": tasks})
        assert answer.status_code == 422
        faults = answer.json()["errors"]
        assert [f["pointer"].split("/")[2] for f in faults] == ["57"]
        assert not reveals(answer, world.b)
        assert world.b.ids["asset"] not in answer.text
        assert world.b.ids["batch"] not in answer.text
    async with world.house.inside(world.a.cell, transaction=False) as db:
        assert await snapshot(db) == before


async def test_ids_of_one_client_are_not_mixed(world: World) -> None:
    """ISO-04, also inside a client: a batch, a task or an import of another project is not there."""
    side = world.a
    other = f"/api/projects/{side.ids['other project']}"
    batch, task = side.ids["batch"], side.ids["task"]
    assert (await side.manager.get(f"{other}/tasks", params={"batch_id": batch})).status_code == 404
    assert (await side.manager.get(f"{other}/export.jsonl", params={"after": task})).status_code == 404
    made = await side.manager.post(f"{other}/imports", json={"format": "csv", "name": "n", "batch_id": batch})
    assert made.status_code == 422
    posted = await side.manager.post(f"{other}/tasks", json={"tasks": [{"params": {"text": "x"}, "batch_id": batch}]})
    assert posted.status_code == 422


async def test_a_cell_is_chosen_by_the_credential_alone(world: World) -> None:
    """Headers and parameters that name another client change nothing."""
    names = {"X-Tenant-Id", "X-Client-Id", "X-Cell", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"}
    path = f"/api/projects/{world.b.ids['project']}"
    for name in names:
        for value in (world.b.client_id, world.b.cell.database, path):
            answer = await world.a.manager.get(path, headers={name: value})
            assert answer.status_code == 404, name
    unknown = await world.a.manager.get(f"/api/projects/{uuid4()}")
    assert set(unknown.headers) == set(answer.headers)
