"""A manager puts a model to work, sees how it fares, and takes it off again."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from tests.fixtures.browser import Visit
from tests.fixtures.served import soon
from tests.fixtures.studio import Studio


class Zero(BaseHTTPRequestHandler):
    """Says that everything is a nought."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps({"answer": {"choice": "0"}, "confidence": 0.8}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def zero() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Zero) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_model_is_put_to_work_and_taken_off(studio: Studio, visit: Visit, zero: str) -> None:
    project, other = studio.digits(3, answers=2), studio.digits(1, answers=2)
    page = visit(studio.person("manager"), f"/manage/{studio.first.id}")
    page.get_by_role("link", name="Models").click()
    page.get_by_role("textbox", name="Name").fill("Noughts")
    page.get_by_role("textbox", name="Address").fill("http://169.254.169.254/")
    page.get_by_label("Project", exact=True).select_option(project.name)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("textbox", name="Address")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("textbox", name="Address").fill(zero)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    card = page.get_by_role("region", name="Noughts")
    expect(card.get_by_role("row").nth(1)).to_contain_text(project.name)
    expect(card.get_by_role("row").nth(1)).to_contain_text("80")  # it says that it is sure by 80 %
    with studio.sdk() as sdk:
        soon(lambda: sdk.projects.progress(project.id).answers == 3, 60, "the model has answered all three")
        card.get_by_role("button", name="Pause").click()
        expect(card.get_by_role("button", name="Resume")).to_be_visible()
        card.get_by_label("Add to a project").select_option(other.name)
        expect(card.get_by_role("row")).to_have_count(3)
        card.get_by_role("row").nth(1).get_by_role("button", name="Take off").click()
        expect(card.get_by_role("row")).to_have_count(2)
        (model,) = [m for m in sdk.models.list() if m.name == "Noughts"]
        assert (model.state, [at.project_id for at in model.projects]) == ("paused", [other.id])
        page.reload()
        expect(page.get_by_text("whsec_")).to_have_count(0)
        card.get_by_role("button", name="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(card).to_have_count(0)
        assert [m for m in sdk.models.list() if m.name == "Noughts"] == []
