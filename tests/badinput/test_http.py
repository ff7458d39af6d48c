"""IN-H07 to H18: methods, headers, parameters, paths, ids and cursors. What needs a socket is in test_framing.py."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from tests.badinput.contract import JSON, nothing_stored, told
from tests.badinput.work import PROJECT, add, asset, picture, project
from tests.fixtures.door import Door

from neraca.deliver.exports import jobs
from neraca.server import app

NOT_HERE = {
    "IN-H13": "The server speaks no WebSocket; that an upgrade is not taken up is tested in test_framing.py.",
}
TASKS = {"tasks": [{"params": {"text": "t"}}]}


async def test_h07_line_breaks_in_values_that_could_become_headers(door: Door) -> None:
    bad = "a\r\nX-Evil: 1"
    for header in ("X-Request-Id", "Idempotency-Key", "Origin", "X-CSRF-Token"):
        async with nothing_stored(door):
            answer = await door.live.post(
                "/api/projects",
                json=PROJECT,
                headers={"Authorization": door.live.headers["authorization"], header: bad},
            )
            told(answer, 400, code="bad-request")
    project_id = await project(door)
    for body in ({"format": "jsonl", "name": bad}, {"format": "jsonl", "name": "a\nb"}):
        async with nothing_stored(door):
            told(await door.live.post(f"/api/projects/{project_id}/imports", json=body), 422)
    mine = await door.live.get("/api/kinds", headers={"X-Request-Id": "mine"})
    assert UUID(mine.headers["x-request-id"])
    uploaded = await door.live.post(
        f"/api/assets?credit={'a%0D%0AX-Evil:%201'}", content=picture(2, 2), headers={"Content-Type": "image/png"}
    )
    shown = await door.live.get(uploaded.json()["url"])
    assert (uploaded.status_code, shown.status_code) == (201, 200)
    assert "x-evil" not in {**uploaded.headers, **shown.headers}


async def test_h03_a_cookie_of_another_app_locks_nobody_out(door: Door) -> None:
    """Cookies do not know ports: what else runs on this host may have set one in any bytes."""
    cookie = {b"Cookie": "other=é".encode()}
    assert (await door.live.get("/api/kinds", headers=cookie)).status_code == 200
    told(await door.live.get("/api/session", headers=cookie), 401)


async def test_h08_methods(door: Door) -> None:
    async with nothing_stored(door):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"):
            assert told(await door.live.request(method, "/api/projects"), 405)["code"] == "method-not-allowed"
            told(await door.live.request(method, "/api/nothing"), 404)
            told(await door.live.request(method, "/projects"), 405)
        for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
            overridden = await door.live.post("/api/kinds", headers={name: "GET"})
            told(overridden, 405)
            assert overridden.headers["allow"] == "GET"
            assert (await door.live.get("/api/projects?limit=1", headers={name: "POST"})).status_code == 200
        got = await door.live.request("GET", "/api/projects", content=json.dumps(PROJECT).encode(), headers=JSON)
        assert got.json()["items"] == []


async def test_h08_head_is_get_without_its_body(door: Door) -> None:
    for path in ("/api/kinds", "/api/nothing", f"/api/projects/{uuid4()}", "/healthz", "/", "/api/projects?limit=0"):
        got, head = await door.live.get(path), await door.live.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == got.headers[name]


async def test_h09_forwarding_headers_of_a_client(door: Door) -> None:
    forwarded = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "10.0.0.1",
        "Forwarded": "for=10.0.0.1;host=evil.example;proto=https",
        "X-Original-URL": "/api/projects",
        "X-Rewrite-URL": "/api/projects",
    }
    plain, sent = await door.live.get("/api/kinds"), await door.live.get("/api/kinds", headers=forwarded)
    assert sent.json() == plain.json()
    told(await door.live.get("/api/kinds", headers={**forwarded, "Host": "evil.example"}), 421, code="wrong-host")
    told(await door.live.post("/api/session", json={}, headers={"Origin": "https://evil.example", **forwarded}), 403)


RANGES = [
    "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 2000, 2)),
    "bytes=0-,0-,0-,0-",
    "bytes=9-3",
    "bytes=0-1,5-6",
    "bytes=-",
    "bytes",
    "lines=0-1",
    "bytes=a-b",
    "bytes=0-1;",
    "bytes=٣-",
]


async def test_h10_ranges(door: Door) -> None:
    project_id = await project(door)
    await add(door, project_id, {"text": "t"})
    export = (await door.live.post(f"/api/projects/{project_id}/exports", json={"format": "jsonl"})).json()["id"]
    assert await jobs.run(door.place.house, door.place.cell, UUID(export))
    media = (await door.live.get(f"/api/assets/{await asset(door, picture(40, 20))}")).json()["url"]
    pages = ["/"] if (app.STATIC / "index.html").exists() else []  # where the app is built
    for path in (f"/api/exports/{export}/data", media, "/api/kinds", *pages):
        whole = await door.live.get(path)
        assert whole.status_code == 200
        for asked in RANGES:
            answer = await door.live.get(
                path, headers=[("Range", asked)] if asked.isascii() else [(b"Range", asked.encode())]
            )
            if not asked.isascii():
                told(answer, 400)
                continue
            assert (answer.status_code, len(answer.content)) == (200, len(whole.content)), asked
    for path in (f"/api/exports/{export}/data", media):
        size = len((await door.live.get(path)).content)
        for asked in (f"bytes={size}-", "bytes=99999999-", "bytes=-0", "bytes=" + "9" * 18 + "-"):
            outside = await door.live.get(path, headers={"Range": asked})
            told(outside, 416, code="range-not-satisfiable")
            assert outside.headers["content-range"] == f"bytes */{size}"
        part = await door.live.get(path, headers={"Range": "bytes=1-3"})
        assert (part.status_code, len(part.content), part.headers["content-range"]) == (206, 3, f"bytes 1-3/{size}")


@pytest.mark.parametrize(
    "accept", ["application/xml", "text/html", "text/html;q=nan,*/*;q=,", "", "*", "image/*;q=2;;"]
)
async def test_h11_the_api_answers_in_json(door: Door, accept: str) -> None:
    for path, status, kind in (
        ("/api/kinds", 200, "application/json"),
        ("/api/nothing", 404, "application/problem+json"),
        (f"/api/projects/{uuid4()}", 404, "application/problem+json"),
        ("/media/x", 404, "application/problem+json"),
    ):
        answer = await door.live.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    told(await door.live.post("/api/projects", json={}, headers={"Accept": accept}), 422)


async def test_h12_if_match(door: Door) -> None:
    """Resources have no ETag: a change may come without If-Match, and no tag fits."""
    path = f"/api/projects/{await project(door)}"
    async with nothing_stored(door):
        for tag in ('"1"', 'W/"1"', "", "x", '"a", "b"'):
            told(await door.live.patch(path, json={"name": "N"}, headers={"If-Match": tag}), 412)
    for more in ({"If-Match": "*"}, {}):
        assert (await door.live.patch(path, json={"name": "N"}, headers=more)).status_code == 200


async def test_h14_idempotency_keys(door: Door) -> None:
    path = f"/api/projects/{await project(door)}/tasks"
    async with nothing_stored(door):
        for bad in (b"", b"k" * 256, b"a\tb", b"a\x01b", "é".encode(), b"a\x7fb"):
            told(await door.live.post(path, json=TASKS, headers={b"Idempotency-Key": bad}), 400, code="bad-request")
        twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        told(await door.live.post(path, json=TASKS, headers=twice), 400, code="bad-request")
    for key in ("k", "k" * 255):
        first = await door.live.post(path, json=TASKS, headers={"Idempotency-Key": key})
        async with nothing_stored(door):
            again = await door.live.post(path, json=TASKS, headers={"Idempotency-Key": key})
            assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
            assert again.headers["idempotent-replay"] == "true"
            other = {"tasks": [*TASKS["tasks"], *TASKS["tasks"]]}
            answer = await door.live.post(path, json=other, headers={"Idempotency-Key": key})
            told(answer, 422, code="idempotency-mismatch")
    mass = {"tasks": TASKS["tasks"] * 300}
    both = await asyncio.gather(
        *(door.live.post(path, json=mass, headers={"Idempotency-Key": "at once"}) for _ in range(4))
    )
    made = [b.json() for b in both if b.status_code == 201]
    assert made
    assert all(m == made[0] for m in made)
    for b in both:
        if b.status_code != 201:
            told(b, 409, code="idempotency-in-flight")
            assert b.headers["retry-after"] == "1"


async def test_h15_parameters(door: Door) -> None:
    project_id = await project(door)
    for path in ("/api/projects", f"/api/projects/{project_id}/tasks", "/api/callbacks"):
        for text in (
            "limit=1&limit=1000", "limit=1&limit=1", "limit=-1", "limit=0", "limit=1e9", "limit=NaN", "limit=1_000",
            "limit=", "limit=201", "limit=01", "limit=+1", "limit=%201", "limit=1.0", "limit=%D9%A3", "limit=1%00",
            "limit=true", "limit[]=1", "limit=1;limit=2", "limit=" + "9" * 5000,
        ):  # fmt: skip
            problem = told(await door.live.get(f"{path}?{text}"), 422)
            assert problem["code"] in {"validation-failed", "unknown-filter"}
        for text in ("Limit=1", "offset=1", "tenant_id=x", "__proto__=1", "=", "%FF=1", "a%0D%0Ab=1"):
            told(await door.live.get(f"{path}?{text}"), 422, code="unknown-filter")
    told(await door.live.get(f"/api/projects/{project_id}/tasks?state=deleted"), 422)
    assert (await door.live.get("/api/projects?limit=200")).status_code == 200


async def test_h17_ids_have_one_spelling(door: Door) -> None:
    project_id = await project(door)
    spelled = UUID(project_id)
    assert (await door.live.get(f"/api/projects/{project_id}")).status_code == 200
    for text in (
        project_id.upper(), spelled.urn, "{" + project_id + "}", spelled.hex, "%20" + project_id, project_id + "%20",
        project_id + "%0a", "1_000", "+1", "007", "1.0", "-1", "%D9%A3", "9" * 20, "null", "undefined", "0", "*",
        str(spelled.int), project_id[:-1], project_id + "0",
    ):  # fmt: skip
        told(await door.live.get(f"/api/projects/{text}"), 404, code="not-found")
        told(await door.live.get(f"/api/tasks/{text}"), 404, code="not-found")
        told(await door.live.get(f"/api/projects/{project_id}/tasks?batch_id={text}"), 404, 422)
    async with nothing_stored(door):
        for wrong in (project_id.upper(), spelled.urn, spelled.hex, " " + project_id, project_id + "\n", 1, None):
            told(await door.live.post("/api/work/next", json={"project_id": wrong}), 422)


async def test_h18_cursors(door: Door) -> None:
    for _ in range(3):
        project_id = await project(door)
    await add(door, project_id, *[{"text": "t"}] * 3)
    tasks = f"/api/projects/{project_id}/tasks"
    cursor = (await door.live.get("/api/projects?limit=1")).json()["next"]
    onward = (await door.live.get(f"{tasks}?limit=1")).json()["next"]
    assert (await door.live.get(f"/api/projects?limit=1&cursor={cursor}")).status_code == 200
    flipped = ("B" if cursor[10] != "B" else "C").join((cursor[:10], cursor[11:]))
    junk = ("", "x", "AAAA" * 20, "%D9%A3", "..", "a" * 6000)
    for text in (flipped, cursor[:-4], cursor + "AAAA", onward, *junk):
        told(await door.live.get(f"/api/projects?cursor={text}"), 400, code="cursor-invalid")
    told(await door.live.get(f"/api/projects?cursor={'a' * 10_000}"), 414)
    told(await door.live.get(f"{tasks}?cursor={cursor}"), 400, code="cursor-invalid")
    told(await door.live.get(f"{tasks}?cursor={onward}&state=open"), 400, code="cursor-invalid")
    for other in (door.theirs, door.test):
        told(await other.get(f"/api/projects?cursor={cursor}"), 400, code="cursor-invalid")
