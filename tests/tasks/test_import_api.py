"""Imports over HTTP."""

import errno
import json
import os
from uuid import UUID, uuid4

import pytest
from tests.fixtures.door import Door

from neraca.tasks.imports import jobs, service

BINARY = {"Content-Type": "application/octet-stream"}


async def begun(door: Door, **more: object) -> dict[str, object]:
    project_id = await door.place.project()
    answer = await door.live.post(
        f"/api/projects/{project_id}/imports", json={"format": "jsonl", "name": "a.jsonl", **more}
    )
    assert answer.status_code == 201
    found: dict[str, object] = answer.json()
    return found


async def test_a_file_in_pieces(door: Door) -> None:
    body = b"".join(json.dumps({"params": {"text": str(i)}}).encode() + b"\n" for i in range(10)) + b"bad\n"
    made = await begun(door, bytes=len(body))
    data, start = f"/api/imports/{made['id']}/data", f"/api/imports/{made['id']}/start"
    for offset in range(0, len(body), 100):
        answer = await door.live.put(f"{data}?offset={offset}", content=body[offset : offset + 100], headers=BINARY)
        assert answer.status_code == 200
        if offset == 100:
            early = await door.live.post(start)
            assert early.status_code == 409
            again = await door.live.put(f"{data}?offset={offset}", content=b"x", headers=BINARY)
            assert (again.status_code, again.json()["code"]) == (409, "offset-mismatch")
            assert again.headers["upload-offset"] == "200"
    more = await door.live.put(f"{data}?offset={len(body)}", content=b"x", headers=BINARY)
    assert more.status_code == 413
    assert (await door.live.post(start)).json()["state"] == "queued"
    assert (await door.live.post(start)).json()["state"] == "queued"
    late = await door.live.put(f"{data}?offset={len(body)}", content=b"x", headers=BINARY)
    assert late.status_code == 409
    async with door.place.house.inside(door.place.cell) as db:
        row = await (await db.execute("select count(*) as n from outbox where topic = 'import'")).fetchone()
    assert row == {"n": 1}
    assert await jobs.run(door.place.house, door.place.cell, UUID(str(made["id"])))
    done = (await door.live.get(f"/api/imports/{made['id']}")).json()
    assert (done["state"], done["rows_read"], done["tasks_created"], done["rows_failed"]) == ("done", 11, 10, 1)
    errors = (await door.live.get(f"/api/imports/{made['id']}/errors")).json()
    assert [e["row"] for e in errors["items"]] == [11]
    assert errors["items"][0]["errors"][0]["code"] == "malformed-json"
    listed = (await door.live.get(f"/api/projects/{made['project_id']}/tasks?limit=200")).json()
    assert len(listed["items"]) == 10


async def test_a_known_source_is_continued(door: Door) -> None:
    made = await begun(door, source_key="sha256:1")
    path = f"/api/projects/{made['project_id']}/imports"
    again = await door.live.post(path, json={"format": "jsonl", "name": "b", "source_key": "sha256:1"})
    assert again.json()["id"] == made["id"]
    other = await door.live.post(path, json={"format": "csv", "name": "b", "source_key": "sha256:1"})
    assert other.status_code == 409


async def test_a_wrong_header_is_named_at_the_start(door: Door) -> None:
    made = await begun(door, format="csv")
    await door.live.put(f"/api/imports/{made['id']}/data?offset=0", content=b"txt,external_id\na,b\n", headers=BINARY)
    answer = await door.live.post(f"/api/imports/{made['id']}/start")
    assert answer.status_code == 422
    assert answer.json()["errors"][0] == {
        "pointer": "#/0/0",
        "code": "unknown-column",
        "detail": answer.json()["errors"][0]["detail"],
    }


@pytest.mark.parametrize(
    "offset", ["", "?offset=", "?offset=-1", "?offset=1e3", "?offset=+1", "?offset=0&offset=0", "?offset=٣"]
)
async def test_bad_offsets(door: Door, offset: str) -> None:
    made = await begun(door)
    answer = await door.live.put(f"/api/imports/{made['id']}/data{offset}", content=b"x", headers=BINARY)
    assert answer.status_code == 422
    assert (await door.live.get(f"/api/imports/{made['id']}")).json()["bytes_received"] == 0


async def test_bad_bodies(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await begun(door)
    monkeypatch.setattr(service, "CHUNK", 1000)
    path = f"/api/imports/{made['id']}/data?offset=0"
    assert (await door.live.put(path, content=b"x" * 1001, headers=BINARY)).status_code == 413
    assert (await door.live.put(path, content=b"x")).status_code == 415
    encoded = await door.live.put(path, content=b"x", headers={**BINARY, "Content-Encoding": "gzip"})
    assert encoded.status_code == 415
    assert (await door.live.post(f"/api/imports/{made['id']}/start")).status_code == 409


async def test_a_full_disk_is_told_and_nothing_is_kept(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await begun(door)

    def full(_handle: int, _body: object, _offset: int) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "pwrite", full)
    path = f"/api/imports/{made['id']}/data?offset=0"
    answer = await door.live.put(path, content=b"x", headers=BINARY)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-exhausted")
    assert (await door.live.get(f"/api/imports/{made['id']}")).json()["bytes_received"] == 0
    monkeypatch.undo()
    assert (await door.live.put(path, content=b"x", headers=BINARY)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"format": "xml", "name": "a"},
        {"format": "csv", "name": ""},
        {"format": "csv", "name": "a", "bytes": 0},
        {"format": "csv", "name": "a", "bytes": 2**40},
        {"format": "csv", "name": "a", "state": "done"},
        {"format": "csv", "name": "a", "batch_id": "00000000-0000-4000-8000-000000000000"},
    ],
)
async def test_bad_beginnings(door: Door, body: dict[str, object]) -> None:
    project_id = await door.place.project()
    answer = await door.live.post(f"/api/projects/{project_id}/imports", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert (await door.live.get(f"/api/projects/{project_id}/imports")).json()["items"] == []


async def test_others_find_nothing(door: Door) -> None:
    made = await begun(door)
    for method, path in (
        ("GET", f"/api/imports/{made['id']}"),
        ("GET", f"/api/imports/{made['id']}/errors"),
        ("POST", f"/api/imports/{made['id']}/start"),
        ("PUT", f"/api/imports/{made['id']}/data?offset=0"),
        ("GET", f"/api/projects/{made['project_id']}/imports"),
        ("GET", f"/api/imports/{uuid4()}"),
    ):
        for who, status in ((door.theirs, 404), (door.test, 404), (door.labeler, 403)):
            answer = await who.request(method, path, content=b"x" if method == "PUT" else None, headers=BINARY)
            assert answer.status_code == status, (method, path)
