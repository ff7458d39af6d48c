"""Takes the pictures of the README from a running, seeded Neraca: `NERACA_HOME=.neraca python tools/screenshots.py`.

docs/images/label.png     where boxes are drawn, with a box on a photograph
docs/images/project.png   a project's progress, as its manager sees it
"""

import json
import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs/images"
FIRST = Path(os.environ.get("NERACA_HOME", ".neraca")) / "first-run.json"
BOXES = "Box every cup, person and animal"
CUP = (0.29, 0.21, 0.70, 0.61)  # in shares of the room around the picture
DIGITS = "Which digit is it?"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUANTIZED = 192  # colours: a photograph of this size stays below 300 kB


def entered(browser: Browser, first: dict[str, dict[str, str]], who: str) -> Page:
    """A page of somebody who is signed in."""
    context = browser.new_context(
        base_url=str(first["url"]), viewport={"width": 1280, "height": 760}, locale="en-US", reduced_motion="reduce"
    )
    answer = context.request.post("/api/session", data=first[who])
    if not answer.ok:
        sys.exit(f"The {who} of {FIRST} cannot sign in: {answer.text()}")
    page = context.new_page()
    page.goto("/")
    return page


def kept(page: Page, name: str) -> None:
    """A PNG that is small enough for a repository."""
    from PIL import Image  # noqa: PLC0415 - only here

    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    path = IMAGES / name
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(QUANTIZED, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    print(f"{path.relative_to(IMAGES.parent.parent)}: {path.stat().st_size // 1000} kB")


def label(page: Page) -> None:
    """The cup of the first photograph of a fresh demo; then the draft is empty again, and nothing is handed in."""
    page.get_by_role("link", name=f"Start {BOXES}").click()
    page.get_by_test_id("canvas").locator("canvas").first.wait_for()
    page.wait_for_timeout(1500)
    room = page.get_by_test_id("canvas").bounding_box()
    assert room is not None
    left, top, right, bottom = CUP
    page.mouse.move(room["x"] + left * room["width"], room["y"] + top * room["height"])
    page.mouse.down()
    page.mouse.move(room["x"] + right * room["width"], room["y"] + bottom * room["height"], steps=4)
    page.mouse.up()
    kept(page, "label.png")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(1500)  # the draft is empty again


def project(page: Page) -> None:
    """The first client that has the project."""
    for client in page.get_by_role("navigation").get_by_role("link").all_inner_texts():
        page.get_by_role("navigation").get_by_role("link", name=client, exact=True).click()
        page.wait_for_timeout(1000)
        if page.get_by_role("link", name=DIGITS).count():
            page.get_by_role("link", name=DIGITS).click()
            kept(page, "project.png")
            return
    sys.exit(f"No client has the project {DIGITS}.")


def main() -> None:
    """Both pictures."""
    first = json.loads(FIRST.read_text("utf-8"))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        label(entered(browser, first, "labeler"))
        project(entered(browser, first, "operator"))
        browser.close()


if __name__ == "__main__":
    main()
