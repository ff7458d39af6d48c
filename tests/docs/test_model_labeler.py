"""The model of the how-to runs as it stands there, and a real server's worker asks it; SDK and shell see to it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.docs.test_tutorials import ROOT, code, environment
from tests.fixtures.served import Served, free_port, served

from neraca.client import Client

__all__ = ["served"]
PAGE = ROOT / "docs/howto/model-labeler.md"
TEXTS = {"a lovely film": "positive", "a dull film": "negative", "great acting": "positive"}
PROJECT = {
    "name": "Reviews", "kind": "choice", "policy": {"type": "fixed", "answers": 1}, "minutes": 1,
    "config": {"question": "?", "options": [{"id": "positive", "label": "P"}, {"id": "negative", "label": "N"}]},
    "price": {"micros": 0, "currency": "USD"},
}  # fmt: skip


def neraca(served: Served, key: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "model", *words, "--json"],
        env=environment(served, key), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_model_of_the_page_labels(served: Served, tmp_path: Path) -> None:
    port, key = free_port(), served.add_client("Model how-to").live
    with Client(served.url, key) as client:
        project = client.projects.create(PROJECT)  # type: ignore[arg-type] # JSON, as a reader would write it
        list(client.tasks.create(project.id, [{"params": {"text": text}} for text in TEXTS]))
        model = neraca(served, key, "add", "Word list", f"http://127.0.0.1:{port}/", "--project", project.id)
        known = environment(served, "") | {"MODEL_SECRET": model["secret"], "PORT": str(port)}
        program = subprocess.Popen([sys.executable, "-c", code(PAGE, "python")], env=known, cwd=tmp_path)
        try:
            client.projects.wait(project.id, timeout=60)
        finally:
            program.kill()
            program.wait()
        decided = [task for task in client.tasks.list(project.id) if task.verdict]
        assert {task.params["text"]: task.verdict.answer["choice"] for task in decided if task.verdict} == TEXTS
        (at,) = client.models.get(model["id"]).projects
        assert (at.answers, at.state) == (3, "active")


def test_the_shell_and_the_sdk_manage_models(served: Served) -> None:
    key = served.add_client("Models managed").live
    with Client(served.url, key) as client:
        project = client.projects.create(PROJECT)  # type: ignore[arg-type] # JSON, as a reader would write it
        model = client.models.create("M", "http://127.0.0.1:8099/m", at_once=2)
        assert (model.at_once, model.per_minute, model.projects) == (2, 600, [])
        assert [p["project_id"] for p in neraca(served, key, "attach", model.id, project.id)["projects"]] == [
            project.id
        ]
        assert neraca(served, key, "pause", model.id)["state"] == "paused"
        assert client.models.get(model.id).state == "paused"
        assert neraca(served, key, "resume", model.id)["state"] == "active"
        assert neraca(served, key, "detach", model.id, project.id) == {"detached": model.id}
        client.models.attach(model.id, project.id)
        client.models.detach(model.id, project.id)
        assert [m["name"] for m in neraca(served, key, "list")] == [m.name for m in client.models.list()] == ["M"]
        assert neraca(served, key, "show", model.id)["projects"] == []
        assert (client.models.pause(model.id).state, client.models.resume(model.id).state) == ("paused", "active")
        neraca(served, key, "remove", model.id)
        other = client.models.create("N", "http://127.0.0.1:8099/n")
        client.models.delete(other.id)
        assert list(client.models.list()) == []
