"""ISO-03: every operation, and every place for an id in it, has a case."""

from typing import Any

import pytest
from tests.security.cases import CASES, HEADERS, PLAIN, SLOT, SORTS, UUID, Operation, id_fields, operations

from neraca.server.app import create
from neraca.server.settings import Settings


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the application says of itself; no database is asked."""
    known = Settings(tmp_path_factory.mktemp("home"), 8000, "", b"k" * 32, private_hosts=False, hosts=frozenset())
    told: dict[str, Any] = create(known).openapi()
    return told


def names(document: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


def test_every_operation_has_a_case(document: dict[str, Any]) -> None:
    assert names(document) - CASES.keys() == set(), "give the new operation a case"
    assert CASES.keys() - names(document) == set(), "there is no such operation any more"


def test_every_parameter_has_its_sort(document: dict[str, Any]) -> None:
    found = {parameter for operation in operations(document) for parameter in operation.parameters}
    assert {name for place, name in found if place == "header"} == HEADERS, "say how the new header is tested"
    seen = {name for place, name in found if place != "header"}
    assert seen - SORTS.keys() - PLAIN == set(), "say of what the new parameter is the id, or that it is none"
    assert SORTS.keys() - seen == set()


def test_every_id_in_a_body_is_a_slot(document: dict[str, Any]) -> None:
    missing = [
        f"{operation.name}: {operation.body} has {len(wanted)} ids, the case has {len(slots)}"
        for operation in operations(document)
        if operation.body
        for wanted in [id_fields(document, operation.body)]
        for slots in [[s for s in operation.slots() if s.place == "body"]]
        if len(slots) < len(wanted)
    ]
    assert missing == []


def test_every_id_in_a_query_is_in_the_case(document: dict[str, Any]) -> None:
    for operation in operations(document):
        wanted = {n for p, n in operation.parameters if p == "query" and n not in PLAIN and n != "cursor"}
        assert wanted == {n for n, v in operation.case.query.items() if SLOT.search(v)}, operation.name


def test_the_gate_sees_what_is_new() -> None:
    """The gate itself: ids deep in a body are found, plain fields are not."""
    parts = {
        "New": {"properties": {"name": {"type": "string"}, "parts": {"items": {"$ref": "#/components/schemas/Part"}}}},
        "Part": {"properties": {"thing": {"anyOf": [{"type": "string", "pattern": UUID}, {"type": "null"}]}}},
    }
    assert id_fields({"components": {"schemas": parts}}, "New") == ["thing"]


def test_an_operation_is_asked_with_its_ids(document: dict[str, Any]) -> None:
    ids = {sort: f"own {sort}" for sort in SORTS.values()}
    by_name: dict[str, Operation] = {o.name: o for o in operations(document)}
    asked = by_name["POST /api/projects/{project_id}/tasks"]
    batch = next(s for s in asked.slots() if s.sort == "batch")
    sent = asked.request(ids, foreign={"batch": "foreign"}, at=batch)
    assert sent["url"] == "/api/projects/own project/tasks"
    assert b'"batch_id": "foreign"' in sent["content"]
    assert b'"asset:own asset"' in sent["content"]
