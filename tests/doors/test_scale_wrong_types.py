"""Every parameter of every operation of the door in a type that it does not have: 400, and a sentence that names it."""

import ast
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from scaleapi.tasks import TaskType
from tests.doors.account import Account
from tests.doors.test_scale_foreign import completed, enter
from tests.doors.test_scale_matrix import CASES, Things, things

import neraca.doors.scale as door

__all__ = ["things"]

Wrong = dict[str, Any]
TASK: Wrong = {
    "project": 7, "batch": ["b"], "instruction": {"a": 1}, "callback_url": 7, "metadata": [1], "tags": {"a": 1},
    "unique_id": ["u"], "priority": "soon", "urgency": 5.5,
}  # fmt: skip
ARRIVING: Wrong = {key: value for key, value in TASK.items() if key not in {"priority", "urgency"}}  # in its params
FILE: Wrong = {"display_name": 7, "project_name": ["p"], "reference_id": {"a": 1}, "metadata": "x"}
TIME = "yesterday"
NAMED: Wrong = {"batch_id": 7, "batch_name": ["b"]}
NOTHING: Wrong = {}  # beside what its address names

# What an operation reads: in its body, and after `?` in its query.
WRONG: dict[str, tuple[Wrong, Wrong]] = {
    "POST /scale/v1/task/{task_type}": ({**TASK, "hypothesis": [1]}, NOTHING),
    "GET /scale/v1/tasks": (
        NOTHING,
        {
            "start_time": TIME, "end_time": TIME, "completed_after": TIME, "completed_before": TIME,
            "updated_after": TIME, "updated_before": TIME, "status": "done", "type": "cow", "limit": "many",
            "next_token": "x", "include_attachment_url": "maybe", "limited_response": "maybe",
            "customer_review_status": "maybe",
        },
    ),
    "GET /scale/v1/task/{task_id}": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/cancel": (NOTHING, {"clear_unique_id": "maybe"}),
    "POST /scale/v1/task/{task_id}/audit": (
        {"accepted": "maybe", "comments": 7, "response": [1]}, NOTHING,
    ),
    "PUT /scale/v1/audits": (
        {"audit_result": "fine", "feedback_items": "x", "audited_task_response_url": 7, "comments": 7}, NOTHING,
    ),
    "GET /scale/v1/audits": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/unique_id": ({"unique_id": ["u"]}, NOTHING),
    "DELETE /scale/v1/task/{task_id}/unique_id": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/setMetadata": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/tags": (NOTHING, NOTHING),
    "PUT /scale/v1/task/{task_id}/tags": (NOTHING, NOTHING),
    "DELETE /scale/v1/task/{task_id}/tags": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/send_callback": (NOTHING, NOTHING),
    "POST /scale/v1/task/{task_id}/response": ({"labeler": 7, "response": [1], "active_ms": "long"}, NOTHING),
    "GET /scale/v1/account": (NOTHING, NOTHING),
    "POST /scale/v1/batches": (
        {
            "project": 7, "name": 7, "callback": 7, "calibration_batch": "maybe", "self_label_batch": 7,
            "metadata": [1],
        },
        NOTHING,
    ),
    "GET /scale/v1/batches": (
        NOTHING,
        {
            "start_time": TIME, "end_time": TIME, "exclude_archived": "maybe", "status": "done", "limit": "many",
            "offset": "far", "detailed": "maybe",
        },
    ),
    "GET /scale/v1/batches/{batch}": (NOTHING, NOTHING),
    "POST /scale/v1/batches/{batch}/finalize": (NOTHING, NOTHING),
    "GET /scale/v1/batches/{batch}/status": (NOTHING, NOTHING),
    "POST /scale/v1/batches/{batch}/setMetadata": (NOTHING, NOTHING),
    "POST /scale/v1/batches/{batch}/prioritize": ({"priority": "soon"}, NOTHING),
    "POST /scale/v1/projects": (
        {
            "name": 7, "type": ["x"], "params": [1], "rapid": "maybe", "studio": 7, "datasetId": 7,
        },
        NOTHING,
    ),
    "GET /scale/v1/projects": (NOTHING, {"archived": "maybe"}),
    "GET /scale/v1/projects/{project}": (NOTHING, NOTHING),
    "POST /scale/v1/projects/{project}/setParams": ({"patch": "maybe", "instruction": 7}, NOTHING),
    "GET /scale/v1/projects/{project}/taskTemplates": (NOTHING, NOTHING),
    "POST /scale/v1/files/upload": ({"file": "a text"}, NOTHING),
    "POST /scale/v1/files/import": ({"file_url": 7, **FILE}, NOTHING),
    "GET /scale/v1/files": (NOTHING, {"metadata": "{", "cursor": "x"}),
    "GET /scale/v1/files/{file_id}/content": (NOTHING, NOTHING),
    "POST /scale/v1/evaluation_tasks/{gold_type}": (
        {**TASK, "expected_response": [1], "initial_response": [1]}, NOTHING,
    ),
    "POST /scale/v1/training_tasks/{gold_type}": (
        {**TASK, "expected_response": [1], "initial_response": [1]}, NOTHING,
    ),
    "GET /scale/v1/quality/labelers": (NOTHING, NOTHING),
    "GET /scale/v1/teams": (NOTHING, NOTHING),
    "POST /scale/v1/teams/invite": ({"emails": "a@example.org", "team_role": 7}, NOTHING),
    "POST /scale/v1/teams/set_role": ({"emails": "a@example.org", "team_role": 7}, NOTHING),
    "GET /scale/v2/task": (NOTHING, {"task_id": "", "expand": "everything"}),
    "GET /scale/v2/tasks": (
        NOTHING,
        {
            "status": "done", "completed_after": TIME, "completed_before": TIME, "limit": "many", "next_token": "x",
            "expand": "everything",
        },
    ),
    "POST /scale/v2/task/chat": (
        {
            "project_id": 7, "project_name": ["p"], **NAMED, "template_variables": [1], "metadata": [1],
            "callback_url": 7,
        },
        NOTHING,
    ),
    "POST /scale/v2/task/metadata": ({"task_id": 7, "metadata": [1], "merge": "maybe"}, NOTHING),
    "GET /scale/v2/batch": (NOTHING, {"expand": "everything"}),
    "GET /scale/v2/batches": (
        NOTHING,
        {
            "status": "done", "created_after": TIME, "created_before": TIME, "completed_after": TIME,
            "completed_before": TIME, "limit": "many", "next_token": "x", "expand": "everything",
        },
    ),
    "POST /scale/v2/batch": (
        {"name": 7, "project_id": 7, "project_name": ["p"], "callback": 7, "metadata": [1]}, NOTHING,
    ),
    "POST /scale/v2/batch/finalize": (NAMED, NOTHING),
    "POST /scale/v2/batch/pause": (NAMED, NOTHING),
    "POST /scale/v2/batch/resume": (NAMED, NOTHING),
    "POST /scale/v2/batch/cancel": (NAMED, NOTHING),
    "POST /scale/v2/batch/metadata": ({**NAMED, "metadata": [1], "merge": "maybe"}, NOTHING),
    "GET /scale/v2/project": (NOTHING, NOTHING),
    "GET /scale/v2/projects": (NOTHING, {"created_after": TIME, "created_before": TIME}),
    "GET /scale/v2/annotation": (NOTHING, {"annotation_id": ""}),
    "GET /scale/v2/schema": (NOTHING, {"schema_id": ""}),
    "GET /scale/v2/deliveries": (NOTHING, NOTHING),
    "GET /scale/v2/datasets": (NOTHING, NOTHING),
    "GET /scale/v2/datasets/deliveries": (NOTHING, NOTHING),
    "GET /scale/v2/delivery": (NOTHING, NOTHING),
    "GET /scale/v2/delivery/tasks": (NOTHING, NOTHING),
    "GET /scale/v2/datasets/delivery": (NOTHING, NOTHING),
    "GET /scale/v2/datasets/tasks": (NOTHING, NOTHING),
    "GET /scale/v2/datasets/task": (NOTHING, NOTHING),
    "GET /scale/v2/datasets/task/{task_id}/response_url/{attachment_id}": (NOTHING, NOTHING),
    "POST /scale/v1/arrivals/missing": ({"task_ids": "x"}, NOTHING),
    "POST /scale/v1/arrivals": (
        {
            **ARRIVING, "task_id": 7, "type": 7, "status": "done", "params": [1], "response": [1], "created_at": TIME,
            "updated_at": TIME, "completed_at": TIME, "customer_review_comments": 7,
        },
        NOTHING,
    ),
    "GET /scale/v1/studio/assignments": (NOTHING, NOTHING),
    "POST /scale/v1/studio/assignments/add": ({"emails": "a", "projects": "p"}, NOTHING),
    "POST /scale/v1/studio/assignments/remove": ({"emails": "a", "projects": "p"}, NOTHING),
    "GET /scale/v1/studio/projects/{project}/groups": (NOTHING, NOTHING),
    "POST /scale/v1/studio/projects/{project}/groups": ({"emails": "a", "name": 7}, NOTHING),
    "PUT /scale/v1/studio/projects/{project}/groups/{group}": ({"add_emails": "a", "remove_emails": 7}, NOTHING),
    "GET /scale/v1/studio/batches": (NOTHING, NOTHING),
    "POST /scale/v1/studio/batches/set_priorities": ({"batches": "b"}, NOTHING),
    "POST /scale/v1/studio/batches/reset_priorities": (NOTHING, NOTHING),
    "PUT /scale/v1/studio/batches/{batch}": ({"groups": "g"}, NOTHING),
}  # fmt: skip
LISTS = frozenset(name for name in CASES if name.endswith("/tags"))
FREE = {
    "attachment": "each type has its own, see samples.py",
    "attachments": "the same",
    "consensus_attempts": "a parameter of types",
    "quality_task_ids": "a list of ids in a query is texts",
    "lidar_task": "a parameter of types",
}


def asked(things: Things, http: httpx.Client, name: str, body: Wrong, query: Wrong) -> httpx.Response:
    """An operation with these parameters in place of its own."""
    method, path = name.split(" ")
    own = things.filled(CASES[name].body)
    given = {**(own if isinstance(own, dict) else {}), **body} if own is not None or body else None
    asked_for = {key: value.format(**things.known) for key, value in CASES[name].query.items()}
    return http.request(method, path.format(**things.known), json=given, params={**asked_for, **query})


def test_every_operation_says_what_it_reads() -> None:
    assert set(WRONG) == set(CASES), "say what a wrong type of each parameter is"


def test_every_parameter_that_is_checked_is_here() -> None:
    """The names in the door's own checks, so that a new one cannot be forgotten."""
    known = {name for body, query in WRONG.values() for name in (*body, *query)}
    known |= {name for case in CASES.values() for name in case.query} | set(FREE)
    found = set()
    for path in Path(door.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or len(node.args) < 2:
                continue
            owner, name = node.func.value, node.args[0 if node.func.attr == "wrong" else 1]
            if isinstance(owner, ast.Name) and owner.id == "words" and isinstance(name, ast.Constant):
                found.add(str(name.value))
    assert found - known == {""}, "give the new parameter a value of a wrong type"
    assert len(found) > 30


def test_a_wrong_type_is_named(things: Things) -> None:
    faults = []
    done = things.owner.live.create_task(TaskType.LaneAnnotation).id
    assert enter(things.owner, done, "Ada", {"lanes": 1}).status_code == 200
    completed(things.owner, done)
    open_one = things.known["task_id"]
    with things.owner.raw() as http:
        for name, (body, query) in WRONG.items():
            for where, wrong in (("body", body), ("query", query)):
                for field, value in wrong.items():
                    given = {field: value}
                    things.known |= {
                        "arrived": uuid4().hex[:24],
                        "task_id": done if name.endswith("/audit") else open_one,
                    }
                    said = asked(
                        things, http, name, given if where == "body" else {}, given if where == "query" else {}
                    )  # fmt: skip
                    sentence = str(said.json().get("error")) if said.status_code != 500 else ""
                    if said.status_code != 400 or field not in sentence or not sentence.endswith("."):
                        faults.append(f"{name} {field}={value!r}: {said.status_code} {sentence[:90]}")
    assert faults == []


VALUES: tuple[Any, ...] = ([["x"]], {"a": {"b": []}}, -1.5, 10**30, True, "", "x" * 3000, None)


def test_no_value_breaks_the_door(things: Things) -> None:
    """Whatever stands where: taken or refused in Scale's words, and never a fault of ours."""
    faults = []
    with things.owner.raw() as http:
        for name, (body, _) in WRONG.items():
            for field in body:
                for value in VALUES:
                    things.known["arrived"] = uuid4().hex[:24]
                    said = asked(things, http, name, {field: value}, {})
                    if said.status_code not in {200, 400, 403, 404, 409, 429}:
                        faults.append(f"{name} {field}={str(value)[:20]}: {said.status_code} {said.text[:90]}")
    assert faults == []


@pytest.mark.parametrize("raw", [b"{", b'"text"', b"7", b"nul", b'{"a":NaN}', b"\xff", b'{"a":1}{}'])
def test_a_body_that_is_none(things: Things, raw: bytes) -> None:
    faults = []
    with things.owner.raw() as http:
        for name in CASES:
            method, path = name.split(" ")
            if method == "GET" or CASES[name].body is None:
                continue
            headers = {"Content-Type": "application/json"}
            said = http.request(method, path.format(**things.known), content=raw, headers=headers)
            told = said.json()
            if said.status_code != 400 or set(told) != {"status_code", "error"} or told["status_code"] != 400:
                faults.append(f"{name}: {said.status_code} {said.text[:100]}")
    assert faults == []


def test_a_list_for_an_object_and_the_other_way(things: Things, account: Account) -> None:
    faults = []
    with account.raw() as http:
        for name in CASES:
            method, path = name.split(" ")
            if method == "GET" or CASES[name].body is None:
                continue
            body: Any = {"a": 1} if name in LISTS else ["a"]
            said = http.request(method, path.format(**things.known), json=body)
            if said.status_code != 400 or ("tags" if name in LISTS else "object") not in said.json()["error"]:
                faults.append(f"{name}: {said.status_code} {said.text[:100]}")
    assert faults == []
