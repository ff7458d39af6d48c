"""Projects through the API: made, changed, counted."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.fixtures.crew import Crew, choices, fixed

from neraca import deliver
from neraca.server import migrate

NEW: dict[str, Any] = {
    "name": "Cups", "kind": "choice", "config": choices(), "policy": fixed(2), "minutes": 0.5, "priority": 3,
    "price": {"micros": 100_000, "currency": "EUR"}, "instructions": "# Look", "lease_seconds": 60,
}  # fmt: skip


async def test_a_project_is_told_as_it_was_asked_for(crew: Crew) -> None:
    said = await crew.manager.post("/api/projects", json=NEW)
    made = said.json()
    assert said.status_code == 201
    assert {k: made[k] for k in NEW} == NEW
    assert (made["mode"], made["state"], made["config_version"]) == ("live", "active", 1)
    assert (await crew.manager.get(f"/api/projects/{made['id']}")).json() == made
    assert (await crew.manager.get("/api/projects")).json()["items"] == [made]
    assert (await crew.door.test.get("/api/projects")).json()["items"] == []
    rows = await crew.rows("select kind, data from event where project_id = %s", made["id"])
    assert rows == [{"kind": "project.created", "data": {"version": 1}}]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"kind": "nothing"}, ["#/kind"]),
        ({"config": {"question": "?", "options": []}}, ["#/config/options"]),
        ({"config": choices(("a", "a"))}, ["#/config/options/1/id", "#/config/options/1/label"]),
        ({"policy": {"type": "target", "confidence": 0.9, "min": 5, "max": 2}}, ["#/policy/min"]),
        ({"policy": {"type": "target", "confidence": 1.0}}, ["#/policy/confidence"]),
        ({"policy": fixed(0), "minutes": 0, "name": ""}, ["#/minutes", "#/name", "#/policy/answers"]),
        ({"price": {"micros": -1, "currency": "EUR"}}, ["#/price/micros"]),
        ({"lease_seconds": 5, "priority": 10}, ["#/lease_seconds", "#/priority"]),
        ({"colour": "red"}, ["#/colour"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_made(
    crew: Crew, change: dict[str, Any], pointers: list[str]
) -> None:
    said = await crew.manager.post("/api/projects", json=NEW | change)
    assert (said.status_code, said.json()["code"]) == (422, "validation-failed")
    assert sorted(e["pointer"] for e in said.json()["errors"]) == pointers
    assert (await crew.manager.get("/api/projects")).json()["items"] == []


async def test_new_terms_are_a_new_version_and_a_new_name_is_not(crew: Crew) -> None:
    project = await crew.project()
    assert (await crew.change(project, name="Other", state="paused", priority=2))["config_version"] == 1
    assert (await crew.change(project, instructions="Second"))["config_version"] == 2
    assert (await crew.change(project, price={"micros": 1, "currency": "USD"}))["config_version"] == 3
    assert (await crew.change(project))["config_version"] == 3
    rows = await crew.rows(
        "select version, instructions, price_micros from project_version where project_id = %s order by version",
        project,
    )
    assert [tuple(r.values()) for r in rows] == [(1, "", 50_000), (2, "Second", 50_000), (3, "Second", 1)]
    kinds = await crew.rows("select kind from event where project_id = %s order by id", project)
    assert [k["kind"] for k in kinds] == ["project.created"] + ["project.changed"] * 3


async def test_a_refused_change_changes_nothing(crew: Crew) -> None:
    project = await crew.project()
    before = (await crew.manager.get(f"/api/projects/{project}")).json()
    for body, status in (
        ({"price": {"micros": 1, "currency": "EUR"}}, 409),
        ({"name": "N", "config": {"question": "", "options": []}}, 422),
        ({"name": "N", "policy": {"type": "target", "confidence": 0.9, "min": 3, "max": 1}}, 422),
        ({"state": "gone"}, 422),
    ):
        said = await crew.manager.patch(f"/api/projects/{project}", json=body)
        assert said.status_code == status, said.text
    assert (await crew.manager.get(f"/api/projects/{project}")).json() == before
    assert (await crew.door.test.patch(f"/api/projects/{project}", json={"name": "N"})).status_code == 404
    assert (await crew.door.theirs.patch(f"/api/projects/{project}", json={"name": "N"})).status_code == 404


async def test_changes_at_once_are_one_after_the_other(crew: Crew) -> None:
    project = await crew.project()
    changed = await asyncio.gather(*(crew.change(project, instructions=f"No. {n}") for n in range(8)))
    assert sorted(c["config_version"] for c in changed) == list(range(2, 10))
    rows = await crew.rows("select count(*)::int as n from project_version where project_id = %s", project)
    assert rows == [{"n": 9}]


async def test_accepted_work_keeps_its_price(crew: Crew) -> None:
    project = await crew.project(price={"micros": 30_000, "currency": "USD"})
    await crew.tasks(project, 4)
    late = await crew.labeler()
    lease = await crew.lease(late, project)
    await crew.answer(project)
    await crew.change(project, price={"micros": 70_000, "currency": "USD"})
    await crew.answer(project)
    await crew.submit(late, lease)  # under the price that it was shown
    spent = 30_000 + 70_000 + 30_000
    assert (await crew.progress(project))["spent"] == {"micros": spent, "currency": "USD"}
    await crew.turn()
    assert (await crew.progress(project))["spent"]["micros"] == spent
    await crew.change(project, price={"micros": 0, "currency": "USD"})
    await crew.answer(project)
    await crew.turn()
    assert (await crew.progress(project))["spent"]["micros"] == spent


async def test_progress_is_exact_at_every_moment(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    tasks = await crew.tasks(project, 5)
    one, other = await crew.labeler(), await crew.labeler()
    for _ in range(3):
        await crew.answer(project, "a", one)
    await crew.answer(project, "a", other)
    await crew.manager.post(f"/api/tasks/{tasks[4]}/cancel")
    await crew.lease(other, project)
    wanted = {"tasks": 5, "open": 3, "decided": 1, "canceled": 1, "answers": 4, "live_leases": 1, "labelers": 2}
    wanted_rate = 4.0

    async def exact() -> bool:
        told = await crew.progress(project)
        return {k: told[k] for k in wanted} == wanted and told["answers_per_task"] == wanted_rate

    assert await exact()
    place = crew.door.place

    async def seal() -> None:
        async with place.house.inside(place.cell, transaction=False) as db:
            await deliver.seal(db)

    seen = await asyncio.gather(exact(), seal(), exact(), seal(), exact(), exact())
    assert list(seen) == [True, None, True, None, True, True]
    await seal()
    assert await exact()


async def test_an_older_cell_learns_what_was_paid(crew: Crew) -> None:
    """The migration folds what was sealed before the tally was kept."""
    project = await crew.project()
    await crew.tasks(project, 2)
    await crew.answer(project)
    await crew.turn()
    await crew.rows("delete from tally where kind = 'paid.micros' and project_id = %s returning 1", project)
    assert (await crew.progress(project))["spent"]["micros"] == 0
    (sql,) = [text for name, text in migrate.versions("cell") if name == "0003"]
    assert sql is not None
    for _ in range(2):
        async with crew.door.place.house.inside(crew.door.place.cell) as db:
            await db.execute(sql.encode())
        assert (await crew.progress(project))["spent"]["micros"] == 50_000
    await crew.answer(project)
    await crew.turn()
    assert (await crew.progress(project))["spent"]["micros"] == 100_000


async def test_labelers_are_listed_with_their_answers(crew: Crew) -> None:
    project = await crew.project(policy=fixed(3))
    await crew.tasks(project, 3)
    busy, idle = await crew.labeler(), await crew.labeler()
    for _ in range(3):
        await crew.answer(project, "a", busy)
    await crew.answer(project, "b", idle)
    first = (await crew.manager.get(f"/api/projects/{project}/labelers", params={"limit": 1})).json()
    rest = (await crew.manager.get(f"/api/projects/{project}/labelers", params={"cursor": first["next"]})).json()
    assert [(i["answers"], i["kind"], i["accuracy"]) for i in first["items"] + rest["items"]] == [
        (3, "model", None), (1, "model", None),
    ]  # fmt: skip
    assert all(UUID(i["labeler"]) for i in first["items"])
    assert rest["next"] is None
    for search, found in (("ABEL", 2), ("%", 0), ("labelers", 0)):
        named = await crew.manager.get(f"/api/projects/{project}/labelers", params={"search": search})
        assert len(named.json()["items"]) == found, search
    other = {"cursor": first["next"], "search": "labeler"}  # a cursor goes on in its own list only
    refused = await crew.manager.get(f"/api/projects/{project}/labelers", params=other)
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")
    nul = await crew.manager.get(f"/api/projects/{project}/labelers", params={"search": "a\0"})
    assert nul.status_code == 422


async def test_a_repeated_creation_makes_one(crew: Crew) -> None:
    """Projects, batches and exports take an Idempotency-Key as tasks do."""
    headers = {"Idempotency-Key": "once"}
    first = await crew.manager.post("/api/projects", json=NEW, headers=headers)
    project = first.json()["id"]
    posts: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("/api/projects", NEW, NEW | {"name": "Other"}),
        (f"/api/projects/{project}/batches", {"name": "B"}, {"name": "C"}),
        (f"/api/projects/{project}/exports", {"format": "jsonl"}, {"format": "coco"}),
    ]
    for path, body, other in posts:
        said = [await crew.manager.post(path, json=body, headers=headers) for _ in range(3)]
        assert [s.status_code for s in said] == [201] * 3
        assert len({s.content for s in said}) == 1
        assert said[2].headers["idempotent-replay"] == "true"
        assert len((await crew.manager.get(path)).json()["items"]) == 1
        refused = await crew.manager.post(path, json=other, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-mismatch")
        assert said[0].json() == (await crew.manager.get(path)).json()["items"][0]
