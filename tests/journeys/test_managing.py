"""The manager's and the operator's journeys: from an empty client to a downloaded export."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.fixtures.browser import Visit
from tests.fixtures.studio import PASSWORD, Studio

CSV = 'external_id,text\nparcel-1,"The parcel came early."\nparcel-2,\nparcel-3,"It was broken."\n'


def test_from_a_new_project_to_a_downloaded_export(studio: Studio, visit: Visit, tmp_path: Path) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}")
    page.get_by_role("link", name="New project").first.click()
    page.get_by_role("button", name="Create project").click()
    # Every fault stands beside its field: what is missing at once, the rest as the server tells it.
    for field in ("Name", "Question", "Name 1"):
        expect(page.get_by_role("textbox", name=field, exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_role("textbox", name="Name 1").fill("Good")
    page.get_by_role("textbox", name="Name 2").fill("Good")
    page.get_by_role("textbox", name="Name", exact=True).fill("What do people say?")
    page.get_by_role("textbox", name="Question").fill("Is the customer happy?")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_text("Option 1 has the same label")).to_be_visible()
    page.get_by_role("textbox", name="Name 2").fill("Bad")
    page.get_by_role("textbox", name="Name 2").press("Enter")
    page.keyboard.type("Neither")
    page.get_by_role("button", name="Move row 3 up").click()
    page.get_by_role("textbox", name="Instructions").fill("Look for **words of joy**.")
    expect(page.locator("strong", has_text="words of joy")).to_be_visible()
    page.get_by_role("radio", name=re.compile("After a fixed number")).check()
    page.get_by_role("textbox", name="Answers a task").fill("1")
    page.get_by_role("textbox", name="An answer", exact=True).fill("0.06")
    page.get_by_role("textbox", name="Minutes an answer takes").fill("0.2")
    expect(page.get_by_text("$18.00")).to_be_visible()
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="What do people say?")).to_be_visible()
    imported(page, tmp_path)
    project = re.search(r"/manage/[^/]+/([0-9a-f-]{36})", page.url)
    assert project is not None
    with studio.sdk() as sdk:
        kept = sdk.projects.get(project[1])
    assert [o["label"] for o in kept.config["options"]] == ["Good", "Neither", "Bad"]
    assert (kept.price.micros, kept.policy) == (60_000, {"type": "fixed", "answers": 1})
    answered(studio, visit, project[1])
    looked_at(page)
    exported(page)


def imported(page: Page, folder: Path) -> None:
    """A file with one faulty row: the others become tasks, and the row says what is wrong."""
    file = folder / "parcels.csv"
    file.write_text(CSV)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("3 rows read, 2 tasks created, 1 rows failed")).to_be_visible()
    expect(page.get_by_role("progressbar", name="parcels.csv")).to_have_attribute("aria-valuenow", "100")
    faulty = page.get_by_role("table", name="Rows that were left out").get_by_role("row").nth(1)
    expect(faulty).to_contain_text("2")
    expect(faulty).to_contain_text("Give one of image, text or markdown.")


def answered(studio: Studio, visit: Visit, project: str) -> None:
    labeler = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project}")
    with labeler.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        labeler.get_by_role("button", name="Good").click()


def looked_at(page: Page) -> None:
    """The progress that comes by itself, the tasks with a filter, and one task with its answer."""
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_role("heading", name="1 of 2 tasks decided")).to_be_visible()
    expect(page.get_by_role("progressbar", name="1 of 2 tasks decided")).to_have_attribute("aria-valuenow", "50")
    page.get_by_role("tab", name="Labelers").click()
    expect(page.get_by_role("row", name=re.compile("Labeler .* Person 1"))).to_be_visible()
    page.get_by_role("tab", name="Tasks").click()
    page.get_by_text("Decided", exact=True).first.click()
    page.get_by_role("link", name="parcel-1").click()
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("Good")
    expect(page.get_by_role("article")).to_contain_text("Good")
    page.get_by_role("link", name="Tasks of What do people say?").click()


def exported(page: Page) -> None:
    page.get_by_role("tab", name="Export").click()
    page.get_by_role("button", name="Export JSONL").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"what-do-people-say-\d+\.jsonl", download.value.suggested_filename)
    lines = [json.loads(line) for line in Path(download.value.path()).read_text("utf-8").splitlines()]
    assert {"parcel-1", "parcel-3"} == {line["external_id"] for line in lines}


def test_terms_are_changed_and_answers_keep_theirs(studio: Studio, visit: Visit) -> None:
    project = studio.digits(2)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=settings")
    page.get_by_role("textbox", name="Instructions").fill("Look twice.")
    page.get_by_role("textbox", name="An answer", exact=True).fill("0.04")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("combobox", name="State of the project").select_option("paused")
    expect(page.get_by_role("combobox", name="State of the project")).to_have_value("paused")
    with studio.sdk() as sdk:
        now = sdk.projects.get(project.id)
    assert (now.instructions, now.price.micros, now.state) == ("Look twice.", 40_000, "paused")
    assert now.config == project.config


def test_a_key_is_shown_once_and_revoked(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/keys")
    page.get_by_role("textbox", name="Name").fill("Nightly")
    page.get_by_role("button", name="Make a key").click()
    key = page.get_by_text(re.compile(r"^nrc_live_[\w-]{20,}$")).inner_text()
    page.reload()
    row = page.get_by_role("row").filter(has_text="Nightly")
    expect(row).to_contain_text(f"nrc_live_…{key[-4:]}")
    expect(page.get_by_text(key)).to_have_count(0)
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")


def test_an_invitation_is_accepted_by_a_new_person(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/people")
    page.get_by_role("textbox", name="E-mail").fill("new@north.example")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_text(re.compile("/invite/")).inner_text()
    new = visit(None, link)
    new.get_by_role("textbox", name="Name").fill("Sri Baru")
    new.locator("input[name=password]").fill("short")
    new.get_by_role("button", name="Join").click()
    expect(new.locator("input[name=password]")).to_have_attribute("aria-invalid", "true")
    new.locator("input[name=password]").fill(PASSWORD)
    new.get_by_role("button", name="Join").click()
    expect(new.get_by_role("heading", name="Work for you")).to_be_visible()
    expect(new.get_by_role("button", name="Account of Sri Baru")).to_be_visible()
    page.reload()
    find = page.get_by_role("searchbox", name="Find by name or e-mail")
    find.fill("<img src=x onerror=alert(1)> {n}")
    expect(page.get_by_text("Nobody has “<img src=x onerror=alert(1)> {n}”")).to_be_visible()
    find.fill("sri BARU")
    expect(page.get_by_role("table", name="People").get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").filter(has_text="Sri Baru")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Accepted")).to_be_visible()


def test_a_callback_is_added_and_its_log_is_open(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/callbacks")
    address = page.get_by_role("textbox", name="Address")
    address.fill("ftp://example.com/x")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").or_(page.locator("[aria-invalid=true]")).first).to_be_visible()
    address.fill("http://127.0.0.1:8099/hook")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()
    one = page.get_by_role("region", name="http://127.0.0.1:8099/hook")
    one.get_by_role("button", name="Deliveries").click()
    expect(one.get_by_text("Nothing was sent yet")).to_be_visible()
    one.get_by_role("button", name="Pause").click()
    expect(one.get_by_text("Paused")).to_be_visible()


def test_an_operator_adds_a_client_and_its_keys_are_shown_once(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager", operator=True), "/clients")
    page.get_by_role("textbox", name="Name").fill("West Lab")
    page.get_by_role("button", name="Add client").click()
    expect(page.get_by_text(re.compile(r"^nrc_live_[\w-]{20,}$"))).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile(r"^nrc_test_[\w-]{20,}$"))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="West Lab")).to_be_visible()
    page.get_by_label("First manager of West Lab").get_by_role("textbox").fill("first@west.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text(re.compile(r"/invite/nri_[\w-]{20,}$"))).to_be_visible()
    page.goto(f"/manage/{studio.second.id}")  # an operator without a membership sees no content
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
