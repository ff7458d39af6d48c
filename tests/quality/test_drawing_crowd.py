"""A crowd with two careless labelers draws boxes through the API: verdicts beat the majority and the best labeler."""

import io
import random
from typing import Any
from uuid import UUID

import httpx
import numpy as np
from bench.measures import drawing
from PIL import Image
from tests.fixtures.crew import Crew, fixed

from neraca.quality import jobs

PILOT, TASKS, LABELERS, ANSWERS = 45, 40, 8, 5
Answers = dict[int, dict[int, drawing.Objects]]


async def pictures(crew: Crew, project: str, tasks: int) -> list[str]:
    picture = io.BytesIO()
    Image.new("L", (1000, 1000)).save(picture, "PNG")
    said = await crew.manager.post("/api/assets", content=picture.getvalue(), headers={"Content-Type": "image/png"})
    return await crew.tasks(project, tasks, params={"image": f"asset:{said.json()['id']}"})


async def work(
    crew: Crew, project: str, simulated: drawing.Crowd, people: list[httpx.AsyncClient], number: dict[str, int],
) -> Answers:  # fmt: skip
    """Everybody asks in turns at random until there is nothing more."""
    dice, answers = random.Random(0), Answers()  # noqa: S311 - a seed, no secret
    busy = True
    while busy:
        busy = False
        for w in dice.sample(range(len(people)), len(people)):
            lease = await crew.next(people[w], project)
            if lease is None:
                continue
            busy = True
            t = number[lease["task_id"]]
            said = drawing.drawn(simulated, t, w)
            assert (await crew.submit(people[w], lease, {"objects": said})).status_code == 201
            answers.setdefault(t, {})[w] = said
    await crew.turn()
    return answers


async def test_verdicts_beat_the_majority_and_the_best_labeler(crew: Crew) -> None:
    simulated = drawing.crowd(7, tasks=PILOT + TASKS, labelers=LABELERS, answers=LABELERS)
    classes = [{"id": name, "label": name} for name in drawing.names(simulated)]
    config: dict[str, Any] = {"question": "Box it", "classes": classes, "shapes": ["box"]}
    project = await crew.project(kind="image", config=config, policy=fixed(ANSWERS))
    people = [await crew.labeler() for _ in range(LABELERS)]
    pilot = await pictures(crew, project, PILOT)
    await work(crew, project, simulated, people, {name: t for t, name in enumerate(pilot)})
    place = crew.door.place
    await jobs.run(place.house, place.cell, UUID(project))
    after = {name: PILOT + n for n, name in enumerate(await pictures(crew, project, TASKS))}
    answers = await work(crew, project, simulated, people, after)
    assert {len(said) for said in answers.values()} == {ANSWERS}
    verdicts = {t: (await crew.task(name))["verdict"] for name, t in after.items()}
    ours = {t: v["answer"]["objects"] for t, v in verdicts.items()}
    by_most = drawing.majority(simulated, answers)
    for least, over_most in ((0.5, 0.01), (0.8, 0.05)):
        found = drawing.f1(simulated, ours, least)
        assert found > drawing.f1(simulated, by_most, least) + over_most
        assert found > drawing.single(simulated, answers, least)
    share = [drawing.share(simulated, t, said) for t, said in ours.items()]
    stated = [v["confidence"] for v in verdicts.values()]
    assert abs(np.mean(stated) - np.mean(share)) < 0.1
