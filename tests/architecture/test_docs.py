"""What people can set, call or meet has a heading in the docs."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"\b(?:NERACA_[A-Z_]+|DATABASE_URL)\b")
INSIDE = {"NERACA_LIFELINE"}  # between our own processes


def headings(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return {line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")}


def files(*folders: str) -> list[Path]:
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / line for line in said.splitlines() if (ROOT / line).is_file()]


def test_every_setting_is_explained() -> None:
    named = set()
    for path in files("src", "tools", "tests", "bench", "Makefile", ".ci"):
        if path.suffix not in {".png", ".jpg"}:
            named |= set(SETTING.findall(path.read_text("utf-8")))
    assert named - INSIDE - headings("reference/settings.md") == set()


def test_no_setting_is_explained_that_is_not_there() -> None:
    source = "".join(p.read_text("utf-8") for p in files("src", "tests", "bench", "tools"))
    told = {h for h in headings("reference/settings.md") if SETTING.fullmatch(h)}
    assert {name for name in told if name not in source} == set()


def test_the_glossary_has_the_words_of_the_design() -> None:
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    words = (
        "client", "cell", "control plane", "person", "labeler", "project", "kind", "batch", "task", "slot", "lease",
        "fence", "answer", "verdict", "flaw", "skill",
    )  # fmt: skip
    assert [word for word in words if f"**{word}**" not in page] == []


def test_decisions_are_numbered_once() -> None:
    numbers = [p.name[:4] for p in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)
