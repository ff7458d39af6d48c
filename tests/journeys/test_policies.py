"""A manager states a target, a cap and who is asked where others cannot tell; what it takes is told before."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.fixtures.browser import Visit
from tests.fixtures.studio import Studio, done

from neraca.client import Client

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']"


def fault_free(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    wrong = page.evaluate(f"axe.run({{ runOnly: {RULES} }})")["violations"]
    assert [v["id"] for v in wrong] == []


def figure(page: Page, name: str) -> str:
    """What stands under a name in the region that tells what the policy will take."""
    region = page.get_by_role("region", name="What it will take")
    return region.locator("div").filter(has=page.get_by_text(name, exact=True)).locator("dd").last.inner_text()


def settled(page: Page) -> None:
    expect(page.get_by_role("region", name="What it will take")).to_have_attribute("aria-busy", "false")
    page.wait_for_load_state("networkidle")


def test_a_policy_is_foretold_made_and_at_work(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Who is right?")
    page.get_by_role("textbox", name="Question").fill("Is it so?")
    for n, label in enumerate(("Yes", "No"), 1):
        page.get_by_role("textbox", name=f"Name {n}").fill(label)
    page.get_by_role("textbox", name="How sure").fill("90")
    page.get_by_role("textbox", name="An answer", exact=True).fill("0.05")
    settled(page)
    alone = figure(page, "A task costs")
    assert re.match(r"\$0\.\d+", alone)
    assert "to" in alone
    expect(page.get_by_text("Nothing is known of the labelers yet")).to_be_visible()
    page.get_by_role("textbox", name="A task costs at most").fill("0.10")
    page.get_by_role("combobox", name="Pass on to").fill("judge")
    expect(page.get_by_text("Nobody has this skill yet")).to_be_visible()
    page.get_by_role("textbox", name="Of these, at most").fill("2")
    settled(page)
    assert figure(page, "A task costs") != alone
    assert figure(page, "Go to experts").endswith("%")
    fault_free(page)
    # A cap that does not pay for the least number of answers is told beside its field, and by no figure.
    page.get_by_role("textbox", name="Answers at least").fill("3")
    expect(page.get_by_text("As soon as the policy and the price are complete")).to_be_visible()
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_text("This pays for fewer than 3 answers")).to_be_visible()
    page.get_by_role("textbox", name="Answers at least").fill("1")
    page.get_by_role("textbox", name="Answers at most").fill("2")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Who is right?")).to_be_visible()
    project = re.search(r"/manage/[^/]+/([0-9a-f-]{36})", page.url)
    assert project is not None
    with studio.sdk() as sdk:
        kept = sdk.projects.get(project[1]).policy
    assert kept["cost_cap"] == {"micros": 100_000, "currency": "USD"}
    assert kept["escalate"] == {"to": "judge", "answers": 2}
    torn(studio, project[1])
    told(page)
    edited(page, studio, project[1])


def torn(studio: Studio, project: str) -> None:
    """Two tasks of which two labelers say different things; an expert decides the first."""
    one, other, expert = done(studio.served.keys(studio.first, 3))
    with studio.sdk() as sdk:
        list(sdk.tasks.create(project, [{"params": {"text": t}, "external_id": t} for t in ("torn", "waiting")]))
        for key, choice in ((one, "yes"), (other, "no")):
            with Client(studio.served.url, key) as labeler:
                while (lease := labeler.work.next(project)) is not None:
                    labeler.work.submit(lease, {"choice": choice})
        with Client(studio.served.url, expert) as labeler:
            assert labeler.work.next(project) is None
            answered = {a.labeler for t in sdk.tasks.list(project) for a in sdk.tasks.answers(t.id).items}
            (judge,) = [one for one in sdk.labelers.list() if one.labeler not in answered and not one.skills][-1:]
            sdk.labelers.put_skills(judge.labeler, ["judge"])
            lease = labeler.work.next(project)
            assert lease is not None
            labeler.work.submit(lease, {"choice": "yes"})


def told(page: Page) -> None:
    """How tasks ended, on every page that tells of them."""
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("what is not sure enough goes to judge")).to_be_visible()
    expect(page.get_by_text("a task costs at most $0.10")).to_be_visible()
    expect(page.get_by_text(re.compile(r"100% by experts \(1\) · 1 with experts"))).to_be_visible()
    fault_free(page)
    page.get_by_role("tab", name="Tasks").click()
    page.get_by_role("combobox", name="How it ended").select_option("Experts")
    expect(page.get_by_role("row", name=re.compile("torn .*Decided.*Experts"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("waiting .*With experts"))).to_be_visible()
    page.get_by_role("combobox", name="How it ended").select_option("Cost cap")
    expect(page.get_by_text("No task is in this state")).to_be_visible()
    page.get_by_role("combobox", name="How it ended").select_option("Experts")
    fault_free(page)
    page.get_by_role("link", name="waiting").click()
    expect(page.get_by_text("Somebody with the skill is asked")).to_be_visible()
    expect(page.get_by_text("With experts", exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile("Tasks of")).click()
    page.get_by_role("link", name="torn").click()
    expect(page.get_by_text("Others could not tell, so somebody with the skill did.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Tasks of")).click()
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_text("100% by experts (1)")).to_be_visible()


def edited(page: Page, studio: Studio, project: str) -> None:
    """In the settings the policy stands as it was made, and what a change will take is told before it is saved."""
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("textbox", name="A task costs at most")).to_have_value("0.1")
    expect(page.get_by_role("combobox", name="Pass on to")).to_have_value("judge")
    expect(page.get_by_text("Nobody has this skill yet")).to_have_count(0)
    settled(page)
    before = figure(page, "Answers a task")
    page.get_by_role("textbox", name="A task costs at most").fill("")
    page.get_by_role("textbox", name="Answers at most").fill("9")
    settled(page)
    assert figure(page, "Answers a task") != before
    fault_free(page)
    page.get_by_role("combobox", name="Pass on to").fill("")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    with studio.sdk() as sdk:
        kept = sdk.projects.get(project).policy
    assert kept == {"type": "target", "confidence": 0.9, "min": 1, "max": 9}


def test_a_pilot_is_chosen(studio: Studio, visit: Visit) -> None:
    """What is known of a pilot's labelers is asked for; boxes have bounds until a pilot was answered."""
    pilot = studio.digits(1)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/new")
    settled(page)
    with page.expect_response(
        lambda r: r.url.endswith("/estimate") and pilot.id in (r.request.post_data or "")
    ) as said:
        page.get_by_role("combobox", name="Labelers as in").select_option(pilot.name)
    assert said.value.status == 200
    page.get_by_role("radio", name=re.compile("Boxes on pictures")).check()
    expect(page.get_by_text("For this kind of work nobody can say beforehand")).to_be_visible()
    expect(page.get_by_role("region", name="What it will take")).to_contain_text("1 to 7")
    page.get_by_role("radio", name=re.compile("After a fixed number")).check()
    expect(page.get_by_text("For this kind of work nobody can say beforehand")).to_have_count(0)
    settled(page)
    assert figure(page, "Answers a task") == "3"
    fault_free(page)


def test_the_policy_in_indonesian(studio: Studio, visit: Visit) -> None:
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/new", locale="id-ID", scheme="dark", width=420)
    page.get_by_role("combobox", name="Teruskan kepada").fill("hakim")
    expect(page.get_by_text("Belum ada yang memiliki keahlian ini")).to_be_visible()
    region = page.get_by_role("region", name="Berapa yang diperlukan")
    expect(region).to_contain_text("Jawaban per tugas")
    expect(region).to_contain_text("Diteruskan ke ahli")
    expect(region).to_contain_text("Belum ada yang diketahui tentang para pelabel")
    fault_free(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
