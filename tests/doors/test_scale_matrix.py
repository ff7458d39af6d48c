"""Every operation of the door, asked by its owner and by everybody who may not.

The door's addresses are Scale's contract and stand in no OpenAPI document of ours, so the gate is here: a route
without a case fails the first test.
"""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from scaleapi.tasks import TaskType
from starlette.routing import Route
from tests.doors.account import Account, fresh

from neraca.server.app import create
from neraca.server.settings import Settings


@dataclass(frozen=True)
class Case:
    """What is sent. `{word}` in a path or body stands for a thing of the owner's."""

    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    lists: bool = False  # it names nothing: another client gets its own
    none: bool = False  # nobody has what it names
    state: bool = False  # the thing's present state may refuse it
    last: bool = False  # it ends what others need


GOLD = {"text": "Ada", "labels": [{"name": "person"}], "expected_response": {"annotations": []}}
RESPONSE = {"labeler": "Ada", "response": {"lanes": 1}}
CASES = {
    "POST /scale/v1/task/{task_type}": Case({"batch": "{batch}"}),
    "GET /scale/v1/tasks": Case(lists=True),
    "GET /scale/v1/task/{task_id}": Case(),
    "POST /scale/v1/task/{task_id}/cancel": Case(state=True, last=True),
    "POST /scale/v1/task/{task_id}/audit": Case({"accepted": True, "comments": None}, state=True),
    "PUT /scale/v1/audits": Case({"task_id": "{task_id}", "audit_result": "accepted"}, state=True),
    "GET /scale/v1/audits": Case(query={"task_id": "{task_id}"}),
    "POST /scale/v1/task/{task_id}/unique_id": Case({"unique_id": "{unique}"}),
    "DELETE /scale/v1/task/{task_id}/unique_id": Case(),
    "POST /scale/v1/task/{task_id}/setMetadata": Case({"a": 1}),
    "POST /scale/v1/task/{task_id}/tags": Case(["a"]),
    "PUT /scale/v1/task/{task_id}/tags": Case(["b"]),
    "DELETE /scale/v1/task/{task_id}/tags": Case(["a"]),
    "POST /scale/v1/task/{task_id}/send_callback": Case(state=True),
    "POST /scale/v1/task/{task_id}/response": Case(RESPONSE),
    "GET /scale/v1/account": Case(lists=True),
    "POST /scale/v1/batches": Case({"project": "{project}", "name": "{fresh}"}),
    "GET /scale/v1/batches": Case(lists=True),
    "GET /scale/v1/batches/{batch}": Case(),
    "POST /scale/v1/batches/{batch}/finalize": Case(),
    "GET /scale/v1/batches/{batch}/status": Case(),
    "POST /scale/v1/batches/{batch}/setMetadata": Case({"a": 1}),
    "POST /scale/v1/batches/{batch}/prioritize": Case({"priority": 20}),
    "POST /scale/v1/projects": Case({"name": "{fresh}", "type": "laneannotation"}, lists=True),
    "GET /scale/v1/projects": Case(lists=True),
    "GET /scale/v1/projects/{project}": Case(),
    "POST /scale/v1/projects/{project}/setParams": Case({"instruction": "Two"}),
    "GET /scale/v1/projects/{project}/taskTemplates": Case(state=True),
    "POST /scale/v1/files/upload": Case(lists=True, state=True),
    "POST /scale/v1/files/import": Case({"file_url": "file:///etc/passwd"}, lists=True, state=True),
    "GET /scale/v1/files": Case(lists=True),
    "GET /scale/v1/files/{file_id}/content": Case(),
    "POST /scale/v1/evaluation_tasks/{gold_type}": Case({**GOLD, "project": "{gold}"}),
    "POST /scale/v1/training_tasks/{gold_type}": Case({**GOLD, "project": "{gold}"}),
    "GET /scale/v1/quality/labelers": Case(lists=True),
    "GET /scale/v1/teams": Case(lists=True),
    "POST /scale/v1/teams/invite": Case({"emails": ["new@example.org"], "team_role": "labeler"}, lists=True),
    "POST /scale/v1/teams/set_role": Case({"emails": ["nobody@example.org"], "team_role": "member"}, none=True),
    "GET /scale/v2/task": Case(query={"task_id": "{task_id}"}),
    "GET /scale/v2/tasks": Case(query={"batch_name": "{batch}"}),
    "POST /scale/v2/task/chat": Case({"project_name": "{chat}"}),
    "POST /scale/v2/task/metadata": Case({"task_id": "{task_id}", "metadata": {"a": 1}}),
    "GET /scale/v2/batch": Case(query={"batch_id": "{batch_id}"}),
    "GET /scale/v2/batches": Case(query={"project_id": "{project_id}"}),
    "POST /scale/v2/batch": Case({"name": "{fresh}", "project_id": "{project_id}"}),
    "POST /scale/v2/batch/finalize": Case({"batch_id": "{batch_id}"}, state=True),
    "POST /scale/v2/batch/pause": Case({"batch_name": "{batch}"}, state=True),
    "POST /scale/v2/batch/resume": Case({"batch_id": "{batch_id}"}, state=True),
    "POST /scale/v2/batch/cancel": Case({"batch_name": "{batch}"}, last=True),
    "POST /scale/v2/batch/metadata": Case({"batch_id": "{batch_id}", "metadata": {}}),
    "GET /scale/v2/project": Case(query={"project_id": "{project_id}"}),
    "GET /scale/v2/projects": Case(lists=True),
    "GET /scale/v2/annotation": Case(query={"annotation_id": "{mark}"}, none=True),
    "GET /scale/v2/schema": Case(query={"schema_id": "{project_id}"}, state=True),
    "GET /scale/v2/deliveries": Case(lists=True),
    "GET /scale/v2/datasets": Case(lists=True),
    "GET /scale/v2/datasets/deliveries": Case(lists=True),
    "GET /scale/v2/delivery": Case(none=True),
    "GET /scale/v2/delivery/tasks": Case(none=True),
    "GET /scale/v2/datasets/delivery": Case(none=True),
    "GET /scale/v2/datasets/tasks": Case(none=True),
    "GET /scale/v2/datasets/task": Case(none=True),
    "GET /scale/v2/datasets/task/{task_id}/response_url/{attachment_id}": Case(none=True),
    "POST /scale/v1/arrivals/missing": Case({"task_ids": ["{task_id}"]}, lists=True),
    "POST /scale/v1/arrivals": Case(
        {
            "task_id": "{arrived}",
            "type": "laneannotation",
            "status": "canceled",
            "project": "{project}",
            "params": {},
        }
    ),
    "GET /scale/v1/studio/assignments": Case(lists=True),
    "POST /scale/v1/studio/assignments/add": Case({"emails": ["a@example.org"], "projects": ["{project}"]}),
    "POST /scale/v1/studio/assignments/remove": Case({"emails": ["a@example.org"], "projects": ["{project}"]}),
    "GET /scale/v1/studio/projects/{project}/groups": Case(),
    "POST /scale/v1/studio/projects/{project}/groups": Case({"emails": [], "name": "{fresh}"}),
    "PUT /scale/v1/studio/projects/{project}/groups/{group}": Case({"add_emails": [], "remove_emails": []}),
    "GET /scale/v1/studio/batches": Case(lists=True),
    "POST /scale/v1/studio/batches/set_priorities": Case({"batches": [{"name": "{batch}"}]}),
    "POST /scale/v1/studio/batches/reset_priorities": Case(lists=True),
    "PUT /scale/v1/studio/batches/{batch}": Case({"groups": []}),
}


def routes(folder: Path) -> dict[str, APIRoute]:
    """Every route of the app under this door's prefix, however it was put there."""
    known = Settings(folder, 8000, "", b"k" * 32, private_hosts=False, hosts=frozenset())
    found: dict[str, APIRoute] = {}
    waiting: list[Any] = list(create(known).routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
            continue
        assert isinstance(route, Route), f"a sort of route that this gate cannot look into: {route!r}"
        if route.path.startswith("/scale"):
            assert isinstance(route, APIRoute), route.path
            found |= {f"{method} {route.path}": route for method in route.methods or ()}
    return found


@dataclass
class Things:
    """What the owner has, by word."""

    owner: Account
    known: dict[str, str]

    def filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.filled(v) for v in value]
        if isinstance(value, dict):
            return {k: self.filled(v) for k, v in value.items()}
        if isinstance(value, str):
            return fresh("n") if value == "{fresh}" else value.format(**self.known) if value[:1] == "{" else value
        return value

    def ask(self, http: httpx.Client, name: str) -> httpx.Response:
        method, path = name.split(" ")
        body = self.filled(CASES[name].body)
        query = {key: value.format(**self.known) for key, value in CASES[name].query.items()}
        return http.request(method, path.format(**self.known), json=body, params=query)


@pytest.fixture(scope="module")
def things(account: Account) -> Things:
    mark = fresh("canary")
    project = account.live.create_project(mark.replace(" ", "-"), TaskType.LaneAnnotation, {"instruction": mark})
    batch = account.live.create_batch(project.name, fresh("batch").replace(" ", "-"), metadata={"mark": mark})
    task = account.live.create_task(TaskType.LaneAnnotation, batch=batch.name, metadata={"mark": mark}, tags=["a"])
    known = {
        "task_id": task.id, "task_type": "laneannotation", "project": project.name, "batch": batch.name, "mark": mark,
        "project_id": project.as_dict()["id"], "batch_id": batch.as_dict()["id"], "attachment_id": "x",
        "chat": account.live.create_project(fresh("chat"), TaskType.Chat).name,
        "arrived": uuid4().hex[:24], "unique": fresh("u"), "gold_type": "namedentityrecognition", "group": "g",
        "gold": account.live.create_project(fresh("gold"), TaskType.NamedEntityRecognition).name,
        "file_id": account.live.upload_file(io.BytesIO(mark.encode())).id,
    }  # fmt: skip
    account.live.create_project_group(project.name, [], "g")
    return Things(account, known)


def test_every_operation_has_a_case(tmp_path: Path) -> None:
    found = routes(tmp_path)
    assert set(found) == set(CASES), "give the new operation a case"
    assert not any(r.include_in_schema for r in found.values())


def test_who_may_not_is_refused_and_changes_nothing(things: Things, stranger: Account) -> None:
    owner = things.owner
    (labeler,) = asyncio.run(owner.served.keys(owner.client, 1))
    before = owner.live.get_task(things.known["task_id"]).as_dict()
    mark = things.known["mark"].encode()
    wrong = []
    for name, case in CASES.items():
        ok = {200} if case.lists else {404}
        for who, key, allowed in (
            ("another client", stranger.client.live, {200, 400} if case.lists and case.state else ok),
            ("a test key", owner.client.test, {200, 400} if case.lists and case.state else ok),
            ("a labeler", labeler, {403}),
            ("nobody", "nrc_live_x", {401}),
        ):
            with owner.raw(key) as http:
                answer = things.ask(http, name)
            if answer.status_code not in allowed or mark in answer.content:
                wrong.append(f"{name} as {who}: {answer.status_code} {answer.text[:100]}")
    assert wrong == []
    assert owner.live.get_task(things.known["task_id"]).as_dict() == before


def test_the_owner_is_let_in(things: Things) -> None:
    wrong = []
    with things.owner.raw() as http:
        for name in sorted(CASES, key=lambda n: (CASES[n].last, "/response" in n)):
            answer = things.ask(http, name)
            good = {404} if CASES[name].none else {200, 400} if CASES[name].state else {200}
            if answer.status_code not in good:
                wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
