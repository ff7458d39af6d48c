"""R4 to R6: a seeded walk over everything that can happen to a lease, beside a model that knows the rules only.

The model has no cursor, no position and no SQL: a task wants so many answers, a labeler has a task once, a
lease lives or does not. A failing seed fails again.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.faults import crowd
from tests.fixtures.crew import Crew, fixed

from neraca import routing

SLOTS = 2
LABELERS = 5
TASKS = 10
STEPS = 260


@dataclass(eq=False)
class Lease:
    given: dict[str, Any]
    labeler: int
    begun: bool
    dead: bool = False  # its time is over; the sweep has not been yet
    ended: str = ""  # skip, lost, or answered


@dataclass
class Task:
    state: str = "open"
    answers: dict[int, bool] = field(default_factory=dict)  # labeler: surplus
    refused: set[int] = field(default_factory=set)
    leases: list[Lease] = field(default_factory=list)

    def held(self) -> list[Lease]:
        return [lease for lease in self.leases if not lease.ended]

    def forgotten(self, lease: Lease) -> bool:
        """Of the leases that a labeler lost on one task the engine knows the last; older ones are not found."""
        later = self.leases[self.leases.index(lease) + 1 :]
        return lease.ended in {"skip", "lost"} and any(
            other.labeler == lease.labeler and other.ended in {"skip", "lost"} for other in later
        )

    def open_slots(self) -> int:
        return SLOTS - len(self.answers) - len(self.held()) if self.state == "open" else 0

    def may(self, who: int) -> bool:
        """Whether the next claim of this labeler could be this task."""
        had = who in self.answers or who in self.refused or any(lease.labeler == who for lease in self.held())
        return self.open_slots() > 0 and not had


class Walk:
    """The engine and its model, side by side."""

    def __init__(self, crew: Crew, project: str, tasks: list[str], people: list[httpx.AsyncClient], seed: int) -> None:
        self.crew = crew
        self.project = project
        self.tasks = {task: Task() for task in tasks}
        self.people = people
        self.dice = random.Random(seed)  # noqa: S311 - a seed, no secret
        self.wanted = SLOTS
        self.seen: set[str] = set()

    def leases(self, who: int | None = None) -> list[Lease]:
        """Those that live, of one labeler or of all."""
        found = [lease for task in self.tasks.values() for lease in task.held() if not lease.dead]
        return [lease for lease in found if who is None or lease.labeler == who]

    def any_lease(self) -> Lease | None:
        found = [lease for task in self.tasks.values() for lease in task.leases if not task.forgotten(lease)]
        return self.dice.choice(found) if found else None

    async def step(self) -> None:
        act = self.dice.choices(
            [self.next, self.submit, self.skip, self.beat, self.expire, self.sweep, self.cancel, self.change],
            [40, 25, 6, 5, 8, 6, 1, 2],
        )[0]
        await act()

    async def next(self) -> None:
        who, prefetch = self.dice.randrange(len(self.people)), self.dice.random() < 0.3
        mine = self.leases(who)
        given = await self.crew.next(self.people[who], self.project, prefetch=prefetch)
        waiting = [lease for lease in mine if not lease.begun]
        kept = (waiting or len(mine) > 1) if prefetch else mine
        if kept:
            expected = waiting if prefetch else ([lease for lease in mine if lease.begun] or mine)
            ids = {lease.given["lease_id"]: lease for lease in expected}
            assert (given is None) == (not expected)
            if given is not None:
                assert given["lease_id"] in ids
                ids[given["lease_id"]].begun |= not prefetch
            return
        able = {name for name, task in self.tasks.items() if task.may(who)}
        assert (given is not None) == bool(able), f"labeler {who} could have {able}"
        if given is not None:
            assert given["task_id"] in able
            assert given["lease_id"] not in self.seen
            self.seen.add(given["lease_id"])
            self.tasks[given["task_id"]].leases.append(Lease(given, who, begun=not prefetch))

    async def submit(self) -> None:
        if (lease := self.any_lease()) is None:
            return
        task = self.tasks[lease.given["task_id"]]
        stale = self.dice.random() < 0.1
        sent = lease.given | ({"fence": lease.given["fence"] + 1} if stale and not lease.ended else {})
        said = await self.crew.submit(self.people[lease.labeler], sent, "a")
        if lease.ended == "answered":
            assert said.status_code == 200
        elif lease.ended or lease.dead or sent["fence"] != lease.given["fence"]:
            assert (said.status_code, said.json()["code"]) == (409, "lease-lost")
        else:
            assert said.status_code == 201
            lease.ended = "answered"
            task.answers[lease.labeler] = task.state != "open"
            if task.state == "open" and len(task.answers) >= self.wanted:
                task.state = "decided"
            assert said.json()["task_decided"] == (task.state == "decided")

    async def skip(self) -> None:
        if (lease := self.any_lease()) is None:
            return
        said = await self.crew.act(self.people[lease.labeler], lease.given, "skip")
        if not lease.ended or lease.ended == "skip":  # one that is over and not swept may still be given back
            assert said.status_code == 204
            lease.ended = "skip"
            self.tasks[lease.given["task_id"]].refused.add(lease.labeler)
        else:
            assert said.status_code == 409

    async def beat(self) -> None:
        if (lease := self.any_lease()) is None:
            return
        said = await self.crew.act(self.people[lease.labeler], lease.given, "heartbeat")
        assert said.status_code == (409 if lease.ended or lease.dead else 200)
        lease.begun |= said.is_success

    async def expire(self) -> None:
        if alive := self.leases():
            lease = self.dice.choice(alive)
            await self.crew.expire(lease.given)
            lease.dead = True

    async def sweep(self) -> None:
        place = self.crew.door.place
        async with place.house.inside(place.cell) as db:
            await routing.sweep(db)
        for task in self.tasks.values():
            for lease in task.held():
                if lease.dead:
                    lease.ended = "lost"
                    if lease.begun:
                        task.refused.add(lease.labeler)

    async def cancel(self) -> None:
        name = self.dice.choice(list(self.tasks))
        said = await self.crew.manager.post(f"/api/tasks/{name}/cancel")
        assert said.status_code == (409 if self.tasks[name].state == "decided" else 200)
        if self.tasks[name].state == "open":
            self.tasks[name].state = "canceled"

    async def change(self) -> None:
        self.wanted = self.dice.choice([1, SLOTS])
        await self.crew.change(self.project, policy=fixed(self.wanted))

    async def compare(self) -> None:
        """The whole database against the whole model."""
        rows = await self.crew.rows(
            "select t.id::text as id, t.state, count(*) filter (where s.state = 0)::int as open,"
            " count(*) filter (where s.state = 1)::int as held, (select count(*) from answer a"
            "   where a.task_id = t.id)::int as answers, (select count(*) from answer a where a.task_id = t.id"
            "   and a.surplus)::int as surplus,"
            " (select count(*) from verdict v where v.task_id = t.id)::int as verdicts"
            " from task t join slot s on s.task_id = t.id where t.project_id = %s group by t.id", self.project,
        )  # fmt: skip
        for row in rows:
            task = self.tasks[row["id"]]
            assert row == {
                "id": row["id"], "state": task.state, "open": task.open_slots(), "held": len(task.held()),
                "answers": len(task.answers), "surplus": sum(task.answers.values()),
                "verdicts": int(task.state == "decided"),
            }  # fmt: skip
        place = self.crew.door.place
        for sql in (crowd.DOUBLE_LEASES, crowd.WITHOUT_LEASE, crowd.OPEN_THOUGH_DECIDED):
            assert await crowd.found(place.house, place.cell, sql, self.project) == [], sql


@pytest.mark.parametrize("seed", range(3))
async def test_a_walk_over_leases(crew: Crew, seed: int) -> None:
    project = await crew.project(policy=fixed(SLOTS))
    people = [await crew.labeler() for _ in range(LABELERS)]
    walk = Walk(crew, project, await crew.tasks(project, TASKS), people, seed)
    for n in range(STEPS):
        await walk.step()
        if n % 10 == 9:
            await walk.compare()
    ends = {lease.ended for task in walk.tasks.values() for lease in task.leases}
    assert {"answered", "skip", "lost"} <= ends
