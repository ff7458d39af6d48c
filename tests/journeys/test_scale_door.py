"""Work that Scale's own client posts is done by people in the app, and comes back to that client."""

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Web, fresh, serving_files
from tests.doors.test_scale_work import ended, picture
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Studio
from tests.journeys.test_hostile_strings import FLAT, LONG, NAME, open_page
from tests.journeys.test_labeling import canvas, drag

__all__ = ["open_page"]

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Scale's client closes no connection


@pytest.fixture
def account(studio: Studio) -> Iterator[Account]:
    """The first client of the installation, through Scale's package."""
    made = Account(studio.served, studio.first)
    yield made
    made.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving_files({"cow.png": picture()}) as found:
        yield found


def place(studio: Studio, name: str, tasks: int = 1) -> str:
    """The address at which the work of a Scale project is done, once its tasks are there."""
    found: list[Any] = []

    def there() -> bool:
        with studio.sdk() as sdk:
            found[:] = [p for p in sdk.projects.list() if p.name == name]
            return bool(found) and len(list(sdk.tasks.list(found[0].id))) == tasks

    soon(there, 60, f"the tasks of {name} are not there")
    return f"/work/{studio.first.id}/{found[0].id}"


def submits(page: Page) -> Any:
    return page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201)


def test_a_category_is_chosen_in_the_app(account: Account, studio: Studio, visit: Visit, web: Web) -> None:
    project = account.live.create_project(
        fresh("Tomatoes"), TaskType.Categorization,
        {"instruction": "Think of it in daylight.", "attachment_type": "text", "categories": ["red", "blue"]},
    )  # fmt: skip
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="An unripe tomato", instruction="A *vegetable*.",
        callback_url=f"{web.url}/hook",
    )  # fmt: skip
    page = visit(studio.person("labeler"), place(studio, project.name))
    expect(page.get_by_text("An unripe tomato")).to_be_visible()
    expect(page.get_by_text("Think of it in daylight.")).to_be_visible()
    expect(page.get_by_text("vegetable")).to_be_visible()
    with submits(page):
        page.get_by_role("button", name="red").click()
    done = ended(account, task.id)
    assert done.response == {"category": "red"}
    web.wait(1)
    headers, told = web.calls[0]
    assert (told["task_id"], told["status"], told["response"]) == (task.id, "completed", done.response)
    assert headers["scale-callback-auth"] == account.callback_key()


def test_boxes_are_drawn_in_the_app(account: Account, studio: Studio, visit: Visit, web: Web) -> None:
    project = account.live.create_project(fresh("Cows"), TaskType.ImageAnnotation)
    batch = account.live.create_batch(project.name, fresh("Herd"), callback=f"{web.url}/herd")
    task = account.live.create_task(
        TaskType.ImageAnnotation, batch=batch.name, attachment=f"{web.url}/cow.png", callback_url=f"{web.url}/hook",
        geometries={"box": {"objects_to_annotate": ["cow", "dog"]}},
    )  # fmt: skip
    page = visit(studio.person("labeler"), place(studio, project.name))
    canvas(page)
    page.keyboard.press("2")
    drag(page, (0.4, 0.4), (0.5, 0.5))
    expect(page.get_by_role("list", name="Boxes").get_by_role("listitem")).to_have_count(1)
    with submits(page):
        page.keyboard.press("Control+Enter")
    (box,) = ended(account, task.id).response["annotations"]
    assert (box["type"], box["label"]) == ("box", "dog")
    assert 0 <= box["left"] < box["left"] + box["width"] <= 320
    assert 0 <= box["top"] < box["top"] + box["height"] <= 200
    assert box["width"] > 5
    web.wait(2)
    told = {call.get("task_id") or call["batch"]: call for _, call in web.calls}
    assert told[task.id]["response"]["annotations"] == [box]
    assert (told[batch.name]["status"], told[batch.name]["completed"]) == ("completed", 1)


def test_a_hypothesis_is_filled_in(account: Account, studio: Studio, visit: Visit, web: Web) -> None:
    """Its category is marked, its boxes are drawn; what is handed in is what the labeler leaves of them."""
    colours = {"attachment_type": "text", "categories": ["red", "blue"]}
    project = account.live.create_project(fresh("Guesses"), TaskType.Categorization, colours)
    task = account.live.create_task(
        TaskType.Categorization, project=project.name, attachment="The sky", hypothesis={"category": "blue"}
    )
    page = visit(studio.person("labeler"), place(studio, project.name))
    expect(page.get_by_role("note").filter(has_text="A suggestion is filled in")).to_be_visible()
    expect(page.get_by_role("button", name="blue")).to_have_attribute("aria-pressed", "true")
    with submits(page):
        page.get_by_role("button", name="blue").click()
    assert ended(account, task.id).response == {"category": "blue"}

    project = account.live.create_project(fresh("Drawn"), TaskType.ImageAnnotation)
    box = {"type": "box", "left": 20, "top": 30, "width": 100, "height": 60}
    task = account.live.create_task(
        TaskType.ImageAnnotation, project=project.name, attachment=f"{web.url}/cow.png",
        geometries={"box": {"objects_to_annotate": ["cow", "dog"]}},
        hypothesis={"annotations": [{**box, "label": "dog"}, {**box, "label": "cow", "left": 150}]},
    )  # fmt: skip
    page = visit(studio.person("labeler"), place(studio, project.name))
    canvas(page)
    boxes = page.get_by_role("list", name="Boxes").get_by_role("listitem")
    expect(boxes).to_have_count(2)
    page.keyboard.press("[")  # the last one
    page.keyboard.press("Delete")
    expect(boxes).to_have_count(1)
    with submits(page):
        page.keyboard.press("Control+Enter")
    (found,) = ended(account, task.id).response["annotations"]
    assert (found["label"], found["left"], found["top"], found["width"]) == ("dog", 20, 30, 100)
    with studio.sdk() as sdk:
        (answer,) = sdk.tasks.answers(
            f"{task.id[:8]}-{task.id[8:12]}-{task.id[12:16]}-{task.id[16:20]}-{task.id[20:]}00000000"
        ).items
    assert answer.confirmed is False


def test_work_without_an_editor_says_so(account: Account, studio: Studio, visit: Visit) -> None:
    project = account.live.create_project(fresh("Lanes"), TaskType.LaneAnnotation)
    account.live.create_task(TaskType.LaneAnnotation, project=project.name, road="A7")
    page = visit(studio.person("labeler"), place(studio, project.name))
    expect(page.get_by_text("needs an editor that is not installed")).to_be_visible()
    page = visit(studio.person("manager"), place(studio, project.name).replace("/work/", "/manage/"))
    expect(page.get_by_role("heading", name=project.name)).to_be_visible()


def test_hostile_words_of_a_scale_project_are_words(
    account: Account, studio: Studio, visit: Visit, open_page: Visit
) -> None:
    """Markup in every field that Scale's client may fill, with an editor and without: shown, and never run."""
    metadata, name = {NAME: LONG}, f"{NAME} {fresh('p')}"[:200]
    colours = {"attachment_type": "text", "categories": [NAME, FLAT[:150]], "instruction": LONG}
    account.live.create_project(name, TaskType.Categorization, colours)
    account.live.create_batch(name, name, metadata=metadata)
    account.live.create_task(
        TaskType.Categorization, batch=name, attachment=LONG, instruction=LONG, metadata=metadata, tags=[NAME],
        unique_id=name, hypothesis={"category": NAME},
    )  # fmt: skip
    other = f"{NAME} {fresh('l')}"[:200]
    account.live.create_project(other, TaskType.LaneAnnotation, {"instruction": LONG})
    account.live.create_task(TaskType.LaneAnnotation, project=other, anything={NAME: LONG}, metadata=metadata)

    labeler, manager = studio.person("labeler"), studio.person("manager")
    page = open_page(labeler, place(studio, name))
    expect(page.get_by_text("<script>alert(4)</script>").first).to_be_visible()
    expect(page.get_by_role("button", name=NAME).first).to_be_visible()
    page = open_page(labeler, place(studio, other))
    expect(page.get_by_text("needs an editor that is not installed")).to_be_visible()
    for each in (name, other):
        page = open_page(manager, place(studio, each).replace("/work/", "/manage/"))
        expect(page.get_by_role("heading", name=each)).to_be_visible()
        with studio.sdk() as sdk:
            (project,) = [p for p in sdk.projects.list() if p.name == each]
            (task,) = sdk.tasks.list(project.id)
        page.goto(f"/manage/{studio.first.id}/{project.id}/{task.id}")
        expect(page.get_by_text("alert(4)").first).to_be_visible()
