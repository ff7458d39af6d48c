"""One request for every operation of the OpenAPI document, with a slot wherever it takes an id.

A new operation needs an entry in `CASES`; a new parameter needs its sort in `SORTS` or its name in
`PLAIN`. `test_coverage.py` fails until both are there, so that nothing can be added unseen.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from tests.fixtures.two import PASSWORD, png

Owner = Literal["manager", "labeler", "operator", "anonymous"]
SLOT = re.compile(r"\{([a-z ]+)\}")
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
NOTHING = "00000000-0000-4000-8000-000000000000"

# Parameters of paths and queries that hold an id, and what it is the id of.
SORTS = {
    "person_id": "person", "key_id": "key", "project_id": "project", "asset_id": "asset", "token": "media",
    "task_id": "task", "import_id": "import", "lease_id": "lease", "export_id": "export",
    "callback_id": "callback", "delivery_id": "delivery", "batch_id": "batch", "after": "task",
    "cursor": "cursor", "client_id": "client", "model_id": "model",
    "labeler_id": "labeler",
}  # fmt: skip
PLAIN = {"limit", "state", "credit", "offset", "position", "reason", "search"}
HEADERS = {"Idempotency-Key"}  # chosen by the caller: test_names.py


@dataclass(frozen=True)
class Case:
    """What an operation is called with; `{sort}` stands for an id. `owner` is whose work it is."""

    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    owner: Owner = "manager"
    content: bytes | None = None
    media_type: str = "application/json"
    last: bool = False  # it destroys what others need
    instead: Mapping[str, str] = field(default_factory=dict)  # a certain one of a sort


PROJECT = {
    "name": "P", "kind": "choice", "instructions": "", "policy": {"type": "fixed", "answers": 1},
    "config": {"question": "?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
    "price": {"micros": 1, "currency": "USD"}, "minutes": 1,
}  # fmt: skip
LEASED = {"fence": 1}
CASES = {
    "GET /api/session": Case(),
    "POST /api/session": Case({"email": "nobody@example.org", "password": PASSWORD}, owner="anonymous"),
    "PATCH /api/session": Case({"locale": "en"}),
    "DELETE /api/session": Case(last=True),
    "POST /api/cell-tokens": Case({"client_id": "{client}"}),
    "GET /api/offers": Case(),
    "POST /api/invitations/accept": Case(
        {"token": "{invitation token}", "name": "New", "password": PASSWORD}, owner="anonymous"
    ),
    "GET /api/clients": Case(owner="operator"),
    "POST /api/clients": Case({"name": "\u200e"}, owner="operator"),  # a name that is refused: no database is made
    "POST /api/clients/{client_id}/invitations": Case({"email": "first@example.org"}, owner="operator"),
    "GET /api/members": Case(),
    "PATCH /api/members/{person_id}": Case({"role": "labeler"}),
    "DELETE /api/members/{person_id}": Case(last=True),
    "GET /api/invitations": Case(),
    "POST /api/invitations": Case({"email": "new@example.org", "role": "labeler"}),
    "GET /api/keys": Case(),
    "POST /api/keys": Case({"name": "new", "mode": "test"}),
    "DELETE /api/keys/{key_id}": Case(last=True),
    "GET /api/kinds": Case(),
    "GET /api/projects": Case(),
    "POST /api/projects": Case(PROJECT),
    "POST /api/projects/estimate": Case(
        {
            "kind": "choice",
            "classes": 2,
            "policy": PROJECT["policy"],
            "price": PROJECT["price"],
            "pilot_id": "{project}",
        }
    ),
    "GET /api/projects/{project_id}": Case(),
    "PATCH /api/projects/{project_id}": Case({"priority": 3}),
    "GET /api/projects/{project_id}/progress": Case(),
    "GET /api/projects/{project_id}/labelers": Case(),
    "PUT /api/projects/{project_id}/labelers/{labeler_id}/exam": Case({"state": "passed"}),
    "GET /api/projects/{project_id}/quality": Case(),
    "GET /api/projects/{project_id}/labelers/{labeler_id}": Case(),
    "GET /api/work/projects/{project_id}/skill": Case(owner="labeler"),
    "GET /api/labelers": Case(),
    "GET /api/labelers/{labeler_id}/skills": Case(),
    "PUT /api/labelers/{labeler_id}/skills": Case({"skills": ["radiology"]}),
    "POST /api/assets": Case(content=png(), media_type="image/png"),
    "GET /api/assets/{asset_id}": Case(),
    "GET /media/{token}": Case(),
    "GET /api/projects/{project_id}/batches": Case(),
    "POST /api/projects/{project_id}/batches": Case({"name": "new"}),
    "POST /api/projects/{project_id}/tasks": Case(
        {"tasks": [{"params": {"image": "asset:{asset}"}, "batch_id": "{batch}"}]}
    ),
    "GET /api/projects/{project_id}/tasks": Case(query={"batch_id": "{batch}"}),
    "GET /api/tasks/{task_id}": Case(),
    "GET /api/tasks/{task_id}/answers": Case(),
    "POST /api/tasks/{task_id}/answers": Case({"labeler": "Ada", "answer": {"choice": "a"}}),
    "POST /api/tasks/{task_id}/cancel": Case(),
    "POST /api/tasks/{task_id}/gold": Case({"answer": {"choice": "a"}}),
    "DELETE /api/tasks/{task_id}/gold": Case(query={"reason": "it was not right"}, instead={"task": "gold task"}),
    "GET /api/projects/{project_id}/gold": Case(),
    "GET /api/projects/{project_id}/imports": Case(),
    "POST /api/projects/{project_id}/imports": Case({"format": "jsonl", "name": "new", "batch_id": "{batch}"}),
    "PUT /api/imports/{import_id}/data": Case(
        content=b"{}\n", media_type="application/octet-stream", query={"offset": "0"}
    ),
    "POST /api/imports/{import_id}/start": Case(),
    "GET /api/imports/{import_id}": Case(),
    "GET /api/imports/{import_id}/errors": Case(instead={"import": "done import"}),
    "GET /api/work/projects": Case(owner="labeler"),
    "GET /api/work/projects/{project_id}/instructions": Case(owner="labeler"),
    "POST /api/work/next": Case({"project_id": "{project}"}, owner="labeler"),
    "POST /api/work/leases/{lease_id}/open": Case(LEASED, owner="labeler"),
    "POST /api/work/leases/{lease_id}/heartbeat": Case(LEASED, owner="labeler"),
    "POST /api/work/leases/{lease_id}/skip": Case(LEASED, owner="labeler", last=True),
    "PUT /api/work/leases/{lease_id}/draft": Case({**LEASED, "answer": {"choice": "a"}}, owner="labeler"),
    "POST /api/work/leases/{lease_id}/submit": Case(
        {**LEASED, "answer": {"choice": "no such"}, "active_ms": 1}, owner="labeler"
    ),
    "GET /api/projects/{project_id}/exports": Case(),
    "POST /api/projects/{project_id}/exports": Case({"format": "jsonl"}),
    "GET /api/exports/{export_id}": Case(),
    "GET /api/exports/{export_id}/data": Case(),
    "GET /api/projects/{project_id}/export.jsonl": Case(query={"after": "{task}"}),
    "GET /api/models": Case(),
    "POST /api/models": Case({"name": "new", "url": "http://127.0.0.1:8099/new", "project_ids": ["{project}"]}),
    "GET /api/models/{model_id}": Case(),
    "PATCH /api/models/{model_id}": Case({"state": "paused"}),
    "DELETE /api/models/{model_id}": Case(last=True),
    "PUT /api/models/{model_id}/projects/{project_id}": Case(),
    "DELETE /api/models/{model_id}/projects/{project_id}": Case(last=True, instead={"model": "other model"}),
    "GET /api/callbacks": Case(),
    "POST /api/callbacks": Case({"url": "http://127.0.0.1:8099/new", "project_id": "{project}"}),
    "GET /api/callbacks/{callback_id}": Case(),
    "PATCH /api/callbacks/{callback_id}": Case({"state": "paused"}),
    "DELETE /api/callbacks/{callback_id}": Case(last=True),
    "GET /api/callbacks/{callback_id}/deliveries": Case(),
    "POST /api/deliveries/{delivery_id}/replay": Case(),
    "POST /api/callbacks/{callback_id}/replay": Case(
        {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    ),
}


@dataclass(frozen=True)
class Slot:
    """A place for an id: where it stands, its name there, and of what it is the id."""

    place: Literal["path", "query", "body"]
    name: str
    sort: str


@dataclass(frozen=True)
class Operation:
    """One operation of the document with its case."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    body: str | None
    security: str
    case: Case

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def cursor(self) -> bool:
        return ("query", "cursor") in self.parameters

    def slots(self) -> list[Slot]:
        """Every place of an id in this operation."""
        found = [Slot(place, name, SORTS[name]) for place, name in self.parameters if name not in PLAIN | HEADERS]  # type: ignore[arg-type] # the document says path or query
        return found + [Slot("body", sort, sort) for sort in SLOT.findall(json.dumps(self.case.body))]

    def request(
        self, ids: Mapping[str, str], *, foreign: Mapping[str, str] | None = None, at: Slot | None = None
    ) -> dict[str, Any]:
        """What to send: ids from `ids`, but at the slot `at` from `foreign`; the cursor only if that is the slot."""
        other = foreign or ids

        def of(place: str, name: str, sort: str) -> str:
            here = at is not None and (at.place, at.name) == (place, name)
            return (other if here else ids)[self.case.instead.get(sort, sort)]

        path = re.sub(r"\{(\w+)\}", lambda m: of("path", m[1], SORTS[m[1]]), self.path)
        query = {k: SLOT.sub(lambda m, k=k: of("query", k, m[1]), v) for k, v in self.case.query.items()}  # type: ignore[misc] # a default that binds k
        if at is not None and at.sort == "cursor":
            query["cursor"] = other[f"cursor {self.name}"]
        made: dict[str, Any] = {"method": self.method, "url": path, "params": query}
        if self.case.content is not None:
            made["content"] = self.case.content
            made["headers"] = {"Content-Type": self.case.media_type}
        elif self.case.body is not None:
            text = SLOT.sub(lambda m: of("body", m[1], m[1]), json.dumps(self.case.body))
            made["content"] = text.encode()
            made["headers"] = {"Content-Type": "application/json"}
        return made


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """The document's operations; those without a case are left to the coverage test."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            case = CASES.get(f"{method.upper()} {path}")
            if case is None:
                continue
            content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield Operation(
                method.upper(),
                path,
                tuple((p["in"], p["name"]) for p in told.get("parameters", [])),
                content.get("schema", {}).get("$ref", "").rpartition("/")[2] or None,
                next(iter(told["security"][0])) if told.get("security") else "none",
                case,
            )


def id_fields(document: Mapping[str, Any], schema: str) -> list[str]:
    """The fields of a body, at any depth, that hold an id of something."""
    found: list[str] = []
    todo: list[Any] = [document["components"]["schemas"][schema]]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo.extend(node)
        if not isinstance(node, dict):
            continue
        if "$ref" in node:
            todo.append(document["components"]["schemas"][node["$ref"].rpartition("/")[2]])
        for name, shape in node.get("properties", {}).items():
            if json.dumps(UUID) in json.dumps(shape) or name.endswith(("_id", "_ids", "token")):
                found.append(name)
        todo.extend(node.values())
    return [name for name in found if name != "external_id"]  # a client's own name for a task


async def cursors(operation: Operation, ids: dict[str, str], owner: httpx.AsyncClient) -> None:
    """Puts the cursor of the list's second page among the ids."""
    asked = operation.request(ids)
    answer = await owner.request(**{**asked, "params": {**asked["params"], "limit": "1"}})
    assert answer.status_code == 200, (operation.name, answer.text)
    onward = answer.json()["next"]
    assert onward, f"{operation.name} has no second page here: let the fixture make two of its things"
    ids[f"cursor {operation.name}"] = onward
