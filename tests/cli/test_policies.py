"""Policies from the shell and the SDK, against a running server: foretold, made, escalated, reported."""

import json
import random
from pathlib import Path

from tests.cli.test_cli import neraca
from tests.fixtures.served import Served, served

from neraca.client import Client
from neraca.wire.projects import Escalation, TargetPolicy
from neraca.wire.shape import Money

__all__ = ["served"]


async def test_a_policy_is_foretold_made_and_passes_on(served: Served, tmp_path: Path) -> None:
    ours = served.add_client("Policies in the shell")
    one, other, expert = await served.keys(ours, 3)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"question": "?", "options": [{"id": o, "label": o.upper()} for o in "ab"]}))

    def said(*words: str) -> str:
        done = neraca(tmp_path, *words, NERACA_URL=served.url, NERACA_KEY=ours.live)
        assert done.returncode == 0, done.stderr
        return done.stdout

    policy = ("--target", "0.95", "--max", "2", "--cost-cap", "1", "--escalate", "judge", "--experts", "1")
    told = said("project", "estimate", *policy, "--classes", "2", "--price", "0.05", "--tasks", "200")
    assert "nothing is known" in told
    assert "% escalated" in told
    assert "for 200 tasks" in told
    project = json.loads(
        said(
            "project", "create", "P", "--kind", "choice", "--config", str(config), *policy, "--price", "0.05", "--json"
        )
    )
    wanted = {"to": "judge", "answers": 1}
    assert project["policy"]["escalate"] == wanted
    assert project["policy"]["cost_cap"] == {"micros": 1_000_000, "currency": "USD"}
    again = json.loads(said("project", "estimate", *policy, "--pilot", project["id"], "--price", "0.05", "--json"))
    assert again["source"] == "assumption"
    with Client(served.url, ours.live) as client:
        how = TargetPolicy(
            type="target", confidence=0.95, max=2, cost_cap=Money(micros=1_000_000, currency="USD"),
            escalate=Escalation(to="judge", answers=1),
        )  # fmt: skip
        found = client.projects.estimate(how, Money(micros=50_000, currency="USD"), classes=2)
        assert json.loads(found.model_dump_json()) == again
        (task,) = list(client.tasks.create(project["id"], [{"params": {"text": "which?"}}]))
        for key, choice in ((one, "a"), (other, "b"), (expert, None)):
            with Client(served.url, key) as labeler:
                lease = labeler.work.next(project["id"])
                if choice is None:
                    assert lease is None  # not granted yet
                else:
                    assert lease is not None
                    labeler.work.submit(lease, {"choice": choice})
        (waiting,) = list(client.tasks.list(project["id"], reason="escalated"))
        assert (waiting.id, waiting.state, waiting.reason) == (task.id, "open", "escalated")
        assert client.projects.progress(project["id"]).escalated == 1
        known = {who.labeler for who in client.labelers.list()}
        answered = {a.labeler for a in client.tasks.answers(task.id).items}
        (judge,) = known - answered
        client.labelers.put_skills(judge, ["judge"])
    with Client(served.url, expert) as labeler:
        lease = labeler.work.next(project["id"])
        assert lease is not None
        labeler.work.submit(lease, {"choice": "b"})
    rows = json.loads(said("task", "list", project["id"], "--reason", "escalated", "--json"))
    assert [(row["state"], row["verdict"]["answer"]) for row in rows] == [("decided", {"choice": "b"})]
    assert "100.0% by experts (1)" in said("quality", project["id"])


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    for words, why in (
        (("--answers", "3", "--cost-cap", "1", "--classes", "2"), "go with --target"),
        (("--answers", "3", "--target", "0.9", "--classes", "2"), "either --answers or --target"),
        (("--target", "0.9", "--classes", "2", "--continued"), "goes with --pilot"),
        (("--target", "0.9"), "Give --classes"),
        (("--target", "1.9", "--classes", "2"), "confidence"),
    ):
        done = neraca(tmp_path, "project", "estimate", *words, NERACA_URL="http://127.0.0.1:9", NERACA_KEY="nrc_live_x")
        assert done.returncode != 0
        assert why in done.stderr
        assert done.stderr.count("\n") == 1


def test_replay_tells_what_is_escalated(tmp_path: Path) -> None:
    rng = random.Random(3)  # noqa: S311 - repeatable
    lines = ["task,worker,label"]
    for task in range(150):
        right = rng.choice("ab")
        lines += [
            f"{task},w{w},{right if rng.random() < 0.75 else 'ab'.replace(right, '')}" for w in rng.sample(range(12), 7)
        ]
    (tmp_path / "labels.csv").write_text("\n".join(lines), "utf-8")
    words = ("replay", str(tmp_path), "--target", "0.97", "--max", "6", "--orders", "2")
    alone, passing = (neraca(tmp_path, *words, *more).stdout for more in ((), ("--escalate",)))
    assert "exhausted" in alone
    assert "exhausted" not in passing
    told = json.loads(neraca(tmp_path, *words, "--escalate", "--json").stdout)
    assert f"escalated         {told['escalated_share']:.1%} of the tasks" in passing
    assert told["escalated_share"] > 0.2
    assert told["used"] < json.loads(neraca(tmp_path, *words, "--json").stdout)["used"]
