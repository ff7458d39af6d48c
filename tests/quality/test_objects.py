"""The estimate over boxes: what it writes of each labeler, what it decides, and what the next answer is worth."""

import io
import json
import random
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from tests.fixtures.crew import Crew, fixed, target

from neraca.quality import jobs

Json = dict[str, Any]
CLASSES = ("cup", "mug")
CONFIG = {"question": "Box it", "classes": [{"id": c, "label": c.title()} for c in CLASSES], "shapes": ["box"]}


def thing(name: str, x: float, y: float, w: float = 80.0, h: float = 60.0) -> Json:
    return {"class": name, "shape": "box", "box": {"x": x, "y": y, "w": w, "h": h}}


def truth(n: int) -> list[Json]:
    """Three things of a picture."""
    return [thing(CLASSES[(n + k) % 2], 50.0 + 300 * k + n % 7, 100.0 + 200 * k + n % 5) for k in range(3)]


class Hand:
    """Somebody who draws: overlooks, invents, mixes up, draws too wide, shakes."""

    def __init__(
        self, seed: int, *, finds: float = 0.95, invents: float = 0.05, knows: float = 0.95, wide: float = 0.0,
        shakes: float = 0.02,
    ) -> None:  # fmt: skip
        self._dice = random.Random(seed)  # noqa: S311 - a seed, no secret
        self._how = (finds, invents, knows, wide, shakes)

    def draws(self, real: list[Json]) -> Json:
        dice, (finds, invents, knows, wide, shakes) = self._dice, self._how
        found = []
        for one in real:
            if dice.random() > finds:
                continue
            box = one["box"]
            left, top, right, bottom = (70 * (wide + dice.gauss(0, shakes)) for _ in range(4))
            name = one["class"] if dice.random() < knows else dice.choice(CLASSES)
            found.append(thing(name, box["x"] - left, box["y"] - top, box["w"] + left + right, box["h"] + top + bottom))
        while dice.random() < invents:
            found.append(thing(dice.choice(CLASSES), dice.uniform(0, 900), dice.uniform(800, 900)))
        return {"objects": found}


GOOD = [{"wide": 0.03}, {"wide": -0.03}, {}]
CARELESS: list[dict[str, float]] = [
    {"finds": 0.5, "invents": 0.5, "knows": 0.5, "shakes": 0.1},
    {"finds": 0.6, "invents": 0.6, "knows": 0.6, "shakes": 0.12},
]


async def project(crew: Crew, tasks: int, **given: Any) -> tuple[str, dict[str, list[Json]]]:
    """A project of pictures, and what is in each."""
    made = await crew.project(kind="image", config=CONFIG, **given)
    return made, {task: truth(n) for n, task in enumerate(await pictures(crew, made, tasks))}


async def pictures(crew: Crew, made: str, tasks: int) -> list[str]:
    """Tasks of one picture of 1000 by 1000 pixels."""
    picture = io.BytesIO()
    Image.new("L", (1000, 1000)).save(picture, "PNG")
    said = await crew.manager.post("/api/assets", content=picture.getvalue(), headers={"Content-Type": "image/png"})
    assert said.status_code == 201, said.text
    return await crew.tasks(made, tasks, params={"image": f"asset:{said.json()['id']}"})


async def draw(crew: Crew, who: httpx.AsyncClient, made: str, hand: Hand, real: dict[str, list[Json]]) -> None:
    """A labeler works through a project."""
    while (lease := await crew.next(who, made)) is not None:
        said = await crew.submit(who, lease, hand.draws(real[lease["task_id"]]))
        assert said.status_code == 201, said.text


async def estimate(crew: Crew, made: str) -> None:
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(made))


async def skills(crew: Crew, made: str) -> dict[UUID, Json]:
    rows = await crew.rows("select * from labeler_skill where project_id = %s", made)
    return {r["labeler_id"]: r for r in rows}


async def me(crew: Crew, made: str, known: set[UUID]) -> UUID:
    """The labeler who answered last, for the first time."""
    rows = await crew.rows("select distinct labeler_id as l from answer where project_id = %s", made)
    (new,) = {r["l"] for r in rows} - known
    return UUID(str(new))


async def crowd(crew: Crew, tasks: int, hands: list[dict[str, float]], **given: Any) -> tuple[str, list[UUID]]:
    """Each of these draws every picture; gives the labelers in that order."""
    made, real = await project(crew, tasks, **given)
    who: list[UUID] = []
    for n, hand in enumerate(hands):
        await draw(crew, await crew.labeler(), made, Hand(n, **hand), real)
        who.append(await me(crew, made, set(who)))
    return made, who


async def test_it_learns_who_overlooks_invents_mixes_up_and_draws_too_wide(crew: Crew) -> None:
    made, who = await crowd(crew, 40, [*GOOD, *CARELESS], policy=fixed(5))
    await estimate(crew, made)
    found = await skills(crew, made)
    good, careless = [found[w] for w in who[:3]], [found[w] for w in who[3:]]
    for row in good:
        assert row["answers"] == 40
        assert 0.85 < row["low"] < row["accuracy"] < row["high"] < 1
        recall, precision = row["objects"]["recall"], row["objects"]["precision"]
        assert recall[1] < recall[0] < recall[2]
        assert recall[1] < 0.95 < recall[2] + 0.03
        assert precision[0] > 0.9
    for row in careless:
        assert row["high"] < 0.6
        assert 0.4 < row["objects"]["recall"][0] < 0.75
        assert row["objects"]["classes"] < 0.9
        assert row["objects"]["shapes"]["box"]["noise"] > 2 * good[0]["objects"]["shapes"]["box"]["noise"]
    wide = [row["objects"]["shapes"]["box"]["bias"] for row in good]
    assert wide[0] - wide[1] > 0.04
    assert wide[0] > wide[2] > wide[1]


async def test_what_is_believed_decides_the_next_task(crew: Crew) -> None:
    """Two careless labelers agree with each other against a careful one, and do not win."""
    made, real = await project(crew, 40, policy=fixed(5))
    people = [await crew.labeler() for _ in range(5)]
    for n, (who, hand) in enumerate(zip(people, [*GOOD, *CARELESS], strict=True)):
        await draw(crew, who, made, Hand(n, **hand), real)
    await crew.change(made, policy=fixed(3))

    async def decided() -> Json:
        careful, phantom = thing("cup", 100.0, 100.0), thing("mug", 600.0, 600.0)
        (task,) = await pictures(crew, made, 1)
        for who, drawn in zip([people[2], *people[3:]], [careful, phantom, phantom], strict=True):
            await crew.answer(made, {"objects": [drawn]}, who)
            await crew.turn()
        return dict((await crew.task(task))["verdict"])

    before = await decided()
    assert [o["box"]["x"] for o in before["answer"]["objects"]] == [600.0]
    await estimate(crew, made)
    after = await decided()
    assert [o["box"]["x"] for o in after["answer"]["objects"]] == [100.0]
    assert 0 < after["confidence"] < after["objects"][0] < 1
    exported = (await crew.manager.get(f"/api/projects/{made}/export.jsonl")).text.splitlines()
    told = [v["objects"] for v in (json.loads(line)["verdict"] for line in exported) if v]
    assert after["objects"] in told
    assert all(len(one) == len(v["answer"]["objects"]) for one, v in zip(told, _verdicts(exported), strict=True))


def _verdicts(lines: list[str]) -> list[Json]:
    return [v for v in (json.loads(line)["verdict"] for line in lines) if v]


async def test_open_tasks_that_the_new_skills_can_decide_are_decided(crew: Crew) -> None:
    made, real = await project(crew, 30, policy=target(0.9, 2, 5))
    for n in range(2):
        await draw(crew, await crew.labeler(), made, Hand(n, finds=1.0, invents=0.0, knows=1.0), real)
    await crew.turn()
    before = (await crew.progress(made))["decided"]
    await estimate(crew, made)
    after = await crew.progress(made)
    assert after["decided"] > before
    assert after["decided"] == 30
    verdict = (await crew.task(next(iter(real))))["verdict"]
    assert verdict["reason"] == "met"
    assert verdict["confidence"] >= 0.9
    assert [o["class"] for o in verdict["answer"]["objects"]] == [o["class"] for o in real[next(iter(real))]]


async def test_crowds_that_tell_little_are_defined(crew: Crew) -> None:
    """One answer a task; nothing drawn; one labeler who draws everything."""
    alone, real = await project(crew, 5, policy=fixed(1))
    await draw(crew, await crew.labeler(), alone, Hand(0), real)
    await estimate(crew, alone)
    assert await skills(crew, alone) == {}
    assert await crew.rows("select answers, objects from project_skill where project_id = %s", alone) == [
        {"answers": 5, "objects": None}
    ]
    empty, _ = await crowd(crew, 6, [{"finds": -1.0, "invents": 0.0}] * 3, policy=fixed(3))
    await estimate(crew, empty)
    for row in (await skills(crew, empty)).values():
        assert (row["answers"], row["objects"]["drawn"]) == (6, 0)
        assert 0 < row["low"] < row["accuracy"] < row["high"] < 1
    (project_,) = await crew.rows("select objects from project_skill where project_id = %s", empty)
    assert project_["objects"]["empty"] > 0.8
    everything: list[dict[str, float]] = [{}, {}, {"invents": 0.97}]
    flooded, who = await crowd(crew, 12, everything, policy=fixed(3))
    await estimate(crew, flooded)
    rows = await skills(crew, flooded)
    assert rows[who[2]]["objects"]["precision"][2] < 0.4
    assert rows[who[0]]["objects"]["precision"][0] > 0.8


async def test_what_is_believed_is_told(crew: Crew) -> None:
    made, who = await crowd(crew, 40, [*GOOD, *CARELESS], policy=fixed(5))
    await crew.turn()
    await estimate(crew, made)
    listed = {row["labeler"]: row for row in (await crew.manager.get(f"/api/projects/{made}/labelers")).json()["items"]}
    good, careless = listed[str(who[0])], listed[str(who[4])]
    assert good["low"] < good["accuracy"] < good["high"]
    assert good["objects"]["recall_low"] < good["objects"]["recall"] < good["objects"]["recall_high"]
    assert good["objects"]["classes_low"] < good["objects"]["classes"] < good["objects"]["classes_high"]
    assert careless["objects"]["classes_high"] < good["objects"]["classes"]
    assert good["objects"]["precision"] > careless["objects"]["precision_high"]
    assert [h["shape"] for h in good["objects"]["hands"]] == ["box"]
    assert good["objects"]["hands"][0]["noise"] < careless["objects"]["hands"][0]["noise"]
    told = (await crew.manager.get(f"/api/projects/{made}/quality")).json()
    assert (told["verdicts"], told["estimated_answers"], told["right_of"]) == (40, 200, "objects")
    assert 0 < told["agreement"]["low"] < told["agreement"]["alpha"] < told["agreement"]["high"] < 1
    assert {one["name"] for one in told["objects"]} == set(CLASSES)
    tasks = {row["id"] for row in (await crew.manager.get(f"/api/projects/{made}/tasks?limit=100")).json()["items"]}
    for one in told["objects"]:
        assert 0 < one["missed"] < 0.5
        assert 0 < one["invented"] < 0.5
        assert 55 < one["things"] < 66  # there are 60 of each
        assert one["missed_tasks"]
        assert set(one["missed_tasks"]) | set(one["invented_tasks"]) <= tasks
    (pair,) = told["confused"]
    assert {pair["left"], pair["right"]} == set(CLASSES)
    assert len(told["labelers"]) == 5
    worst = told["labelers"][[one["labeler"] for one in told["labelers"]].index(str(who[3]))]
    assert worst["high"] < 0.6
    against = {one["labeler"]: one["against"] for one in told["labelers"]}
    assert all(0 < against[str(w)] < 0.2 for w in who[:3])
    assert all(0.4 < against[str(w)] < 0.9 for w in who[3:])
    assert [sign["kind"] for sign in worst["signs"]] == ["overlooks", "invents"]
    assert worst["signs"][1]["sentence"].startswith(
        f"Of {worst['signs'][1]['facts']['drawn']} objects that were drawn "
    )
    best = told["labelers"][[one["labeler"] for one in told["labelers"]].index(str(who[2]))]
    assert best["signs"] == []
    for doubt in told["doubts"]:
        assert 0.05 <= doubt["wrong"] <= 1
        assert doubt["task"] in tasks


async def test_a_wrong_verdict_is_doubted(crew: Crew) -> None:
    """Two careless labelers decided it before anybody was known."""
    made, real = await project(crew, 1, policy=fixed(3))
    (task,) = real
    people = [await crew.labeler() for _ in range(5)]
    for who, drawn in zip(people[2:], [[], [thing("mug", 600.0, 100.0)], [thing("mug", 600.0, 100.0)]], strict=True):
        await crew.answer(made, {"objects": drawn}, who)
    await crew.turn()
    await crew.change(made, policy=fixed(5))
    real = {one: truth(n) for n, one in enumerate(await pictures(crew, made, 40))}
    for n, (who, hand) in enumerate(zip(people, [*GOOD, *CARELESS], strict=True)):
        await draw(crew, who, made, Hand(n, **hand), real)
    await crew.turn()
    assert (await crew.task(task))["state"] == "decided"
    await estimate(crew, made)
    told = (await crew.manager.get(f"/api/projects/{made}/quality")).json()
    assert told["doubts"][0]["task"] == task
    assert told["doubts"][0]["wrong"] > 0.5
    assert (told["doubts"][0]["doubtful"], told["doubts"][0]["lacking"]) == (1, 0)
    assert told["doubts"][0]["why"] == "1 of its objects is doubtful."


async def test_gold_of_boxes_is_graded_and_known_to_the_estimate(crew: Crew) -> None:
    made, real = await project(crew, 4, policy=fixed(1) | {"gold_share": 0.5})
    first = await crew.labeler()
    await draw(crew, first, made, Hand(0, finds=1.0, invents=0.0, knows=1.0, shakes=0.0), real)
    await crew.turn()
    for task in real:
        said = await crew.manager.post(f"/api/tasks/{task}/gold", json={})
        assert said.status_code == 201, said.text
    more = await pictures(crew, made, 12)
    real |= {task: truth(n) for n, task in enumerate(more)}
    blind = await crew.labeler()
    await draw(crew, blind, made, Hand(1, finds=0.34, invents=0.0, knows=1.0), real)
    rows = (await crew.manager.get(f"/api/projects/{made}/labelers")).json()["items"]
    judged = next(row for row in rows if row["gold_answers"] > 0)
    assert judged["gold_right"] < judged["gold_answers"]
    assert 0.1 < judged["gold_score"] < 0.8
    listed = (await crew.manager.get(f"/api/projects/{made}/gold")).json()["items"]
    assert any(one["answered"] and 0 < one["score"] < 1 for one in listed)
    await estimate(crew, made)
    rows = (await crew.manager.get(f"/api/projects/{made}/labelers")).json()["items"]
    found = next(row for row in rows if row["labeler"] == judged["labeler"])
    assert found["objects"]["recall"] < 0.7  # only gold tells: every other task has one answer


async def test_gold_calibrates_the_confidences_of_objects(crew: Crew) -> None:
    """Before: what is not known to be missed by all. After: verdicts say on how many tasks they are calibrated."""
    made, real = await project(crew, 24, policy=fixed(3))
    people = [await crew.labeler() for _ in range(3)]
    hands: list[dict[str, float]] = [{}, {"wide": 0.02}, {"finds": 0.6}]
    for n, (who, hand) in enumerate(zip(people, hands, strict=True)):
        await draw(crew, who, made, Hand(n, **hand), real)
    await crew.turn()
    unseen = thing("cup", 900.0, 900.0, 60.0, 60.0)  # which nobody ever draws
    for task, there in real.items():
        said = await crew.manager.post(f"/api/tasks/{task}/gold", json={"answer": {"objects": [*there, unseen]}})
        assert said.status_code == 201, said.text
    await estimate(crew, made)
    (kept,) = await crew.rows("select * from project_skill where project_id = %s", made)
    assert kept["calibrated_on"] == 24
    assert kept["objects"]["lacking"] > 2
    (task,) = await pictures(crew, made, 1)
    for who in people:
        await crew.answer(made, {"objects": truth(0)}, who)
        await crew.turn()
    verdict = (await crew.task(task))["verdict"]
    assert verdict["calibrated_on"] == 24
    assert len(verdict["objects"]) == 3
    assert 0.5 < verdict["confidence"] < 0.85  # one of four always lacks
    told = (await crew.manager.get(f"/api/projects/{made}/quality")).json()
    assert told["calibrated_on"] == 24
    await estimate(crew, made)  # judged by the map until now
    (again,) = await crew.rows("select calibrated_on from project_skill where project_id = %s", made)
    assert again == {"calibrated_on": 24}
