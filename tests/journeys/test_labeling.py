"""The labeler's journeys: digits by keyboard, boxes by mouse and by keyboard."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.fixtures.browser import Visit
from tests.fixtures.studio import Studio, done

from neraca.wire.projects import Project


def answers(studio: Studio, project: Project) -> list[dict[str, Any]]:
    """What was stored, task by task in their order."""
    with studio.sdk() as sdk:
        tasks = list(sdk.tasks.list(project.id))
        return [one.answer for task in tasks for one in sdk.tasks.answers(task.id).items]


def press(page: Page, key: str) -> None:
    """A key that answers, once there is something to answer; waits until the server has it."""
    expect(page.get_by_role("group", name="Which digit is it?")).to_be_visible()
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press(key)


def canvas(page: Page) -> dict[str, float]:
    """Where the picture's room is, once the picture is drawn in it."""
    place = page.get_by_test_id("canvas")
    expect(place.locator("canvas").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    box = place.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "w": box["width"], "h": box["height"]}


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Shares of the room, from its left top corner."""
    at = canvas(page)
    page.mouse.move(at["x"] + start[0] * at["w"], at["y"] + start[1] * at["h"])
    page.mouse.down()
    page.mouse.move(at["x"] + end[0] * at["w"], at["y"] + end[1] * at["h"], steps=4)
    page.mouse.up()


def test_home_shows_the_work_of_every_client(studio: Studio, visit: Visit) -> None:
    here, there = studio.digits(2), studio.digits(3, client=studio.second)
    page = visit(studio.person("labeler", studio.first, studio.second))
    for client, project in (("North Studio", here), ("South Archive", there)):
        section = page.get_by_role("region", name=client)
        expect(section.get_by_role("link", name=f"Start {project.name}")).to_be_visible()
        expect(section.get_by_role("cell", name="$12.00").first).to_be_visible()
        expect(section.get_by_role("cell", name="about 6 sec").first).to_be_visible()


def test_digits_are_answered_with_one_key_each_and_a_reload_loses_nothing(studio: Studio, visit: Visit) -> None:
    project = studio.digits(5)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    scan = page.get_by_role("img", name="The picture that the question is about")
    expect(scan).to_have_class("crisp")
    expect(page.get_by_text("E. Alpaydin").first).to_be_visible()
    press(page, "7")
    expect(page.get_by_role("status").filter(has_text="Last: 7")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1 done · $0.02")).to_be_visible()
    page.reload()
    expect(scan).to_be_visible()
    for key in "012":
        press(page, key)
    press(page, "3")
    expect(page.get_by_role("heading", name="Nothing left to do here")).to_be_visible()
    assert sorted(a["choice"] for a in answers(studio, project)) == ["0", "1", "2", "3", "7"]


def test_the_next_scan_is_there_before_the_last_answer_is_stored(studio: Studio, visit: Visit) -> None:
    project = studio.digits(3)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    scan = page.get_by_role("img", name="The picture that the question is about")
    with page.expect_response(lambda r: "/media/" in r.url):  # the prefetched one
        expect(scan).to_be_visible()
    page.wait_for_load_state("networkidle")
    first = scan.get_attribute("src")
    page.evaluate(
        """() => new Promise((done) => {
            const seen = document.querySelector('.subject img').src;
            dispatchEvent(new KeyboardEvent('keydown', { key: '4', bubbles: true }));
            requestAnimationFrame(() => requestAnimationFrame(() => {
              window.turned = document.querySelector('.subject img')?.src !== seen; done();
            }));
        })"""
    )
    assert page.evaluate("window.turned") is True
    assert scan.get_attribute("src") != first


def test_offline_is_told_and_the_answer_is_kept(studio: Studio, visit: Visit) -> None:
    project = studio.digits(2)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    expect(page.get_by_role("group", name="Which digit is it?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline")).to_be_visible()
    page.keyboard.press("8")
    expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(page.get_by_role("button", name="8", exact=True)).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(False)
    press(page, "8")
    assert [a["choice"] for a in answers(studio, project)] == ["8"]


def test_boxes_are_drawn_moved_undone_kept_over_a_reload_and_handed_in(studio: Studio, visit: Visit) -> None:
    project = studio.boxes(1)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    expect(page.get_by_text("Rachel Michetti")).to_be_visible()
    boxes = page.get_by_role("list", name="Boxes").get_by_role("listitem")
    drag(page, (0.3, 0.3), (0.5, 0.5))
    expect(boxes).to_have_text([re.compile("1 Cup")])
    page.keyboard.press("2")
    drag(page, (0.6, 0.6), (0.7, 0.75))
    expect(boxes).to_have_text([re.compile("1 Cup"), re.compile("2 Animal")])
    drag(page, (0.65, 0.68), (0.6, 0.6))  # its inside: it moves
    told = page.get_by_role("status").filter(has_text="Box 2 of 2, Animal")
    moved = told.inner_text()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(boxes).to_have_count(1)
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+y")
    expect(boxes).to_have_count(2)
    with page.expect_response(lambda r: r.url.endswith("/draft") and r.status == 204):
        page.keyboard.press("Escape")
        page.keyboard.press("[")  # the last one
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
    page.reload()
    expect(boxes).to_have_count(2)
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(told).to_have_text(moved)
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press("Control+Enter")
    (stored,) = answers(studio, project)
    assert [o["class"] for o in stored["objects"]] == ["cup", "animal"]
    assert stored["objects"][0]["box"]["w"] > 20


def test_boxes_without_a_mouse(studio: Studio, visit: Visit) -> None:
    project = studio.boxes(1)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    canvas(page)
    boxes = page.get_by_role("list", name="Boxes").get_by_role("listitem")
    told = page.get_by_role("status").filter(has_text="Box 1 of")
    page.keyboard.press("n")
    expect(told).to_contain_text("Cup, 80 by 80 pixels")
    for key in ("Shift+ArrowUp", "Alt+ArrowRight", "Alt+Shift+ArrowDown", "2"):
        page.keyboard.press(key)
    expect(told).to_contain_text("Animal, 81 by 90 pixels")
    page.keyboard.press("n")
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Shift+Tab")
    expect(told).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    expect(boxes).to_have_count(1)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("Make the box wider")).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press("Control+Enter")
    (stored,) = answers(studio, project)
    box = stored["objects"][0]["box"]
    assert (box["w"], box["h"]) == (81, 90)


def test_a_flaw_stands_beside_its_box(studio: Studio, visit: Visit) -> None:
    project = studio.boxes(1)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    drag(page, (0.3, 0.3), (0.5, 0.5))
    boxes = page.get_by_role("list", name="Boxes").get_by_role("listitem")
    expect(boxes).to_have_count(1)
    # A draft of the time when the class was called otherwise.
    page.evaluate(
        """() => { const key = Object.keys(localStorage).find((k) => k.startsWith('neraca.draft.'));
          const old = localStorage.getItem(key).replace('"cup"', '"mug"');
          localStorage.setItem(key, old.replace('"told":true', '"told":false')); }"""
    )
    page.reload()
    expect(boxes).to_have_text([re.compile("1 mug")])
    page.keyboard.press("Control+Enter")
    expect(boxes.get_by_role("alert")).to_have_text(re.compile("There is no class .mug.[.]"))
    page.get_by_role("button", name="Cup").click()
    expect(boxes.get_by_role("alert")).to_have_count(0)
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press("Control+Enter")


def test_a_task_is_skipped_with_a_reason(studio: Studio, visit: Visit) -> None:
    project = studio.digits(1)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    expect(page.get_by_role("group", name="Which digit is it?")).to_be_visible()
    page.keyboard.press("Control+Backspace")
    dialog = page.get_by_role("dialog", name="Skip this task")
    dialog.get_by_role("radio", name="It is broken or does not load").check()
    dialog.get_by_label("More about it").fill("all black")
    dialog.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="Nothing left to do here")).to_be_visible()
    assert rows(studio, "select reason from refusal where reason is not null") == [{"reason": "broken: all black"}]


def test_a_lease_that_ran_out_is_told_and_the_work_is_kept(studio: Studio, visit: Visit) -> None:
    project = studio.boxes(2)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    with page.expect_response(lambda r: r.url.endswith("/draft") and r.status == 204):
        drag(page, (0.3, 0.3), (0.5, 0.5))
    rows(studio, "update slot set lease_until = clock_timestamp() - interval '1 second' where state = 1 and begun")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The time for the last task had run out")).to_be_visible()
    kept = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('neraca.draft.')).map(([, v]) => v)"
    )
    assert len(kept) == 1
    assert '"class":"cup"' in kept[0]
    assert answers(studio, project) == []


def test_labeling_digits_does_not_load_what_boxes_are_drawn_with(studio: Studio, visit: Visit) -> None:
    project = studio.digits(1)
    page = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    expect(page.get_by_role("group", name="Which digit is it?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    scripts = page.evaluate(
        "performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname).filter((p) => p.endsWith('.js'))"
    )
    static = Path(__file__).parents[2] / "src/neraca/server/static"
    loaded = {name: (static / name.lstrip("/")).read_text("utf-8") for name in scripts}
    assert loaded
    assert [name for name, text in loaded.items() if "Konva" in text] == []
    assert sum(map(len, loaded.values())) < 900_000


def rows(studio: Studio, sql: str) -> list[dict[str, Any]]:
    """What stands in the first client's cell, or is changed there: time cannot be waited for."""
    found: list[dict[str, Any]] = []

    async def run() -> None:
        async with studio.served.cell(studio.first) as (house, cell), house.inside(cell) as db:
            ran = await db.execute(sql.encode())
            if ran.description is not None:
                found.extend(await ran.fetchall())

    done(run())
    return found
