"""Every operation of the OpenAPI document, called with valid keys and damaged requests.

No answer is a server's error, every refusal is a problem document, and none of them stores a thing.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.badinput.contract import Told, sums, told
from tests.fixtures.two import World, _known, bare, world
from tests.security.cases import CASES, Operation, operations

__all__ = ["_known", "bare", "world"]
REQUESTS = 250
NASTY: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**63, 0.5, -0.0, 1e308, 5e-324, "", " ", "a",
    "\u202e", "\u200b", "\ufeff", "😀", "'; drop table task; --", "%s", "{0}", "${7*7}", "../../etc/passwd", "x" * 300,
    "a\r\nb", "__proto__", "NaN", "00000000-0000-4000-8000-000000000000", "2026-01-01T00:00:00Z", [], {}, [[]], [None],
    {"": ""}, {"type": "fixed"}, {"a": {"a": {"a": {"a": {}}}}}, [0] * 20,
]  # fmt: skip
VALUES = [
    "",
    "0",
    "1",
    "2",
    "-1",
    "x",
    "open",
    "99999999999999999999",
    "%00",
    "%F0%9F%98%80",
    "%FF",
    "a" * 300,
    "%D9%A3",
]
SEGMENTS = ["x", "%00", "%2e%2e", "-1", "0", "a" * 300, "%F0%9F%98%80", "null", "00000000-0000-4000-8000-000000000000"]
junk = st.one_of(
    st.sampled_from(NASTY),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a document."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [spot for key in keys for spot in ((value, key), *places(value[key]))]


def damaged(draw: Callable[..., Any], body: Any) -> Any:
    """A document with up to three places replaced, removed, doubled or joined by strange ones."""
    document = json.loads(json.dumps([body]))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(document)))
        match draw(st.sampled_from(["replace", "replace", "remove", "add", "double"])):
            case "replace":
                container[key] = deepcopy(draw(junk))
            case "remove" if container is not document:
                del container[key]
            case "add" if isinstance(container, dict):
                container[draw(st.text(max_size=8))] = deepcopy(draw(junk))
            case "double" if isinstance(container, list):
                container.append(deepcopy(container[key]))
        if not document or not places(document):
            break
    return document[0] if document else None


@st.composite
def requests(draw: Callable[..., Any], operation: Operation, made: dict[str, Any]) -> dict[str, Any]:
    """A good request, with something wrong in one part of it."""
    part = draw(st.sampled_from(["body", "body", "body", "bytes", "query", "path", "header"]))
    asked = {**made, "headers": dict(made.get("headers", {}))}
    content = asked.get("content")
    if part == "body" and content is not None and asked["headers"]["Content-Type"] == "application/json":
        asked["content"] = json.dumps(damaged(draw, json.loads(content)), ensure_ascii=draw(st.booleans())).encode(
            "utf-8", "surrogatepass"
        )
    elif part == "bytes" and content:
        at = draw(st.integers(0, len(content)))
        asked["content"] = content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 3)) :]
    elif part == "header":
        names = ["Content-Type", "Idempotency-Key", "Range", "If-Match", "Origin", "Accept", "Content-Encoding"]
        asked["headers"][draw(st.sampled_from(names))] = draw(st.text(st.characters(max_codepoint=255), max_size=20))
        asked["headers"] = [(k, v.encode("latin-1")) for k, v in asked["headers"].items()]
    elif part == "path":
        segments = asked["url"].split("/")
        segments[draw(st.integers(2, len(segments) - 1))] = draw(st.sampled_from(SEGMENTS))
        asked["url"] = "/".join(segments)
    else:
        known = [name for place, name in operation.parameters if place == "query"] * 4
        given = st.tuples(st.sampled_from([*known, "x"]), st.sampled_from(VALUES))
        asked["url"] += "?" + "&".join(f"{n}={v}" for n, v in draw(st.lists(given, min_size=1, max_size=3)))
        asked["params"] = None
    return asked


async def stored(world: World) -> Told:
    """The content of the client's cell and of the control plane, without what a failed sign-in leaves on purpose."""
    async with world.house.inside(world.a.cell) as db, world.house.control() as control:
        found = {"cell": await sums(db), "control": await sums(control)}
    found["control"] = {k: v for k, v in found["control"].items() if k not in {"login", "login_failure"}}
    return found


def caller(world: World, operation: Operation) -> httpx.AsyncClient:
    owner = operation.case.owner
    return {"operator": world.operator, "anonymous": world.anonymous}.get(owner) or world.a.callers[owner]


@pytest.fixture
def before() -> dict[str, Told]:
    """What stood in the databases after the request before."""
    return {}


@settings(
    max_examples=REQUESTS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_damaged_requests(world: World, before: dict[str, Told], data: st.DataObject) -> None:
    if not before:
        assert len(CASES) > 50
        before["state"] = await stored(world)
    safe = [o for o in operations(world.application.openapi()) if not o.case.last]
    operation = data.draw(st.sampled_from([*safe, *(o for o in safe if o.body), *(o for o in safe if o.body)]))
    asked = data.draw(requests(operation, operation.request(world.a.ids)))
    answer = await caller(world, operation).request(**asked)
    assert answer.status_code < 500, (operation.name, asked, answer.text)
    after = await stored(world)
    if answer.status_code >= 400:
        told(answer, answer.status_code)
        assert after == before["state"], (operation.name, asked, answer.text)
    before["state"] = after
