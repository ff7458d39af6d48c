"""The whole of Scale's client: no method of it is left untried, and the rest of them is tried here."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import scaleapi
from scaleapi.api_client.v2 import V2Api, exceptions
from scaleapi.batches import Batch
from scaleapi.projects import Project
from scaleapi.tasks import Task, TaskType
from tests.doors.account import Account, fresh

SAME = ("_with_http_info", "_without_preload_content")  # the same calls with more around their answers


def methods(of: type) -> set[str]:
    found = {name for name, _ in inspect.getmembers(of, inspect.isfunction) if name[0] != "_"}
    return {name for name in found if not name.endswith(SAME)}


@pytest.mark.parametrize("of", [scaleapi.ScaleClient, V2Api, Task, Batch, Project])
def test_no_method_of_the_client_is_untried(of: type) -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py"))
    assert {name for name in methods(of) if f".{name}" not in text} == set()


def test_what_a_task_does_by_itself(account: Account) -> None:
    task = account.live.create_task(TaskType.LaneAnnotation, tags=["a"])
    task.add_tags(["b", "c"])
    task.delete_tags(["a", "never"])
    assert account.live.get_task(task.id).tags == ["b", "c"]
    task.set_tags(["d"])
    task.set_metadata({"row": 1})
    task.update_unique_id(unique := fresh("u"))
    kept = account.live.get_task(task.id)
    assert (kept.tags, kept.metadata, kept.unique_id) == (["d"], {"row": 1}, unique)
    task.clear_unique_id()
    assert not hasattr(account.live.get_task(task.id), "unique_id")
    assert account.live.add_task_tags(task.id, ["e"]).tags == ["d", "e"]
    assert account.live.delete_task_tags(task.id, ["d"]).tags == ["e"]


def test_what_a_project_does_by_itself(account: Account) -> None:
    variables = {"prompt": "?"}
    project = account.live.create_project(fresh("talk"), TaskType.Chat, {"template_variables": variables})
    assert project.get_template().template_variables == variables
    batch = account.live.create_batch(project.name, fresh("b"))
    assert batch.name in {one.name for one in account.live.list_studio_batches()}


def test_there_is_no_data_off_the_shelf(account: Account) -> None:
    """The newer protocol's data sets that Scale sells: the lists are empty, and nothing has a name."""
    v2 = account.live.v2
    assert v2.get_dataset_deliveries("x").deliveries == []
    asks: list[Callable[[], object]] = [
        lambda: v2.get_dataset_delivery("x"), lambda: v2.get_dataset_tasks("x"), lambda: v2.get_dataset_task("x"),
        lambda: v2.get_delivery_tasks(delivery_id="x"), lambda: v2.get_dataset_task_response_url("x", "y"),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(exceptions.NotFoundException):
            ask()
