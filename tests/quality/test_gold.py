"""Gold: made, woven in unrecognised, weighed, paid, ended."""

import itertools
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import OPTIONS, Crew, choices, fixed

from neraca.quality import jobs
from neraca.quality.gold import rules
from neraca.tasks.imports import jobs as imports

Json = dict[str, Any]
NEXT = {"a": "b", "b": "c", "c": "a"}
IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}
PICTURE = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}


def box(x: float) -> Json:
    return {"objects": [{"class": "cup", "shape": "box", "box": {"x": x, "y": 10.0, "w": 20.0, "h": 20.0}}]}


def half(answers: int = 1) -> Json:
    return fixed(answers) | {"gold_share": 0.5}


async def gold(crew: Crew, project: str, count: int, start: int = 0) -> dict[str, str]:
    """Tasks that come with their answer; gives that by their ids."""
    known = [OPTIONS[n % 3] for n in range(start, start + count)]
    body = {"tasks": [{"params": {"text": f"g{n}"}, "gold": {"choice": c}} for n, c in enumerate(known)]}
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert said.status_code == 201, said.text
    return {t["id"]: c for t, c in zip(said.json()["items"], known, strict=True)}


async def listed(crew: Crew, project: str) -> dict[str, Json]:
    said = await crew.manager.get(f"/api/projects/{project}/gold")
    assert said.status_code == 200, said.text
    return {row["task_id"]: row for row in said.json()["items"]}


async def labelers(crew: Crew, project: str) -> list[Json]:
    return list((await crew.manager.get(f"/api/projects/{project}/labelers")).json()["items"])


async def work(
    crew: Crew, who: httpx.AsyncClient, project: str, known: dict[str, str], *, right: bool = True, most: int = 1000
) -> list[Json]:
    """Works until there is nothing; says what is known, or what it is not, to gold and a to all else."""
    leases: list[Json] = []
    while len(leases) < most and (lease := await crew.next(who, project)) is not None:
        leases.append(lease)
        said = known.get(lease["task_id"], "a")
        assert (await crew.submit(who, lease, said if right else NEXT[said])).status_code == 201
    return leases


async def estimate(crew: Crew, project: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))


async def test_a_decided_task_is_made_gold_and_retired(crew: Crew) -> None:
    project = await crew.project()
    task, waiting = await crew.tasks(project, 2)
    await crew.answer(project, "b")
    said = await crew.manager.post(f"/api/tasks/{waiting}/gold", json={})
    assert (said.status_code, said.json()["code"]) == (409, "conflict")
    said = await crew.manager.post(f"/api/tasks/{task}/gold", json={})
    assert said.status_code == 201, said.text
    made = said.json()
    assert (made["answer"], made["source"], made["version"], made["retired_at"]) == (
        {"choice": "b"},
        "manager",
        1,
        None,
    )
    assert (await crew.manager.post(f"/api/tasks/{task}/gold", json={})).json() == made  # said twice
    assert (await crew.manager.get(f"/api/tasks/{task}/answers")).json()["gold"] == {"choice": "b"}
    said = await crew.manager.post(f"/api/tasks/{task}/gold", json={"answer": {"choice": "c"}})
    assert (said.json()["answer"], said.json()["version"]) == ({"choice": "c"}, 3)
    assert (await crew.task(task))["verdict"]["answer"] == {"choice": "b"}
    said = await crew.manager.delete(f"/api/tasks/{task}/gold", params={"reason": "Nobody can know."})
    gone = said.json()
    assert (gone["retired_reason"], gone["note"], gone["version"]) == ("manager", "Nobody can know.", 4)
    assert gone["retired_at"] is not None
    assert (await crew.manager.delete(f"/api/tasks/{task}/gold")).json() == gone
    assert list(await listed(crew, project)) == [task]
    assert (await crew.manager.get(f"/api/tasks/{task}/answers")).json()["gold"] is None
    assert (await crew.manager.delete(f"/api/tasks/{waiting}/gold")).status_code == 404
    kept = await crew.rows(
        "select g.version, g.retired_reason, e.kind from gold g join event e on e.id = g.event_id"
        " where g.task_id = %s order by 1", task,
    )  # fmt: skip
    assert [(k["version"], k["retired_reason"], k["kind"]) for k in kept] == [
        (1, None, "gold.made"), (2, "corrected", "gold.retired"), (3, None, "gold.made"),
        (4, "manager", "gold.retired"),
    ]  # fmt: skip


async def test_a_wrong_known_answer_is_refused_with_every_flaw(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await crew.tasks(project, 1)
    await crew.answer(project)
    cases: list[tuple[Json, str]] = [
        ({"answer": {"choice": "z"}}, "#/answer/choice"), ({"answer": {}}, "#/answer/choice"),
        ({"answer": 3}, "#/answer"), ({"answers": {}}, "#/answers"),
    ]  # fmt: skip
    for body, where in cases:
        said = await crew.manager.post(f"/api/tasks/{task}/gold", json=body)
        assert (said.status_code, [e["pointer"] for e in said.json()["errors"]]) == (422, [where])
    for note in ("", "x" * 501):
        said = await crew.manager.delete(f"/api/tasks/{task}/gold", params={"reason": note})
        assert (said.status_code, said.json()["errors"][0]["pointer"]) == (422, "?reason")
    body = {
        "tasks": [
            {"params": {"text": "0"}, "gold": {"choice": "z"}}, {"params": {}, "gold": {"choice": "a"}},
            {"params": {"text": "2"}, "gold": {"choice": "a", "sure": True}},
        ]
    }  # fmt: skip
    said = await crew.manager.post(f"/api/projects/{project}/tasks", json=body)
    assert said.status_code == 422
    assert [e["pointer"] for e in said.json()["errors"]] == [
        "#/tasks/0/gold/choice",
        "#/tasks/1/params",
        "#/tasks/2/gold/sure",
    ]
    assert await listed(crew, project) == {}
    for share in (-0.1, 0.51, "0.1", None):
        said = await crew.manager.patch(f"/api/projects/{project}", json={"policy": fixed(1) | {"gold_share": share}})
        assert said.status_code == 422, share


async def bring(crew: Crew, project: str, form: str, text: str) -> Json:
    """Imports a file."""
    manager, place = crew.manager, crew.door.place
    made = (await manager.post(f"/api/projects/{project}/imports", json={"format": form, "name": "f"})).json()
    kind = {"Content-Type": "application/octet-stream"}
    await manager.put(f"/api/imports/{made['id']}/data?offset=0", content=text.encode(), headers=kind)
    said = await manager.post(f"/api/imports/{made['id']}/start")
    assert said.status_code == 200, said.text
    await imports.run(place.house, place.cell, UUID(made["id"]))
    return dict((await manager.get(f"/api/imports/{made['id']}/errors")).json())


async def test_gold_comes_with_a_file(crew: Crew) -> None:
    project = await crew.project()
    faults = await bring(crew, project, "csv", 'text,gold\nw,a\nx,"{""choice"": ""b""}"\ny,\nz,q\n')
    assert [(e["row"], [f["pointer"] for f in e["errors"]]) for e in faults["items"]] == [(4, ["#/gold/choice"])]
    rows = [
        {"params": {"text": "1"}, "gold": {"choice": "c"}}, {"params": {"text": "2"}, "gold": "a"},
        {"params": {"text": "3"}, "gold": 3}, {"params": {"text": "4"}, "gold": {"choice": "q"}, "more": 1},
    ]  # fmt: skip
    faults = await bring(crew, project, "jsonl", "\n".join(json.dumps(r) for r in rows))
    assert [(e["row"], [f["pointer"] for f in e["errors"]]) for e in faults["items"]] == [
        (3, ["#/gold"]), (4, ["#/more"]),
    ]  # fmt: skip
    found = await listed(crew, project)
    assert sorted((g["answer"]["choice"], g["source"]) for g in found.values()) == [
        ("a", "import"), ("a", "import"), ("b", "import"), ("c", "import"),
    ]  # fmt: skip
    for task_id, row in found.items():
        task = await crew.task(task_id)
        assert (task["state"], task["verdict"]["reason"], task["verdict"]["answer"]) == (
            "decided",
            "gold",
            row["answer"],
        )
    told = await crew.progress(project)
    assert (told["tasks"], told["decided"], told["open"], told["answers"]) == (5, 4, 1, 0)
    assert len(await work(crew, await crew.labeler(), project, {})) == 1  # a share of 0: none is handed out


async def test_a_lease_on_gold_looks_like_any_other(crew: Crew) -> None:
    project = await crew.project(policy=half(2))
    known = await gold(crew, project, 12)
    ordinary = await crew.tasks(project, 40)
    who = await crew.labeler()
    offered = [(await who.get("/api/work/projects")).json()["items"][0]["open_slots"]]
    leases: list[Json] = []
    told: dict[bool, set[bool]] = {True: set(), False: set()}
    while (lease := await crew.next(who, project)) is not None:
        offered.append((await who.get("/api/work/projects")).json()["items"][0]["open_slots"])
        assert await crew.next(who, project) == lease  # asked again
        receipt = await crew.submit(who, lease)
        assert receipt.status_code == 201
        assert (await crew.submit(who, lease)).json() == receipt.json()
        assert receipt.json().keys() == {"answer_id", "task_decided"}
        told[lease["task_id"] in known].add(receipt.json()["task_decided"])
        leases.append(lease)
    given = {lease["task_id"] for lease in leases}
    assert len(given) == len(leases)
    assert given >= set(ordinary)
    golden = [lease for lease in leases if lease["task_id"] in known]
    plain = [lease for lease in leases if lease["task_id"] not in known]
    assert 5 <= len(golden) <= 12
    shapes = {json.dumps(shape(lease), sort_keys=True) for lease in leases}
    assert len(shapes) == 1, shapes
    assert {UUID(lease["task_id"]).version for lease in golden} == {UUID(lease["task_id"]).version for lease in plain}
    assert False in told[True]  # a task that wants two answers is not always decided by this one
    while_both = offered[: len(leases) - 1]
    assert [a - b for a, b in itertools.pairwise(while_both)] == [1] * (len(while_both) - 1)


def shape(lease: Json) -> Json:
    """A lease without what is of the task alone: values that are the same in all, the form of the others."""
    own = {"lease_id", "task_id", "lease_until"}
    rest = {name: value for name, value in lease.items() if name not in own | {"params"}}
    return rest | {name: len(lease[name].rstrip("Z")) > 18 for name in own} | {"params": list(lease["params"])}


async def test_gold_is_scattered_and_falls_as_a_labeler_proves_themselves(crew: Crew) -> None:
    project = await crew.project(policy=half())
    known = await gold(crew, project, 200)
    await crew.tasks(project, 160)
    two = [await crew.labeler(), await crew.labeler()]
    right = [one["task_id"] in known for one in await work(crew, two[0], project, known, most=160)]
    first, last = sum(right[:40]), sum(right[-40:])  # half of the first, a quarter and less of the last
    assert first > last > 0
    assert True in right[:12]
    assert False in right[:12]
    wrong = await work(crew, two[1], project, known, right=False, most=60)
    assert sum(one["task_id"] in known for one in wrong) > 18  # half of sixty, as nothing was proved
    assert [one["task_id"] in known for one in wrong[:24]] != right[:24]  # not the same for everybody


async def test_skipped_gold_is_not_asked_again_and_no_slot_stays_open(crew: Crew) -> None:
    project = await crew.project(policy=half())
    known = await gold(crew, project, 3)
    await crew.tasks(project, 30)
    who = await crew.labeler()
    met = []
    while (lease := await crew.next(who, project)) is not None:
        met.append(lease["task_id"])
        if lease["task_id"] in known:
            assert (await crew.act(who, lease, "skip")).status_code == 204
        else:
            await crew.submit(who, lease)
    assert sorted(met) == sorted(set(met))
    assert set(met) >= set(known)
    rows = await crew.rows("select distinct state from slot where gold and project_id = %s", project)
    assert rows == [{"state": 3}]
    assert {g["asked"] for g in (await listed(crew, project)).values()} == {1}
    assert {g["answered"] for g in (await listed(crew, project)).values()} == {0}


async def test_answers_to_gold_are_weighed_and_paid_and_move_no_verdict(crew: Crew) -> None:
    project = await crew.project(policy=half())
    known = await gold(crew, project, 6)
    await crew.tasks(project, 40)
    good, bad = await crew.labeler(), await crew.labeler()
    done = await work(crew, good, project, known, most=20)
    done += await work(crew, bad, project, known, right=False, most=20)
    asked = [one for one in done if one["task_id"] in known]
    rows = sorted(await labelers(crew, project), key=lambda row: row["gold_right"])
    assert rows[0]["gold_right"] == 0
    assert rows[1]["gold_right"] == rows[1]["gold_answers"] > 0
    assert rows[0]["gold_answers"] + rows[1]["gold_answers"] == len(asked)
    for task_id, row in (await listed(crew, project)).items():
        times = [one for one in asked if one["task_id"] == task_id]
        assert (row["asked"], row["answered"]) == (len(times), len(times))
        task = await crew.task(task_id)
        assert task["verdict"]["answer"] == {"choice": known[task_id]}
        assert (task["verdict"]["version"], task["answers_count"]) == (1, len(times))
    assert sum(row["right"] for row in (await listed(crew, project)).values()) == rows[1]["gold_right"]
    events = await crew.rows(
        "select task_id::text, data from event where kind = 'answer.stored' and project_id = %s", project
    )
    assert {e["data"]["price_micros"] for e in events} == {50_000}
    assert {e["task_id"] for e in events if e["data"].get("gold")} == {one["task_id"] for one in asked}
    assert sum(bool(e["data"].get("gold")) for e in events) == len(asked)
    assert (await crew.progress(project))["spent"]["micros"] == 50_000 * len(done)
    some = asked[0]["task_id"]
    await crew.manager.delete(f"/api/tasks/{some}/gold")
    after = await labelers(crew, project)
    lost = sum(one["task_id"] == some for one in asked)
    assert sum(row["gold_answers"] for row in after) == len(asked) - lost  # it counts for and against nobody


async def test_skills_come_from_gold_first(crew: Crew) -> None:
    """Two of three agree on what is wrong; gold tells that it is."""
    project = await crew.project(policy=fixed(3) | {"gold_share": 0.5})
    known = await gold(crew, project, 60)
    tasks = await crew.tasks(project, 60)
    truth = known | {task: OPTIONS[n % 3] for n, task in enumerate(tasks)}
    honest = await crew.labeler()
    await work(crew, honest, project, truth)
    for _ in range(2):
        await work(crew, await crew.labeler(), project, truth, right=False)
    await estimate(crew, project)
    rows = sorted(await labelers(crew, project), key=lambda row: row["gold_right"])
    assert [row["accuracy"] > 0.7 for row in rows] == [False, False, True]
    assert rows[2]["low"] > rows[1]["high"]


async def contest(crew: Crew, project: str, known: dict[str, str], wrong: str, crowd: int) -> None:
    """Labelers who say what is right, of which one known answer is not."""
    truth = known | {wrong: NEXT[known[wrong]]}
    for _ in range(crowd):
        who = await crew.labeler()
        await work(crew, who, project, truth)


async def test_gold_that_good_labelers_deny_is_retired_as_contested(crew: Crew) -> None:
    project = await crew.project(policy=half(6))
    known = await gold(crew, project, 8)
    wrong = next(iter(known))
    await crew.tasks(project, 40)
    await contest(crew, project, known, wrong, 4)
    await estimate(crew, project)
    assert {g["retired_reason"] for g in (await listed(crew, project)).values()} == {None}  # four are too few
    await contest(crew, project, known, wrong, 2)
    await estimate(crew, project)
    found = await listed(crew, project)
    assert {t: g["retired_reason"] for t, g in found.items() if g["retired_reason"]} == {wrong: "contested"}
    assert found[wrong]["asked"] >= rules.FEWEST
    for row in await labelers(crew, project):
        assert row["gold_right"] == row["gold_answers"] > 0


async def test_worn_and_outdated_gold_goes(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "WORN", 2)
    project = await crew.project(policy=half(3))
    known = await gold(crew, project, 6)
    await crew.tasks(project, 40)
    for _ in range(3):
        await work(crew, await crew.labeler(), project, known)
    asked = {t: g["asked"] for t, g in (await listed(crew, project)).items()}
    await crew.change(project, config=choices(("a", "b")))
    await estimate(crew, project)
    for task_id, row in (await listed(crew, project)).items():
        wanted = "outdated" if known[task_id] == "c" else "worn" if asked[task_id] > 2 else None
        assert row["retired_reason"] == wanted
    assert 3 in asked.values()


async def test_kinds_without_classes_keep_a_share_and_contest_by_it(crew: Crew) -> None:
    project = await crew.project(kind="image", config=IMAGE, policy=half(7))
    place = crew.door.place
    tasks = await place.tasks(UUID(project), [PICTURE] * 20)
    async with place.house.inside(place.cell) as db:
        for task in tasks[:4]:
            await db.execute("update slot set state = 3 where task_id = %s", [task])
            await db.execute("update task set state = 'decided' where id = %s", [task])
    for n, task in enumerate(tasks[:4]):
        body = {"answer": box(60.0 if n == 0 else 10.0)}
        said = await crew.manager.post(f"/api/tasks/{task}/gold", json=body)
        assert said.status_code == 201, said.text
    for x in [10.0, 12.0, 10.0, 10.0, 11.0, 10.0, 10.0]:
        await place_more(crew, project)
        who = await crew.labeler()
        while (lease := await crew.next(who, project)) is not None:
            assert (await crew.submit(who, lease, box(x))).status_code == 201
    before = await listed(crew, project)
    assert before[str(tasks[0])]["answered"] >= rules.FEWEST
    assert before[str(tasks[0])]["right"] == 0
    assert all(g["right"] == g["answered"] > 0 for t, g in before.items() if t != str(tasks[0]))
    await crew.turn()
    await estimate(crew, project)
    reasons = {t: g["retired_reason"] for t, g in (await listed(crew, project)).items()}
    assert reasons == {str(t): "contested" if t == tasks[0] else None for t in tasks[:4]}


async def place_more(crew: Crew, project: str) -> None:
    await crew.door.place.tasks(UUID(project), [PICTURE] * 12)


async def test_no_labeler_reads_gold(crew: Crew) -> None:
    project = await crew.project()
    (task,) = await gold(crew, project, 1)
    who = await crew.labeler()
    for verb, path in (
        ("GET", f"/api/projects/{project}/gold"), ("POST", f"/api/tasks/{task}/gold"),
        ("DELETE", f"/api/tasks/{task}/gold"), ("GET", f"/api/tasks/{task}/answers"),
    ):  # fmt: skip
        assert (await who.request(verb, path, json={} if verb == "POST" else None)).status_code == 403, path
