"""The page of a labeler, for their manager and for themselves, and calibration: from answers over HTTP to Chromium."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pydantic import JsonValue
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Person, Studio, done

from neraca.client import Client
from neraca.client.people import SignedIn
from neraca.wire.projects import FixedPolicy, ProjectNew
from neraca.wire.shape import Money
from neraca.wire.tasks import TaskNew

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TASKS = 120
OPTIONS = ("cat", "dog", "fox")


def sound(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run()")["violations"] == []


def worked(labeler: Client, project: str, draw: random.Random, wrong: dict[str, str], careless: float) -> None:
    """Everything that there is for a labeler, who says something else of some tasks."""
    while (lease := labeler.work.next(project)) is not None:
        said = draw.choice(OPTIONS) if draw.random() < careless else str(lease.params["text"])
        took = int(draw.lognormvariate(8.2 if careless else 7.7, 0.4))
        labeler.work.submit(lease, {"choice": wrong.get(lease.task_id, said)}, active_ms=took)


@pytest.fixture(scope="module")
def made(studio: Studio) -> tuple[str, Person]:
    """A project with gold, which the estimate has looked at; a person took foxes for dogs in the end."""
    config: dict[str, JsonValue] = {
        "question": "Which?", "options": [{"id": o, "label": o.capitalize()} for o in OPTIONS],
    }  # fmt: skip
    keys: list[str] = []

    async def make() -> None:
        keys.extend(await studio.served.keys(studio.first, 3))

    done(make())
    draw = random.Random(8)  # noqa: S311 - repeatable, not secret
    person = studio.person("labeler")
    with studio.sdk() as sdk:
        project = sdk.projects.create(
            ProjectNew(
                name="Foxes", kind="choice", config=config, policy=FixedPolicy(type="fixed", answers=4), minutes=1,
                price=Money(micros=50_000, currency="USD"),
            )
        ).id  # fmt: skip
        told = [TaskNew(params={"text": OPTIONS[n % 3]}, external_id=f"picture-{n}") for n in range(TASKS)]
        tasks = [ref.id for ref in sdk.tasks.create(project, told)]
        late = {task: "dog" for n, task in enumerate(tasks) if n % 3 == 2 and n > 2 * TASKS // 3}
        crew = [Client(studio.served.url, key) for key in keys]
        for labeler in crew:
            worked(labeler, project, draw, {}, 0.08)
        with (
            SignedIn(studio.served.url, person.email, person.password, client_id=str(studio.first.id)) as signed,
            Client(studio.served.url, signed.token) as own,
        ):
            worked(own, project, draw, late, 0.0)
        for n, task in enumerate(tasks[::2]):
            sdk.tasks.make_gold(task, {"choice": OPTIONS[2 * n % 3]})
        # The next estimate is due when there are a quarter more answers.
        list(sdk.tasks.create(project, [TaskNew(params={"text": OPTIONS[n % 3]}) for n in range(TASKS // 2)]))
        for labeler in crew:
            worked(labeler, project, draw, {}, 0.08)
            labeler.close()
        soon(
            lambda: (told := sdk.projects.quality(project)).calibrated_on and told.calibration,
            90,
            "gold taught nothing",
        )
    return project, person


def test_a_manager_reads_a_labelers_page(studio: Studio, visit: Visit, made: tuple[str, Person]) -> None:
    project, _ = made
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project}")
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_role("heading", name="Are confidences worth what they say?")).to_be_visible()
    expect(page.get_by_role("img", name="Gold tasks by the confidence")).to_be_visible()
    expect(page.get_by_role("table", name="What other targets would take").get_by_role("row")).to_have_count(4)
    sound(page)
    page.get_by_role("tab", name="Labelers").click()
    link = page.get_by_role("link", name=re.compile(r"^Labeler [0-9A-F]{6}$"))  # a client does not learn their name
    handle = link.inner_text()
    link.press("Enter")
    expect(page.get_by_role("heading", name=handle)).to_be_visible()
    expect(page.get_by_role("region", name="What is said of what").get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("list", name="Right on gold").get_by_role("listitem").first).to_contain_text(" of ")
    expect(page.get_by_role("list", name="Same as the verdict")).to_be_visible()
    expect(page.get_by_role("list", name="Time an answer takes").get_by_role("listitem")).to_have_count(16)
    expect(page.get_by_text("answers are what most others said of the same task")).to_be_visible()
    sound(page)
    said = subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "quality", project, "--labeler", handle,
         "--url", studio.served.url, "--key", studio.first.live],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"labeler           {handle} (person), {TASKS} answers\n" in said.stdout
    assert "right on gold" in said.stdout
    assert "fox                      dog " in said.stdout


@pytest.mark.parametrize(
    ("locale", "title"), [("en-US", "How your work is seen"), ("id-ID", "Bagaimana pekerjaan Anda dilihat")]
)
def test_labelers_read_how_they_are_seen(
    studio: Studio, visit: Visit, made: tuple[str, Person], locale: str, title: str
) -> None:
    project, person = made
    page = visit(person, locale=locale)
    page.locator(f'a[href="/mine/{studio.first.id}/{project}"]').press("Enter")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(".signs dd").first).to_be_visible()
    assert not {"gold", "emas"} & set(page.locator("main").inner_text().lower().split())
    sound(page)
