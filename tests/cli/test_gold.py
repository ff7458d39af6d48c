"""Gold, exams and their ending, from the shell and the SDK, against a running server."""

import json
from pathlib import Path
from typing import Any

from tests.cli.test_cli import neraca
from tests.fixtures.served import Served, served

from neraca.client import Client

__all__ = ["served"]


async def test_an_exam_from_the_shell(served: Served, tmp_path: Path) -> None:
    ours = served.add_client("Gold in the shell")
    (labeler,) = await served.keys(ours, 1)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"question": "?", "options": [{"id": o, "label": o.upper()} for o in "ab"]}))

    def shell(*words: str) -> Any:
        done = neraca(tmp_path, *words, "--json", NERACA_URL=served.url, NERACA_KEY=ours.live)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    asked = ("--exam", "2", "--exam-right", "1", "--answers", "1", "--price", "0.01")
    project = shell("project", "create", "Seen", "--kind", "choice", "--config", str(config), *asked)
    assert project["policy"]["exam"] == {"tasks": 2, "right": 1.0, "attempts": 1}
    rows = [{"params": {"text": f"e{n}"}, "gold": {"choice": "a"}, "gold_use": "exam"} for n in range(3)]
    rows.append({"params": {"text": "work"}})
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    shell("import", project["id"], str(tmp_path / "tasks.jsonl"))
    gold = shell("project", "gold", project["id"])
    assert [row["use"] for row in gold] == ["exam"] * 3
    with Client(served.url, labeler) as work:
        for said in ("a", "b"):
            lease = work.work.next(project["id"])
            assert lease is not None
            assert lease.exam is not None
            work.work.submit(lease, {"choice": said})
        assert work.work.next(project["id"]) is None
        told = work.work.instructions(project["id"]).exam
        assert told is not None
        assert (told.state, told.correct, told.wanted) == ("failed", 1, 2)
        (who,) = shell("labeler", "list")
        done = neraca(
            tmp_path, "labeler", "exam", who["labeler"], "--project", project["id"],
            NERACA_URL=served.url, NERACA_KEY=ours.live,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (0, f"{who['handle']} may work there.\n")
        lease = work.work.next(project["id"])
        assert lease is not None
        assert lease.params == {"text": "work"}
    moved = shell("task", "gold", gold[0]["task_id"], "--use", "calibration")
    assert (moved["use"], moved["version"]) == ("calibration", 1)
    ended = shell("task", "gold", gold[0]["task_id"], "--retire", "--reason", "it was blurred")
    assert (ended["use"], ended["note"]) == (None, "it was blurred")
