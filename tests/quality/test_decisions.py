"""What each answer does to its task, told by the API and reckoned again by hand."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import OPTIONS, Crew, choices, fixed, target

from neraca.measure import online

IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
PICTURE = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}
BOX = {"objects": [{"class": "cup", "shape": "box", "box": {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}}]}


def start(said: Sequence[str], classes: Sequence[str] = OPTIONS) -> dict[str, float]:
    """The posterior of a project without an estimate, by the textbook."""
    rows = online.start_rows(len(classes))
    votes = [(list(classes).index(s), rows) for s in said]
    weight = online.weight(None, len(votes))
    return dict(zip(classes, online.posterior(online.uniform(len(classes)), votes, temper=weight), strict=True))


async def stands(crew: Crew, task: str) -> dict[str, Any]:
    (row,) = await crew.rows("select state, answers, confidence, posterior from task where id = %s", task)
    return row


def same(found: Mapping[str, float], wanted: Mapping[str, float]) -> bool:
    return sorted(found) == sorted(wanted) and all(found[k] == pytest.approx(wanted[k]) for k in wanted)


async def test_a_fixed_number_of_answers_is_asked_whatever_they_say(crew: Crew) -> None:
    project = await crew.project(policy=fixed(3))
    (task,) = await crew.tasks(project, 1)
    said = []
    for n, choice in enumerate("bab", 1):
        receipt = await crew.answer(project, choice)
        said.append(choice)
        assert receipt["task_decided"] is (n == 3)
        row = await stands(crew, task)
        assert row["answers"] == n
        assert same(row["posterior"], start(said))
        assert row["confidence"] == pytest.approx(max(start(said).values()))
    verdict = (await crew.task(task))["verdict"]
    assert (verdict["answer"], verdict["reason"], verdict["version"]) == ({"choice": "b"}, "count", 1)
    assert same(verdict["posterior"], start(said))
    assert verdict["confidence"] == pytest.approx(start(said)["b"])
    assert verdict["answers"] == [a["id"] for a in await crew.answers(task)]
    assert await crew.next(await crew.labeler(), project) is None


async def test_a_target_asks_on_until_it_is_met(crew: Crew) -> None:
    project = await crew.project(policy=target(0.8, 1, 7))
    (task,) = await crew.tasks(project, 1)
    needed = next(n for n in range(1, 8) if start("a" * n)["a"] >= 0.8)
    assert needed == 3
    for n in range(1, needed + 1):
        assert await crew.rows("select 1 from slot where task_id = %s and state = 0 limit 2", task) == [{"?column?": 1}]
        assert (await crew.answer(project))["task_decided"] is (n == needed)
    verdict = (await crew.task(task))["verdict"]
    assert (verdict["reason"], len(verdict["answers"])) == ("met", needed)
    assert verdict["confidence"] == pytest.approx(start("aaa")["a"])


async def test_a_target_that_cannot_be_met_is_exhausted(crew: Crew) -> None:
    project = await crew.project(policy=target(0.99, 2, 4))
    (task,) = await crew.tasks(project, 1)
    decided = [(await crew.answer(project, choice))["task_decided"] for choice in "abca"]
    assert decided == [False, False, False, True]
    verdict = (await crew.task(task))["verdict"]
    assert (verdict["answer"], verdict["reason"]) == ({"choice": "a"}, "exhausted")
    assert verdict["confidence"] == pytest.approx(start("abca")["a"])
    assert await crew.next(await crew.labeler(), project) is None


async def test_at_least_so_many_are_asked_even_if_the_first_would_do(crew: Crew) -> None:
    project = await crew.project(policy=target(0.51, 2, 4))
    await crew.tasks(project, 1)
    assert start("a")["a"] >= 0.51
    assert [(await crew.answer(project))["task_decided"] for _ in range(2)] == [False, True]


async def test_several_at_once_on_one_task_are_all_counted(crew: Crew) -> None:
    project = await crew.project(policy=fixed(4))
    (task,) = await crew.tasks(project, 1)
    people = [await crew.labeler() for _ in range(4)]
    leases = [await crew.lease(p, project) for p in people]
    said = await asyncio.gather(*(crew.submit(p, lease, c) for p, lease, c in zip(people, leases, "abaa", strict=True)))
    assert sorted(s.json()["task_decided"] for s in said) == [False, False, False, True]
    assert same((await stands(crew, task))["posterior"], start("abaa"))


async def box(crew: Crew, who: httpx.AsyncClient, project: str) -> None:
    assert not (await crew.answer(project, BOX, who))["task_decided"]


async def test_boxes_are_decided_by_the_worker_within_a_turn(crew: Crew) -> None:
    project = await crew.project(kind="image", config=IMAGE, policy=fixed(2))
    (task,) = await crew.door.place.tasks(UUID(project), [PICTURE])
    await box(crew, await crew.labeler(), project)
    await crew.turn()  # one answer of two: asks for the second
    assert (await crew.task(str(task)))["state"] == "open"
    await box(crew, await crew.labeler(), project)
    await crew.turn()
    shown = await crew.task(str(task))
    assert (shown["state"], shown["verdict"]["reason"], len(shown["verdict"]["answers"])) == ("decided", "count", 2)
    assert shown["verdict"]["answer"] == BOX
    assert shown["verdict"]["posterior"] is None
    assert await crew.rows("select 1 from outbox where topic = 'consensus'") == []


async def test_boxes_that_differ_ask_for_a_third(crew: Crew) -> None:
    project = await crew.project(kind="image", config=IMAGE, policy=target(0.95, 1, 3))
    (task,) = await crew.door.place.tasks(UUID(project), [PICTURE])
    said: list[dict[str, Any]] = [BOX, {"objects": []}, BOX]
    for n, value in enumerate(said, 1):
        await crew.answer(project, value)
        await crew.turn()
        shown = await crew.task(str(task))
        assert 0 < shown["confidence"] < 1
        assert shown["state"] == ("decided" if n == 3 else "open")
    assert shown["verdict"]["reason"] == "exhausted"
    assert shown["verdict"]["answer"] == BOX


async def test_more_answers_are_asked_where_the_policy_grew(crew: Crew) -> None:
    """Tasks whose only slot is filled or out with a labeler when the policy grows go on."""
    for kind, config, value in (("choice", choices(), "a"), ("image", IMAGE, BOX)):
        project = await crew.project(kind=kind, config=config, policy=fixed(1))
        if kind == "choice":
            (task,) = await crew.tasks(project, 1)
        else:
            task = str((await crew.door.place.tasks(UUID(project), [PICTURE]))[0])
        who = await crew.labeler()
        lease = await crew.lease(who, project)
        await crew.change(project, policy=fixed(3))
        assert not (await crew.submit(who, lease, value)).json()["task_decided"]
        await crew.turn()
        for _ in range(2):
            await crew.answer(project, value)
            await crew.turn()
        shown = await crew.task(task)
        assert (shown["state"], len(shown["verdict"]["answers"])) == ("decided", 3), kind


async def test_fewer_answers_decide_where_the_policy_shrank(crew: Crew) -> None:
    project = await crew.project(policy=fixed(5))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project)
    await crew.change(project, policy=fixed(2))
    assert (await crew.answer(project))["task_decided"] is True
    rows = await crew.rows("select state, count(*)::int as n from slot where task_id = %s group by 1 order by 1", task)
    assert rows == [{"state": 2, "n": 2}, {"state": 3, "n": 3}]
    assert await crew.next(await crew.labeler(), project) is None


async def test_from_a_number_to_a_target_and_back(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "a")
    await crew.change(project, policy=target(0.9, 1, 9))
    assert (await crew.answer(project, "b"))["task_decided"] is False
    assert (await crew.answer(project, "a"))["task_decided"] is False
    await crew.change(project, policy=fixed(4))
    assert (await crew.answer(project, "a"))["task_decided"] is True
    assert (await crew.task(task))["verdict"]["reason"] == "count"


async def test_a_class_that_is_removed_decides_nothing_and_breaks_nothing(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "c")
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    await crew.change(project, config=choices(("a", "b")))
    said = await crew.submit(who, lease, "c")  # as it was shown
    assert (said.status_code, said.json()["task_decided"]) == (201, False)
    row = await stands(crew, task)
    assert (row["answers"], row["confidence"]) == (2, pytest.approx(0.5))
    assert (await crew.answer(project, "b"))["task_decided"] is False
    assert (await crew.answer(project, "b"))["task_decided"] is True
    shown, answers = await crew.task(task), await crew.answers(task)
    assert shown["verdict"]["answer"] == {"choice": "b"}
    assert same(shown["verdict"]["posterior"], start("bb", ("a", "b")))
    assert shown["verdict"]["answers"] == [a["id"] for a in answers[2:]]
    assert [a["surplus"] for a in answers] == [False] * 4
    assert (await crew.progress(project))["answers"] == 4


async def test_a_class_of_boxes_that_is_removed_breaks_nothing(crew: Crew) -> None:
    two = IMAGE | {"classes": [{"id": "cup", "label": "Cup"}, {"id": "mug", "label": "Mug"}]}
    project = await crew.project(kind="image", config=two, policy=fixed(1))
    (task,) = await crew.door.place.tasks(UUID(project), [PICTURE])
    who = await crew.labeler()
    lease = await crew.lease(who, project)
    await crew.change(project, config=IMAGE)
    mug = {"objects": [BOX["objects"][0] | {"class": "mug"}]}
    assert (await crew.submit(who, lease, mug)).status_code == 201
    await crew.turn()
    shown = await crew.task(str(task))
    assert (shown["state"], shown["verdict"]["answer"]) == ("decided", mug)


async def test_more_classes_than_a_matrix_is_kept_for(crew: Crew) -> None:
    names = tuple(f"c{n}" for n in range(100))
    project = await crew.project(config=choices(names), policy=target(0.5001, 1, 3))
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project, "c7")
    row = await stands(crew, task)
    wanted = start(["c7"], names)
    assert same(row["posterior"], wanted)
    assert row["state"] == ("decided" if wanted["c7"] > 0.5001 else "open")
