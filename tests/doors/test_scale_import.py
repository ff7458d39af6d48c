"""Moving house from one Neraca to a second one, through Scale's own client."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Web, fresh, serving_files
from tests.doors.test_scale_foreign import completed, enter
from tests.doors.test_scale_work import leased, picture
from tests.fixtures.served import serving, soon


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Account]:
    """An account on a second installation."""
    with serving() as second:
        made = Account(second, second.add_client(fresh("new home")))
        yield made
        made.close()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving_files({"cow.png": picture()}) as found:
        yield found


def imported(old: Account, key: str, new: Account) -> Any:
    code = "from neraca.cli import main; main()"
    environ = {**os.environ, "NERACA_URL": new.served.url, "NERACA_KEY": new.client.live}
    source = ["--from", f"{old.served.url}/scale/v1", "--key", key]
    done = subprocess.run(
        [sys.executable, "-c", code, "scale", "import", *source, "--json"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_account_moves_and_nothing_is_added_twice(account: Account, elsewhere: Account, web: Web) -> None:
    owner = Account(account.served, account.served.add_client(fresh("old home")))
    name = fresh("cows")
    owner.live.create_project(name, TaskType.Annotation, {"objects_to_annotate": ["cow"], "instruction": "One"})
    owner.live.update_project(name, objects_to_annotate=["cow"], instruction="Two")
    batch = owner.live.create_batch(name, fresh("b"), metadata={"herd": 1})
    pending = owner.live.create_task(
        TaskType.Annotation, batch=batch.name, attachment=f"{web.url}/cow.png", unique_id="u1", tags=["night"],
        metadata={"row": 1},
    )  # fmt: skip
    loose = owner.live.create_task(TaskType.LaneAnnotation, callback_url=f"{web.url}/hook", anything=[1])
    assert enter(owner, loose.id, "Ada", {"lanes": 2}).status_code == 200
    completed(owner, loose.id).audit(accepted=True, comments="Fine.")
    gone = owner.live.create_task(TaskType.LaneAnnotation)
    gone.cancel()
    web.wait(2)

    copied = imported(owner, owner.client.live, elsewhere)
    assert copied == {"projects": 1, "batches": 1, "tasks": 3, "files": 1, "refused": {}}
    again = imported(owner, owner.client.live, elsewhere)
    assert again == {"projects": 0, "batches": 0, "tasks": 0, "files": 0, "refused": {}}

    project = elsewhere.live.get_project(name)
    assert [one["instruction"] for one in project.as_dict()["param_history"]] == ["One", "Two"]
    assert elsewhere.live.get_batch(batch.name).metadata == {"herd": 1}
    for task_id in (loose.id, gone.id):
        old, new = owner.live.get_task(task_id).as_dict(), elsewhere.live.get_task(task_id).as_dict()
        assert {k: v for k, v in new.items() if k != "updated_at"} == {
            k: v for k, v in old.items() if k != "updated_at"
        }
    moved = elsewhere.live.get_task(pending.id)
    assert (moved.unique_id, moved.tags, moved.metadata, moved.batch) == ("u1", ["night"], {"row": 1}, batch.name)
    assert moved.created_at == pending.created_at
    assert moved.params["attachment"].startswith("scaledata://")
    web.files.clear()  # the picture lives here now
    labeler = elsewhere.labeler()
    labeler.submit(leased(labeler, name), {"objects": []})
    soon(lambda: elsewhere.live.get_task(pending.id).status == "completed", 20, "the moved task is not completed")
    assert elsewhere.live.get_task(pending.id).response == {"annotations": []}
    assert len(web.calls) == 2  # nobody is called a second time
