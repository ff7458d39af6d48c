"""Tasks posted with Scale's client are worked here, and come back in Scale's response formats."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from scaleapi import exceptions
from scaleapi.tasks import TaskStatus, TaskType
from tests.doors.account import Account, Labeler, Web, fresh, serving_files
from tests.fixtures.served import soon


def picture(width: int = 320, height: int = 200) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(body, "PNG")
    return body.getvalue()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving_files({"cow.png": picture(), "page.html": b"<p>Sign in</p>"}) as found:
        yield found


def leased(labeler: Labeler, name: str) -> dict[str, Any]:
    """The labeler's next task of a project, which the worker may still be preparing."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        lease = labeler.next(labeler.project(name)["project_id"])
        found.extend([lease] if lease else [])
        return bool(found)

    soon(there, 60, f"{name} has no task to do")
    return found[0]


def ended(account: Account, task_id: str, status: str = "completed") -> Any:
    soon(lambda: account.live.get_task(task_id).status != "pending", 60, "the task is still pending")
    task = account.live.get_task(task_id)
    assert task.status == status, task.as_dict()
    return task


def test_categorization_of_a_text(account: Account, web: Web) -> None:
    project = account.live.create_project(
        fresh("colours"), TaskType.Categorization,
        {"instruction": "Think of it in daylight.", "attachment_type": "text", "categories": ["red", "blue"]},
    )  # fmt: skip
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="tomato", instruction="A *vegetable*.",
        category_ids={"red": "r1"}, callback_url=f"{web.url}/hook", metadata={"row": 7},
    )  # fmt: skip
    labeler = account.labeler()
    offer = labeler.project(project.name)
    assert offer["kind"] == "choice"
    told = labeler.http.get(f"/api/work/projects/{offer['project_id']}/instructions").json()
    assert told["instructions"] == "Think of it in daylight."
    lease = leased(labeler, project.name)
    assert lease["params"] == {"text": "tomato", "instruction": "A *vegetable*."}
    (option,) = [o["id"] for o in lease["config"]["options"] if o["label"] == "red"]
    assert labeler.submit(lease, {"choice": option}).json()["task_decided"] is True
    done = account.live.get_task(task.id)
    assert (done.status, done.response) == ("completed", {"category": "red", "category_id": "r1"})
    assert done.completed_at >= done.created_at
    web.wait(1)
    headers, body = web.calls[0]
    assert headers["scale-callback-auth"] == account.callback_key()
    assert headers["webhook-signature"].startswith("v1,")
    assert (body["task_id"], body["status"], body["response"]) == (task.id, "completed", done.response)
    assert body["task"]["metadata"] == {"row": 7}
    soon(lambda: hasattr(account.live.get_task(task.id), "callback_succeeded"), 60, "the callback is not noted")
    assert account.live.get_task(task.id).callback_succeeded is True


def test_categorization_of_a_picture_fetched_by_its_address(account: Account, web: Web) -> None:
    project = account.live.create_project(fresh("animals"), TaskType.Categorization)
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment=f"{web.url}/cow.png", attachment_type="image",
        categories=[{"choice": "animal", "subchoices": ["cow", "dog"]}, "plant"],
    )  # fmt: skip
    labeler = account.labeler()
    lease = leased(labeler, project.name)
    assert [o["label"] for o in lease["config"]["options"]] == ["cow", "dog", "plant"]
    (link,) = lease["media"].values()
    assert labeler.http.get(link).content == picture()
    labeler.submit(lease, {"choice": lease["config"]["options"][0]["id"]})
    assert ended(account, task.id).response == {"category": "cow"}
    (listed,) = account.live.get_tasks(project_name=project.name, include_attachment_url=True)
    (download,) = listed.attachmentS3Downloads
    assert download["attachmentURL"] == f"{web.url}/cow.png"
    with account.raw() as http:
        assert http.get(download["s3URL"]).content == picture()


def test_boxes_in_the_general_type(account: Account, web: Web) -> None:
    project = account.live.create_project(fresh("cows"), TaskType.ImageAnnotation)
    batch = account.live.create_batch(project.name, fresh("b"), callback=f"{web.url}/batch")
    geometries = {"box": {"objects_to_annotate": ["cow", "dog"], "min_width": 5, "integer_pixels": True}}
    task = account.live.create_task(
        TaskType.ImageAnnotation, batch=batch.name, attachment=f"{web.url}/cow.png", geometries=geometries
    )
    assert (task.project, task.batch) == (project.name, batch.name)
    labeler = account.labeler()
    lease = leased(labeler, project.name)
    assert lease["kind"] == "image"
    assert (lease["params"]["width"], lease["params"]["height"]) == (320, 200)
    assert "5" in lease["params"]["instruction"]
    box = {"class": "c1", "shape": "box", "box": {"x": 10.4, "y": 20, "w": 99.6, "h": 50}}
    labeler.submit(lease, {"objects": [box]})
    done = ended(account, task.id)
    (found,) = done.response["annotations"]
    assert found.pop("uuid")
    assert found == {
        "type": "box", "label": "dog", "attributes": {}, "left": 10, "top": 20, "width": 100, "height": 50,
    }  # fmt: skip
    assert done.params["geometries"] == geometries
    status = account.live.batch_status(batch.name)
    assert (status["status"], status["completed"], status["pending"]) == ("completed", 1, 0)
    web.wait(1)
    _, body = web.calls[0]
    assert (body["batch"], body["status"], body["completed"]) == (batch.name, "completed", 1)


def test_boxes_in_the_older_type(account: Account, web: Web) -> None:
    project = account.live.create_project(fresh("cows"), TaskType.Annotation, {"objects_to_annotate": ["cow"]})
    task = account.live.create_task(
        TaskType.Annotation, project=project.name, attachment=f"{web.url}/cow.png", instruction="Box it."
    )
    labeler = account.labeler()
    lease = leased(labeler, project.name)
    box = {"class": "c0", "shape": "box", "box": {"x": 1.5, "y": 2, "w": 30, "h": 40}}
    labeler.submit(lease, {"objects": [box]})
    assert ended(account, task.id).response == {
        "annotations": [{"left": 1.5, "top": 2, "width": 30, "height": 40, "label": "cow"}]
    }


def test_a_hypothesis_is_what_the_editor_begins_with(account: Account, web: Web) -> None:
    """For a category at once, for boxes when the picture has come; what it says comes back when it is confirmed."""
    colours = {"attachment_type": "text", "categories": ["red", "blue"]}
    project = account.live.create_project(fresh("guessed"), TaskType.Categorization, colours)
    hypothesis = {"category": "blue"}
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="sky", hypothesis=hypothesis
    )
    assert task.params["hypothesis"] == hypothesis
    labeler = account.labeler()
    lease = leased(labeler, project.name)
    assert lease["suggestion"] == {"choice": "c1"}
    assert lease["params"] == {"text": "sky"}
    labeler.submit(lease, lease["suggestion"])
    assert ended(account, task.id).response == {"category": "blue"}

    project = account.live.create_project(fresh("drawn"), TaskType.ImageAnnotation)
    geometries = {"box": {"objects_to_annotate": ["cow", "dog"]}}
    inside = {"label": "dog", "type": "box", "left": 10, "top": 20, "width": 100, "height": 50, "uuid": "b1"}
    across = {"label": "cow", "left": 300, "top": -5, "width": 50, "height": 25}
    beyond = {"label": "cow", "left": 400, "top": 0, "width": 50, "height": 25}
    task = account.live.create_task(
        TaskType.ImageAnnotation, project=project.name, attachment=f"{web.url}/cow.png", geometries=geometries,
        hypothesis={"annotations": [inside, across, beyond]},
    )  # fmt: skip
    labeler = account.labeler()
    lease = leased(labeler, project.name)
    assert lease["suggestion"] == {
        "objects": [
            {"id": "b1", "class": "c1", "shape": "box", "box": {"x": 10, "y": 20, "w": 100, "h": 50}},
            {"class": "c0", "shape": "box", "box": {"x": 300, "y": 0, "w": 20, "h": 20}},
        ]
    }
    labeler.submit(lease, lease["suggestion"])
    first, second = ended(account, task.id).response["annotations"]
    assert first == inside | {"attributes": {}}
    assert (second["label"], second["left"], second["width"]) == ("cow", 300, 20)


def test_a_hypothesis_that_cannot_be_meant(account: Account, web: Web) -> None:
    colours = {"attachment": "sky", "attachment_type": "text", "categories": ["red", "blue"]}
    boxes = {"attachment": f"{web.url}/cow.png", "objects_to_annotate": ["cow"]}
    box = {"left": 1, "top": 2, "width": 3, "height": 4}
    wrong: list[tuple[TaskType, dict[str, Any], Any, str]] = [
        (TaskType.Categorization, colours, ["blue"], "hypothesis must be"),
        (TaskType.Categorization, colours, {"category": 7}, 'hypothesis: "category'),
        (TaskType.Categorization, colours, {"category": "green"}, "hypothesis.category: there is no category"),
        (TaskType.Annotation, boxes, {"annotations": [{**box, "label": "dog"}]}, "hypothesis.annotations.0.label"),
        (TaskType.Annotation, boxes, {"annotations": [{"label": "cow"}]}, "hypothesis.annotations.0.left"),
        (TaskType.NamedEntityRecognition, {"text": "a", "labels": [{"name": "b"}]}, "x", "hypothesis must be"),
    ]
    for word, params, hypothesis, sentence in wrong:
        with pytest.raises(exceptions.ScaleInvalidRequest) as caught:
            account.live.create_task(word, **params, hypothesis=hypothesis)
        assert sentence in str(caught.value)
    shares = {"annotations": [{"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "label": "cow"}]}
    task = account.live.create_task(TaskType.Annotation, **boxes, hypothesis=shares)
    assert "shares of the image's sides" in ended(account, task.id, "error").response["error"]
    kept = account.live.create_task(TaskType.LaneAnnotation, hypothesis={"lanes": [1]})  # no editor: kept as it is
    assert account.live.get_task(kept.id).params["hypothesis"] == {"lanes": [1]}


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [("missing.png", 404, "could not be fetched"), ("page.html", None, "PNG, JPEG")],
)
def test_what_cannot_be_fetched_ends_in_error(
    account: Account, web: Web, path: str, status: int | None, sentence: str
) -> None:
    unique = fresh("u")
    task = account.live.create_task(
        TaskType.Annotation, attachment=f"{web.url}/{path}", objects_to_annotate=["cow"], unique_id=unique,
        clear_unique_id_on_error=True, callback_url=f"{web.url}/hook",
    )  # fmt: skip
    done = ended(account, task.id, "error")
    assert sentence in done.response["error"]
    (told,) = done.response["attachments"]
    assert told["url"] == f"{web.url}/{path}"
    assert told.get("statusCode") == status
    assert not hasattr(done, "unique_id")
    web.wait(1)
    assert web.calls[0][1]["status"] == "error"
    with pytest.raises(exceptions.ScaleInvalidRequest):
        account.live.cancel_task(task.id)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "https://user:pw@example.org/1.jpg", "file:///etc/passwd", "http://127.1/a.png"],
)
def test_addresses_that_may_not_be_called(account: Account, url: str) -> None:
    with pytest.raises(exceptions.ScaleInvalidRequest, match="attachment"):
        account.live.create_task(TaskType.Annotation, attachment=url, objects_to_annotate=["cow"])
    with pytest.raises(exceptions.ScaleInvalidRequest, match="callback_url"):
        account.live.create_task(TaskType.LaneAnnotation, callback_url=url)


def test_a_task_of_a_rapid_batch_waits_for_finalize(account: Account) -> None:
    params = {"attachment_type": "text", "categories": ["red", "blue"]}
    project = account.live.create_project(fresh("rapid"), TaskType.Categorization, params, rapid=True)
    with pytest.raises(exceptions.ScaleInvalidRequest, match="batch is required"):
        account.live.create_task(TaskType.Categorization, project=project.name, attachment="x")
    batch = account.live.create_batch(project.name, fresh("b"), calibration_batch=True)
    assert batch.status == "staging"
    for n in range(3):
        account.live.create_task(TaskType.Categorization, batch=batch.name, attachment=f"text {n}")
    labeler = account.labeler()
    assert labeler.project(project.name)["open_slots"] == 0
    batch.finalize()
    assert batch.status == "in_progress"
    assert labeler.project(project.name)["open_slots"] == 3
    assert batch.get_status()["pending"] == 3
    assert batch.finalize().status == "in_progress"
    assert labeler.project(project.name)["open_slots"] == 3


def test_a_canceled_task_is_not_offered(account: Account) -> None:
    project = account.live.create_project(
        fresh("p"), TaskType.Categorization, {"attachment_type": "text", "categories": ["red", "blue"]}
    )
    task = account.live.create_task(TaskType.Categorization, project=project.name, attachment="x", unique_id=fresh("u"))
    task.cancel(clear_unique_id=True)
    task.refresh()
    assert task.status == "canceled"
    assert not hasattr(task, "unique_id")
    assert account.labeler().project(project.name)["open_slots"] == 0
    for status, count in ((TaskStatus.Canceled, 1), (TaskStatus.Pending, 0), (TaskStatus.Completed, 0)):
        assert account.live.get_tasks_count(project_name=project.name, status=status) == count


def test_audit_is_kept_and_told(account: Account, web: Web) -> None:
    project = account.live.create_project(
        fresh("p"), TaskType.Categorization, {"attachment_type": "text", "categories": ["red", "blue"]}
    )
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="x", callback_url=f"{web.url}/hook"
    )
    with pytest.raises(exceptions.ScaleInvalidRequest, match="completed"):
        task.audit(accepted=True)
    labeler = account.labeler()
    labeler.submit(leased(labeler, project.name), {"choice": "c1"})
    task.audit(accepted=False, comments="It is red.")
    task.refresh()
    assert (task.customer_review_status, task.customer_review_comments) == ("rejected", "It is red.")
    assert task.audits[0]["audit_result"] == "rejected"
    web.wait(2)
    assert web.calls[-1][1]["task"]["customer_review_status"] == "rejected"
    (found,) = account.live.tasks(project=project.name, customer_review_status="accepted,rejected").docs
    assert found.id == task.id


def test_a_test_key_completes_at_once(account: Account) -> None:
    task = account.test.create_task(
        TaskType.Categorization, attachment="x", attachment_type="text", categories=["red", "blue"]
    )
    assert (task.status, task.is_test) == ("pending", True)
    task.refresh()
    assert (task.status, task.response) == ("completed", {"category": "red"})
    with pytest.raises(exceptions.ScaleInvalidRequest):
        task.cancel()
    with pytest.raises(exceptions.ScaleResourceNotFound):
        account.live.get_task(task.id)
