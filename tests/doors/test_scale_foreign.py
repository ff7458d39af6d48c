"""Task types without an editor here: kept, returned, answered from elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.doors.account import Account, fresh
from tests.doors.samples import MISSING, TYPES
from tests.fixtures.served import soon

from neraca.doors.scale.shapes import TYPES as KNOWN
from neraca.doors.scale.shapes import faults, sample


def enter(account: Account, task_id: str, labeler: str, response: object) -> Any:
    with account.raw() as http:
        return http.post(f"/scale/v1/task/{task_id}/response", json={"labeler": labeler, "response": response})


def completed(account: Account, task_id: str) -> Any:
    soon(lambda: account.live.get_task(task_id).status == "completed", 60, "the task is not completed")
    return account.live.get_task(task_id)


def test_every_type_of_the_client_is_known() -> None:
    assert {t.value for t in TaskType} == set(KNOWN) == set(TYPES)


@pytest.mark.parametrize("word", TYPES)
def test_every_type_is_taken_kept_and_answered(account: Account, word: str) -> None:
    params, response = TYPES[word]
    task = account.live.create_task(TaskType(word), **params, unheard={"of": ["it"]})
    kept = account.live.get_task(task.id)
    for name, value in params.items():
        assert (kept.as_dict() if name in {"instruction", "callback_url"} else kept.params)[name] == value
    assert kept.params["unheard"] == {"of": ["it"]}
    assert (kept.status, kept.type) == ("pending", word)
    if KNOWN[word].kind == "image" and word == "annotation":
        return  # it is worked in the editor, once its picture is fetched
    assert enter(account, task.id, "Ada", response).status_code == 200
    assert completed(account, task.id).response == response
    with pytest.raises(exceptions.ScaleInvalidRequest):
        account.live.cancel_task(task.id)


@pytest.mark.parametrize(("word", "name"), MISSING)
def test_a_missing_parameter_is_named(account: Account, word: str, name: str) -> None:
    params = {key: value for key, value in TYPES[word][0].items() if key not in {name, f"{name}s"}}
    with pytest.raises(exceptions.ScaleInvalidRequest, match=rf"\b{name}") as caught:
        account.live.create_task(TaskType(word), **params)
    assert caught.value.code == 400


@pytest.mark.parametrize("word", TYPES)
def test_samples_of_test_keys_have_the_shape(word: str) -> None:
    params, response = TYPES[word]
    assert faults(KNOWN[word].response, sample(word, params), word) == []
    assert faults(KNOWN[word].response, response, word) == []
    assert faults(KNOWN[word].params, params, word) == []


def test_a_response_of_the_wrong_shape_changes_nothing(account: Account) -> None:
    task = account.live.create_task(TaskType.NamedEntityRecognition, **TYPES["namedentityrecognition"][0])
    said = enter(account, task.id, "Ada", {"annotations": [{"start": -1, "end": 3}]})
    assert said.status_code == 400
    assert '"annotations.0.label" is required' in said.json()["error"]
    labeler = account.labeler()
    offer = labeler.project("Scale: namedentityrecognition")
    assert offer["kind"] == "foreign"
    lease = labeler.next(offer["project_id"])
    while lease is not None and lease["task_id"].replace("-", "")[:24] != task.id:
        labeler.http.post(f"/api/work/leases/{lease['lease_id']}/skip", json={"fence": lease["fence"]})
        lease = labeler.next(offer["project_id"])
    assert lease is not None
    refused = labeler.submit(lease, {"response": {"annotations": "all"}})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "wrong-shape"
    assert account.live.get_task(task.id).status == "pending"
    good = {"annotations": [{"start": 0, "end": 3, "label": "person"}]}
    assert labeler.submit(lease, {"response": good}).status_code == 201
    assert completed(account, task.id).response == good


def test_a_named_labeler_answers_once(account: Account) -> None:
    project = account.live.create_project(fresh("p"), TaskType.LaneAnnotation, {"consensus_attempts": 2})
    task = account.live.create_task(TaskType.LaneAnnotation, project=project.name)
    assert enter(account, task.id, "Ada", {"lanes": 1}).status_code == 200
    again = enter(account, task.id, "Ada", {"lanes": 1})
    assert again.status_code == 409
    assert "already" in again.json()["error"]
    assert account.live.get_task(task.id).status == "pending"
    assert enter(account, task.id, "Ben", {"lanes": 1}).status_code == 200
    assert completed(account, task.id).response == {"lanes": 1}
    assert enter(account, task.id, "Cy", {"lanes": 2}).status_code == 409


def neraca(account: Account, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    code = "from neraca.cli import main; main()"
    environ = {**os.environ, "NERACA_URL": account.served.url, "NERACA_KEY": account.client.live}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], input=said, env=environ, capture_output=True, text=True, check=False
    )


def test_answers_from_the_command_line(account: Account, tmp_path: Path) -> None:
    params, response = TYPES["transcription"]
    task = account.live.create_task(TaskType.Transcription, **params)
    file = tmp_path / "response.json"
    file.write_text(json.dumps({"fields": "none"}))
    wrong = neraca(account, "task", "answer", task.id, "--response", str(file), "--as", "Ada")
    assert wrong.returncode == 1
    assert "fields" in wrong.stderr
    good = neraca(account, "task", "answer", task.id, "--response", "-", "--as", "Ada", said=json.dumps(response))
    assert (good.returncode, good.stderr) == (0, "")
    assert completed(account, task.id).response == response


def test_a_native_answer_from_the_command_line(account: Account) -> None:
    with account.raw() as http:
        http.headers["Authorization"] = f"Bearer {account.client.live}"
        http.auth = None  # type: ignore[assignment] # the header says it
        project = http.post(
            "/api/projects",
            json={
                "name": fresh("p"), "kind": "choice", "policy": {"type": "fixed", "answers": 1},
                "config": {"question": "?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
                "price": {"micros": 0, "currency": "USD"}, "minutes": 1.0,
            },
        ).json()  # fmt: skip
        made = http.post(f"/api/projects/{project['id']}/tasks", json={"tasks": [{"params": {"text": "x"}}]}).json()
        task_id = made["items"][0]["id"]
        wrong = neraca(account, "task", "answer", task_id, "--response", "-", "--as", "Ada", said='{"choice": "z"}')
        assert "There is no option" in wrong.stderr
        good = neraca(account, "task", "answer", task_id, "--response", "-", "--as", "Ada", said='{"choice": "b"}')
        assert good.returncode == 0, good.stderr
        told = http.get(f"/api/tasks/{task_id}/answers").json()
    assert (told["verdict"]["answer"], told["items"][0]["handle"]) == ({"choice": "b"}, "Ada")
