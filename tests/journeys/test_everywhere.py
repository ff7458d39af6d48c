"""What holds on every page: keys, screen readers, zoom, both languages, both schemes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Person, Studio

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


@dataclass(frozen=True)
class Place:
    """A client with something on every page."""

    studio: Studio
    manager: Person
    labeler: Person
    project: str
    boxes: str
    task: str

    def paths(self) -> Iterator[tuple[Person | None, str]]:
        """Every page, and who looks at it."""
        client = self.studio.first.id
        yield None, "/sign-in"
        yield None, "/invite/unknown"
        yield self.labeler, "/"
        yield self.labeler, f"/work/{client}/{self.project}"
        yield self.labeler, f"/work/{client}/{self.boxes}"
        yield self.labeler, "/nowhere/at/all"
        for tail in ("", "/new", "/keys", "/people", "/callbacks", "/models", f"/{self.project}/{self.task}"):
            yield self.manager, f"/manage/{client}{tail}"
        for tab in ("overview", "tasks", "quality", "labelers", "import", "export", "settings"):
            yield self.manager, f"/manage/{client}/{self.project}?tab={tab}"
        yield self.manager, "/clients"


@pytest.fixture(scope="module")
def place(studio: Studio) -> Place:
    project, boxes = studio.digits(12), studio.boxes(1)
    with studio.sdk() as sdk:
        task = next(iter(sdk.tasks.list(project.id))).id
        sdk.tasks.enter(task, "someone", {"choice": "0"}, active_ms=1200)
        model = sdk.models.create("Word list", "http://127.0.0.1:8099/")
        sdk.models.pause(model.id)  # nobody is there
        sdk.models.attach(model.id, project.id)
    manager = studio.person("manager", operator=True)
    return Place(studio, manager, studio.person("labeler"), project.id, boxes.id, task)


def settled(page: Page) -> None:
    """All that a page waits for is there."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.wait_for_load_state("networkidle")


def walked(place: Place, visit: Visit, look: Callable[[Page, str], None], **looks: object) -> None:
    """One page object for each person, over every page."""
    pages: dict[Person | None, Page] = {}
    for person, path in place.paths():
        if person not in pages:
            pages[person] = visit(person, path, **looks)
        else:
            pages[person].goto(path)
        settled(pages[person])
        look(pages[person], path)


ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']"


@pytest.mark.parametrize(
    ("scheme", "locale", "rules"), [("light", "en-US", ALL), ("dark", "id-ID", "'color-contrast'")]
)
def test_axe_finds_nothing(place: Place, visit: Visit, scheme: str, locale: str, rules: str) -> None:
    assert AXE.exists(), "axe-core is not installed: run `npm ci`."
    script = AXE.read_text("utf-8")
    found: list[str] = []

    def look(page: Page, path: str) -> None:
        page.evaluate(script)
        wrong = page.evaluate("axe.run({ runOnly: RULES })".replace("RULES", rules))
        found.extend(
            f"{path}: {v['id']}: {json.dumps(v['nodes'][0]['target'])} {v['nodes'][0]['failureSummary']}"
            for v in wrong["violations"]
        )

    walked(place, visit, look, scheme=scheme, locale=locale)
    assert found == []


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 640)], ids=["200 %", "narrow"])
def test_no_page_scrolls_sideways(place: Place, visit: Visit, width: int, height: int) -> None:
    wide: list[str] = []

    def look(page: Page, path: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)

    walked(place, visit, look, width=width, height=height)
    assert wide == []


def test_every_page_has_a_title_landmarks_and_no_key_without_a_trace(place: Place, visit: Visit) -> None:
    titles: dict[str, str] = {}
    unseen: list[str] = []

    def look(page: Page, path: str) -> None:
        titles[path] = page.title()
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("banner")).to_have_count(1)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Tab")
        if path != "/readyz" and page.evaluate("document.activeElement.className") != "skip":
            unseen.append(f"{path}: the first key does not reach the skip link")
        for _ in range(12):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                """() => { const it = document.activeElement;
                  if (it === document.body) return true;
                  const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                  const field = it.closest('input, textarea, select');
                  return drawn(getComputedStyle(it)) || drawn(getComputedStyle(it, '::after')) || field !== null
                    || it.matches('[data-index] *') || it.type === 'file'; }"""
            )
            if not seen:
                unseen.append(f"{path}: {page.evaluate('document.activeElement.outerHTML.slice(0, 120)')}")

    walked(place, visit, look)
    assert unseen == []
    assert all(title.endswith("Neraca") and title != "Neraca" for title in titles.values()), titles
    assert len(set(titles.values())) >= 12


def test_the_language_is_chosen_and_stays(place: Place, visit: Visit) -> None:
    page = visit(place.labeler)
    page.get_by_role("combobox", name="Language").select_option("id")
    expect(page.get_by_role("heading", name="Pekerjaan untuk Anda")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "id"
    page.reload()
    expect(page.get_by_role("heading", name="Pekerjaan untuk Anda")).to_be_visible()
    expect(page.get_by_role("cell", name="US$12,00").first).to_be_visible()  # money as Indonesians write it
    elsewhere = visit(place.labeler, locale="id-ID")
    expect(elsewhere.get_by_role("heading", name="Pekerjaan untuk Anda")).to_be_visible()


def test_the_scheme_is_chosen_and_stays(place: Place, visit: Visit) -> None:
    page = visit(place.labeler)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark colours").click()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    dark = page.evaluate(ground)
    assert light != dark
    page.reload()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    assert page.evaluate(ground) == dark


def test_signing_in_comes_back_to_the_page_and_signing_out_leaves_nothing(place: Place, visit: Visit) -> None:
    path = f"/manage/{place.studio.first.id}/keys"
    page = visit(None, path)
    page.get_by_role("textbox", name="E-mail").fill(place.manager.email)
    page.locator("input[name=password]").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    page.locator("input[name=password]").fill(place.manager.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    page.evaluate("localStorage.setItem('neraca.draft.x', '{}')")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('neraca.draft.x')") is None
    page.goto(path)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_labeler_goes_from_signing_in_to_an_answer_by_keys_alone(place: Place, visit: Visit) -> None:
    person = place.studio.person("labeler")  # the place's own has chosen another language by now
    page = visit(None, "/sign-in")
    page.get_by_role("textbox", name="E-mail").focus()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Work for you")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if place.project in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Which digit is it?")).to_be_visible()
    with page.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        page.keyboard.press("5")


def test_a_list_of_any_length_keeps_few_rows(studio: Studio, visit: Visit) -> None:
    project = studio.digits(1)
    with studio.sdk() as sdk:
        list(
            sdk.tasks.create(
                project.id, [{"params": {"text": str(n)}, "external_id": f"row-{n:04}"} for n in range(450)]
            )
        )
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=tasks")
    expect(page.get_by_role("link", name="row-0000")).to_be_visible()

    def last_is_there() -> bool:
        page.mouse.wheel(0, 4000)
        return page.get_by_role("link", name="row-0449").count() == 1

    soon(last_is_there, 60, "the last row does not come")
    expect(page.get_by_role("link", name="row-0449")).to_be_visible()
    assert page.get_by_role("row").count() < 70
