"""Scale's newer protocol, with `client.v2`."""

from collections.abc import Callable
from typing import Any

import pytest
from scaleapi.api_client.v2 import exceptions
from scaleapi.api_client.v2.models.batch_operation_request import BatchOperationRequest
from scaleapi.api_client.v2.models.create_batch_request import CreateBatchRequest
from scaleapi.api_client.v2.models.create_chat_task_request import CreateChatTaskRequest
from scaleapi.api_client.v2.models.set_batch_metadata_request import SetBatchMetadataRequest
from scaleapi.api_client.v2.models.set_task_metadata_request import SetTaskMetadataRequest
from scaleapi.tasks import TaskType
from tests.doors.account import Account, fresh
from tests.doors.test_scale_foreign import completed, enter


def annotated(n: int, kind: str, value: Any) -> dict[str, Any]:
    return {"id": f"a{n}", "key": kind, "type": kind, "value": value}


PLAIN = {"url": "https://example.org/f.pdf", "mime_type": "application/pdf", "name": "f.pdf"}
IMAGE = {"url": "https://example.org/i.png", "mime_type": "image/png", "name": "i.png", "file_size_in_bytes": 12}
AUDIO = {"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "duration": 1.5}
WORKSPACE = {
    "workspace_id": "w1",
    "workspace_config": {
        "workspace_id": "w1", "workspace_url": "https://example.org/w1", "workspace_token": "t",
        "expires_at": "2030-01-01T00:00:00.000Z", "inactivity_freeze_time": 600, "workspace_image_version": 3,
    },
    "output_files": [{"scale_url": "scaledata://a/b", "file_name": "a.py", "file_content": "print(1)"}],
    "stdout_output": {"content": "1"},
    "test_stderr_output": {"url": "https://example.org/err.txt"},
}  # fmt: skip
VALUES: list[tuple[str, Any]] = [
    ("integer", 5), ("boolean", True), ("text", "Good."), ("category", "yes"), ("category_multiple", ["a", "b"]),
    ("file", PLAIN), ("ranked_choices", ["m1", "m2"]), ("ranked_groups", [["m1"], ["m2", "m3"]]),
    ("labeled_text", [{"label": "x", "text": "y"}]),
    ("rubric_rating", {"score": 2, "color": "green", "justification": "Says it."}),
    ("rubric_criteria", {"weight": 2.5, "criterion": "Names the capital"}),
    ("workspace_container", WORKSPACE),
]  # fmt: skip
THREADS = [
    {
        "id": "th1",
        "turns": [
            {
                "id": "tu1",
                "annotations": [annotated(n, kind, value) for n, (kind, value) in enumerate(VALUES)],
                "rubrics": [
                    {
                        "criteria_definitions": [
                            {"id": "c1", "criterion": "Names the capital", "weight": 2, "annotations": []}
                        ],
                        "max_total_score": 2,
                    }
                ],
                "messages": [
                    {
                        "role": "user", "source_id": "u0",
                        "content": {"text": "Capital of France?", "attachments": [PLAIN, IMAGE, AUDIO]},
                    },
                    {
                        "role": "assistant", "source_id": "m1", "content": {"text": "Paris."},
                        "model_parameters": {"model": "model-a", "temperature": 0.7},
                        "rubric_evaluations": [
                            {
                                "criteria_evaluations": [{"criterion_definition_id": "c1", "score": 2}],
                                "total_score": 2, "percentage": 100,
                            }
                        ],
                    },
                ],
            }
        ],
    }
]  # fmt: skip


def chat_project(account: Account, **params: Any) -> Any:
    return account.live.create_project(fresh("chat"), TaskType.Chat, {"instruction": "Talk.", **params})


def test_a_conversation_from_its_creation_to_its_end(account: Account) -> None:
    project, v2 = chat_project(account), account.live.v2
    batch = v2.create_batch(CreateBatchRequest(name=fresh("b"), project_name=project.name, metadata={"a": {"b": 1}}))
    assert (batch.status.value, batch.metadata) == ("staging", {"a": {"b": 1}})
    made = v2.create_chat_task(
        CreateChatTaskRequest(batch_id=batch.id, template_variables={"prompt": "?"}, metadata={"row": 7})
    )
    assert (made.status.value, made.metadata, made.threads) == ("pending", {"row": 7}, [])
    assert v2.finalize_batch(BatchOperationRequest(batch_name=batch.name)).status.value == "in_progress"
    with pytest.raises(exceptions.BadRequestException):
        v2.finalize_batch(BatchOperationRequest(batch_id=batch.id))
    assert enter(account, made.task_id, "Ada", {"threads": THREADS}).status_code == 200
    completed(account, made.task_id)
    task = v2.get_task(made.task_id, expand=["project", "batch"])
    assert task.status.value == "completed"
    assert task.project.actual_instance.name == project.name
    assert task.batch.actual_instance.name == batch.name
    (turn,) = task.threads[0].turns
    assert [m.role.value for m in turn.messages] == ["user", "assistant"]
    sorts = [type(f.actual_instance).__name__ for f in turn.messages[0].content.attachments]
    assert sorts == ["BasicFile", "ImageFile", "AudioFile"]
    assert turn.messages[0].content.attachments[1].actual_instance.name == "i.png"
    told = {a.actual_instance.type: a.actual_instance.to_dict().get("value") for a in turn.annotations}
    assert set(told) == {kind for kind, _ in VALUES}
    assert len(told) == 12
    for kind, value in VALUES:
        if kind != "file":
            assert told[kind] == value
    assert turn.rubrics[0].criteria_definitions[0].criterion == "Names the capital"
    assert turn.messages[1].rubric_evaluations[0].total_score == 2
    assert v2.get_annotation("a6").actual_instance.value == ["m1", "m2"]
    assert v2.get_batch(batch_id=batch.id).status.value == "completed"
    assert [t.task_id for t in account.live.v2_get_tasks(batch_name=batch.name)] == [made.task_id]
    first = account.live.get_task(made.task_id)  # the same in the older protocol
    assert first.response == {"threads": THREADS}


def test_a_response_in_the_older_form_is_a_thread(account: Account) -> None:
    project, v2 = chat_project(account), account.live.v2
    made = v2.create_chat_task(CreateChatTaskRequest(project_name=project.name))
    assert enter(account, made.task_id, "Ada", {"responses": [{"text": "Paris."}]}).status_code == 200
    completed(account, made.task_id)
    (thread,) = v2.get_task(made.task_id).threads
    assert thread.turns[0].messages[0].content.text == "Paris."
    wrong = {
        "threads": [{"id": "t", "turns": [{"id": "u", "messages": [], "annotations": [annotated(1, "integer", "x")]}]}]
    }
    other = v2.create_chat_task(CreateChatTaskRequest(project_name=project.name))
    said = enter(account, other.task_id, "Ada", wrong)
    assert said.status_code == 400
    assert "integer" in said.json()["error"]


def test_a_workspace_with_its_last_run(account: Account) -> None:
    """The client cannot read the run in any form: it is kept, and told by the older protocol alone."""
    value = {**WORKSPACE, "last_code_run_event": {"id": "run", "result": {"status": {"code": 0}, "score": 1}}}
    threads = [{"id": "t", "turns": [], "annotations": [annotated(1, "workspace_container", value)]}]
    made = account.live.v2.create_chat_task(CreateChatTaskRequest(project_name=chat_project(account).name))
    assert enter(account, made.task_id, "Ada", {"threads": threads}).status_code == 200
    assert completed(account, made.task_id).response == {"threads": threads}
    (thread,) = account.live.v2.get_task(made.task_id).threads
    found = thread.annotations[0].actual_instance.value
    assert found.output_files[0].file_content == "print(1)"
    assert found.workspace_config.inactivity_freeze_time == 600


@pytest.mark.parametrize(
    ("kind", "value", "place"),
    [
        ("integer", True, "value"), ("boolean", "yes", "value"), ("category_multiple", "a", "value"),
        ("ranked_groups", [["a"], "b"], "value.1"), ("labeled_text", [{"label": "x"}], "value.0.text"),
        ("rubric_criteria", {"weight": "2"}, "value.weight"), ("rubric_criteria", [], "value"),
        ("rubric_rating", {"score": "2"}, "value.score"), ("workspace_container", [], "value"),
        ("workspace_container", {"output_files": [{"file_name": "a"}]}, "value.output_files.0.scale_url"),
        ("workspace_container", {"workspace_config": {"workspace_id": "w"}}, "value.workspace_config.workspace_url"),
        ("file", "https://example.org/a", "value"),
    ],
)  # fmt: skip
def test_a_value_that_the_client_could_not_read_is_refused(account: Account, kind: str, value: Any, place: str) -> None:
    made = account.live.v2.create_chat_task(CreateChatTaskRequest(project_name=chat_project(account).name))
    threads = [{"id": "t", "turns": [], "annotations": [annotated(1, kind, value)]}]
    said = enter(account, made.task_id, "Ada", {"threads": threads})
    assert said.status_code == 400
    assert place in said.json()["error"]
    assert kind in said.json()["error"]
    assert account.live.get_task(made.task_id).status == "pending"


def test_pages_metadata_and_names(account: Account) -> None:
    project, v2 = chat_project(account, response_schema={"type": "object"}), account.live.v2
    made = [v2.create_chat_task(CreateChatTaskRequest(project_name=project.name)).task_id for _ in range(3)]
    page = v2.get_tasks(project_name=project.name, limit=2)
    assert [t.task_id for t in page.tasks] == made[:0:-1]
    rest = v2.get_tasks(project_name=project.name, limit=2, next_token=page.next_token)
    assert ([t.task_id for t in rest.tasks], rest.next_token) == (made[:1], None)
    kept = v2.get_project(project_name=project.name)
    assert kept.name in {p.name for p in v2.get_projects().projects}
    assert v2.get_project(project_id=kept.id).name == project.name
    v2.set_task_metadata(SetTaskMetadataRequest(task_id=made[0], metadata={"a": {"x": 1}}))
    merged = v2.set_task_metadata(SetTaskMetadataRequest(task_id=made[0], metadata={"a": {"y": 2}}, merge=True))
    assert merged.metadata == {"a": {"x": 1, "y": 2}}
    batch = v2.create_batch(CreateBatchRequest(name=fresh("b"), project_id=kept.id, metadata={"a": 1}))
    assert v2.set_batch_metadata(
        SetBatchMetadataRequest(batch_id=batch.id, metadata={"b": 2}, merge=True)
    ).metadata == {"a": 1, "b": 2}
    assert [b.id for b in v2.get_batches(project_id=kept.id, status="staging").batches] == [batch.id]
    assert v2.get_schema(kept.id).var_schema.var_json == '{"type":"object"}'
    assert v2.get_deliveries(project_name=project.name).deliveries == []
    assert v2.get_datasets().datasets == []
    asks: list[Callable[[], object]] = [
        lambda: v2.get_task("0" * 24), lambda: v2.get_batch(batch_name="nowhere"),
        lambda: v2.get_project(project_id="x"), lambda: v2.get_annotation("nothing"),
        lambda: v2.get_delivery(delivery_id="x"),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(exceptions.NotFoundException):
            ask()


def test_a_batch_is_paused_resumed_and_ended(account: Account) -> None:
    project, v2 = chat_project(account), account.live.v2
    batch = v2.create_batch(CreateBatchRequest(name=fresh("b"), project_name=project.name))
    named = BatchOperationRequest(batch_id=batch.id)
    v2.finalize_batch(BatchOperationRequest(batch_id=batch.id))
    with pytest.raises(exceptions.BadRequestException):
        v2.pause_batch(named)  # it is empty
    ask = CreateChatTaskRequest(batch_id=batch.id)
    first = v2.create_chat_task(ask)
    labeler = account.labeler()
    assert labeler.project(project.name)["open_slots"] == 1
    assert v2.pause_batch(named).batch.status.value == "paused"
    second = v2.create_chat_task(ask)
    assert labeler.project(project.name)["open_slots"] == 0
    assert v2.resume_batch(named).batch.status.value == "in_progress"
    assert labeler.project(project.name)["open_slots"] == 2
    assert enter(account, first.task_id, "Ada", {"responses": []}).status_code == 200
    completed(account, first.task_id)
    assert v2.cancel_batch(named).batch.status.value == "cancelled"
    assert v2.get_task(second.task_id).status.value == "canceled"
    assert v2.get_task(first.task_id).status.value == "completed"
    assert labeler.project(project.name)["open_slots"] == 0
    with pytest.raises(exceptions.BadRequestException):
        v2.resume_batch(named)
    with pytest.raises(exceptions.BadRequestException):
        v2.create_chat_task(ask)
