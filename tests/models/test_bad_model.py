"""A model that is wrong is found out by the estimate of everybody's skills, and gets no more tasks there."""

from uuid import UUID

from tests.fixtures.crew import OPTIONS, Crew, fixed
from tests.models.program import Call, program
from tests.models.test_work import added, alone, shown, work, working

from neraca.quality import jobs

__all__ = ["alone"]
TASKS = 60


def truth(text: str) -> int:
    return int(text) % len(OPTIONS)


async def test_the_estimate_finds_a_bad_model_out(crew: Crew) -> None:
    project = await crew.project(policy=fixed(4))
    tasks = await crew.tasks(project, TASKS)

    def says(call: Call) -> object:
        return {"answer": {"choice": OPTIONS[(truth(call.task["params"]["text"]) + 1) % len(OPTIONS)]}}

    async with program() as there, working(crew) as models:
        there.says = says
        model = await added(crew, there.url, project, at_once=1)
        await work(crew, models)
        assert len(there.calls) == TASKS
        for n, task in enumerate(tasks):
            for person in ("Ada", "Ben", "Cleo"):
                body = {"labeler": person, "answer": {"choice": OPTIONS[truth(str(n))]}}
                assert (await crew.manager.post(f"/api/tasks/{task}/answers", json=body)).status_code == 201
        await crew.turn()
        place = crew.door.place
        await jobs.run(place.house, place.cell, UUID(project))
        models._judged.clear()
        await work(crew, models)
        (at,) = (await shown(crew, model))["projects"]
        assert at["state"] == "paused"
        assert at["high"] < 0.2
        assert at["notice"].startswith(f"After {TASKS} answers it is right at most ")
        await crew.tasks(project, 2)
        await work(crew, models)
        assert len(there.calls) == TASKS
    verdicts = await crew.rows("select count(*) as n from verdict where project_id = %s", project)
    assert verdicts == [{"n": TASKS}]
