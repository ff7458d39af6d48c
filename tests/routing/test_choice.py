"""Which open slot a labeler is given: where they tell most more than others would, and nothing is left behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from psycopg.types.json import Jsonb
from tests.fixtures.crew import Crew, target

from neraca.measure import online
from neraca.routing import choice, choice_queries, rules

SURE, POOL = online.start_rows(3, 0.95), online.start_rows(3, 0.7)
DOUBT, CLEAR = {"a": 0.5, "b": 0.5, "c": 0.0}, {"a": 0.99, "b": 0.005, "c": 0.005}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = {
    "confidence": 0.9, "least": 1, "classes": ["a", "b", "c"], "pooled": POOL, "prior": online.uniform(3), "tau": 1.0,
    "confusion": SURE, "answers": 100,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look begins with the first of the walk one time in very many, so that tests tell what is chosen."""
    monkeypatch.setattr(rules, "TURN", 10**9)


def row(
    posterior: dict[str, float] | None, *, task: UUID | None = None, priority: int = 0, n: int = 1, age: float = 0.0,
    told: bool = False,
) -> Any:  # fmt: skip
    return {
        "task_id": task or uuid4(), "n": n, "priority": priority, "answers": 1, "posterior": posterior,
        "opened_at": NOW - timedelta(minutes=age), "told": told,
    }  # fmt: skip


def test_the_doubtful_task_goes_to_the_good_labeler() -> None:
    seen = [row(CLEAR), row(DOUBT), row(CLEAR)]
    assert rules.choose(TERMS, seen)[0] == (seen[1]["task_id"], 1)
    bad = {**TERMS, "confusion": online.start_rows(3, 0.4)}
    assert rules.choose(bad, seen)[0] == (seen[0]["task_id"], 1)


def test_the_first_has_its_turn_and_a_task_counts_once() -> None:
    task = uuid4()
    seen = [row(CLEAR), row(DOUBT, task=task), row(DOUBT, task=task, n=2)]
    assert rules.choose(TERMS, seen, turn=True) == [(seen[0]["task_id"], 1), (task, 1)]


def test_nothing_is_passed_over_for_what_was_opened_an_hour_later() -> None:
    seen = [row(CLEAR, age=59), row(CLEAR, age=61), row(DOUBT), row(CLEAR, age=62), row(DOUBT)]
    tasks = [one["task_id"] for one in seen]
    assert [task for task, _ in rules.choose(TERMS, seen)] == [tasks[1], tasks[3], tasks[2], tasks[4]]
    for one in seen:
        one["opened_at"] -= timedelta(days=3)  # a backlog as a whole is no reason to take it in its order
    assert [task for task, _ in rules.choose(TERMS, seen)] == [tasks[1], tasks[3], tasks[2], tasks[4]]
    assert [task for task, _ in rules.choose(TERMS, seen[:3:2])] == [tasks[2], tasks[0]]


def test_nothing_is_chosen_where_nothing_can_be_told() -> None:
    seen = [row(CLEAR), row(DOUBT)]
    assert rules.choose(TERMS, []) == []
    assert rules.choose(TERMS, seen[:1]) == []
    assert rules.choose({**TERMS, "confusion": None}, seen) == []
    assert rules.choose({**TERMS, "confusion": []}, seen) == []
    assert rules.choose({**TERMS, "confusion": POOL}, seen) == []
    assert rules.choose(TERMS, [row(None), row(None)]) == []
    assert len(rules.choose(TERMS, [row({"a": 0.5, "gone": 0.5}), row(DOUBT)])) == 2


def test_only_the_highest_priority_is_chosen_from() -> None:
    seen = [row(CLEAR, priority=5), row(CLEAR, priority=5), row(DOUBT, priority=4)]
    assert all(slot[0] != seen[2]["task_id"] for slot in rules.choose(TERMS, seen))


def test_what_a_copy_has_told_waits_for_somebody_else() -> None:
    seen = [row(DOUBT, told=True, age=90), row(CLEAR, told=True), row(CLEAR), row(DOUBT), row(CLEAR)]
    tasks = [one["task_id"] for one in seen]
    for terms in (TERMS, {**TERMS, "confusion": []}):
        for turn in (True, False):
            chosen = [task for task, _ in rules.choose(terms, seen, turn=turn)]
            assert set(chosen[:3]) == set(tasks[2:]), "an answer that is theirs again tells nothing, however late"
            assert chosen[3] in tasks[:2]  # but when there is nothing else, it is given
    assert rules.choose(TERMS, seen)[0] == (tasks[3], 1)
    same = [row(DOUBT, told=True), row(DOUBT, told=True)]
    assert rules.choose(TERMS, same) == []
    assert rules.choose(TERMS, [seen[1], seen[0]], turn=True)[0] == (tasks[1], 1)


async def estimated(crew: Crew, count: int, *, priority: int = 0) -> tuple[str, list[str]]:
    """A project with a target, an estimate of the crowd, and tasks of which nobody knows anything.

    No labeler reaches the target alone, so that a task in doubt is worth more than a new one.
    """
    project = await crew.project(policy=target(0.95, 1, 7))
    tasks = await crew.tasks(project, count, priority=priority)
    await crew.rows(
        "insert into project_skill (project_id, classes, pooled, prior, answers, iterations, converged)"
        " values (%s, %s, %s, %s, 1000, 5, true) returning 1",
        project, Jsonb(["a", "b", "c"]), Jsonb(POOL), Jsonb(online.uniform(3)),
    )  # fmt: skip
    return project, tasks


async def judged(crew: Crew, project: str, who: httpx.AsyncClient, rows: online.Rows = SURE) -> UUID:
    """A labeler of whom the estimate knows much; they skipped one task, and this process knows the target."""
    lease = await crew.lease(who, project)
    assert (await crew.act(who, lease, "skip")).status_code == 204
    (found,) = await crew.rows("select labeler_id as id from refusal where lease_id = %s", lease["lease_id"])
    await crew.rows(
        "insert into labeler_skill (project_id, labeler_id, answers, confusion, accuracy, low, high)"
        " values (%s, %s, 100, %s, 0.9, 0.8, 1.0) returning 1", project, found["id"], Jsonb(rows),
    )  # fmt: skip
    return UUID(str(found["id"]))


async def stand(crew: Crew, task: str, posterior: dict[str, float]) -> None:
    await crew.rows("update task set posterior = %s, answers = 1 where id = %s returning 1", Jsonb(posterior), task)


async def given(crew: Crew, who: httpx.AsyncClient, project: str) -> list[str]:
    """Everything there is, one after the other; the labeler skips, so that no task is decided."""
    found = []
    while (lease := await crew.next(who, project)) is not None:
        found.append(lease["task_id"])
        assert (await crew.act(who, lease, "skip")).status_code == 204
    return found


async def test_a_good_labeler_is_given_the_doubtful_task_and_a_new_one_the_next(crew: Crew) -> None:
    project, tasks = await estimated(crew, 6)
    good, new = await crew.labeler(), await crew.labeler()
    await judged(crew, project, good)
    for task in tasks:
        await stand(crew, task, DOUBT if task == tasks[4] else CLEAR)
    assert (await crew.lease(good, project))["task_id"] == tasks[4]
    assert (await crew.lease(new, project))["task_id"] == tasks[1]


async def test_two_of_one_group_of_copies_are_given_different_tasks(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(choice, "IDLE_SECONDS", 0.0)  # they asked before anything was known of them
    project, tasks = await estimated(crew, 9)
    one, two, other = [await crew.labeler() for _ in range(3)]
    known = [await judged(crew, project, who) for who in (one, two, other)]
    group = known[:2]
    await crew.rows("update labeler_skill set copy_of = %s where labeler_id = any(%s) returning 1", group[0], group)
    (doubtful, leased) = tasks[4:6]
    for task in tasks:
        await stand(crew, task, DOUBT if task in {doubtful, leased} else CLEAR)
    await crew.rows("delete from refusal where task_id = any(%s) returning 1", tasks)
    for task in (doubtful, leased):
        await crew.rows(
            "insert into slot (task_id, n, project_id, priority) values (%s, 2, %s, 0) returning 1", task, project
        )
    first = await crew.lease(one, project)
    assert first["task_id"] in {doubtful, leased}
    assert (await crew.submit(one, first)).status_code == 201
    (rest,) = {doubtful, leased} - {first["task_id"]}
    assert (await crew.lease(one, project))["task_id"] == rest  # answered the one, holds the other
    assert (await crew.lease(two, project))["task_id"] not in {doubtful, leased}
    assert (await crew.lease(other, project))["task_id"] in {doubtful, leased}


async def test_what_was_passed_over_is_given_in_the_end_and_nothing_twice(crew: Crew) -> None:
    project, tasks = await estimated(crew, 80)
    good = await crew.labeler()
    labeler = await judged(crew, project, good)
    for task in tasks[1::3]:
        await stand(crew, task, DOUBT)
    await crew.rows(
        "update slot set opened_at = opened_at - interval '1 minute' where project_id = %s returning 1", project
    )
    found = await given(crew, good, project)
    assert found[0] in tasks[1::3]
    assert sorted(found) == sorted(tasks[1:])
    assert found != tasks[1:]
    assert labeler


async def test_the_cursor_does_not_pass_what_was_passed_over(crew: Crew) -> None:
    project, tasks = await estimated(crew, 10)
    good = await crew.labeler()
    labeler = await judged(crew, project, good)
    await crew.rows(
        "update slot set opened_at = opened_at - interval '1 minute' where project_id = %s returning 1", project
    )
    await stand(crew, tasks[9], DOUBT)
    await stand(crew, tasks[1], CLEAR)
    assert (await crew.lease(good, project))["task_id"] != tasks[1]
    (walk,) = await crew.rows("select pos from walk where labeler_id = %s and project_id = %s", labeler, project)
    (first,) = await crew.rows("select pos from slot where task_id = %s", tasks[1])
    assert walk["pos"] == first["pos"] - 1


async def test_urgent_tasks_come_before_what_was_chosen(crew: Crew) -> None:
    project, tasks = await estimated(crew, 8)
    good = await crew.labeler()
    await judged(crew, project, good)
    for task in tasks[4:]:
        await stand(crew, task, DOUBT)
    lease = await crew.lease(good, project)
    assert lease["task_id"] in tasks[4:]
    assert (await crew.act(good, lease, "skip")).status_code == 204
    (urgent,) = await crew.tasks(project, 1, priority=9)
    lease = await crew.lease(good, project)
    assert lease["task_id"] == urgent
    assert (await crew.act(good, lease, "skip")).status_code == 204
    assert (await crew.lease(good, project))["task_id"] in tasks[4:]  # the urgent one is open, but not for them


async def test_fifty_good_labelers_at_once_never_share_a_slot(crew: Crew) -> None:
    project, tasks = await estimated(crew, 40)
    people = [await crew.labeler() for _ in range(50)]
    (first,) = tasks[:1]
    for who in people:
        await judged(crew, project, who)
        await crew.rows("update slot set pos = nextval('slot_pos') where task_id = %s returning 1", first)
        await crew.rows("delete from refusal where task_id = any(%s) returning 1", tasks)
    for task in tasks[::2]:
        await stand(crew, task, DOUBT)
    leases = [one for one in await asyncio.gather(*(crew.next(who, project) for who in people)) if one]
    assert len({lease["lease_id"] for lease in leases}) == len(leases)
    assert len({lease["task_id"] for lease in leases}) == len(leases)
    rows = await crew.rows("select task_id from slot where state = 1 and project_id = %s", project)
    assert sorted(str(r["task_id"]) for r in rows) == sorted(lease["task_id"] for lease in leases)
    assert len(leases) == 40


async def test_looking_ahead_locks_nothing_and_sees_64(crew: Crew) -> None:
    project, _ = await estimated(crew, 90)
    labeler = await judged(crew, project, await crew.labeler())
    place = crew.door.place
    async with place.house.inside(place.cell) as db, place.house.inside(place.cell) as other:
        await other.execute("select 1 from slot where project_id = %s for update", [UUID(project)])
        _, seen = await choice_queries.look(db, labeler, UUID(project), "live")
    assert len(seen) == choice_queries.LOOK == 64


async def test_what_waits_an_hour_longer_is_given_first(crew: Crew) -> None:
    project, tasks = await estimated(crew, 6)
    good = await crew.labeler()
    await judged(crew, project, good)
    for task in tasks:
        await stand(crew, task, CLEAR if task == tasks[2] else DOUBT)
    await crew.rows(
        "update slot set opened_at = opened_at - interval '61 minutes' where task_id = %s returning 1", tasks[2]
    )
    assert (await crew.lease(good, project))["task_id"] == tasks[2]
    assert (await crew.lease(good, project))["task_id"] == tasks[2]  # theirs until they answer


async def test_gold_is_woven_in_as_often_and_nowhere_in_particular_and_costs_nothing_of_the_choice(crew: Crew) -> None:
    """Each of 160 claims is gold with a chance of 0.3, whatever its place among those that one look serves."""
    project, tasks = await estimated(crew, 260)
    await crew.change(project, policy=target(0.95, 1, 7) | {"gold_share": 0.3})
    known = await crew.tasks(project, 120, gold={"choice": "a"})
    good = await crew.labeler()
    labeler = await judged(crew, project, good)
    for task in tasks[1::2]:
        await stand(crew, task, DOUBT)
    found = []
    for _ in range(160):
        lease = await crew.lease(good, project)
        found.append(lease)
        assert (await crew.act(good, lease, "skip")).status_code == 204
    golden = [lease["task_id"] in known for lease in found]
    assert 22 <= sum(golden) <= 78  # 48, and four and a half deviations
    assert {frozenset(lease) for lease in found if lease["task_id"] in known} <= {
        frozenset(lease) for lease in found if lease["task_id"] in tasks
    }
    work = [lease["task_id"] for lease in found if lease["task_id"] in tasks]
    assert len(set(work)) == len(work)
    places: list[list[bool]] = [[] for _ in range(rules.AHEAD)]
    served = 0
    for is_gold in golden:
        places[served % rules.AHEAD].append(is_gold)
        served += not is_gold
    share = sum(golden) / len(golden)
    for seen in places:
        assert abs(sum(seen) - share * len(seen)) < 4.5 * (share * (1 - share) * len(seen)) ** 0.5
    assert set(work[:60]) <= set(tasks[1::2])  # the choice goes on where it was: the doubtful ones first
    (weighed,) = await crew.rows("select asked from labeler_gold where labeler_id = %s", labeler)
    assert weighed["asked"] == sum(golden)
