"""Registering models: what is taken, what is refused, and when one is paused."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg.types.json import Jsonb
from tests.fixtures.crew import Crew, fixed
from tests.models.program import program
from tests.models.test_work import added, alone, shown, work, working

from neraca.models import rules

__all__ = ["alone"]
Json = dict[str, Any]


async def refused(who: httpx.AsyncClient, body: Json) -> list[tuple[str, str]]:
    said = await who.post("/api/models", json=body)
    assert said.status_code == 422, said.text
    return [(e["pointer"], e["code"]) for e in said.json()["errors"]]


async def test_what_is_not_a_model_is_refused_by_its_places(crew: Crew) -> None:
    nothing = "00000000-0000-4000-8000-000000000000"
    good = {"name": "M", "url": "http://127.0.0.1:8098/m"}
    assert await refused(crew.manager, good | {"project_ids": [nothing]}) == [("#/project_ids/0", "not-found")]
    found = await refused(crew.manager, {"name": " ", "url": "x", "per_minute": 0, "at_once": 65})
    assert [place for place, _ in found] == ["#/name", "#/per_minute", "#/at_once"]
    for url in ("http://169.254.169.254/latest", "ftp://127.0.0.1/", "http://127.0.0.1:5432/", "file:///etc/passwd"):
        assert await refused(crew.manager, good | {"url": url}) == [("#/url", "url-not-allowed")], url


async def test_private_addresses_are_refused_unless_allowed(crew: Crew) -> None:
    crew.door.place.house.private_hosts = False
    application = crew.manager._transport.app  # type: ignore[attr-defined] # httpx's own transport for an application
    application.state.house.private_hosts = False
    said = await crew.manager.post("/api/models", json={"name": "M", "url": "http://127.0.0.1:8098/m"})
    assert (said.status_code, said.json()["code"]) == (422, "url-not-allowed")


async def test_an_address_that_turned_inwards_is_not_called(crew: Crew) -> None:
    project = await crew.project()
    await crew.tasks(project, 1)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project)
        crew.door.place.house.private_hosts = False
        await work(crew, models)
        assert there.calls == []
        assert (await shown(crew, model))["failures"] == 1


async def test_a_test_key_sees_no_live_model_and_the_secret_is_told_once(crew: Crew) -> None:
    project = await crew.project()
    tested = await crew.project(crew.door.test)
    model = await added(crew, "http://127.0.0.1:8098/m", project)
    assert model["secret"].startswith("whsec_")
    assert model["mode"] == "live"
    path = f"/api/models/{model['id']}"
    for method, at, body in (
        ("GET", path, None), ("PATCH", path, {"state": "paused"}), ("DELETE", path, None),
        ("PUT", f"{path}/projects/{project}", None), ("DELETE", f"{path}/projects/{project}", None),
    ):  # fmt: skip
        assert (await crew.door.test.request(method, at, json=body)).status_code == 404, (method, at)
        assert (await crew.door.labeler.request(method, at, json=body)).status_code == 403, (method, at)
    assert (await crew.door.test.get("/api/models")).json()["items"] == []
    assert (await crew.manager.put(f"{path}/projects/{tested}")).status_code == 404
    listed = (await crew.manager.get("/api/models")).json()["items"]
    assert [(m["id"], m["secret"]) for m in listed] == [(model["id"], None)]
    assert (await crew.manager.delete(path)).status_code == 204
    assert (await crew.manager.get(path)).status_code == 404


async def test_who_is_no_better_than_chance_is_paused_there_and_may_be_given_another_chance(crew: Crew) -> None:
    """The estimate's upper bound decides, after fifty answers; the notice says why."""
    project, other = await crew.project(policy=fixed(2)), await crew.project()
    await crew.tasks(project, 3)
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project, other)
        await work(crew, models)
        assert len(there.calls) == 3
        await _believe(crew, model, project, answers=49, high=0.35)
        models._judged.clear()
        await work(crew, models)
        assert {p["state"] for p in (await shown(crew, model))["projects"]} == {"active"}
        await _believe(crew, model, project, answers=60, high=0.35)
        models._judged.clear()
        await work(crew, models)
        first, second = (await shown(crew, model))["projects"]
        assert (first["project_id"], first["state"], second["state"]) == (project, "paused", "active")
        assert first["notice"] == (
            "After 60 answers it is right at most 35% of the time; chance alone gives 33%."
            " Its answers weigh next to nothing, so it gets no more tasks here."
        )
        await crew.tasks(project, 2)
        await work(crew, models)
        assert len(there.calls) == 3
        await crew.manager.put(f"/api/models/{model['id']}/projects/{project}")
        models._judged.clear()
        await work(crew, models)
        assert (await shown(crew, model))["projects"][0]["state"] == "active"  # until fifty answers more
        assert len(there.calls) == 5


async def _believe(crew: Crew, model: Json, project: str, *, answers: int, high: float) -> None:
    """An estimate as the job writes it, for a project of three classes."""
    async with crew.door.place.house.inside(crew.door.place.cell) as db:
        row = await (await db.execute("select labeler_id from model where id = %s", [model["id"]])).fetchone()
        assert row is not None
        await db.execute(
            "insert into project_skill (project_id, classes, pooled, prior, answers, iterations, converged)"
            " values (%s, %s, '[]', '[]', 60, 1, true) on conflict do nothing",
            [UUID(project), Jsonb(["a", "b", "c"])],
        )
        await db.execute(
            "insert into labeler_skill (project_id, labeler_id, answers, confusion, accuracy, low, high)"
            " values (%s, %s, %s, '[]', 0.3, 0.2, %s) on conflict (project_id, labeler_id)"
            " do update set answers = excluded.answers, high = excluded.high",
            [UUID(project), row["labeler_id"], answers, high],
        )


@pytest.mark.parametrize(
    ("high", "classes", "paused"), [(0.37, 3, True), (0.39, 3, False), (0.54, 2, True), (1, 1, False)]
)
def test_no_use_is_below_chance_and_a_margin(high: float, classes: int, paused: bool) -> None:
    assert (rules.no_use(60, high, classes) is not None) == paused


@pytest.mark.parametrize(("high", "paused"), [(0.24, True), (0.25, False), (1, False)])
def test_a_model_that_draws_must_get_something_right(high: float, paused: bool) -> None:
    notice = rules.draws_nonsense(60, high)
    assert (notice is not None) == paused
    assert notice is None or notice.startswith("After 60 answers its F1 is at most 24%: ")


async def test_a_model_that_draws_is_judged_by_what_it_draws(crew: Crew) -> None:
    project = await crew.project()
    async with program() as there, working(crew) as models:
        model = await added(crew, there.url, project)
        for high, state in ((0.3, "active"), (0.2, "paused")):  # both below chance, were these classes
            await _believe(crew, model, project, answers=60, high=high)
            await crew.rows("update labeler_skill set objects = '{}' where project_id = %s returning 1", UUID(project))
            models._judged.clear()
            await work(crew, models)
            assert (await shown(crew, model))["projects"][0]["state"] == state


def test_rests_grow_to_five_minutes() -> None:
    assert [rules.rest(n, jitter=lambda: 1.0) for n in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 8.0]
    assert rules.rest(40, jitter=lambda: 1.0) == 300.0
    assert rules.rest(1, wait=1e9, jitter=lambda: 0.0) == 300.0
