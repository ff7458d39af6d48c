"""What a client's audit does to a task, with Scale's client; the labelers work through the house's own API."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Labeler, fresh, serving_files
from tests.doors.test_scale_work import ended, leased

from neraca.client import Client as Sdk

COLOURS = {"attachment_type": "text", "categories": ["red", "blue"]}


def worked(account: Account, labeler: Labeler, project: str, choice: str, **given: Any) -> Any:
    """A task that a labeler has answered."""
    task = account.live.create_task(TaskType.Categorization, project=project, attachment="tomato", **given)
    labeler.submit(leased(labeler, project), {"choice": choice})
    return ended(account, task.id)


def verdicts(account: Account, task_id: str) -> list[dict[str, Any]]:
    """Every version of the verdict, from the database."""

    async def found() -> list[dict[str, Any]]:
        async with account.served.house() as house:
            cell = await house.cell(account.client.id)
            async with house.inside(cell) as db:
                return await (
                    await db.execute(
                        "select version, value, reason, cardinality(answers) as answers from verdict"
                        " where task_id = %s order by version",
                        [task_id + "0" * 8],
                    )
                ).fetchall()

    return asyncio.run(found())


def test_accepted(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization, COLOURS)
    task = worked(account, account.labeler(), project.name, "c0")
    with pytest.raises(exceptions.ScaleInvalidRequest, match="accepted is required"):
        task.audit(accepted=None)  # not said: nothing is done anew for that
    task.audit(accepted=True, comments="Fine.")
    task.refresh()
    assert (task.status, task.response) == ("completed", {"category": "red"})
    assert (task.customer_review_status, task.customer_review_comments) == ("accepted", "Fine.")
    assert [a["audit_result"] for a in task.audits] == ["accepted"]
    assert not hasattr(task, "prior_responses")


def test_rejected_is_done_anew(account: Account) -> None:
    client, first, second = account.live, account.labeler(), account.labeler()
    project = client.create_project(fresh("p"), TaskType.Categorization, COLOURS)
    with serving_files({}) as web:
        batch = client.create_batch(project.name, fresh("b"), callback=f"{web.url}/batch")
        task = worked(account, first, project.name, "c1", batch=batch.name, callback_url=f"{web.url}/task")
        web.wait(2)
        task.audit(accepted=False, comments="It is red.")
        task.refresh()
        assert (task.status, task.customer_review_status) == ("pending", "rejected")
        assert not hasattr(task, "response")
        assert not hasattr(task, "completed_at")
        assert [(p["response"], p["is_customer_fix"]) for p in task.prior_responses] == [({"category": "blue"}, False)]
        web.wait(3)
        told = web.calls[2][1]
        assert (told["status"], told["response"]) == ("pending", {})
        assert told["task"]["customer_review_comments"] == "It is red."
        assert batch.get_status()["status"] == "in_progress"
        with pytest.raises(exceptions.ScaleInvalidRequest, match="completed"):
            task.audit(accepted=False)
        assert first.next(first.project(project.name)["project_id"]) is None  # nobody gets a task a second time
        second.submit(leased(second, project.name), {"choice": "c0"})
        task = ended(account, task.id)
        assert (task.response, task.customer_review_status) == ({"category": "red"}, "pending")
        web.wait(5)
        assert web.calls[-1][1].get("status") == "completed"
        assert batch.get_status()["status"] == "completed"
    kept = [(v["value"], v["reason"], v["answers"]) for v in verdicts(account, task.id)]
    assert kept == [({"choice": "c1"}, "count", 1), ({"choice": "c0"}, "count", 1)]


def test_rejected_twice_with_several_answers(account: Account) -> None:
    client = account.live
    project = client.create_project(fresh("p"), TaskType.Categorization, {**COLOURS, "consensus_attempts": 2})
    task = client.create_task(TaskType.Categorization, project=project.name, attachment="tomato")
    for turn, choice in enumerate(("c1", "c0", "c1")):
        for _ in range(2):
            labeler = account.labeler()
            labeler.submit(leased(labeler, project.name), {"choice": choice})
        done = ended(account, task.id)
        assert done.response == {"category": "blue" if choice == "c1" else "red"}
        assert len(getattr(done, "prior_responses", [])) == turn
        if turn < 2:
            done.audit(accepted=False)
    assert [p["response"]["category"] for p in ended(account, task.id).prior_responses] == ["blue", "red"]
    assert [v["answers"] for v in verdicts(account, task.id)] == [2, 2, 2]


def test_fixed(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization, COLOURS)
    task = worked(account, account.labeler(), project.name, "c1")
    with account.raw() as http:
        path = f"/scale/v1/task/{task.id}/audit"
        wrong = http.post(path, json={"accepted": False, "response": {"category": "green"}})
        assert (wrong.status_code, "green" in wrong.json()["error"]) == (400, True)
        assert http.post(path, json={"accepted": False, "response": {"category": "red"}}).status_code == 200
    task.refresh()
    assert (task.status, task.response, task.customer_review_status) == ("completed", {"category": "red"}, "fixed")
    assert [(p["response"], p["is_customer_fix"]) for p in task.prior_responses] == [({"category": "blue"}, False)]
    task.audit(accepted=False)
    task.refresh()
    assert [p["is_customer_fix"] for p in task.prior_responses] == [False, True]
    assert [v["reason"] for v in verdicts(account, task.id)] == ["count", "fixed"]


def test_a_fixless_audit_changes_no_answer(account: Account, stranger: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.Categorization, COLOURS)
    task = worked(account, account.labeler(), project.name, "c1")
    item = {"type": "error", "category": "label", "scope": {"annotation_id": "a"}, "state": "disputed", "own": 1}
    body = {"task_id": task.id, "audit_result": "rejected", "feedback_items": [item]}
    with account.raw() as http:
        said = http.put("/scale/v1/audits", json=body)
        assert (said.status_code, said.json()["feedback_items"]) == (201, [item])
        assert http.get("/scale/v1/audits", params={"task_id": task.id}).json() == [said.json()]
        for field, value in (("audit_result", "fine"), ("feedback_items", [{"type": "praise"}]), ("task_id", "x")):
            assert http.put("/scale/v1/audits", json={**body, field: value}).status_code in {400, 404}
    with stranger.raw() as http:
        assert http.put("/scale/v1/audits", json=body).status_code == 404
        assert http.get("/scale/v1/audits", params={"task_id": task.id}).status_code == 404
    task.refresh()
    assert (task.status, task.response, task.customer_review_status) == ("completed", {"category": "blue"}, "rejected")


def test_counts_and_exports_know_that_a_verdict_was_sent_back(account: Account, tmp_path: Path) -> None:
    first, second = account.labeler(), account.labeler()
    project = account.live.create_project(fresh("p"), TaskType.Categorization, COLOURS)
    task = worked(account, first, project.name, "c1")
    place = first.project(project.name)["project_id"]
    seen: list[tuple[Any, ...]] = []
    with Sdk(account.served.url, account.client.live) as sdk:

        def look() -> None:
            counts = sdk.projects.progress(place)
            export = sdk.exports.start(place, form="jsonl")
            kept = sdk.exports.download(sdk.exports.wait(export.id), tmp_path / f"{len(seen)}.jsonl")
            line = json.loads(kept.read_text())
            shown = sdk.tasks.get(line["id"])
            assert (shown.state, shown.verdict is None) == (line["state"], line["verdict"] is None)
            verdict = line["verdict"] and (line["verdict"]["answer"]["choice"], line["verdict"]["version"])
            seen.append((counts.open, counts.decided, line["state"], verdict, len(line["answers"])))

        look()
        task.audit(accepted=False)
        look()
        second.submit(leased(second, project.name), {"choice": "c0"})
        look()
    assert seen == [
        (0, 1, "decided", ("c1", 1), 1), (1, 0, "open", None, 1), (0, 1, "decided", ("c0", 2), 2),
    ]  # fmt: skip
