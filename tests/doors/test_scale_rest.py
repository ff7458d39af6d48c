"""Files, people, Studio, quality tasks, and limits, with Scale's client."""

import io
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole
from tests.doors.account import Account, fresh, serving_files
from tests.doors.test_scale_work import ended, leased, picture


def test_an_uploaded_file_is_an_attachment(account: Account, stranger: Account) -> None:
    reference = fresh("r")
    project = account.live.create_project(fresh("cows"), TaskType.Annotation, {"objects_to_annotate": ["cow"]})
    file = account.live.upload_file(
        io.BytesIO(picture()), project_name=project.name, reference_id=reference, display_name="cow.png",
        metadata=json.dumps({"herd": 3}),
    )  # fmt: skip
    assert file.attachment_url.startswith("scaledata://")
    with pytest.raises(exceptions.ScaleDuplicateResource):
        account.live.upload_file(io.BytesIO(b"x"), reference_id=reference)
    with account.raw() as http:
        listed = http.get("/scale/v1/files", params={"project": project.name}).json()["files"]
        assert [(f["id"], f["metadata"], f["size"]) for f in listed] == [(file.id, {"herd": 3}, len(picture()))]
        assert http.get(f"/scale/v1/files/{file.id}/content").content == picture()
        assert http.post("/scale/v1/files/upload", files={"other": b"x"}).status_code == 400
        assert http.post("/scale/v1/files/upload", content=b"nothing").status_code == 400
    with stranger.raw() as http:
        assert http.get(f"/scale/v1/files/{file.id}/content").status_code == 404
        assert http.get("/scale/v1/files").json()["files"] == []
    task = account.live.create_task(TaskType.Annotation, project=project.name, attachment=file.attachment_url)
    labeler = account.labeler()
    labeler.submit(leased(labeler, project.name), {"objects": []})
    assert ended(account, task.id).response == {"annotations": []}
    stolen = stranger.live.create_task(TaskType.Annotation, attachment=file.attachment_url, objects_to_annotate=["cow"])
    assert "no such file" in ended(stranger, stolen.id, "error").response["error"]


def test_a_file_fetched_by_its_address(account: Account) -> None:
    with serving_files({"cow.png": picture()}) as web:
        file = account.live.import_file(f"{web.url}/cow.png", display_name="A cow")
        assert (file.as_dict()["display_name"], file.as_dict()["mime_type"]) == ("A cow", "image/png")
        for url in (f"{web.url}/missing.png", "http://169.254.169.254/latest", "file:///etc/passwd"):
            with pytest.raises(exceptions.ScaleInvalidRequest, match="file_url"):
                account.live.import_file(url)


def test_teammates(account: Account, stranger: Account) -> None:
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    team = account.live.invite_teammates([email], TeammateRole.Labeler)
    (invited,) = [mate for mate in team if mate.email == email]
    assert invited.role == "labeler"
    with pytest.raises(exceptions.ScaleResourceNotFound):
        stranger.live.update_teammates_role([email], TeammateRole.Member)
    for role in (TeammateRole.Member, TeammateRole.Labeler):  # before they have joined
        changed = account.live.update_teammates_role([email.upper()], role)
        assert [m.role for m in changed if m.email == email] == [role.value]
    again = account.live.invite_teammates([email.upper()], TeammateRole.Labeler)
    assert [m.role for m in again if m.email.lower() == email] == ["labeler"]  # one teammate, however often
    token = invited.as_dict()["invitation_url"].rpartition("/")[2]
    with account.raw() as http:
        body = {"token": token, "name": "Ann", "password": "a long password"}
        assert http.post("/api/invitations/accept", json=body, auth=("", "")).status_code == 201
    (joined,) = [m for m in account.live.list_teammates() if m.email == email]
    assert (joined.role, joined.as_dict()["firstName"]) == ("labeler", "Ann")
    changed = account.live.update_teammates_role([email], TeammateRole.Member)
    assert [m.role for m in changed if m.email == email] == ["member"]
    assert [m for m in stranger.live.list_teammates() if m.email == email] == []
    with pytest.raises(exceptions.ScaleException) as caught:
        account.live.invite_teammates(["x@example.org"], TeammateRole.Manager)
    assert caught.value.code == 403  # a key makes no managers
    with pytest.raises(exceptions.ScaleResourceNotFound):
        account.live.update_teammates_role(["nobody@example.org"], TeammateRole.Member)
    with pytest.raises(exceptions.ScaleInvalidRequest, match="emails"):
        account.live.invite_teammates(["no address"], TeammateRole.Labeler)


def test_studio(account: Account) -> None:
    client = account.live
    project = client.create_project(fresh("p/q"), TaskType.LaneAnnotation, studio=True)
    first, second = (client.create_batch(project.name, fresh("b")) for _ in range(2))
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    assert client.add_studio_assignments([email], [project.name])[email].assigned_projects == [project.name]
    assert client.list_studio_assignments()[email].assigned_projects == [project.name]
    assert email not in client.remove_studio_assignments([email], [project.name])
    group = client.create_project_group(project.name, [email], "a/b")
    assert (group.numWorkers, group.workers[0][0].email) == (1, email)
    assert client.update_project_group(project.name, "a/b", [email.upper()], []).numWorkers == 1
    changed = client.update_project_group(project.name, "a/b", ["x@example.org", "X@example.org"], [email])
    assert [w.email for w in changed.workers[0]] == ["x@example.org"]
    assert [g.name for g in client.list_project_groups(project.name)] == ["a/b"]
    assert client.assign_studio_batches(first.name, ["a/b"]).groups == ["a/b"]
    names = [second.name, first.name]
    assert [b.name for b in client.set_studio_batches_priorities(names)][:2] == names
    reset = [b.name for b in client.reset_studio_batches_priorities()]
    assert reset.index(first.name) < reset.index(second.name)
    wrongs: list[Callable[[], object]] = [
        lambda: client.add_studio_assignments([email], ["nowhere"]), lambda: client.list_project_groups("nowhere"),
        lambda: client.assign_studio_batches(first.name, ["nobody"]),
        lambda: client.set_studio_batches_priorities(["nowhere"]),
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(exceptions.ScaleResourceNotFound):
            wrong()


def test_quality_tasks(account: Account) -> None:
    asked: dict[str, Any] = {"text": "Ada", "labels": [{"name": "person"}]}
    golden = {"annotations": [{"start": 0, "end": 3, "label": "person"}]}
    word = TaskType.NamedEntityRecognition
    lanes = account.live.create_project(fresh("p"), TaskType.LaneAnnotation)
    for create in (account.live.create_evaluation_task, account.live.create_training_task):
        task = create(word, **asked, expected_response=golden, initial_response={"annotations": []})
        assert task.expected_response == golden
        assert task.as_dict()["initial_response"] == {"annotations": []}
        with pytest.raises(exceptions.ScaleInvalidRequest, match="expected_response"):
            create(word, **asked)
        with pytest.raises(exceptions.ScaleInvalidRequest, match="label"):
            create(word, **asked, expected_response={"annotations": [{"start": 0, "end": 3}]})
        with pytest.raises(exceptions.ScaleInvalidRequest, match="transcription"):
            create(TaskType.Transcription, expected_response={})
        with pytest.raises(exceptions.ScaleInvalidRequest, match="project takes tasks of the type laneannotation"):
            create(word, **asked, expected_response=golden, project=lanes.name)
        with account.raw() as http:
            params = {"quality_task_ids": task.id}
            assert http.get("/scale/v1/quality/labelers", params=params).json() == []
            assert http.get("/scale/v1/quality/labelers", params={"quality_task_ids": "x"}).status_code == 404


def operator(account: Account, *arguments: str) -> Any:
    code = "from neraca.cli import main; main()"
    environ = {**os.environ, "NERACA_HOME": str(account.served.home), "NERACA_PORT": str(account.served.port)}
    environ.pop("DATABASE_URL", None)
    said = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--json"], env=environ, capture_output=True, text=True, check=False
    )
    return json.loads(said.stdout) if said.returncode == 0 else said.stderr


def test_a_limit_for_a_key(account: Account) -> None:
    made = account.served.add_client(name := fresh("limited"))
    keys = operator(account, "key", "list", name)
    (live,) = [k["id"] for k in keys if k["mode"] == "live"]
    assert operator(account, "key", "limit", live, "--per-minute", "3")["per_minute"] == 3
    client = account.scale(made.live)
    for _ in range(3):
        client.projects()
    with pytest.raises(exceptions.ScaleTooManyRequests, match="seconds"):
        client.projects()
    with account.raw(made.live) as http:
        refused = http.get("/scale/v1/projects")
        assert refused.status_code == 429
        assert 15 <= int(refused.headers["Retry-After"]) <= 20
        native = http.get("/api/projects", headers={"Authorization": f"Bearer {made.live}"}, auth=None)
        assert native.status_code == 429
    assert account.scale(made.test).projects() == []  # another key, another bucket
    assert operator(account, "key", "limit", live)["per_minute"] is None
    assert "no key" in operator(account, "key", "limit", "x", "--per-minute", "3")
