"""A second client's key sees nothing of the first's, through any address of the door; nor does a labeler's."""

import asyncio
from collections.abc import Callable

import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.doors.account import Account, fresh


def test_another_client_sees_nothing(account: Account, stranger: Account) -> None:
    unique = fresh("u")
    project = account.live.create_project(fresh("p"), TaskType.LaneAnnotation, {"instruction": "Secret"})
    batch = account.live.create_batch(project.name, fresh("b"))
    task = account.live.create_task(TaskType.LaneAnnotation, batch=batch.name, unique_id=unique)
    other = stranger.live
    asks: list[Callable[[], object]] = [
        lambda: other.get_task(task.id), lambda: other.cancel_task(task.id), lambda: other.audit_task(task.id, True),
        lambda: other.set_task_tags(task.id, ["x"]), lambda: other.set_task_metadata(task.id, {"x": 1}),
        lambda: other.update_task_unique_id(task.id, "x"), lambda: other.clear_task_unique_id(task.id),
        lambda: other.get_batch(batch.name), lambda: other.finalize_batch(batch.name),
        lambda: other.batch_status(batch.name), lambda: other.set_batch_metadata(batch.name, {"x": 1}),
        lambda: other.get_project(project.name), lambda: other.update_project(project.name, x=1),
        lambda: other.get_project_template(project.name),
        lambda: other.create_task(TaskType.LaneAnnotation, batch=batch.name),
        lambda: other.create_batch(project.name, "b"),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(exceptions.ScaleResourceNotFound):
            ask()
    assert other.tasks(unique_id=unique).total == 0
    assert other.tasks(project=project.name).total == 0
    assert project.name not in {p.name for p in other.projects()}
    assert batch.name not in {b.name for b in other.get_batches()}
    assert other.create_task(TaskType.LaneAnnotation, unique_id=unique).unique_id == unique  # each has its own
    assert account.live.get_task(task.id).as_dict() == task.as_dict() | {
        "updated_at": account.live.get_task(task.id).updated_at
    }


def test_test_and_live_are_two_accounts(account: Account) -> None:
    name = fresh("p")
    account.live.create_project(name, TaskType.LaneAnnotation)
    with pytest.raises(exceptions.ScaleResourceNotFound):
        account.test.get_project(name)
    account.test.create_project(name, TaskType.LaneAnnotation)


def test_a_token_of_another_list_is_refused(account: Account, stranger: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.LaneAnnotation)
    for _ in range(2):
        account.live.create_task(TaskType.LaneAnnotation, project=project.name)
    token = account.live.tasks(project=project.name, limit=1).next_token
    for client, more in ((stranger.live, {}), (account.live, {"status": "pending", "project": project.name})):
        with pytest.raises(exceptions.ScaleInvalidRequest):
            client.tasks(next_token=token, limit=1, **more)


def test_a_labelers_key_and_a_password_open_nothing(account: Account) -> None:
    (key,) = asyncio.run(account.served.keys(account.client, 1))
    with pytest.raises(exceptions.ScaleException) as caught:
        account.scale(key).tasks()
    assert caught.value.code == 403
    with account.raw() as http:
        assert http.get("/scale/v1/tasks", auth=(account.client.live, "password")).status_code == 401
        assert http.get("/scale/v1/tasks", auth=("", account.client.live)).status_code == 401
        assert http.get("/api/projects").status_code == 401  # Basic is for this door alone
