"""Every block of the how-to runs, in its order, with Scale's own client against a real server."""

import os
import subprocess
import sys
from pathlib import Path

import scaleapi
from scaleapi.tasks import TaskType
from tests.docs.test_tutorials import BLOCK, ROOT, environment, served
from tests.fixtures.served import Served

__all__ = ["served"]

PAGE = ROOT / "docs/howto/leaving-scale.md"


def test_every_block_runs(served: Served, tmp_path: Path) -> None:
    client = served.add_client("Leaves Scale")
    shim = tmp_path / "neraca"  # the command of this checkout, wherever the installed one points
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from neraca.cli import main; main()" "$@"\n')
    shim.chmod(0o755)
    known = environment(served, client.live)
    known["PATH"] = f"{tmp_path}{os.pathsep}{known['PATH']}"
    old = served.add_client("Is left")
    known |= {"OLD_URL": f"{served.url}/scale/v1", "OLD_KEY": old.live}
    scale = scaleapi.ScaleClient(old.live, api_instance_url=known["OLD_URL"])
    scale.create_project("Lanes", TaskType.LaneAnnotation)
    scale.create_task(TaskType.LaneAnnotation, project="Lanes")
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert [language for language, _ in blocks] == ["python", "python", "sh", "sh", "python", "python"]
    # Python's blocks share their names: what stands between them runs where it stands.
    script = ["import subprocess"]
    for language, text in blocks:
        script.append(text if language == "python" else f"subprocess.run(['bash', '-eu', '-c', {text!r}], check=True)")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(script)],
        env=known, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "0 projects" in done.stdout
    assert "1 projects, 0 batches, 1 tasks, 0 files." in done.stdout
    assert "2 tasks wait for people" in done.stdout
    assert "completed {'category': 'good'}" in done.stdout
    assert "review-1 pending" in done.stdout
    assert "callbacks carry a key of 48 characters" in done.stdout
