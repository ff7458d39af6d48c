"""Fixtures of this folder: a real server, real people, a real Chromium."""

from tests.fixtures.browser import browser, visit, watch
from tests.fixtures.served import served
from tests.fixtures.studio import studio

__all__ = ["browser", "served", "studio", "visit", "watch"]
