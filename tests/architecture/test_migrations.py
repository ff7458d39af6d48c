"""Migrations stand in one line: two that took the same number would leave out one of them, without a word."""

import re
from pathlib import Path

import pytest

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.mark.parametrize("which", ["control", "cell"])
def test_every_migration_follows_the_one_before(which: str) -> None:
    found = []
    for path in sorted((MIGRATIONS / which / "versions").glob("*.py")):
        text = path.read_text("utf-8")
        revision, before = (
            re.search(rf"^{word} = (.+)$", text, re.MULTILINE) for word in ("revision", "down_revision")
        )
        assert revision, path
        assert before, path
        assert revision[1].strip('"') == path.name.partition("_")[0], path
        found.append((revision[1], before[1]))
    assert [before for _, before in found] == ["None", *(revision for revision, _ in found[:-1])]
