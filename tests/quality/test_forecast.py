"""What a policy will take, told before the project is made: by a pilot, by gold, or by what is assumed."""

import random
from uuid import UUID

import httpx
import pytest
from tests.fixtures.crew import Crew, Json, choices, fixed, target

from neraca.quality import jobs

PRICE = {"micros": 50_000, "currency": "USD"}
IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}


async def told(crew: Crew, policy: Json, **given: object) -> Json:
    body = {"kind": "choice", "classes": 2, "policy": policy, "price": PRICE, "tasks": 1000} | given
    said = await crew.manager.post("/api/projects/estimate", json=body)
    assert said.status_code == 200, said.text
    return dict(said.json())


async def work(crew: Crew, project: str, people: list[httpx.AsyncClient], right: dict[str, str], share: float) -> int:
    """Everybody answers whatever they are given, rightly with that share; how many answers there were."""
    rng = random.Random(5)  # noqa: S311 - repeatable
    waiting, given = list(people), 0
    while waiting:
        for who in list(waiting):
            lease = await crew.next(who, project)
            if lease is None:
                waiting.remove(who)
                continue
            truth = right[lease["task_id"]]
            says = truth if rng.random() < share else "ab".replace(truth, "")
            assert (await crew.submit(who, lease, says)).status_code == 201
            given += 1
            waiting = list(people) if (given % 5) == 0 and len(waiting) < len(people) else waiting
    return given


async def pilot(
    crew: Crew, share: float, answers: int, tasks: int, **policy: object
) -> tuple[str, list[httpx.AsyncClient]]:
    """A project of two classes in which six labelers, right that often, gave so many answers to each task."""
    project = await crew.project(config=choices(("a", "b")), policy=fixed(answers) | policy)
    named = await crew.tasks(project, tasks)
    people = [await crew.labeler() for _ in range(6)]
    assert await work(crew, project, people, {t: "ab"[n % 2] for n, t in enumerate(named)}, share) == answers * tasks
    return project, people


async def estimate(crew: Crew, project: str) -> None:
    await jobs.run(crew.door.place.house, crew.door.place.cell, UUID(project))


async def test_a_fixed_number_costs_what_it_says(crew: Crew) -> None:
    found = await told(crew, fixed(3), tasks=2000)
    assert found["answers"] == {"expected": 3, "low": 3, "high": 3}
    assert found["cost_per_task"]["expected"] == {"micros": 150_000, "currency": "USD"}
    assert {one["micros"] for one in found["cost"].values()} == {300_000_000}
    assert found["ended"]["count"] == 1
    assert found["source"] == "assumption"


async def test_without_a_pilot_it_is_an_assumption_and_a_wide_one(crew: Crew) -> None:
    found = await told(crew, target(0.95, 1, 9))
    assert (found["source"], found["labelers"], found["pilot_tasks"]) == ("assumption", 0, 0)
    answers = found["answers"]
    assert 1 <= answers["low"] < 0.8 * answers["expected"]
    assert 1.1 * answers["expected"] < answers["high"] <= 9
    assert sum(found["ended"].values()) == pytest.approx(1)
    assert found["cost"]["expected"]["micros"] == pytest.approx(1000 * answers["expected"] * 50_000, rel=1e-6)
    assert found == await told(crew, target(0.95, 1, 9))
    more = await told(crew, target(0.99, 1, 9))
    assert more["answers"]["expected"] > answers["expected"]
    assert more["ended"]["met"] < found["ended"]["met"]


async def test_a_pilot_tells_of_its_labelers_and_reality_agrees(crew: Crew) -> None:
    """Forty tasks of three answers; then eighty new ones under the policy take what was foretold.

    Skills are estimated anew on the way, as the engine does and as is foretold.
    """
    project, people = await pilot(crew, 0.85, 3, 40)
    policy = target(0.95, 1, 6)
    blind = await told(crew, policy, pilot_id=project)
    assert blind["source"] == "assumption"  # no estimate and no gold yet
    await estimate(crew, project)
    found = await told(crew, policy, pilot_id=project, tasks=80, continued=True)
    assert (found["source"], found["labelers"], found["pilot_tasks"]) == ("pilot", 6, 40)
    assert found["answers"]["high"] - found["answers"]["low"] < 4
    await crew.change(project, policy=policy)
    given = 0
    for _ in range(4):
        new = await crew.tasks(project, 20)
        given += await work(crew, project, people, {t: "ab"[n % 2] for n, t in enumerate(new)}, 0.85)
        await estimate(crew, project)
    assert (await crew.progress(project))["decided"] == 120
    assert found["answers"]["low"] <= given / 80 <= found["answers"]["high"]
    assert found["answers"]["expected"] == pytest.approx(given / 80, rel=0.25)
    await crew.rows(
        "update project_skill set tau = 0.5, bias = '[0, 0]', calibrated_on = 40 where project_id = %s returning 1",
        project,
    )
    flat = await told(crew, policy, pilot_id=project, tasks=80, continued=True)
    assert flat["answers"]["expected"] > found["answers"]["expected"]  # gold has taught that it was too sure
    again = await told(crew, policy | {"gold_share": 0.1}, pilot_id=project)
    assert again["answers"]["expected"] > (await told(crew, policy, pilot_id=project))["answers"]["expected"]
    other = await told(crew, policy, pilot_id=project, classes=5)  # other classes: only how often they are right
    assert other["source"] == "pilot"
    assert other["answers"] != found["answers"]


async def test_gold_tells_before_there_is_an_estimate(crew: Crew) -> None:
    project = await crew.project(config=choices(("a", "b")), policy=fixed(1) | {"gold_share": 0.5})
    for _ in range(30):
        await crew.tasks(project, 1, gold={"choice": "a"})
    await crew.tasks(project, 60)
    people = [await crew.labeler() for _ in range(2)]
    for who in people:
        for _ in range(25):
            lease = await crew.next(who, project)
            assert lease is not None
            await crew.submit(who, lease, "a")
    (row,) = await crew.rows(
        "select sum(answered)::int as n from labeler_gold where project_id = %s and answered > 0", project
    )
    found = await told(crew, target(0.95, 1, 9), pilot_id=project)
    assert (found["source"], found["pilot_tasks"]) == ("gold", row["n"])
    assert found["answers"]["expected"] < (await told(crew, target(0.95, 1, 9)))["answers"]["expected"]


async def test_a_cap_and_experts_are_foretold(crew: Crew) -> None:
    policy = target(0.98, 1, 7) | {
        "cost_cap": {"micros": 200_000, "currency": "USD"}, "escalate": {"to": "judge", "answers": 2},
    }  # fmt: skip
    found = await told(crew, policy)
    assert found["ended"]["escalated"] > 0.2
    assert found["ended"]["capped"] == found["ended"]["exhausted"] == 0
    assert 0.2 < found["expert_answers"] <= 2
    assert found["answers"]["high"] <= 6
    alone = await told(crew, {name: part for name, part in policy.items() if name != "escalate"})
    assert alone["ended"]["capped"] > 0.2
    assert alone["expert_answers"] == 0


async def test_boxes_have_bounds(crew: Crew) -> None:
    found = await told(crew, target(0.9, 2, 5), kind="image", classes=1)
    assert found["answers"] == {"expected": None, "low": 2, "high": 5}
    assert (found["ended"], found["confidence"], found["cost"]["expected"]) == (None, None, None)
    assert found["cost_per_task"]["high"]["micros"] == 250_000
    assert (await told(crew, fixed(4), kind="image"))["answers"]["expected"] == 4
    boxes = await crew.project(kind="image", config=IMAGE)
    assert (await told(crew, target(0.9, 2, 5), kind="image", pilot_id=boxes))["source"] == "assumption"
    assert (await told(crew, target(0.9, 2, 5), pilot_id=boxes))["source"] == "assumption"


async def test_boxes_are_foretold_from_what_a_pilot_was_answered(crew: Crew) -> None:
    """Ten tasks of four answers; on half of them all agree, on the others half of them see nothing."""
    box = {"objects": [{"class": "cup", "shape": "box", "box": {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}}]}
    project = await crew.project(kind="image", config=IMAGE, policy=fixed(4))
    picture = {"image": "asset:00000000-0000-4000-8000-000000000000", "width": 100, "height": 80}
    tasks = [str(task) for task in await crew.door.place.tasks(UUID(project), [picture] * 10)]
    hard = set(tasks[:5])
    for n in range(4):
        who = await crew.labeler()
        while (lease := await crew.next(who, project)) is not None:
            answer = {"objects": []} if lease["task_id"] in hard and n % 2 else box
            assert (await crew.submit(who, lease, answer)).status_code == 201
            await crew.turn()
    policy = target(0.9, 1, 4)
    found = await told(crew, policy, kind="image", pilot_id=project)
    assert (found["source"], found["pilot_tasks"], found["labelers"]) == ("pilot", 10, 4)
    answers = found["answers"]
    assert 1 <= answers["low"] <= answers["expected"] <= answers["high"] <= 4
    assert 0 < found["ended"]["met"] < 1
    assert sum(found["ended"].values()) == pytest.approx(1)
    passing = await told(crew, policy | {"escalate": {"to": "judge", "answers": 1}}, kind="image", pilot_id=project)
    assert passing["ended"]["escalated"] == pytest.approx(1 - found["ended"]["met"])
    assert passing["expert_answers"] == pytest.approx(passing["ended"]["escalated"])
    assert passing["answers"]["expected"] == pytest.approx(answers["expected"] + passing["expert_answers"])
    easier = await told(crew, target(0.6, 1, 4), kind="image", pilot_id=project)
    assert easier["answers"]["expected"] < answers["expected"]


@pytest.mark.parametrize(
    ("part", "status", "pointers"),
    [
        ({"kind": "nothing"}, 422, ["#/kind"]),
        ({"classes": 0}, 422, ["#/classes"]),
        ({"tasks": 0}, 422, ["#/tasks"]),
        ({"policy": target(0.9, 5, 2)}, 422, ["#/policy/min"]),
        ({"policy": target(0.9, 3, 5) | {"cost_cap": {"micros": 1, "currency": "USD"}}}, 422, ["#/policy/cost_cap"]),
        ({"pilot_id": "00000000-0000-4000-8000-000000000000"}, 404, None),
        ({"pilot_id": "x"}, 422, ["#/pilot_id"]),
        ({"extra": 1}, 422, ["#/extra"]),
    ],
)
async def test_what_is_wrong_is_named(crew: Crew, part: Json, status: int, pointers: list[str] | None) -> None:
    body = {"kind": "choice", "classes": 2, "policy": target(0.9, 1, 5), "price": PRICE} | part
    said = await crew.manager.post("/api/projects/estimate", json=body)
    assert said.status_code == status, said.text
    if pointers is not None:
        assert [e["pointer"] for e in said.json()["errors"]] == pointers


async def test_another_clients_pilot_is_not_there(crew: Crew) -> None:
    project = await crew.project()
    body = {"kind": "choice", "classes": 2, "policy": fixed(1), "price": PRICE, "pilot_id": project}
    assert (await crew.manager.post("/api/projects/estimate", json=body)).status_code == 200
    for stranger in (crew.door.theirs, crew.door.test):
        assert (await stranger.post("/api/projects/estimate", json=body)).status_code == 404


async def test_huge_questions_are_answered(crew: Crew) -> None:
    huge = target(0.999, 100, 100)
    found = await told(crew, huge, classes=10_000, tasks=10**9, price={"micros": 10**12, "currency": "IDR"})
    assert found["cost"]["expected"]["micros"] == pytest.approx(100 * 10**9 * 10**12)
