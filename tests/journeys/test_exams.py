"""An exam is made in the app, sat by a labeler, failed, and decided by a manager."""

from playwright.sync_api import Page, expect
from pydantic import JsonValue
from tests.fixtures.browser import Visit
from tests.fixtures.studio import Studio

from neraca.wire.projects import Exam, FixedPolicy, Project, ProjectNew
from neraca.wire.shape import Money
from neraca.wire.tasks import TaskNew


def quiz(studio: Studio, *, attempts: int = 1) -> Project:
    """Two tasks of an exam, where yes is right, some to spare, and three of work."""
    with studio.sdk() as sdk:
        options: list[JsonValue] = [{"id": o, "label": o.capitalize()} for o in ("yes", "no")]
        project = sdk.projects.create(
            ProjectNew(
                name=f"Quiz of {attempts}", kind="choice", config={"question": "Is it so?", "options": options},
                policy=FixedPolicy(type="fixed", answers=1, exam=Exam(tasks=2, right=1.0, attempts=attempts)),
                price=Money(micros=20_000, currency="USD"), minutes=0.1,
            )
        )  # fmt: skip
        known = [TaskNew(params={"text": f"q{n}"}, gold={"choice": "yes"}, gold_use="exam") for n in range(5)]
        list(sdk.tasks.create(project.id, [*known, *(TaskNew(params={"text": f"w{n}"}) for n in range(3))]))
    return project


def say(page: Page, key: str) -> None:
    expect(page.get_by_role("group", name="Is it so?")).to_be_visible()
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press(key)


def test_an_exam_is_passed_and_the_work_begins(studio: Studio, visit: Visit) -> None:
    project = quiz(studio)
    page = visit(studio.person("labeler"))
    expect(page.get_by_text("Exam first")).to_be_visible()
    page.get_by_role("link", name=f"Start {project.name}").click()
    note = page.get_by_role("status").filter(has_text="Exam · task 1 of 2")
    expect(note).to_contain_text("Before the work comes an exam of 2 tasks, paid like work.")
    say(page, "1")
    expect(page.get_by_role("status").filter(has_text="Exam · task 2 of 2")).to_be_visible()
    say(page, "1")
    expect(page.get_by_role("status").filter(has_text="You passed the exam: 2 of 2 are right.")).to_be_visible()
    for _ in range(3):
        say(page, "2")
    expect(page.get_by_role("heading", name="Nothing left to do here")).to_be_visible()


def test_one_that_is_not_passed_is_told_and_a_manager_lets_them_in(studio: Studio, visit: Visit) -> None:
    project = quiz(studio, attempts=2)
    who = studio.person("labeler")
    page = visit(who, f"/work/{studio.first.id}/{project.id}")
    for n in (1, 2):
        expect(page.get_by_role("status").filter(has_text=f"attempt {n} of 2")).to_be_visible()
        say(page, "1")
        say(page, "2")
    expect(page.get_by_role("heading", name="The exam is not passed")).to_be_visible()
    expect(page.get_by_text("1 of 2 answers are right; 2 are needed.")).to_be_visible()
    manage = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=labelers")
    manage.get_by_role("button", name="Let in").click()
    manage.get_by_role("dialog").get_by_role("button", name="Let in").click()
    expect(manage.get_by_text("passed", exact=True)).to_be_visible()
    page.reload()
    say(page, "1")
    expect(page.get_by_role("heading", name="The exam is not passed")).to_have_count(0)


def test_gold_has_a_page_where_its_use_is_changed(studio: Studio, visit: Visit) -> None:
    project = quiz(studio)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=gold")
    expect(page.get_by_role("row")).to_have_count(6)
    first = page.get_by_role("row").nth(1)
    with page.expect_response(lambda r: r.url.endswith("/gold") and r.request.method == "POST" and r.status == 201):
        first.get_by_role("combobox").select_option("asked of everybody")
    with studio.sdk() as sdk:
        assert sorted(str(g.use) for g in sdk.projects.gold(project.id)) == ["calibration", *["exam"] * 4]
    first.get_by_role("button", name="Gold no more").click()
    page.get_by_role("dialog").get_by_role("button", name="Gold no more").click()
    expect(page.get_by_text("ended by a manager")).to_be_visible()


def test_an_exam_is_set_in_the_form(studio: Studio, visit: Visit) -> None:
    project = quiz(studio)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=settings")
    page.get_by_label("Exam, tasks").fill("3")
    page.get_by_label("Right, at least").fill("66.7")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    with studio.sdk() as sdk:
        assert sdk.projects.get(project.id).policy["exam"] == {"tasks": 3, "right": 0.667, "attempts": 1}
