"""Boxes from a crowd over HTTP, through the worker's estimate, to the pages and the shell."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

from bench.measures import drawing
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from pydantic import JsonValue
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Studio, done

from neraca.client import Client
from neraca.wire.projects import FixedPolicy, ProjectNew
from neraca.wire.shape import Money
from neraca.wire.tasks import TaskNew

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TASKS, LABELERS = 50, 4  # the estimate is due with the very last answer
LABELS = ("Red", "Blue", "Green")
COLORS = ((196, 92, 60), (72, 120, 168), (120, 150, 84))


def picture(crowd: drawing.Crowd, task: int) -> bytes:
    """What is there, as plain shapes."""
    image = Image.new("RGB", (1000, 1000), (226, 222, 214))
    pen = ImageDraw.Draw(image)
    for (x, y, w, h), label in zip(*crowd.truth[task], strict=True):
        pen.ellipse((x, y, x + w, y + h), fill=COLORS[label])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def as_json(objects: drawing.Objects) -> JsonValue:
    found: JsonValue = json.loads(json.dumps(objects))
    return found


def drawn(studio: Studio, folder: Path) -> tuple[str, drawing.Crowd]:
    """Four labelers draw on every picture; the first two are careless."""
    crowd = drawing.crowd(11, tasks=TASKS, labelers=LABELERS, answers=LABELERS, things=4)
    keys: list[str] = []

    async def make() -> None:
        keys.extend(await studio.served.keys(studio.first, LABELERS))

    done(make())
    config: dict[str, JsonValue] = {
        "question": "Box every stone.", "shapes": ["box"],
        "classes": [{"id": n, "label": one} for n, one in zip(drawing.names(crowd), LABELS, strict=True)],
    }  # fmt: skip
    with studio.sdk() as sdk:
        project = sdk.projects.create(
            ProjectNew(
                name="Stones", kind="image", config=config, policy=FixedPolicy(type="fixed", answers=LABELERS),
                minutes=1, price=Money(micros=50_000, currency="USD"),
            )
        )  # fmt: skip
        number: dict[str, int] = {}
        for t in range(TASKS):
            path = folder / f"{t}.png"
            path.write_bytes(picture(crowd, t))
            image = f"asset:{sdk.assets.upload(path).id}"
            (made,) = sdk.tasks.create(project.id, [TaskNew(params={"image": image}, external_id=f"stones-{t}")])
            number[made.id] = t
    for w, key in enumerate(keys):
        with Client(studio.served.url, key) as labeler:
            while (lease := labeler.work.next(project.id)) is not None:
                said = drawing.drawn(crowd, number[lease.task_id], w)
                labeler.work.submit(lease, {"objects": as_json(said)}, active_ms=9000)
    return project.id, crowd


def test_quality_of_boxes_is_told(studio: Studio, visit: Visit, tmp_path: Path) -> None:
    project, _ = drawn(studio, tmp_path)
    with studio.sdk() as sdk:
        soon(lambda: sdk.projects.quality(project).estimated_at, 60, "no estimate was made")
        told = sdk.projects.quality(project)
    assert (told.estimated_answers, len(told.objects)) == (TASKS * LABELERS, 3)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project}")
    page.get_by_role("tab", name="Quality").click()
    classes = page.get_by_role("table", name="Missed and invented")
    expect(classes.get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("table", name="Labelers").get_by_role("columnheader", name="F1")).to_be_visible()
    expect(page.get_by_role("term").filter(has_text="Objects expected right")).to_be_visible()
    expect(page.get_by_role("term").filter(has_text=re.compile("^Expected right"))).to_have_count(0)
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run()")["violations"] == []
    classes.get_by_role("link", name="Example 1").first.press("Enter")
    expect(page.get_by_role("article")).to_have_count(LABELERS)
    verdict = page.get_by_role("region", name="Verdict").get_by_role("img").first
    expect(verdict.locator("text").first).to_have_text(re.compile(r"^(Red|Blue|Green) \d+%$"))
    page.go_back()
    page.get_by_role("tab", name="Labelers").click()
    listed = page.get_by_role("table", name="Labelers")
    for head in ("F1", "Finds", "Real"):
        expect(listed.get_by_role("columnheader", name=head)).to_be_visible()
    said = subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "quality", project, "--url", studio.served.url,
         "--key", studio.first.live],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "classes of objects" in said.stdout
    assert "   F1  95 % interval" in said.stdout
    assert re.search(r"confidence +\d+\.\d% of the objects on average", said.stdout)
