"""The labeler's journeys: digits by keyboard."""

from playwright.sync_api import expect
from tests.fixtures.browser import Visit
from tests.fixtures.studio import Studio


def test_home_shows_the_work_of_every_client(studio: Studio, visit: Visit) -> None:
    here, there = studio.digits(2), studio.digits(3, client=studio.second)
    page = visit(studio.person("labeler", studio.first, studio.second))
    for client, project in (("North Studio", here), ("South Archive", there)):
        section = page.get_by_role("region", name=client)
        expect(section.get_by_role("link", name=f"Start {project.name}")).to_be_visible()
        expect(section.get_by_role("cell", name="$12.00").first).to_be_visible()
