"""The twelve traps of Scale's client, each with the client itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.doors.account import Account, fresh
from tests.doors.test_scale_foreign import enter

CATEGORIES = {
    "instruction": "Which colour?", "attachment_type": "text", "attachment": "tomato", "categories": ["red", "blue"],
}  # fmt: skip


def colour(account: Account, **more: Any) -> Any:
    return account.live.create_task(TaskType.Categorization, **{**CATEGORIES, **more})


def test_1_only_200_is_success(account: Account) -> None:
    name = fresh("p")
    with account.raw() as http:
        body = {"name": name, "type": "categorization", "params": {"instruction": "Look."}}
        assert http.post("/scale/v1/projects", json=body).status_code == 200
        assert http.post("/scale/v1/task/categorization", json=CATEGORIES).status_code == 200
        batch = {"project": name, "name": fresh("b")}
        assert http.post("/scale/v1/batches", json=batch).status_code == 200


def test_2_every_200_carries_json(account: Account) -> None:
    task = colour(account)
    account.live.create_project(fresh("p"), TaskType.Categorization)
    with account.raw() as http:
        for path in ("tasks?limit=1", f"task/{task.id}", "projects", "batches", "account"):
            said = http.get(f"/scale/v1/{path}")
            assert (said.status_code, said.headers["content-type"]) == (200, "application/json")
            said.json()


def test_3_no_409_where_the_client_sent_no_object(account: Account) -> None:
    task = colour(account)
    account.live.cancel_task(task.id)
    again = account.live.cancel_task(task.id)
    assert again.status == "canceled"
    project = fresh("p")
    account.live.create_project(project, TaskType.Categorization)
    batch = account.live.create_batch(project, fresh("my-task"))
    assert account.live.finalize_batch(batch.name).status == "in_progress"
    with pytest.raises(exceptions.ScaleInvalidRequest, match="at most 5"):
        account.live.set_task_tags(task.id, list("abcdef"))


def test_4_and_5_absent_is_not_null_and_metadata_is_there(account: Account) -> None:
    bare = account.live.get_task(colour(account).id)
    for name in ("tags", "unique_id", "batch", "project", "completed_at", "response", "customer_review_status"):
        assert not hasattr(bare, name), name
    assert bare.metadata == {}
    unique = fresh("u")
    task = colour(account, unique_id=unique, tags=["night"], metadata={"row": 7})
    assert (task.unique_id, task.tags, task.metadata) == (unique, ["night"], {"row": 7})
    assert not hasattr(account.live.clear_task_unique_id(task.id), "unique_id")
    assert not hasattr(account.live.set_task_tags(task.id, []), "tags")
    project = account.live.create_project(fresh("p"), TaskType.Categorization)
    assert project.as_dict()["param_history"] == []
    assert account.live.create_batch(project.name, fresh("b")).metadata == {}


def test_6_an_empty_body_empties(account: Account) -> None:
    task = colour(account, tags=["a", "b"], metadata={"x": 1})
    assert account.live.set_task_metadata(task.id, {}).metadata == {}
    assert not hasattr(account.live.set_task_tags(task.id, []), "tags")
    project = account.live.create_project(fresh("p"), TaskType.Categorization, {"instruction": "One"})
    changed = account.live.update_project(project.name)
    assert changed.version == 1
    assert "instruction" not in changed.params


def test_7_booleans_in_queries_are_words(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization)
    batch = account.live.create_batch(project.name, fresh("b"))
    for exclude in (True, False):
        found = account.live.batches(project=project.name, exclude_archived=exclude)
        assert [b.name for b in found.docs] == [batch.name]
    with account.raw() as http:
        assert http.get("/scale/v1/batches?exclude_archived=perhaps").status_code == 400


@pytest.mark.parametrize("name", ["a b/c", "x/status", "ü & ?#%2F", "task/finalize"])
def test_8_names_with_slashes(account: Account, name: str) -> None:
    project, batch = fresh(name), fresh(name)
    account.live.create_project(project, TaskType.Categorization, {"instruction": "One"})
    assert account.live.get_project(project).name == project
    assert account.live.update_project(project, instruction="Two").instruction == "Two"
    account.live.create_batch(project, batch)
    assert account.live.get_batch(batch).name == batch
    assert account.live.finalize_batch(batch).name == batch
    assert account.live.batch_status(batch)["status"] == "in_progress"


def test_8_names_that_would_vanish_from_an_address(account: Account) -> None:
    for name in (".", "..", "", " "):
        with pytest.raises(exceptions.ScaleInvalidRequest):
            account.live.create_project(name, TaskType.Categorization)


def test_9_total_counts_all_matches(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization)
    made = [colour(account, project=project.name).id for _ in range(5)]
    page = account.live.tasks(project=project.name, limit=1)
    assert (page.total, len(page.docs), page.has_more, page.limit) == (5, 1, True, 1)
    assert account.live.get_tasks_count(project_name=project.name) == 5
    assert account.live.get_tasks_count(project_name=project.name, created_before=datetime.now(UTC).isoformat()) == 5
    pages = account.live.tasks(project=project.name, limit=2)
    seen = [t.id for t in pages.docs]
    while pages.has_more:
        pages = account.live.tasks(project=project.name, limit=2, next_token=pages.next_token)
        assert pages.total == 5
        seen += [t.id for t in pages.docs]
    assert seen == made[::-1]


def test_10_numbers_as_text_and_unknown_parameters(account: Account) -> None:
    task = account.live.create_task(
        TaskType.Annotation, instruction="Box them", attachment="https://example.org/cow.jpg", attachment_type="image",
        min_width="30", min_height="30", objects_to_annotate=["baby cow", "big cow"], with_labels=True, force=True,
    )  # fmt: skip
    assert task.params["min_width"] == "30"
    assert task.params["force"] is True
    with pytest.raises(exceptions.ScaleInvalidRequest, match="min_width"):
        account.live.create_task(
            TaskType.Annotation, attachment="https://example.org/cow.jpg", objects_to_annotate=["cow"], min_width="wide"
        )


NULLS: list[tuple[str, dict[str, Any]]] = [
    ("annotation", {"objects_to_annotate": ["cow"], "min_width": None, "min_height": None, "attachment_type": None}),
    ("imageannotation", {"geometries": {"box": {"objects_to_annotate": ["cow"], "can_rotate": None}, "polygon": None}}),
    ("segmentannotation", {"labels": [{"choice": "car", "subchoices": None, "display": None}]}),
    ("categorization", {"attachment_type": "image", "categories": ["a", "b"], "allow_multiple": None}),
    (
        "comparison",
        {"attachments": ["https://example.org/a"] * 2, "attachment_type": "image", "choices": ["a"], "fields": None},
    ),
    ("videoplaybackannotation", {"geometries": {"box": {"objects_to_annotate": ["b"]}}, "frame_rate": None}),
    ("textcollection", {"fields": [{"type": "text", "field_id": "a", "title": "A"}], "responses_required": None}),
]
UNSET = dict.fromkeys(("project", "batch", "instruction", "callback_url", "metadata", "tags", "unique_id", "priority"))


def test_a_null_is_a_parameter_that_is_not_set(account: Account) -> None:
    """Code that has a default of None for everything sends it."""
    for word, params in NULLS:
        given = {"attachment": "https://example.org/cow.jpg", **params}
        task = account.live.create_task(TaskType(word), **given, **UNSET, hypothesis=None)
        assert task.params == given | {"priority": None, "hypothesis": None}
        assert not task.as_dict().keys() & {"project", "batch", "instruction", "callback_url", "tags", "unique_id"}
    with pytest.raises(exceptions.ScaleInvalidRequest, match='"categories" is required'):
        account.live.create_task(TaskType.Categorization, attachment="x", attachment_type="text", categories=None)
    with pytest.raises(exceptions.ScaleInvalidRequest, match='"geometries": needs at least one geometry'):
        account.live.create_task(TaskType.ImageAnnotation, attachment="https://example.org/1", geometries={"box": None})


def test_a_projects_parameters_are_the_defaults(account: Account) -> None:
    """Its callback too; null means the project's, anything else is the task's own."""
    url = "https://example.org/hook"
    colours = {"attachment_type": "text", "categories": ["red", "blue"], "callback_url": url}
    project = account.live.create_project(fresh("defaults"), TaskType.Categorization, colours)
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="x", categories=None, callback_url=None
    )
    assert (task.params["categories"], task.callback_url) == (["red", "blue"], url)
    own = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="x", categories=["a", "b"], callback_url=url + "/own"
    )
    assert (own.params["categories"], own.callback_url) == (["a", "b"], url + "/own")


def test_consensus_attempts_are_answers(account: Account) -> None:
    colours = {"attachment_type": "text", "categories": ["red", "blue"], "consensus_attempts": "2"}
    project = account.live.create_project(fresh("consensus"), TaskType.Categorization, colours)
    task = account.live.create_task(TaskType.Categorization, project=project.name, attachment="x")
    for who, status in (("Ada", "pending"), ("Ben", "completed")):
        told = enter(account, task.id, who, {"category": "red"})
        assert (told.status_code, told.json()["status"]) == (200, status)
    for wrong in (0, 101, "many", [2]):
        with pytest.raises(exceptions.ScaleInvalidRequest, match="consensus_attempts"):
            colour(account, project=project.name, consensus_attempts=wrong)


def test_11_no_project_and_no_batch(account: Account) -> None:
    task = account.live.get_task(colour(account).id)
    assert task.status == "pending"
    assert len(task.id) == 24


def test_12_a_post_that_arrives_twice(account: Account) -> None:
    unique = fresh("u")
    first = colour(account, unique_id=unique)
    with pytest.raises(exceptions.ScaleDuplicateResource) as caught:
        colour(account, unique_id=unique)
    assert caught.value.code == 409
    assert caught.value.message == f'The unique_id ("{unique}") is already used for a different task ({first.id}).'
    (found,) = account.live.tasks(unique_id=unique).docs  # what the client asks after a 5xx, without a project
    assert found.id == first.id
    with account.raw() as http:
        headers = {"Idempotency-Key": fresh("k")}
        path = "/scale/v1/task/categorization"
        said = [http.post(path, json=CATEGORIES, headers=headers).status_code for _ in range(2)]
    assert said == [200, 409]


def test_errors_are_objects_that_the_client_reads(account: Account) -> None:
    with pytest.raises(exceptions.ScaleUnauthorized):
        account.scale("wrong").get_task("x")
    for task_id in ("x", "0" * 24):
        with pytest.raises(exceptions.ScaleResourceNotFound):
            account.live.get_task(task_id)
    with pytest.raises(exceptions.ScaleInvalidRequest, match='"attachment" is required'):
        account.live.create_task(TaskType.Categorization, categories=["a", "b"], attachment_type="text")
    with pytest.raises(exceptions.ScaleResourceNotFound):
        colour(account, project="nowhere")
    with account.raw() as http:
        said = http.get("/scale/v1/nothing")
        assert said.status_code == 404
        assert isinstance(said.json(), dict)
        assert http.post("/scale/v1/task/unheard", json={}).json()["status_code"] == 400


def test_times_in_every_spelling(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization)
    colour(account, project=project.name)
    now = datetime.now(UTC)
    before, after = now - timedelta(minutes=5), now + timedelta(minutes=5)
    for spell in ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00"):
        page = account.live.tasks(
            project=project.name, start_time=before.strftime(spell), end_time=after.strftime(spell)
        )
        assert page.total == 1
        assert account.live.tasks(project=project.name, start_time=after.strftime(spell)).total == 0
    with pytest.raises(exceptions.ScaleInvalidRequest, match="start_time"):
        account.live.tasks(start_time="yesterday")


def test_what_is_told_of_a_task_finds_it(account: Account) -> None:
    """Code that goes backwards through time asks for what is no later than the oldest it has."""
    project = account.live.create_project(fresh("times"), TaskType.Categorization, CATEGORIES)
    task = account.live.create_task(TaskType.Categorization, project=project.name)
    batch = account.live.create_batch(project.name, fresh("b"))
    for bound in ("created_after", "created_before", "updated_after", "updated_before"):
        at = task.created_at if bound.startswith("created") else account.live.get_task(task.id).updated_at
        assert account.live.get_tasks_count(project_name=project.name, **{bound: at}) == 1
    for bound in ("created_after", "created_before"):
        assert [b.name for b in account.live.get_batches(project.name, **{bound: batch.created_at})] == [batch.name]


def test_a_name_that_there_is_not_is_told(account: Account) -> None:
    for names in ({"project": "nowhere"}, {"batch": "nowhere"}):
        (what,) = names
        with pytest.raises(exceptions.ScaleResourceNotFound, match=f"There is no {what} 'nowhere'"):
            colour(account, **names)
    for ask in (account.live.get_project, account.live.update_project):
        with pytest.raises(exceptions.ScaleResourceNotFound, match="There is no project 'nowhere'"):
            ask("nowhere")
    for ask in (account.live.get_batch, account.live.finalize_batch, account.live.batch_status):
        with pytest.raises(exceptions.ScaleResourceNotFound, match="There is no batch 'nowhere'"):
            ask("nowhere")


def test_a_wrong_label_is_named_by_its_place_alone(account: Account) -> None:
    with pytest.raises(exceptions.ScaleInvalidRequest) as caught:
        account.live.create_task(TaskType.Annotation, attachment="https://example.org/1", objects_to_annotate=["a", {}])
    assert '"objects_to_annotate.1.choice" is required' in caught.value.message
    assert "constrained" not in caught.value.message


def test_a_form_as_curl_sends_it(account: Account) -> None:
    with account.raw() as http:
        said: httpx.Response = http.post(
            "/scale/v1/task/categorization",
            data={"attachment": "tomato", "attachment_type": "text", "categories": ["red", "blue"], "metadata[a]": "1"},
        )
    assert said.status_code == 200
    assert said.json()["params"]["categories"] == ["red", "blue"]
    assert said.json()["metadata"] == {"a": "1"}
