"""The code of the tutorials runs, as it stands there, against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.fixtures.served import Served, served

__all__ = ["served"]

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
PAGES = sorted((ROOT / "docs/tutorials").glob("*.md"))


def code(page: Path, language: str) -> str:
    return "\n".join(text for found, text in BLOCK.findall(page.read_text("utf-8")) if found == language)


def environment(served: Served, key: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("NERACA_")}
    tools = str(Path(sys.executable).parent)
    return known | {"NERACA_URL": served.url, "NERACA_KEY": key, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_runs(served: Served, page: Path, tmp_path: Path) -> None:
    client = served.add_client(f"Python of {page.stem}")
    done = subprocess.run(
        [sys.executable, "-c", code(page, "python")],
        env=environment(served, client.live), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "s0 {'choice': 'yes'}" in done.stdout
    assert (tmp_path / "labels.jsonl").read_text("utf-8").count("\n") == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_shell_runs(served: Served, page: Path, tmp_path: Path) -> None:
    client = served.add_client(f"Shell of {page.stem}")
    shim = tmp_path / "neraca"  # the command of this checkout, wherever the installed one points
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from neraca.cli import main; main()" "$@"\n')
    shim.chmod(0o755)
    known = environment(served, client.live)
    done = subprocess.run(
        ["bash", "-eu", "-c", code(page, "sh")],
        env=known | {"PATH": f"{tmp_path}{os.pathsep}{known['PATH']}"}, cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "labels.jsonl").read_text("utf-8").splitlines()
    assert len(rows) == 2
    assert '"external_id":"s0"' in rows[0]


def test_links_of_the_docs_lead_somewhere() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "src").rglob("README.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {to}"
        for page in pages
        for to in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / unquote(to)).exists()
    ]
    assert dead == []
