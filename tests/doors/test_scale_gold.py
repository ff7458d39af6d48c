"""Quality tasks of Scale's client are gold of the house: woven into the work or asked before it, and graded."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Labeler, fresh, serving_files
from tests.doors.test_scale_inside import account as inside
from tests.doors.test_scale_work import picture
from tests.fixtures.place import Place
from tests.fixtures.served import soon

from neraca import doors
from neraca.doors.scale.gold import service as gold
from neraca.doors.scale.projects import service as projects
from neraca.doors.scale.translate import between

COLOURS = {"attachment_type": "text", "categories": ["red", "blue"]}
BOXES = {
    "attachment_type": "image",
    "geometries": {"box": {"objects_to_annotate": ["cow"], "min_width": 1, "min_height": 1}},
}
COW = {"left": 10, "top": 20, "width": 100, "height": 80}
HERD = {"annotations": [{"type": "box", "label": "cow", **COW}]}


def coloured(account: Account, tasks: int) -> str:
    project = account.live.create_project(fresh("colours"), TaskType.Categorization, COLOURS)
    for _ in range(tasks):
        account.live.create_task(TaskType.Categorization, project=project.name, attachment="sky")
    return str(project.name)


def manager(account: Account) -> httpx.Client:
    """The house's own API under the same key."""
    headers = {"Authorization": f"Bearer {account.client.live}"}
    return httpx.Client(base_url=account.served.url, headers=headers, trust_env=False, timeout=30)


def place_of(account: Account, name: str) -> dict[str, Any]:
    """The house's project of a name, as a manager sees it."""
    with manager(account) as http:
        items = http.get("/api/projects", params={"limit": 100}).raise_for_status().json()["items"]
    return next(p for p in items if p["name"] == name)


def set_policy(account: Account, place: str, **policy: Any) -> None:
    with manager(account) as http:
        http.patch(f"/api/projects/{place}", json={"policy": policy}).raise_for_status()


def scores(account: Account, **asked: Any) -> list[dict[str, Any]]:
    with account.raw() as http:
        return list(http.get("/scale/v1/quality/labelers", params=asked).raise_for_status().json())


def work_until(labeler: Labeler, place: str, task_id: str, answer: dict[str, Any]) -> int:
    """Answers what comes until it is this task; gives how many others came before it."""
    for before in range(60):
        lease = labeler.next(place)
        assert lease is not None, "the work ended before the quality task came"
        met = UUID(lease["task_id"]).hex[:24] == task_id
        assert lease["exam"] is None
        labeler.submit(lease, answer).raise_for_status()
        if met:
            return before
    raise AssertionError("the quality task did not come")


def test_an_evaluation_task_is_woven_into_the_work_and_graded(account: Account, stranger: Account) -> None:
    name = coloured(account, 40)
    hidden = account.live.create_evaluation_task(
        TaskType.Categorization, project=name, attachment="tomato", expected_response={"category": "red"}
    )
    assert (hidden.expected_response, hidden.as_dict()["type"]) == ({"category": "red"}, "categorization")
    place = place_of(account, name)
    assert place["policy"] == {"type": "fixed", "answers": 1, "gold_share": 0.1}
    set_policy(account, place["id"], type="fixed", answers=1, gold_share=0.5)
    assert account.live.get_tasks_count(name) == 40  # it is no task of the client's
    assert scores(account, quality_task_ids=hidden.id) == []

    ann, key = account.person(), account.labeler()
    work_until(ann, place["id"], hidden.id, {"choice": "c0"})
    work_until(key, place["id"], hidden.id, {"choice": "c1"})
    latest, first = scores(account, quality_task_ids=hidden.id)
    assert first.pop("completed_at") <= latest.pop("completed_at")
    about = {"quality_task_id": hidden.id, "type": "evaluation"}
    assert first == {"labeler_email": ann.email, **about, "score": 1.0, "correct": True}
    assert isinstance(latest.pop("labeler"), str)
    assert latest == {**about, "score": 0.0, "correct": False}
    assert [s["labeler_email"] for s in scores(account, labeler_emails=[ann.email.upper(), "no@example.org"])] == [
        ann.email
    ]
    assert scores(account, labeler_emails="no@example.org") == []
    with stranger.raw() as http:
        theirs = http.get("/scale/v1/quality/labelers", params={"quality_task_ids": hidden.id})
        assert theirs.status_code == 404
        assert http.get("/scale/v1/quality/labelers").json() == []


def test_the_share_that_an_operator_chose_stays(account: Account) -> None:
    name = coloured(account, 1)
    asked: dict[str, Any] = {"project": name, "expected_response": {"category": "red"}}
    place = place_of(account, name)
    set_policy(account, place["id"], type="fixed", answers=2, gold_share=0.3)
    account.live.create_evaluation_task(TaskType.Categorization, attachment="tomato", **asked)
    assert place_of(account, name)["policy"]["gold_share"] == 0.3
    set_policy(account, place["id"], type="fixed", answers=2)
    account.live.create_evaluation_task(TaskType.Categorization, attachment="cherry", **asked)
    assert place_of(account, name)["policy"] == {"type": "fixed", "answers": 2}


def test_training_tasks_come_before_any_work(account: Account) -> None:
    name = coloured(account, 3)
    made = [
        account.live.create_training_task(
            TaskType.Categorization, project=name, attachment=f"tomato {i}", expected_response={"category": "red"}
        )
        for i in range(5)
    ]
    place = place_of(account, name)
    assert place["policy"]["exam"] == {"tasks": 4, "right": 0.7, "attempts": 1}  # one may be skipped
    good, bad = account.labeler(), account.labeler()
    for labeler, choice in ((good, "c0"), (bad, "c1")):
        for _ in range(4):
            lease = labeler.next(place["id"])
            assert lease is not None
            assert (UUID(lease["task_id"]).hex[:24] in {t.id for t in made}, lease["exam"] is None) == (True, False)
            labeler.submit(lease, {"choice": choice}).raise_for_status()
    assert bad.next(place["id"]) is None
    lease = good.next(place["id"])
    assert lease is not None
    assert (lease["exam"], lease["params"]) == (None, {"text": "sky"})
    told = scores(account, quality_task_ids=[t.id for t in made])
    assert sorted(s["score"] for s in told) == [0.0] * 4 + [1.0] * 4
    assert {s["type"] for s in told} == {"training"}

    # Another question of the project has no training tasks: it begins without an exam.
    account.live.create_task(TaskType.Categorization, project=name, attachment="x", categories=["cat", "dog"])
    assert "exam" not in place_of(account, f"{name} · 2")["policy"]

    # What an operator says of the exam stays.
    set_policy(account, place["id"], type="fixed", answers=1)
    account.live.create_training_task(
        TaskType.Categorization, project=name, attachment="cherry", expected_response={"category": "red"}
    )
    assert "exam" not in place_of(account, name)["policy"]


def test_boxes_are_graded_by_their_area(account: Account) -> None:
    with serving_files({"cow.png": picture()}) as web:
        project = account.live.create_project(fresh("cows"), TaskType.ImageAnnotation, BOXES)
        asked = {"project": project.name, "attachment": f"{web.url}/cow.png"}
        for _ in range(12):
            account.live.create_task(TaskType.ImageAnnotation, **asked)
        hidden = account.live.create_evaluation_task(TaskType.ImageAnnotation, **asked, expected_response=HERD)
        soon(lambda: "gold_share" in place_of(account, project.name)["policy"], 60, "the picture has not come")
        place = place_of(account, project.name)
        set_policy(account, place["id"], type="fixed", answers=1, gold_share=0.5)
        labeler = account.labeler()
        drawn = {"class": "c0", "shape": "box", "box": {"x": 10, "y": 20, "w": 100, "h": 40}}
        work_until(labeler, place["id"], hidden.id, {"objects": [drawn]})
        (told,) = scores(account, quality_task_ids=hidden.id)
        assert told["score"] == pytest.approx(0.5)
        assert told["correct"] is False


def test_an_expected_response_that_cannot_be_given_is_refused(account: Account) -> None:
    name = coloured(account, 0)
    with pytest.raises(exceptions.ScaleInvalidRequest, match=r"expected_response\.category"):
        account.live.create_evaluation_task(
            TaskType.Categorization, project=name, attachment="tomato", expected_response={"category": "green"}
        )
    with pytest.raises(exceptions.ScaleInvalidRequest, match=r"expected_response\.annotations\.0\.label"):
        account.live.create_training_task(
            TaskType.ImageAnnotation, **BOXES, attachment="https://example.org/cow.png",
            expected_response={"annotations": [{"type": "box", "label": "pig", **COW}]},
        )  # fmt: skip
    told = account.test.create_evaluation_task(
        TaskType.Categorization, **COLOURS, attachment="tomato", expected_response={"category": "red"}
    )
    assert told.expected_response == {"category": "red"}  # nobody works on tasks of a test key


async def test_what_was_kept_for_want_of_a_kind_becomes_gold(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    name = fresh("p")
    given: dict[str, Any] = {"project": name, "attachment": "tomato", "expected_response": {"category": "red"}}
    with monkeypatch.context() as before:
        before.setattr(between, "FITS", {})
        async with inside(place) as session:
            await projects.create(session, {"name": name, "type": "categorization", "params": COLOURS})
            told = await gold.create(session, "evaluation", "categorization", given)
            await gold.create(session, "training", "categorization", given | {"expected_response": {"category": "-"}})
    assert await doors.move(place.house, place.cell, "test") == {"categorization": 1}
    assert await doors.move(place.house, place.cell, "test") == {}
    async with place.house.inside(place.cell) as db:
        rows = await (
            await db.execute("select use, answer from gold_live l join gold g using (task_id, version)")
        ).fetchall()
        kept = await (await db.execute("select stage, refused from scale_quality_task order by stage, id")).fetchall()
    assert [(r["use"], r["answer"]) for r in rows] == [("work", {"choice": "c0"})]
    assert [r["stage"] for r in kept] == [2, 3]
    assert "category" in kept[1]["refused"]
    assert told["metadata"] == {}
