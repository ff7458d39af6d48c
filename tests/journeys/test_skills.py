"""A manager grants a skill on the page and from the shell, and the labeler is given what wants it."""

import json
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect
from tests.fixtures.browser import Visit
from tests.fixtures.studio import Studio

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


def neraca(studio: Studio, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "labeler", *words, "--url", studio.served.url,
         "--key", studio.first.live],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_skills_are_granted_and_revoked(studio: Studio, visit: Visit) -> None:
    project = studio.digits(2)
    who = visit(studio.person("labeler"), f"/work/{studio.first.id}/{project.id}")
    with who.expect_response(lambda r: r.url.endswith("/submit") and r.status == 201):
        who.get_by_role("button", name="3").first.click()
    with studio.sdk() as sdk:
        (labeler,) = list(sdk.projects.labelers(project.id))
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}/{project.id}?tab=labelers")
    page.get_by_role("button", name=f"Change the skills of {labeler.handle}").click()
    box = page.get_by_role("textbox", name="Skill")
    box.fill("x" * 65)
    box.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("64")
    for skill in ("law", "radiology"):
        box.fill(skill)
        box.press("Enter")
        expect(page.get_by_role("button", name=f"Revoke {skill}")).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run('[role=dialog] form')")["violations"] == []
    page.get_by_role("button", name="Revoke law").click()
    expect(page.get_by_role("button", name="Revoke law")).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^radiology: "))).to_be_visible()
    with studio.sdk() as sdk:
        assert sdk.labelers.get(labeler.labeler).skills == ["radiology"]

    granted = neraca(studio, "grant", labeler.handle, "law", "--json")
    assert json.loads(granted.stdout)["skills"] == ["law", "radiology"]
    assert labeler.handle in neraca(studio, "list").stdout
    revoked = neraca(studio, "revoke", labeler.labeler, "radiology", "--json")
    assert json.loads(revoked.stdout)["skills"] == ["law"]
    for words, said in (
        (("revoke", labeler.handle, "radiology"), f"{labeler.handle} was not granted radiology"),
        (("grant", "Nobody", "law"), "Nobody called Nobody has asked for work here"),
    ):
        refused = neraca(studio, *words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert said in refused.stderr
    expect(page.get_by_role("button", name=re.compile("^law: "))).to_be_visible()
