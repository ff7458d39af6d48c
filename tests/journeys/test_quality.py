"""The quality of a project, from answers over HTTP through the worker's estimate to the page and the shell."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect
from pydantic import JsonValue
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Studio, done

from neraca.client import Client
from neraca.wire.projects import FixedPolicy, ProjectNew
from neraca.wire.shape import Money
from neraca.wire.tasks import SuggestionNew, TaskNew

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TASKS = 50  # by 4: the estimate is due with the very last answer
OPTIONS = ("cat", "dog", "fox")


def answered(studio: Studio) -> str:
    """Three who know animals, but one takes every second fox for a dog, and one who guesses: 200 answers."""
    config: dict[str, JsonValue] = {
        "question": "Which?",
        "options": [{"id": o, "label": o.capitalize()} for o in OPTIONS],
    }
    keys: list[str] = []

    async def make() -> None:
        keys.extend(await studio.served.keys(studio.first, 4))

    done(make())
    draw = random.Random(5)  # noqa: S311 - repeatable, not secret
    with studio.sdk() as sdk:
        project = sdk.projects.create(
            ProjectNew(
                name="Animals", kind="choice", config=config, policy=FixedPolicy(type="fixed", answers=4), minutes=1,
                price=Money(micros=50_000, currency="USD"),
            )
        )  # fmt: skip
        tasks = [TaskNew(params={"text": OPTIONS[n % 3]}, external_id=f"animal-{n}") for n in range(TASKS)]
        list(sdk.tasks.create(project.id, tasks))
    for n, key in enumerate(keys):
        with Client(studio.served.url, key) as labeler:
            foxes = 0
            while (lease := labeler.work.next(project.id)) is not None:
                said = str(lease.params["text"])
                foxes += said == "fox"
                if n == 0 and said == "fox" and foxes % 2:
                    said = "dog"
                labeler.work.submit(lease, {"choice": draw.choice(OPTIONS) if n == 3 else said}, active_ms=2500)
    return project.id


def test_quality_is_told_and_leads_to_the_tasks(studio: Studio, visit: Visit) -> None:
    project = answered(studio)
    with studio.sdk() as sdk:
        soon(lambda: sdk.projects.quality(project).estimated_at, 60, "no estimate was made")
        told = sdk.projects.quality(project)
    assert (told.verdicts, told.estimated_answers, len(told.labelers)) == (TASKS, 4 * TASKS, 4)
    page = visit(studio.person("reviewer"), f"/manage/{studio.first.id}/{project}")
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_text(f"estimate over {4 * TASKS} answers")).to_be_visible()
    expect(page.get_by_text("$0.20", exact=True)).to_be_visible()
    labelers = page.get_by_role("table", name="Labelers").get_by_role("row")
    expect(labelers).to_have_count(5)
    expect(labelers.last).to_contain_text("2.5 sec")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run()")["violations"] == []
    doubts = page.get_by_role("table", name="Most likely wrong")
    expect(doubts.get_by_role("row")).to_have_count(11)
    expect(doubts).to_contain_text("Fox is likelier now, with ")
    page.get_by_role("button", name=f"Show all {len(told.doubts)}").click()
    expect(doubts).to_have_attribute("aria-rowcount", str(len(told.doubts) + 1))
    confused = page.get_by_role("table", name="Confused classes")
    expect(confused).to_contain_text("Dog and Fox")
    confused.get_by_role("link", name="Example 1").first.press(
        "Enter"
    )  # by keyboard: the rows above may still be moving
    expect(page.get_by_role("heading", name=re.compile(r"^animal-\d+$"))).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(4)
    said = subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "quality", project, "--url", studio.served.url,
         "--key", studio.first.live],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"verdicts          the latest {TASKS}\n" in said.stdout
    assert "cost              0.2000 USD a task" in said.stdout
    assert "dog and fox" in said.stdout
    again = subprocess.run([*said.args, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(again.stdout)["agreement"]["tasks"] == TASKS


def test_the_task_page_says_who_confirmed_the_suggestion(studio: Studio, visit: Visit) -> None:
    keys: list[str] = []

    async def make() -> None:
        keys.extend(await studio.served.keys(studio.first, 2))

    done(make())
    config: dict[str, JsonValue] = {"question": "Which?", "options": [{"id": o, "label": o.title()} for o in OPTIONS]}
    with studio.sdk() as sdk:
        project = sdk.projects.create(
            ProjectNew(
                name="Begun",
                kind="choice",
                config=config,
                policy=FixedPolicy(type="fixed", answers=2),
                minutes=1,
                price=Money(micros=50_000, currency="USD"),
            )
        )
        hint = SuggestionNew(answer={"choice": "dog"}, source="animals-3")
        (task,) = sdk.tasks.create(project.id, [TaskNew(params={"text": "Woof"}, suggestion=hint)])
    for key, said in zip(keys, ("dog", "fox"), strict=True):
        with Client(studio.served.url, key) as labeler:
            lease = labeler.work.next(project.id)
            assert lease is not None
            labeler.work.submit(lease, {"choice": said}, active_ms=2500)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}/{task.id}")
    expect(page.get_by_text("Suggestion of animals-3: Dog")).to_be_visible()
    expect(page.get_by_text("confirmed the suggestion")).to_have_count(1)
    expect(page.get_by_text("departed from the suggestion")).to_have_count(1)
