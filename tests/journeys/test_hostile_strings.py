"""SEC-06: markup in every field that somebody may fill. No page runs it, fetches for it, or breaks its policy.

What Chromium says of the content security policy fails every test of this folder (`tests/fixtures/browser.py`);
here each page is also watched for dialogs, for requests to anywhere else, and for policy reports.
"""

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Dialog, Page, expect
from tests.fixtures.browser import Visit
from tests.fixtures.served import Client
from tests.fixtures.studio import PASSWORD, Person, Studio, done

from neraca import accounts
from neraca.client import Client as Sdk
from neraca.client import SignedIn
from neraca.wire.projects import FixedPolicy, ProjectNew
from neraca.wire.shape import Money
from neraca.wire.tasks import SuggestionNew, TaskNew

EVIL = "https://evil.example"
NAME = "<img src=x onerror=alert(1)>\"'><svg onload=alert(2)>{{7*7}}${alert(3)}"
SKILL = "<img src=x onerror=alert(15)>"
LONG = "\n\n".join(
    [
        NAME,
        "<script>alert(4)</script>",
        f"<img src='{EVIL}/pixel.png'>",
        f"![picture]({EVIL}/picture.png)",
        "[link](javascript:alert(5))",
        "[data](data:text/html,<script>alert(6)</script>)",
        "<iframe srcdoc='<script>parent.alert(7)</script>'></iframe>",
        f"<style>@import '{EVIL}/style.css'; *{{background:url({EVIL}/back.png)}}</style>",
        "<details open ontoggle=alert(8)>",
        "<form action=javascript:alert(9)><button autofocus onfocus=alert(10)>",
        f"<base href='{EVIL}/'><meta http-equiv=refresh content='0;url={EVIL}'>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(11)&gt;'>",
        f"<object data='{EVIL}/o'></object><embed src='{EVIL}/e'><link rel=stylesheet href='{EVIL}/l'>",
    ]
)
FLAT = " ".join(LONG.split())
# The kind refuses HTML in a task's Markdown; this is what it lets through.
MARKDOWN = f"""[link](javascript:alert(12)) ![picture]({EVIL}/picture.png) <javascript:alert(13)> <https://a.example>

[data](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg) [ref] &lt;img src=x onerror=alert(14)&gt;

```html
{NAME}
```

[ref]: vbscript:alert(15) "{EVIL}"
"""
HOOK = "http://127.0.0.1:8099/" + quote(NAME, safe="()$'")
REPORTS = "addEventListener('securitypolicyviolation', (e) => { (window.told ??= []).push(e.violatedDirective); });"


def dismissed(ran: list[str], dialog: Dialog) -> None:
    ran.append(dialog.message)
    dialog.dismiss()


class House:
    """A client whose every text is hostile."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.studio = studio
        self.client: Client = studio.served.add_client(f"{NAME} {id(self)}"[:190])
        self.manager = self.person("manager", operator=True)
        self.labeler = self.person("labeler")
        with Sdk(studio.served.url, self.client.live) as sdk:
            picture = io.BytesIO()
            Image.new("RGB", (64, 48), (30, 90, 160)).save(picture, "PNG")
            asset = sdk.assets.upload(picture.getvalue(), credit=NAME).id
            self.text = self.project(sdk, "choice", [{"text": LONG}, {"text": LONG}])
            self.markdown = self.project(sdk, "choice", [{"markdown": MARKDOWN}, {"markdown": MARKDOWN}])
            self.boxes = self.project(sdk, "image", [{"image": f"asset:{asset}"}] * 2)
            bad = folder / "rows.jsonl"
            bad.write_text(json.dumps({"params": {"text": LONG, NAME: 1}}) + "\n" + json.dumps({"params": {"text": 7}}))
            sdk.imports.upload(self.text, bad)
            sdk.wire.http.post(f"/api/projects/{self.text}/batches", json={"name": NAME}).raise_for_status()
            sdk.wire.http.post("/api/callbacks", json={"url": HOOK}).raise_for_status()
        done(self.put_html())
        with SignedIn(studio.served.url, self.manager.email, PASSWORD, client_id=str(self.client.id)) as manager:
            key = manager.make_key(NAME, role="labeler").key
        with Sdk(studio.served.url, key) as model:
            self.tasks = [self.answer(model, project) for project in (self.text, self.markdown)]
        with Sdk(studio.served.url, self.client.live) as sdk:
            sdk.labelers.put_skills(next(one.labeler for one in sdk.labelers.list()), [SKILL])
            sdk.tasks.make_gold(self.tasks[0], use="exam")

    async def put_html(self) -> None:
        """One task's Markdown has HTML all the same, as if an older version had let it in."""
        async with self.studio.served.cell(self.client) as (house, cell), house.inside(cell) as db:
            await db.execute(
                "update task set params = jsonb_build_object('markdown', %s::text) where id = (select id from task"
                " where project_id = %s order by seq desc limit 1)",
                [LONG, self.markdown],
            )

    def person(self, role: str, *, operator: bool = False) -> Person:
        """Somebody whose name is hostile."""
        known = Person(f"{NAME} {role}", f"hostile-{role}@north.example")

        async def put() -> None:
            async with self.studio.served.house() as house, house.control() as control:
                hashed = await accounts.hash_password(PASSWORD)
                person = await accounts.put_person(control, known.email, known.name, hashed, operator=operator)
                await accounts.add_membership(control, person, self.client.id, role)

        done(put())
        return known

    def project(self, sdk: Sdk, kind: str, params: list[dict[str, str]]) -> str:
        names = [{"id": "a", "label": NAME}, {"id": "b", "label": FLAT[:200]}]
        config: dict[str, object] = {"question": FLAT[:2000]}
        config |= {"options": names} if kind == "choice" else {"classes": names, "shapes": ["box"]}
        made = sdk.projects.create(
            ProjectNew.model_validate(
                {
                    "name": NAME, "kind": kind, "instructions": LONG, "config": config, "minutes": 1.0,
                    "policy": FixedPolicy(type="fixed", answers=1), "price": Money(micros=1000, currency="USD"),
                }
            )
        )  # fmt: skip
        ready = SuggestionNew(answer={"choice": "a"} if kind == "choice" else {"objects": []}, source=NAME[:60])
        tasks = [TaskNew(params=dict(p), external_id=NAME, metadata={NAME: LONG}, suggestion=ready) for p in params]
        list(sdk.tasks.create(made.id, tasks))
        return made.id

    def answer(self, model: Sdk, project: str) -> str:
        lease = model.work.next(project)
        assert lease is not None
        model.work.submit(lease, {"choice": "a"})
        return lease.task_id


@pytest.fixture(scope="module")
def hostile(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(studio, tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def open_page(visit: Visit, studio: Studio) -> Iterator[Visit]:
    """Opens watched pages; in the end nothing was run, nothing asked elsewhere, nothing reported."""
    ran: list[str] = []
    asked: list[str] = []
    pages: list[Page] = []

    def opened(person: Person | None, path: str) -> Page:
        page = visit(person, "/sign-in" if person is None else "/readyz")
        page.context.add_init_script(REPORTS)
        page.context.on("dialog", partial(dismissed, ran))
        page.context.on("request", lambda r: asked.append(r.url))
        page.goto(path)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.evaluate("window.told ?? []") == []
        assert page.locator("main script, main iframe, main object, main embed, main base").count() == 0
        assert page.locator("style", has_text="evil.example").count() == 0
        assert page.locator("[href^='javascript:' i], [src^='javascript:' i], [href^='data:text' i]").count() == 0
    assert ran == []
    own = (studio.served.url, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def shows(page: Page, text: str) -> None:
    """The hostile words are on the page, as words."""
    expect(page.get_by_text(text).first).to_be_visible()


def test_a_labelers_pages(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.labeler, "/")
    shows(page, NAME)
    page.goto(f"/work/{hostile.client.id}/{hostile.text}")
    shows(page, "<script>alert(4)</script>")
    beside = page.get_by_role("complementary", name="Instructions")
    expect(beside.get_by_text("link", exact=True)).to_be_visible()


def test_markdown_to_be_labelled(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.labeler, f"/work/{hostile.client.id}/{hostile.markdown}")
    expect(page.get_by_text("link", exact=True).first).to_be_visible()
    expect(page.get_by_text("picture", exact=True).first).to_be_visible()
    assert page.locator("main img").count() == 0


def test_an_image_with_hostile_classes(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.labeler, f"/work/{hostile.client.id}/{hostile.boxes}")
    shows(page, NAME)


def test_a_projects_tabs(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.manager, f"/manage/{hostile.client.id}/{hostile.text}")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    for tab in ("Tasks", "Quality", "Gold", "Labelers", "Import", "Export"):
        page.get_by_role("tab", name=tab).click()
        if tab in {"Tasks", "Gold", "Labelers"}:
            shows(page.get_by_role("tabpanel").page, NAME)
        if tab == "Labelers":
            shows(page, SKILL)


def test_a_managers_pages(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.manager, f"/manage/{hostile.client.id}")
    shows(page, NAME)
    for project, task in zip((hostile.text, hostile.markdown), hostile.tasks, strict=True):
        page.goto(f"/manage/{hostile.client.id}/{project}/{task}")
        expect(page.get_by_role("article", name=NAME)).to_be_visible()
    for path in ("keys", "people"):
        page.goto(f"/manage/{hostile.client.id}/{path}")
        shows(page, NAME)
    page.goto(f"/manage/{hostile.client.id}/callbacks")
    shows(page, HOOK)
    page.goto("/clients")
    shows(page, NAME)


def test_a_file_with_a_hostile_name_and_rows(hostile: House, open_page: Visit) -> None:
    """The page tells of every wrong row, with the names that it has."""
    page = open_page(hostile.manager, f"/manage/{hostile.client.id}/{hostile.text}")
    page.get_by_role("tab", name="Import").click()
    rows = json.dumps({"params": {"text": "t", NAME: 1}}) + "\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "<img src=x onerror=alert(1)>.jsonl", "mimeType": "application/jsonl", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Import").click()
    faulty = page.get_by_role("table", name="Rows that were left out")
    expect(faulty.get_by_role("cell", name="1", exact=True)).to_be_visible()
    expect(faulty.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()


def test_a_new_projects_preview(hostile: House, open_page: Visit) -> None:
    page = open_page(hostile.manager, f"/manage/{hostile.client.id}/new")
    page.get_by_role("textbox", name="Name", exact=True).fill(NAME)
    page.get_by_role("textbox", name="Instructions").fill(LONG)
    page.get_by_role("textbox", name="Name 1").fill(NAME)
    page.get_by_role("textbox", name="Name 2").fill(FLAT[:150])
    page.get_by_role("textbox", name="Question").fill(NAME)
    expect(page.get_by_text("link", exact=True)).to_be_visible()


def test_addresses_with_markup(hostile: House, open_page: Visit) -> None:
    """What stands in an address is shown or ignored, never run."""
    bad = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    page = open_page(None, f"/invite/{bad}")
    expect(page.get_by_role("heading", name="Welcome to Neraca")).to_be_visible()
    for path in (f"/sign-in?next=javascript:alert(1)&error={bad}", f"/{bad}", f"/sign-in#{bad}"):
        page.goto(path)
        expect(page.get_by_role("banner")).to_be_visible()


def test_the_watch_sees_what_runs(studio: Studio, visit: Visit) -> None:
    """The proof that this file can fail: on a page without our policy, the same words do run."""
    page = visit(None, "/sign-in")
    ran: list[str] = []
    page.context.on("dialog", partial(dismissed, ran))
    page.goto("about:blank")
    with page.expect_event("dialog"):
        page.evaluate("text => { document.body.innerHTML = text; }", NAME)
    assert ran
    own = httpx.get(f"{studio.served.url}/sign-in").headers["content-security-policy"]
    assert "'unsafe-inline'" not in own.partition("script-src")[2].partition(";")[0]
