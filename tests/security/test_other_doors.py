"""ISO-01 for routes outside the OpenAPI document: another client's ids and names in every address."""

import base64
import re
from urllib.parse import quote

from fastapi.routing import APIRoute
from tests.fixtures.two import World
from tests.security.test_isolation import reveals, state

from neraca.server.app import ROUTERS

DOORS = ("/scale/",)


def hidden() -> list[APIRoute]:
    return [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and not r.include_in_schema]


def test_what_is_not_in_the_document_is_a_known_door() -> None:
    assert [route.path for route in hidden() if not route.path.startswith(DOORS)] == []


async def test_other_doors_find_nothing_of_another_client(world: World) -> None:
    """Every route with each of B's ids, its project's and its batch's name, as A's keys and a stranger."""
    before = await state(world, world.b)
    names = [f"{world.b.canary} project", f"{world.b.canary} batch 1", f"{world.b.canary}-0"]
    values = [*names, *(world.b.ids[sort] for sort in ("task", "project", "batch", "asset", "export", "key", "person"))]
    keys = [world.a.callers[name].headers["authorization"][7:] for name in ("live key", "test key", "labeler key")]
    tried, wrong = 0, []
    for route in hidden():
        for value in values if "{" in route.path else values[:1]:
            path = re.sub(r"\{[^}]+\}", quote(value, safe=""), route.path)
            for key in (*keys, ""):
                headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
                for method in route.methods or ():
                    answer = await world.anonymous.request(method, path, headers=headers, json={"project": names[0]})
                    tried += 1
                    # a name that was sent may be told back in the refusal: 4xx, and nothing besides
                    told = reveals(answer, world.b) and answer.status_code < 400
                    if answer.status_code >= 500 or told or (not key and answer.status_code != 401):
                        wrong.append(f"{method} {route.path} with {value[-12:]}: {answer.status_code}")
    assert wrong == []
    assert tried > 500
    assert await state(world, world.b) == before
