"""SEC-22: what the API says is never a page, whatever was asked for and whatever went wrong."""

import json
from urllib.parse import quote

import httpx
from tests.fixtures.two import World
from tests.security.cases import operations

HOSTILE = "<script>alert(1)</script>"
ACCEPT = (
    "text/html", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1", "application/xhtml+xml", "image/svg+xml",
    "*/*;q=0", "", "text/html;charset=utf-7", "application/json;q=0, text/html",
)  # fmt: skip
DATA = {"application/json", "application/x-ndjson", "image/png"}
MEMBERS = {"type", "title", "status", "detail", "instance", "code"}


def sound(answer: httpx.Response, about: object) -> None:
    """Data or a problem document, never something that a browser would run."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400:
        assert kind == "application/problem+json", (about, answer.status_code, kind)
        if answer.content:  # HEAD has none
            told = json.loads(answer.content)
            assert told.keys() >= MEMBERS
            assert told["status"] == answer.status_code
            assert HOSTILE not in answer.headers.values()
    elif answer.status_code != 204:
        assert kind in DATA, (about, answer.status_code, kind)
    assert answer.headers["x-content-type-options"] == "nosniff", about
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy or "sandbox" in policy


async def test_every_operation_answers_in_its_types(world: World) -> None:
    """Every operation as everybody, with hostile Accept headers, and HEAD as well."""
    seen = 0
    for operation in operations(world.application.openapi()):
        if operation.case.last:
            continue
        for n, who in enumerate((*world.a.callers.values(), world.operator, world.anonymous, world.b.manager)):
            asked = operation.request(world.a.ids)
            asked["headers"] = {**asked.get("headers", {}), "Accept": ACCEPT[n % len(ACCEPT)]}
            sound(await who.request(**asked), operation.name)
            sound(await who.request(**{**asked, "method": "HEAD"}), f"HEAD {operation.path}")
            seen += 1
    assert seen > 500


async def test_what_is_not_there_is_no_page_either(world: World) -> None:
    """Unknown paths, wrong methods, hostile ids, under every Accept header."""
    bad = quote(HOSTILE, safe="")
    paths = [
        "/api", "/api/", "/api/x", f"/api/{bad}", "/api/../api/x", "/api/projects/", "/API/projects", "/api//projects",
        "/%61pi/x", "/api/%00", f"/api/projects/{bad}", f"/api/tasks/{bad}", f"/media/{bad}", "/media", "/media/",
        "/Media/x", "/api/kinds?callback=x", f"/api/projects?cursor={bad}", f"/api/projects?{bad}={bad}",
        f"/api/work/leases/{bad}/open", "/api/openapi.html", "/api/docs", "/api/x.html", "/api/index.html",
    ]  # fmt: skip
    for path in paths:
        for accept in ACCEPT:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
                answer = await world.a.manager.request(method, path, headers={"Accept": accept})
                assert answer.status_code >= 400, (method, path)
                sound(answer, (method, path, accept))


async def test_hostile_bodies_come_back_as_problems(world: World) -> None:
    """What was sent is told back only as text in JSON, shortened and escaped."""
    bodies = [
        f'{{"{HOSTILE}": 1}}', f'{{"name": "{HOSTILE}", "kind": "{HOSTILE}"}}', HOSTILE, f'["{HOSTILE}"]', "{",
        f'{{"a": 1, "a": "{HOSTILE}"}}',
    ]  # fmt: skip
    for operation in operations(world.application.openapi()):
        if operation.body is None or operation.case.last or operation.name == "POST /api/session":
            continue
        for body in bodies:
            asked = operation.request(world.a.ids)
            who = world.operator if operation.case.owner == "operator" else world.a.manager
            answer = await who.request(**{**asked, "content": body.encode()})
            assert 400 <= answer.status_code < 500, (operation.name, body)
            sound(answer, operation.name)


async def test_stored_markup_comes_back_as_data(world: World) -> None:
    """A picture's bytes are sandboxed; a name with markup is a string of a JSON document."""
    made = await world.a.manager.post(
        f"/api/projects/{world.a.ids['project']}/batches", json={"name": HOSTILE}, headers={"Accept": "text/html"}
    )
    sound(made, "batch")
    assert made.json()["name"] == HOSTILE
    picture = await world.a.manager.get(f"/media/{world.a.ids['media']}", headers={"Accept": "text/html"})
    assert picture.headers["content-type"] == "image/png"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["cross-origin-resource-policy"] == "same-origin"
    for content in (b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"):
        for kind in ("image/svg+xml", "image/png", "text/html"):
            sent = await world.a.manager.post("/api/assets", content=content, headers={"Content-Type": kind})
            assert sent.status_code == 415
