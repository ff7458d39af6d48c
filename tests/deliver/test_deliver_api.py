"""Exports and callbacks over HTTP: what comes back, who may, and what is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.fixtures.door import Door
from tests.fixtures.place import read_lines

from neraca import deliver
from neraca.deliver.exports import jobs


async def a_project(door: Door, count: int = 3) -> str:
    project_id = await door.place.project()
    ids = await door.place.tasks(project_id, [{"text": str(i)} for i in range(count)])
    await door.place.decide(project_id, ids[0], {"choice": "a"})
    return str(project_id)


async def test_an_export_from_request_to_file(door: Door) -> None:
    project_id = await a_project(door)
    made = (await door.live.post(f"/api/projects/{project_id}/exports", json={"format": "jsonl"})).json()
    assert made["state"] == "queued"
    early = await door.live.get(f"/api/exports/{made['id']}/data")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    async with door.place.house.inside(door.place.cell) as db:
        (row,) = await deliver.take(db, ["export"], 10)
        assert row["data"] == {"id": made["id"]}
    assert await jobs.run(door.place.house, door.place.cell, UUID(made["id"]))
    done = (await door.live.get(f"/api/exports/{made['id']}")).json()
    assert (done["state"], done["rows"], done["rows_total"]) == ("done", 3, 3)
    whole = await door.live.get(f"/api/exports/{made['id']}/data")
    assert whole.headers["content-length"] == str(done["bytes"]) == str(len(whole.content))
    assert whole.headers["content-type"] == "application/x-ndjson"
    assert len(read_lines(whole.content)) == 3
    part = await door.live.get(f"/api/exports/{made['id']}/data", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 10-19/{done['bytes']}"
    assert part.content == whole.content[10:20]
    outside = await door.live.get(f"/api/exports/{made['id']}/data", headers={"Range": "bytes=99999999-"})
    assert (outside.status_code, outside.json()["code"]) == (416, "range-not-satisfiable")
    stale = await door.live.get(
        f"/api/exports/{made['id']}/data", headers={"Range": "bytes=0-1", "If-Range": '"other"'}
    )
    assert stale.status_code == 200
    listed = (await door.live.get(f"/api/projects/{project_id}/exports")).json()
    assert [e["id"] for e in listed["items"]] == [made["id"]]


async def test_the_stream_has_what_was_acknowledged_and_goes_on(door: Door) -> None:
    project_id = await a_project(door, 7)
    whole = await door.live.get(f"/api/projects/{project_id}/export.jsonl")
    lines = read_lines(whole.content)
    assert len(lines) == 7
    position = whole.headers["neraca-position"]
    await door.place.tasks(UUID(project_id), [{"text": "later"}])
    rest = await door.live.get(
        f"/api/projects/{project_id}/export.jsonl", params={"position": position, "after": lines[3]["id"]}
    )
    assert read_lines(rest.content) == lines[4:]
    assert rest.headers["neraca-position"] == position
    for wrong in ("x", "-1", "99999999999", "1e3", "\uff19"):
        answer = await door.live.get(f"/api/projects/{project_id}/export.jsonl", params={"position": wrong})
        assert answer.status_code == 422
    unknown = await door.live.get(f"/api/projects/{project_id}/export.jsonl", params={"after": str(uuid4())})
    assert unknown.status_code == 404


async def test_coco_is_for_images_only(door: Door) -> None:
    project_id = await a_project(door)
    answer = await door.live.post(f"/api/projects/{project_id}/exports", json={"format": "coco"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/format")


async def test_others_find_nothing(door: Door) -> None:
    project_id = await a_project(door)
    made = (await door.live.post(f"/api/projects/{project_id}/exports", json={"format": "jsonl"})).json()
    hook = (await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/hook"})).json()
    paths = [
        ("GET", f"/api/exports/{made['id']}"),
        ("GET", f"/api/exports/{made['id']}/data"),
        ("GET", f"/api/projects/{project_id}/export.jsonl"),
        ("GET", f"/api/projects/{project_id}/exports"),
        ("GET", f"/api/callbacks/{hook['id']}"),
        ("GET", f"/api/callbacks/{hook['id']}/deliveries"),
        ("DELETE", f"/api/callbacks/{hook['id']}"),
        ("POST", f"/api/deliveries/{uuid4()}/replay"),
    ]
    for method, path in paths:
        assert (await door.theirs.request(method, path)).status_code == 404
        assert (await door.test.request(method, path)).status_code == 404
        assert (await door.labeler.request(method, path)).status_code == 403
        nobody = await door.live.request(method, path, headers={"Authorization": "Bearer nrc_live_x"})
        assert nobody.status_code == 401
    assert (await door.live.get(f"/api/callbacks/{hook['id']}")).status_code == 200


async def test_a_callback_from_creation_to_deletion(door: Door) -> None:
    answer = await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/hook"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert (made["state"], made["mode"]) == ("active", "live")
    again = (await door.live.get(f"/api/callbacks/{made['id']}")).json()
    assert again["secret"] is None
    await a_project(door)
    async with door.place.house.inside(door.place.cell) as db:
        assert await deliver.fan_out(db, datetime.now(UTC)) == (1, 1)
    (entry,) = (await door.live.get(f"/api/callbacks/{made['id']}/deliveries")).json()["items"]
    assert (entry["type"], entry["state"], entry["attempts"]) == ("task.decided", "pending", [])
    assert (await door.theirs.post(f"/api/deliveries/{entry['id']}/replay")).status_code == 404
    assert (await door.test.post(f"/api/deliveries/{entry['id']}/replay")).status_code == 404
    assert (await door.live.post(f"/api/deliveries/{entry['id']}/replay")).status_code == 200
    now = datetime.now(UTC)
    body = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    replayed = await door.live.post(f"/api/callbacks/{made['id']}/replay", json=body)
    assert replayed.json() == {"deliveries": 1}
    for wrong in ({**body, "until": body["since"]}, {**body, "since": "2026-01-01T00:00:00"}, {**body, "since": 5}):
        assert (await door.live.post(f"/api/callbacks/{made['id']}/replay", json=wrong)).status_code == 422
    paused = (await door.live.patch(f"/api/callbacks/{made['id']}", json={"state": "paused"})).json()
    assert paused["state"] == "paused"
    assert (await door.live.patch(f"/api/callbacks/{made['id']}", json={"state": "disabled"})).status_code == 422
    assert (await door.live.delete(f"/api/callbacks/{made['id']}")).status_code == 204
    assert (await door.live.get(f"/api/callbacks/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "https://user:pw@example.com/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:6379/",
        "https://example.com/#x",
        "http://127.1:8080/",
        "http://[fe80::1]/",
        "gopher://example.com/",
        "https://no-such-host.invalid/",
    ],
)
async def test_bad_addresses_are_refused_at_creation_and_change(door: Door, url: str) -> None:
    answer = await door.live.post("/api/callbacks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "url-not-allowed")
    assert (await door.live.get("/api/callbacks")).json()["items"] == []
    made = (await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/"})).json()
    changed = await door.live.patch(f"/api/callbacks/{made['id']}", json={"url": url})
    assert changed.status_code == 422
    assert (await door.live.get(f"/api/callbacks/{made['id']}")).json()["url"] == "http://127.0.0.1:8099/"


async def test_without_the_setting_loopback_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    application = door.live._transport.app  # type: ignore[attr-defined] # the transport's application
    monkeypatch.setattr(application.state.house, "private_hosts", False)
    answer = await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/hook"})
    assert (answer.status_code, answer.json()["code"]) == (422, "url-not-allowed")


async def test_a_callback_for_a_project_of_another_mode_is_refused(door: Door) -> None:
    project_id = await a_project(door)
    body = {"url": "http://127.0.0.1:8099/hook", "project_id": project_id}
    assert (await door.test.post("/api/callbacks", json=body)).status_code == 422
    assert (await door.theirs.post("/api/callbacks", json=body)).status_code == 422
    assert (await door.live.post("/api/callbacks", json=body)).status_code == 201
